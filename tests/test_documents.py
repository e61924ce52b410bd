"""PV-DBOW: its kernel, its training, and the inference of vectors of texts."""

from pathlib import Path

import numpy as np
import pytest

import fastvec
from fastvec.errors import InputError
from fastvec.kernels.alias import alias_table
from fastvec.kernels.documents import GROUP, Step, infer_texts, new_work, train_block
from fastvec.kernels.replicas import NEVER, Copies
from fastvec.training.matrix import zeros
from fastvec.training.replicas import no_copies
from tests.naive import documents as naive
from tests.texts import FOOD, WEATHER, two_topics

N_WORDS, DIM, NOISE, NEGATIVE = 7, 20, 6, 2
#: The second document is one word, the third repeats words, and has the noise word.
DOCUMENTS = [[0, 1, 2, 3, 4, 5], [2], [5, 5, 6, 1], []]
SMALL = {"dim": 8, "epochs": 5, "sample": 0, "threads": 1, "cache": False}


def weights(seed=1):
    rng = np.random.default_rng(seed)
    D, C = zeros(len(DOCUMENTS), DIM), zeros(N_WORDS, DIM)
    D[:, :DIM], C[:, :DIM] = rng.normal(0, 0.5, (len(D), DIM)), rng.normal(0, 0.5, (N_WORDS, DIM))
    return D, C


def step(copies):
    """Return a step whose noise is one word, so that nothing is random."""
    return Step(np.ones(N_WORDS, np.float32), alias_table(np.eye(N_WORDS)[NOISE]), NEGATIVE, copies)


STEP = step(no_copies(zeros(N_WORDS, DIM)))


def trained(D, C, rate, stop=0, of=STEP):
    """Train on the documents."""
    tokens = np.array([token for words in DOCUMENTS for token in [*words, -1]], np.int32)
    D, C, work = D.copy(), C.copy(), new_work(len(tokens), NEGATIVE)
    train_block(tokens, 0, (1, 0, 0), np.float32(rate), np.float32(0), of, D, C, np.array([stop]), work)
    return D[:, :DIM], C[:, :DIM], work


def test_a_block_is_what_stochastic_gradient_descent_gives():
    D, C = weights()
    rate = 0.0002  # small: that a step takes several words is of second order in it
    expected = naive.train(D[:, :DIM], C[:, :DIM], DOCUMENTS, NOISE, NEGATIVE, rate)
    for got, wanted in zip(trained(D, C, rate), expected, strict=False):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-6)
    for got, wanted in zip(trained(D, C, rate, stop=1), (D, C), strict=False):
        np.testing.assert_array_equal(got, wanted[:, :DIM])


def test_the_step_is_the_gradient_of_the_loss():
    before, rate, h = [matrix[:, :DIM].astype(float) for matrix in weights(2)], 2e-4, 1e-5
    after = trained(*weights(2), rate)
    for matrix in range(2):
        for row in range(len(before[matrix])):
            losses = []
            for sign in (1, -1):
                moved = [each.copy() for each in before]
                moved[matrix][row, 3] += sign * h
                losses.append(naive.loss(*moved, DOCUMENTS, NOISE, NEGATIVE))
            expected = -rate * (losses[0] - losses[1]) / (2 * h)
            assert after[matrix][row, 3] - before[matrix][row, 3] == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("every", [1, NEVER])
def test_copies_of_words_are_trained_in_their_place_and_merged(every):
    D, C = weights()
    n, waits = 3, np.array([NEVER, every, every, every])
    copies = Copies(n, N_WORDS, waits, waits.copy(), C[:n].copy())
    expected = trained(D, C, 0.01)
    got = trained(D, np.concatenate([C, C[:n]]), 0.01, of=step(copies))
    np.testing.assert_allclose(got[0], expected[0], rtol=0, atol=2e-6)
    np.testing.assert_allclose(got[1][N_WORDS:], expected[1][:n], rtol=0, atol=2e-6)
    np.testing.assert_allclose(got[1][:n], expected[1][:n] if every == 1 else C[:n, :DIM], rtol=0, atol=2e-6)
    np.testing.assert_allclose(got[1][n:N_WORDS], expected[1][n:], rtol=0, atol=2e-6)


def test_the_loss_is_measured():
    D, C = weights()
    work = trained(D, C, 0.0)[2]
    assert work.counts.tolist() == [11, GROUP, 11]  # on the first step
    D, C = D[:, :DIM].astype(float), C[:, :DIM].astype(float)
    assert work.loss[0] == pytest.approx(naive.loss(D[:1], C, [DOCUMENTS[0][:GROUP]], NOISE, NEGATIVE), rel=1e-5)


def test_inference_is_training_with_outputs_that_stay():
    _, C = weights()
    ids = np.array([*DOCUMENTS[0], -1, -1, *DOCUMENTS[2], -1], np.int32)
    out, known, rate = zeros(3, DIM), np.zeros((3, 2), np.int64), 2e-4
    places = np.arange(N_WORDS + 1), np.arange(N_WORDS, dtype=np.int32)
    infer_texts(ids, -1, *places, 1, 1, np.float32(rate), STEP, C, out, known, new_work(20, NEGATIVE))
    assert known.tolist() == [[6, 6], [0, 0], [4, 4]]
    assert not out[1].any()
    for got, words in ((out[0], DOCUMENTS[0]), (out[2], DOCUMENTS[2])):
        expected = np.zeros(DIM)
        for t, word in enumerate(words):
            now = rate * (1 - t // GROUP * GROUP / len(words))
            stay = C[:, :DIM].copy()
            expected = naive.train(expected[None], stay, [[word]], NOISE, NEGATIVE, now)[0][0]
        np.testing.assert_allclose(got[:DIM], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("init", "threads"), [("word2vec", 1), ("ppmi-svd", 2)])
def test_words_and_texts_of_topics_are_separated(init, threads):
    wv = fastvec.train(two_topics(2000), "pv-dbow", **SMALL | {"threads": threads, "init": init})
    found = wv.embed([" ".join(FOOD), " ".join(WEATHER), FOOD[0], WEATHER[0]])
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert unit[0] @ unit[2] > unit[0] @ unit[3] + 0.5
    assert wv.similarity(FOOD[0], FOOD[1]) > wv.similarity(FOOD[0], WEATHER[0]) + 0.2


def test_a_text_has_the_same_vector_in_any_batch_and_from_a_file(tmp_path):
    wv = fastvec.train(two_topics(), "pv-dbow", output=tmp_path / "v.safetensors", **SMALL)
    lines = [" ".join(words) for words in two_topics(50, seed=3)]
    together = wv.embed(lines)
    np.testing.assert_array_equal(together[[7]], wv.embed([lines[7]]))
    np.testing.assert_array_equal(together[::-1], wv.embed(lines[::-1]))
    np.testing.assert_array_equal(together, fastvec.load(tmp_path / "v.safetensors").embed(lines, "pv-dbow"))
    assert not np.array_equal(together, wv.embed(lines, "mean"))
    assert wv.embed(["", "unheard of"]).tolist() == [[0] * 8] * 2


def test_texts_are_inferred_from_context_vectors_too():
    wv = fastvec.train(two_topics(2000), save_context=True, **SMALL)
    found = wv.embed([" ".join(FOOD[:3]), " ".join(FOOD[3:]), " ".join(WEATHER)], "pv-dbow")
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2] + 0.5


def test_what_cannot_be_done_is_refused():
    counts = fastvec.count_pairs([("a", "b"), ("b", "a")], min_count=1)
    wv = fastvec.train(two_topics(), "pv-dbow", **SMALL)
    with pytest.raises(
        InputError, match="weighting 'pv-dbow' needs vectors of model pv-dbow, or of skipgram trained with"
    ):
        fastvec.KeyedVectors(wv.words, wv.vectors, counts=wv.counts).embed(["a"], "pv-dbow")
    with pytest.raises(InputError, match="weighting must be one of mean, sif, usif, idf, not 'pv-dbow'"):
        wv.weighted("pv-dbow")
    with pytest.raises(InputError, match="model pv-dbow has no context vectors; omit vectors and save_context"):
        fastvec.train(two_topics(), "pv-dbow", save_context=True)
    with pytest.raises(InputError, match="model pv-dbow cannot start from vectors"):
        fastvec.train(two_topics(), "pv-dbow", init_from=wv)
    with pytest.raises(InputError, match="model pv-dbow needs text; with pairs choose model skipgram or"):
        fastvec.train(counts, "pv-dbow")
    with pytest.raises(InputError, match=r"subsampling with sample=1e-300 drops all words; raise sample \(--sample\)"):
        fastvec.train(two_topics(), "pv-dbow", **SMALL | {"sample": 1e-300, "init": "word2vec"})
    with pytest.raises(fastvec.TrainingError, match=r"no longer finite: lower learning_rate \(--lr\), which is 1e\+30"):
        fastvec.train(two_topics(), "pv-dbow", **SMALL | {"learning_rate": 1e30})


def test_the_command_infers(run, topics_txt):
    assert (
        run("train", "topics.txt", "--model", "pv-dbow", "--dim", "8", "--epochs", "2", "-o", "v.safetensors")[0] == 0
    )
    code, _, err = run("embed", "v.safetensors", "topics.txt", "-o", "x.npy")
    assert code == 0, err
    np.testing.assert_array_equal(np.load("x.npy"), fastvec.load("v.safetensors").embed(Path("topics.txt"), "pv-dbow"))
