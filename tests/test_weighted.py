import gzip

import numpy as np
import pytest
from click.testing import CliRunner
from fastvec_cli import cooccurrence, train, vocab

import fastvec
from fastvec.cooccurrence import counting
from fastvec.corpus.thinned import of_epochs
from fastvec.errors import FastvecError, InputError
from tests.models import Interrupt, options_of
from tests.naive import counts as naive

RANDOM = np.random.default_rng(0)
SENTENCES = [[f"w{k}" for k in RANDOM.integers(0, 30, 8) ** 2 // 30] for _ in range(200)]
WHOLE = RANDOM.integers(0, 4, len(SENTENCES))
FRACTIONS = RANDOM.random(len(SENTENCES)) * 3
REPEATED = [sentence for sentence, n in zip(SENTENCES, WHOLE, strict=True) for _ in range(n)]


@pytest.mark.parametrize("model", ["ppmi-svd", "glove"])
def test_whole_weights_count_as_repeated_sentences_do(model):
    options = {"min_count": 2, "sample": 0, "dim": 5}
    weighted = fastvec.train(SENTENCES, model, weights=WHOLE, **options)
    repeated = fastvec.train(REPEATED, model, **options)
    assert weighted.words == repeated.words
    np.testing.assert_array_equal(weighted.counts, repeated.counts)
    np.testing.assert_array_equal(weighted.vectors, repeated.vectors)
    assert weighted.metadata["inputs"] == ["text", "weights"]


@pytest.mark.parametrize("memory", [None, 10_000])
@pytest.mark.parametrize("window", [3, 40])
def test_fractions_multiply_the_counts(monkeypatch, window, memory):
    monkeypatch.setattr(counting, "READ", 64)
    if memory is not None:
        monkeypatch.setattr(counting, "PROGRAM", 0)
        monkeypatch.setattr(counting, "BLOCK_CELLS", 1)
    corpus = fastvec.read_corpus(SENTENCES).weighted(FRACTIONS)
    words = corpus.vocabulary(1)
    ids = [[words[word] for word in sentence] for sentence in SENTENCES]
    expected = sum(
        weight * naive.cooccurrence([sentence], len(words), window, "harmonic", "both")
        for weight, sentence in zip(FRACTIONS, ids, strict=True)
    )
    made = fastvec.count_cooccurrence(corpus, words, window=window, memory=memory, threads=1)
    np.testing.assert_allclose(made.matrix.toarray(), expected, rtol=1e-5)


@pytest.mark.parametrize("mode", ["skipgram", "cbow-hierarchical", "pv-dbow"])
def test_weights_of_one_change_nothing(mode):
    options = options_of(mode, dim=5, epochs=2, threads=1, min_count=1)
    weighted = fastvec.train(SENTENCES, weights=[1] * len(SENTENCES), **options)
    np.testing.assert_array_equal(weighted.vectors, fastvec.train(SENTENCES, **options).vectors)


def test_sentences_occur_as_often_as_they_weigh():
    corpus = fastvec.read_corpus([[f"s{k}"] for k in range(40)] * 9).weighted(np.resize(FRACTIONS, 360)).repeated()
    words = corpus.vocabulary(1)
    text, ids, n_epochs = of_epochs(corpus, 1), np.empty(corpus.n_ids, np.int32), 300
    found = np.zeros(len(words))
    for text.epoch in range(n_epochs):
        text.read(0, ids)
        found += np.bincount(ids[(ids >= 0) & (ids < len(words))], minlength=len(words))
    expected = np.resize(FRACTIONS, 360).reshape(9, 40).sum(0)[[int(word[1:]) for word in words]]
    np.testing.assert_allclose(found / n_epochs, expected, rtol=0.05)
    part = np.empty(50, np.int32)
    text.read(70, part)
    np.testing.assert_array_equal(part, ids[70:120])


def test_copies_are_whole_sentences_spread_over_the_text():
    corpus = fastvec.read_corpus(["a b", "c", "d e f", "g"]).weighted([1, 1, 2.5, 1]).repeated()
    lines = b"".join(corpus.text()).decode().splitlines()
    assert lines == ["a b", "d e f", "c", "d e f", "g", "d e f"]
    np.testing.assert_array_equal(corpus.weights, [1, 0.5, 1, 1, 1, 1])
    assert sorted(zip(corpus.vocabulary(1), corpus.vocabulary(1).counts.tolist(), strict=True)) == [
        ("a", 1), ("b", 1), ("c", 1), ("d", 2), ("e", 2), ("f", 2), ("g", 1),
    ]  # fmt: skip


def test_a_vocabulary_that_drops_sentences_leaves_their_neighbours_their_weights():
    corpus = fastvec.read_corpus(["a b", "x y", "b a a"])
    words = fastvec.Vocabulary(["a", "b"], [9, 8])
    counts = fastvec.count_cooccurrence(corpus.weighted([0.5, 7, 2]).with_vocabulary(words), words, window=1)
    np.testing.assert_array_equal(counts.matrix.toarray(), [[4, 2.5], [2.5, 0]])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 2], "weights: 2 weights for 3 sentences of the source; each sentence .a line with words. must have one"),
        ([1, -2, 1], "weights: item 2: must be a finite number of at least 0, not -2"),
        ([1, np.nan, 1], "weights: item 2: .* not nan"),
        ([0, 0, 0], "weights: all weights are 0"),
        ([1e300] * 3, "the weights of its sentences are too large to add up; divide them"),
        ([1e17] * 3, "the weights of its sentences are too large to add up; divide them"),
        ([1, "1", 1] * 99, "weights must be numbers, one for each sentence, not '1'"),
        ([[1], [1], [1]], "weights: must be a list of numbers, not int64 of shape"),
        ("1\n\nx\n1\n", "w.txt: line 3: must be a finite number of at least 0, not 'x'"),
        ("a sentence " * 9, "w.txt: line 1: .* not 'a sentence a sentence a sentence a sente'"),
        ("1\n1\ninf\n", "w.txt: line 3: must be a finite number of at least 0, not inf"),
        (None, "absent.txt: cannot be read"),
    ],
)
def test_other_weights_are_refused(tmp_path, weights, message):
    if isinstance(weights, str):
        (tmp_path / "w.txt").write_text(weights)
        weights = tmp_path / "w.txt"
    weights = tmp_path / "absent.txt" if weights is None else weights
    with pytest.raises(FastvecError, match=message):
        fastvec.train(["a b", "b c", "c a"], "ppmi-svd", dim=2, min_count=1, weights=weights)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones((3, 1), order="F"), r"w.npy: holds float64 of shape \(3, 1\); a list of numbers is expected"),
        (np.array([{}, 1, 1], object), "w.npy: holds Python objects; a list of numbers is expected"),
        (np.empty(0), "w.npy: 0 weights for 3 sentences"),
        (None, "w.npy: claims 24 bytes for its array, and holds 23; a list of numbers is expected"),
    ],
)
def test_other_files_of_weights_are_refused(tmp_path, array, message):
    path = tmp_path / "w.npy"
    np.save(path, np.ones(3) if array is None else array)
    if array is None:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FastvecError, match=message):
        fastvec.train(["a b", "b c", "c a"], "ppmi-svd", dim=2, min_count=1, weights=path)


def test_a_text_gets_weights_once_and_after_its_phrases():
    corpus = fastvec.read_corpus(["a b", "b a"]).weighted([1, 2])
    with pytest.raises(InputError, match="its sentences have weights already; omit weights"):
        fastvec.train(corpus, weights=[1, 2])
    with pytest.raises(InputError, match="its sentences have weights; join phrases before it gets them"):
        corpus.with_joined(["a"], ["b"])


def run(command, *arguments):
    return CliRunner().invoke(command.command, ["text.txt", "--cache-dir", "cache", *arguments])


def test_commands_read_weights_from_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("".join(" ".join(sentence) + "\n\n" for sentence in SENTENCES))
    with gzip.open("w.gz", "wt") as file:
        file.writelines(f"{weight}\n\n" for weight in FRACTIONS)
    np.save("w.npy", FRACTIONS)
    counts = run(vocab, "--weights", "w.gz", "--min-count", "1").stdout.splitlines()
    corpus = fastvec.read_corpus(SENTENCES).weighted(FRACTIONS)
    assert counts == [line.rstrip("\n") for line in corpus.vocabulary(1).lines()]
    for name in ("w.gz", "w.npy"):
        assert run(cooccurrence, "--weights", name, "-o", f"{name}.npz", "--min-count", "1").exit_code == 0
        made = fastvec.Cooccurrence.load(f"{name}.npz").matrix.toarray()
        expected = fastvec.count_cooccurrence(corpus, corpus.vocabulary(1)).matrix.toarray()
        np.testing.assert_array_equal(made, expected)
    assert run(train, "--weights", "w.npy", "--dim", "4", "-o", "v.safetensors", "--quiet").exit_code == 0
    assert fastvec.load("v.safetensors").metadata["inputs"] == ["text", "weights"]
    refused = run(cooccurrence, "--pairs", "--weights", "w.npy", "-o", "p.npz")
    assert refused.exit_code == 2
    assert "--weights does not apply to --pairs" in refused.stderr


@pytest.mark.usefixtures("poll_often")
def test_an_interrupted_training_knows_its_weights(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("".join(" ".join(sentence) + "\n" for sentence in SENTENCES * 20))
    weights = np.resize(FRACTIONS, 20 * len(SENTENCES))
    options = {"dim": 5, "epochs": 20, "threads": 1, "weights": weights}
    whole = fastvec.train(text, **options)
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(text, checkpoint=tmp_path / "state", progress=Interrupt(1, "training"), **options)
    with pytest.raises(InputError, match="started with other weights; omit weights"):
        fastvec.resume(tmp_path / "state", weights=weights + 1)
    resumed = fastvec.resume(tmp_path / "state", weights=weights)
    np.testing.assert_array_equal(resumed.vectors, whole.vectors)


def test_a_plan_knows_the_sentences_that_are_repeated():
    planned = fastvec.plan(SENTENCES, dim=5, min_count=1, weights=np.full(len(SENTENCES), 2.5))
    assert planned.n_tokens == 3 * 8 * len(SENTENCES)
    assert planned.fits
    [file] = [file for file in planned.files if "weights" in file.what]
    assert file.size == 4 * 3 * 9 * len(SENTENCES)
