"""Text that is numbers already."""

import re

import numpy as np
import pytest

import fastvec
from fastvec.corpus import numbers
from fastvec.errors import FileError, InputError

WALKS = [[7, 3, 3, 0], [12, 7], [3, 3, 0, 12]]
PADDED = np.array([row + [-1] * (4 - len(row)) for row in WALKS])
TEXT = [[str(number) for number in walk] for walk in WALKS]


def stream(source, **options):
    """Return the words, counts and ids of a source."""
    with fastvec.read_corpus(source, **options) as corpus:
        ids = np.empty(corpus.n_ids, np.int32)
        corpus.read(0, ids)
        vocabulary = corpus.vocabulary(1)
        return vocabulary.words, vocabulary.counts.tolist(), ids.tolist()


@pytest.mark.parametrize("chunk", [1, 5, 1 << 20])
@pytest.mark.parametrize(
    "source",
    [
        PADDED,
        PADDED.astype(np.int16),
        WALKS,
        [np.array(walk, np.uint8) for walk in WALKS],
        [tuple(map(np.int32, walk)) for walk in WALKS],
        np.array([7, 3, 3, 0, -1, -5, 12, 7, -1, 3, 3, 0, 12]),
        [[*WALKS[0], -1], [], *WALKS[1:]],
    ],
    ids=lambda source: type(source).__name__,
)
def test_numbers_are_the_words_that_they_would_be_as_text(source, chunk, monkeypatch):
    monkeypatch.setattr(numbers, "_CHUNK", chunk)
    assert stream(source) == stream(TEXT)


def test_a_generator_of_numbers_is_read_once():
    assert stream(np.array(walk) for walk in WALKS) == stream(TEXT)


def test_a_file_of_numbers_is_read_and_cached(tmp_path):
    np.save(tmp_path / "walks.npy", PADDED)
    found = stream(tmp_path / "walks.npy", cache_dir=tmp_path)
    assert found == stream(TEXT)
    with fastvec.read_corpus(tmp_path / "walks.npy", cache_dir=tmp_path) as corpus:
        assert corpus.is_reused
    assert stream([tmp_path / "walks.npy"] * 2, cache=False)[1] == [2 * count for count in found[1]]


def test_a_file_of_numbers_may_have_any_order_of_bytes_and_axes(tmp_path):
    np.save(tmp_path / "x.npy", np.asfortranarray(PADDED.astype(">i4")))
    assert stream(tmp_path / "x.npy", cache=False) == stream(TEXT)


def test_a_large_number_may_stand_beside_small_ones():
    made = numbers.Index()
    assert made.look_up(np.array([numbers._MOST - 1, 5, -1, 5]), "x").tolist() == [0, 1, -1, 1]
    assert made.words == [str(numbers._MOST - 1), "5"]
    assert made.look_up(np.array([7, 5]), "x").tolist() == [2, 1]
    assert made.counts.tolist() == [1, 3, 1]


def test_training_on_numbers_makes_the_vectors_of_the_text():
    rng = np.random.default_rng(0)
    walks = rng.integers(0, 30, (300, 12)) + 30 * (np.arange(300)[:, None] % 2)
    options = {"dim": 8, "epochs": 3, "threads": 1, "sample": 0}
    wv = fastvec.train(walks, **options)
    text = fastvec.train([list(map(str, row)) for row in walks.tolist()], **options)
    assert wv.words == text.words
    np.testing.assert_array_equal(wv.vectors, text.vectors)
    assert {int(word) < 30 for word, _ in wv.most_similar("5", topn=5)} == {True}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (np.ones((2, 2, 2), int), r"must be integers in rows, \(n, m\), not int64 of shape \(2, 2, 2\)"),
        (np.empty((0, 3), int), r"not int64 of shape \(0, 3\)"),
        ([[1, 2], ["a"]], "item 2 of the source must be integers, as the first is, not list"),
        (
            [np.array([1]), np.array([0.5])],
            r"item 2 of the source must be integers, as the first is, not float64 of shape",
        ),
        ([[1 << 28]], r"268435456 is too large for a word's number, .* np.unique\(..., return_inverse=True\)"),
    ],
)
def test_what_is_no_sentence_of_numbers_is_refused(source, message):
    with pytest.raises(InputError, match=message):
        fastvec.read_corpus(source)


def test_a_tokenizer_of_numbers_is_refused():
    with pytest.raises(InputError, match="already split into words"):
        fastvec.read_corpus(PADDED, tokenizer="words")


def test_files_of_other_arrays_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((3, 3)))
    with pytest.raises(
        FileError, match=r"x.npy: holds float64 of shape \(3, 3\); integers in rows, \(n, m\), are expe"
    ):
        fastvec.read_corpus(tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", np.empty((0, 3), int))
    with pytest.raises(InputError, match=r"x.npy: must be integers in rows, \(n, m\), not int64 of shape \(0, 3\)"):
        fastvec.read_corpus(tmp_path / "x.npy")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (b"(2, 3)", b"(2, 3", "its header is not that of a .npy file"),
        (b"(2, 3)", b"(2, 99999999999)", "claims 1,599,999,999,984 bytes for its array, and holds "),
        (b"(2, 3)", b"(2, 9" + b"9" * 30 + b")", "its header is not that of a .npy file"),
        (b"(2, 3)", b"(" * 3000, "its header is not that of a .npy file"),
        (b"(2, 3)", b"(2L, 3)", "its header is not that of a .npy file"),
        (b"<i8", b"<i3", "'<i3' is no kind of number"),
    ],
)
def test_damaged_files_of_arrays_are_refused(tmp_path, before, after, message):
    np.save(tmp_path / "x.npy", np.ones((2, 3), np.int64))
    data = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(data.replace(before, after))
    with pytest.raises(FileError, match=rf"x.npy: .*{re.escape(message)}"):
        fastvec.read_corpus(tmp_path / "x.npy")
