"""Vectors of texts."""

from pathlib import Path

import numpy as np
import pytest

import fastvec
from fastvec.errors import InputError
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors import texts
from fastvec.vectors.texts import Embedder, word_weights
from tests.texts import FOOD, WEATHER, two_topics

WORDS, COUNTS = ["the", "cat", "sat", "mat", "été"], [60, 20, 10, 6, 4]
VECTORS = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
TEXTS = ["the cat sat", "", "the the mat", "nothing known", "cat dog", "Été Cat"]


@pytest.fixture
def wv():
    return fastvec.KeyedVectors(WORDS, VECTORS, counts=COUNTS)


def expected(lines, weights=None, dim=6):
    """Return the weighted means of lists of words, word by word."""
    rows = []
    for words in lines:
        known = [WORDS.index(word) for word in words if word in WORDS]
        scale = np.ones(len(WORDS)) if weights is None else weights
        rows.append(sum((scale[k] * VECTORS[k] for k in known), np.zeros(dim)) / max(1, len(known)))
    return np.array(rows)


@pytest.mark.parametrize("block", [1, 1 << 22])
@pytest.mark.parametrize("given", ["strings", "bytes", "lists", "generator", "file", "pathological"])
def test_a_text_is_the_mean_of_its_words(wv, tmp_path, given, block, monkeypatch):
    monkeypatch.setattr(texts, "_BLOCK", block)
    monkeypatch.setattr(texts, "_LISTS", 2)
    (tmp_path / "x.txt").write_text("\n".join(TEXTS))
    source = {
        "strings": TEXTS,
        "bytes": [text.encode() for text in TEXTS],
        "lists": [text.split() for text in TEXTS],
        "generator": (text for text in TEXTS),
        "file": tmp_path / "x.txt",
        "pathological": [text.replace(" ", "\n\0 \t") for text in TEXTS],
    }[given]
    np.testing.assert_allclose(wv.embed(source), expected(map(str.split, TEXTS)), atol=1e-6)


def test_each_line_of_a_file_is_a_text(wv, tmp_path):
    (tmp_path / "x.txt").write_text("the cat\n\nmat\r\n")
    (tmp_path / "y.txt").write_text("sat")
    found = wv.embed([tmp_path / "x.txt", tmp_path / "y.txt"])
    np.testing.assert_allclose(found, expected([["the", "cat"], [], ["mat"], ["sat"]]), atol=1e-6)
    assert wv.embed(iter([""])).tolist() == [[0] * 6]


def test_text_is_split_as_in_training(wv):
    found = wv.embed(["The CAT, sat (mat)."], tokenizer="words", lowercase=True)
    np.testing.assert_allclose(found, expected([["the", "cat", "sat", "mat"]]), atol=1e-6)
    found = wv.embed(["the+cat", "sat"], tokenizer=lambda line: line.split("+"))
    np.testing.assert_allclose(found, expected([["the", "cat"], ["sat"]]), atol=1e-6)
    with pytest.raises(
        InputError, match=r"its result must hold strings|it must return a list of words, not int, in text 1"
    ):
        wv.embed(["the"], tokenizer=len)


def test_words_with_spaces_are_found_in_lists():
    wv = fastvec.KeyedVectors(["new york"], np.ones((1, 2)))
    assert wv.embed([["new york"], ["new", "york"]]).tolist() == [[1, 1], [0, 0]]


def test_weights_are_those_of_the_papers():
    p = np.array([*COUNTS, 0]) / 100
    np.testing.assert_allclose(word_weights(np.array(COUNTS), "sif"), 1e-3 / (1e-3 + p), rtol=1e-6)
    np.testing.assert_allclose(word_weights(np.array(COUNTS), "idf"), -np.log(np.maximum(p, 0.01)), rtol=1e-6)
    alpha = np.mean(p[:-1] > 1 - (1 - 1 / 5) ** 11) or 1 / 5  # Ethayarajh 2018, section 3.3
    a = (1 - alpha) / (alpha * 5 / 2)
    np.testing.assert_allclose(word_weights(np.array(COUNTS), "usif"), a / (a / 2 + p), rtol=1e-6)
    assert set(word_weights(np.array(COUNTS), "mean")) == {1}


def test_inverse_frequencies_weigh_words(wv):
    weights = word_weights(np.array(COUNTS), "idf")
    np.testing.assert_allclose(wv.embed(TEXTS, "idf"), expected(map(str.split, TEXTS), weights), atol=1e-6)


@pytest.mark.parametrize("weighting", ["sif", "usif"])
def test_what_texts_have_in_common_is_removed_and_kept(weighting, tmp_path):
    wv = fastvec.train(two_topics(), dim=8, epochs=2, threads=1)
    lines = [" ".join(words) for words in two_topics(200, seed=5)]
    found = wv.embed(lines, weighting)
    components = np.array(wv.metadata["texts"][weighting]["components"])
    np.testing.assert_allclose(components @ components.T, np.eye(len(components)), atol=1e-5)
    if weighting == "sif":
        assert np.abs(found @ components.T).max() < 1e-4
    wv.save(tmp_path / "v.safetensors")
    copy = fastvec.load(tmp_path / "v.safetensors")
    np.testing.assert_allclose(copy.embed(lines[7:8], weighting), found[7:8], atol=1e-6)
    with pytest.raises(InputError, match="embed a sample of your texts once, and save the vectors"):
        fastvec.KeyedVectors(wv.words, wv.vectors, counts=wv.counts).embed(lines[:9], weighting)


def test_topics_of_texts_are_separated():
    wv = fastvec.train(two_topics(2000), dim=8, threads=1)
    found = wv.embed([" ".join(FOOD[:3]), " ".join(FOOD[3:]), " ".join(WEATHER[:3])])
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2] + 0.5


def test_other_words_count_where_there_are_ngrams():
    subwords = Subwords(Ngrams(3, 3, 2), np.array([[1, 0], [0, 1]], np.float32))
    wv = fastvec.KeyedVectors(["the"], np.ones((1, 2)), subwords=subwords)
    np.testing.assert_allclose(wv.embed(["the unheard"])[0], (np.ones(2) + wv["unheard"]) / 2, atol=1e-6)


def test_words_are_counted(wv):
    embedder = Embedder(wv, "mean", "whitespace", lowercase=False)
    list(embedder.embed(TEXTS))
    assert (embedder.n_texts, embedder.n_empty) == (6, 3)
    assert (embedder.n_words, embedder.n_unknown) == (12, 5)


def test_what_cannot_be_done_is_refused(wv):
    with pytest.raises(InputError, match="weighting must be one of mean, sif, usif, idf, pv-dbow, not 'tfidf'"):
        wv.embed(TEXTS, "tfidf")
    with pytest.raises(InputError, match="weighting 'sif' needs the counts of words, which these vectors have not"):
        fastvec.KeyedVectors(WORDS, VECTORS).embed(TEXTS, "sif")


def test_the_command_writes_an_array(run, topics_txt):
    fastvec.train(Path("topics.txt"), dim=8, epochs=1, output="v.safetensors", cache=False)
    code, out, err = run("embed", "v.safetensors", "topics.txt", "-o", "x.npy")
    assert (code, out) == (0, "")
    assert "600 texts, 8 dimensions" in err
    assert "unknown: 0.0% of 4,800 words\n" in err
    np.testing.assert_array_equal(np.load("x.npy"), fastvec.load("v.safetensors").embed(Path("topics.txt")))
    assert (
        run("embed", "v.safetensors", "topics.txt", "-o", "x.npy", "--weighting=sif", "--save-common=w.safetensors")[0]
        == 0
    )
    np.testing.assert_allclose(
        np.load("x.npy"), fastvec.load("w.safetensors").embed(Path("topics.txt"), "sif"), atol=1e-6
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "x.txt"], "x.txt: the name must end in .npy"),
        (["-o", "x.npy", "--save-common", "w.safetensors"], "applies to the weightings sif and usif"),
        (["-o", "x.npy", "--weighting", "sif", "--save-common", "w.vec"], "only a .safetensors file can hold"),
        (["-o", "no/x.npy"], "no"),
    ],
)
def test_the_command_refuses_what_it_cannot_write(run, topics_txt, arguments, message):
    code, _, err = run("embed", "v.safetensors", "topics.txt", *arguments)
    assert code
    assert message in err
    assert err.count("\n") == 1
