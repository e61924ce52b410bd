"""Trainings that start from the PPMI-SVD of their text."""

import numpy as np
import pytest

import fastvec
from fastvec.corpus import spread
from fastvec.corpus.text import Text
from fastvec.errors import InputError
from fastvec.kernels.huffman import huffman_paths
from fastvec.models import spectrum, word2vec
from fastvec.models.spectrum import SCALES, factorisation, node_vectors
from fastvec.settings import PpmiSvd, Word2Vec
from tests.models import WORD2VEC, Interrupt
from tests.texts import separation, two_topics, write_topics

#: So little training that rows stay nearly where they were.
STILL = {"epochs": 1, "learning_rate": 1e-9, "threads": 1, "init": "ppmi-svd"}


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_word_and_context_vectors_start_from_the_ppmi_svd(model):
    svd = fastvec.train(two_topics(), factorisation(Word2Vec(dim=6)), save_context=True)
    wv = fastvec.train(two_topics(), model, dim=6, save_context=True, **STILL)
    assert wv.words == svd.words
    np.testing.assert_allclose(wv.vectors, svd.vectors * SCALES[model, "negative"], atol=1e-6)
    np.testing.assert_allclose(wv.context_vectors, svd.context_vectors * SCALES[model, "negative"], atol=1e-6)


def test_dot_products_start_in_proportion_to_the_ppmi():
    wv = fastvec.train(two_topics(), dim=12, save_context=True, **STILL)
    with fastvec.read_corpus(two_topics()) as corpus:
        svd = factorisation(Word2Vec(dim=12))
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(), window=svd.window, sample=svd.sample)
    expected = fastvec.ppmi(counts).toarray() * SCALES["skipgram", "negative"] ** 2
    np.testing.assert_allclose(wv.vectors @ wv.context_vectors.T, expected, atol=1e-5)


def test_an_inner_node_starts_between_the_means_of_its_branches():
    counts = np.array([9, 5, 4, 2, 1, 1])
    contexts = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    paths = huffman_paths(counts)
    expected = np.zeros((6, 3))
    for node in range(5):
        for label, sign in ((1, 1), (0, -1)):
            below = [
                word
                for word in range(6)
                for step in range(paths.starts[word], paths.starts[word + 1])
                if (paths.nodes[step], paths.labels[step]) == (node, label)
            ]
            expected[node] += sign * np.average(contexts[below], axis=0, weights=counts[below])
    np.testing.assert_allclose(node_vectors(contexts, counts), expected, atol=1e-6)


def test_word_vectors_start_from_it_with_hierarchical_softmax_too():
    svd = fastvec.train(two_topics(), factorisation(Word2Vec(dim=6)))
    wv = fastvec.train(two_topics(), loss="hierarchical", dim=6, **STILL)
    np.testing.assert_allclose(wv.vectors, svd.vectors * SCALES["skipgram", "hierarchical"], atol=1e-6)


def test_a_word_that_stands_alone_starts_at_random():
    text = two_topics() + [["alone"]] * 9
    wv = fastvec.train(text, dim=6, **STILL)
    assert 0 < np.abs(wv["alone"]).max() <= 0.5 / 6 + 1e-6
    assert np.abs(wv["salt"]).max() > 0.5 / 6


def test_of_a_long_text_a_part_is_counted(monkeypatch):
    monkeypatch.setattr(spread, "STRETCH", 256)
    monkeypatch.setattr(spectrum, "COUNTED", 2500)
    told = []
    wv = fastvec.train(two_topics(), dim=6, **STILL, progress=told.append)
    assert next(progress.total for progress in told if progress.phase == "counting") == 2500
    with fastvec.read_corpus(two_topics()) as corpus:
        part = spread.Spread(corpus, 2500)
        counts = fastvec.count_cooccurrence(part, corpus.vocabulary(), window=10, sample=1e-4)
    expected = fastvec.train(counts, "ppmi-svd", dim=6).vectors
    counted = expected.any(axis=1)
    assert counted.sum() > 6
    np.testing.assert_allclose(wv.vectors[counted], expected[counted] * SCALES["skipgram", "negative"], atol=1e-6)


@pytest.mark.parametrize(("model", "loss"), WORD2VEC)
def test_it_separates_topics_with_less_training(model, loss):
    options = {"loss": loss, "dim": 6, "epochs": 1, "threads": 1, "learning_rate": 1e-3}
    cold, warm = (fastvec.train(two_topics(6000), model, init=init, **options) for init in ("word2vec", "ppmi-svd"))
    assert separation(warm) > max(0.5, separation(cold))


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        (two_topics(), {"dim": 13}, "dim must be at most 12, the number of words, not 13"),
        (["a b", "c d"] * 9, {"dim": 2, "min_count": 1, "sample": 0}, "drops 98"),
    ],
)
@pytest.mark.parametrize("loss", ["negative", "hierarchical"])
def test_a_text_that_is_too_small_starts_at_random(text, options, reason, loss, caplog):
    options = {"loss": loss, "threads": 1, "learning_rate": 0.02} | options
    warm = fastvec.train(text, init="ppmi-svd", **options)
    np.testing.assert_array_equal(warm.vectors, fastvec.train(text, **options).vectors)
    (message,) = caplog.messages
    assert message.startswith("no PPMI-SVD to start from, so training starts at random: ")
    assert reason in message


def test_memory_for_counting_changes_nothing(monkeypatch):
    options = {"init": "ppmi-svd", "dim": 8, "epochs": 1, "threads": 1}
    monkeypatch.setattr(spectrum, "factorisation", lambda settings: PpmiSvd(dim=8, sample=0.0))  # keep all words
    whole = fastvec.train(two_topics(40_000), **options)
    monkeypatch.setattr("fastvec.cooccurrence.counting.default_memory", lambda: 191_000_000)
    told = []
    pieces = fastvec.train(two_topics(40_000), **options, progress=told.append)
    assert "merging" in {progress.phase for progress in told}
    np.testing.assert_array_equal(pieces.vectors, whole.vectors)


@pytest.mark.parametrize("loss", ["negative", "hierarchical"])
def test_a_resumed_training_does_not_count_again(tmp_path, poll_often, loss):
    write_topics(tmp_path / "text.txt", 6000)
    options = {"init": "ppmi-svd", "loss": loss, "dim": 8, "epochs": 30, "threads": 1, "cache": False}
    whole = fastvec.train(tmp_path / "text.txt", **options)
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(tmp_path / "text.txt", **options, checkpoint=tmp_path / "state", progress=Interrupt())
    told = []
    again = fastvec.resume(tmp_path / "state", progress=told.append)
    assert "counting" not in {progress.phase for progress in told}
    np.testing.assert_array_equal(again.vectors, whole.vectors)


def test_one_that_was_stopped_while_it_counted_starts_anew(tmp_path):
    write_topics(tmp_path / "text.txt")
    options = {"init": "ppmi-svd", "dim": 8, "threads": 1, "cache": False}
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(
            tmp_path / "text.txt", **options, checkpoint=tmp_path / "state", progress=Interrupt(0, "factorising")
        )
    whole = fastvec.train(tmp_path / "text.txt", **options)
    np.testing.assert_array_equal(fastvec.resume(tmp_path / "state").vectors, whole.vectors)


def test_every_phase_is_told_and_planned(tmp_path):
    write_topics(tmp_path / "text.txt")
    told = []
    options = {"init": "ppmi-svd", "dim": 6, "cache": False}
    fastvec.train(tmp_path / "text.txt", **options, progress=told.append)
    phases = list(dict.fromkeys(progress.phase for progress in told))
    assert phases == ["reading", "planning", "counting", "weighting", "factorising", "compiling", "training"]
    planned = fastvec.plan(tmp_path / "text.txt", **options)
    assert {"counting", "weighting", "factorising", "training"} <= set(planned.seconds)
    with fastvec.read_corpus(tmp_path / "text.txt", cache=False) as corpus:
        text = Text.of(corpus, corpus.vocabulary())
        warm, cold = (word2vec.needs(Word2Vec(dim=6, init=init), corpus, text, 1) for init in ("ppmi-svd", "word2vec"))
    assert warm.phases[-len(cold.phases) :] == cold.phases
    assert {phase.name for phase in warm.phases} >= {"counting", "weighting", "factorising"}


def test_vectors_from_elsewhere_are_refused():
    given = fastvec.KeyedVectors(["salt", "rain"], np.ones((2, 3)))
    with pytest.raises(
        InputError, match="starts from init_from or from init='ppmi-svd', not from both; omit init_from"
    ):
        fastvec.train(two_topics(), init_from=given, init="ppmi-svd")


def test_a_good_start_wants_a_lower_learning_rate():
    for model, loss in WORD2VEC:
        warm, cold = (Word2Vec(model=model, loss=loss, init=init).for_words(9) for init in ("ppmi-svd", "word2vec"))
        assert warm.learning_rate < cold.learning_rate
        given = Word2Vec(model=model, loss=loss, init="ppmi-svd", learning_rate=0.4).for_words(9)
        assert (given.learning_rate, given.min_learning_rate) == (0.4, pytest.approx(4e-5))


@pytest.mark.parametrize(
    ("n_words", "options", "init"),
    [
        (999, {}, "word2vec"),
        (1_000, {}, "ppmi-svd"),
        (1_000, {"dim": 1_001}, "word2vec"),
        (1_000, {"init": "xavier"}, "xavier"),
        (250_000, {}, "ppmi-svd"),
        (250_001, {}, "word2vec"),
        (250_001, {"init": "ppmi-svd"}, "ppmi-svd"),
    ],
)
def test_the_number_of_words_decides_how_weights_start(n_words, options, init):
    assert Word2Vec(**options).for_words(n_words).init == init


def test_weights_that_are_given_are_not_replaced_by_a_ppmi_svd():
    chosen = Word2Vec().for_words(10_000, is_initialised=True)
    assert (chosen.init, chosen.learning_rate) == ("word2vec", Word2Vec.learning_rates["skipgram", "negative"][0])


def test_vectors_know_how_their_training_started():
    text = [[f"{k % 40}", f"{k}"] for k in range(1_200)] * 5
    wv = fastvec.train(text, dim=4, epochs=1, threads=1, sample=0)
    assert wv.metadata["parameters"]["init"] == "ppmi-svd"
    assert wv.metadata["parameters"]["learning_rate"] == Word2Vec.learning_rates["skipgram", "negative"][1]
    np.testing.assert_array_equal(
        wv.vectors, fastvec.train(text, dim=4, epochs=1, threads=1, sample=0, init="ppmi-svd").vectors
    )
