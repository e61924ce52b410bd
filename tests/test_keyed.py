import pickle

import numpy as np
import pytest

from fastvec import FastvecError, InputError, KeyedVectors, UnknownWordError, load
from fastvec.vectors.elsewhere import MEANT
from fastvec.words import PackedWords


@pytest.fixture
def wv():
    return KeyedVectors(["ice", "snow", "fire"], [[3, 1], [2, 1], [-1, 2]], counts=[5, 3, 1], metadata={"dim": 2})


def test_a_word_gives_its_row(wv):
    assert wv["snow"].tolist() == [2, 1]
    assert wv.index("fire") == 2


def test_a_list_of_words_gives_a_matrix(wv):
    assert wv[["fire", "ice"]].tolist() == [[-1, 2], [3, 1]]
    assert wv[[]].shape == (0, 2)


def test_words_can_be_counted_looked_up_and_listed(wv):
    assert len(wv) == 3
    assert "ice" in wv
    assert "water" not in wv
    assert list(wv) == ["ice", "snow", "fire"]
    assert repr(wv) == "<KeyedVectors: 3 words, 2 dimensions, float32>"


def test_a_missing_word_is_named_without_quoted_quotes(wv):
    with pytest.raises(KeyError, match="water") as caught:
        wv["water"]
    assert isinstance(caught.value, FastvecError)
    assert str(caught.value) == "'water' is not among the 3 words"


@pytest.mark.parametrize("key", [0, slice(2), [0], None, 1.5, b"ice"])
def test_what_is_no_word_is_refused(wv, key):
    with pytest.raises(InputError, match="the key must"):
        wv[key]
    assert key not in wv


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Ice", "ice"),
        ("SNOW", "snow"),
        ("snw", "snow"),
        ("snowx", "snow"),
        ("Sonw", "snow"),
        ("new york", "new_york"),
        ("u.s.a.", "U.S.A."),
        ("rain", None),
        ("x" * 100, None),
    ],
)
def test_a_missing_word_is_answered_with_the_one_that_is_meant(word, meant):
    wv = KeyedVectors(["ice", "snow", "new_york", "U.S.A."], np.eye(4))
    with pytest.raises(UnknownWordError) as caught:
        wv[word]
    cure = "" if meant is None else f"; did you mean {meant!r}?"
    assert str(caught.value) == f"{word!r} is not among the 4 words{cure}"


def test_of_several_likely_words_the_most_frequent_is_suggested():
    wv = KeyedVectors(["a", "cat", "car"], np.eye(3))
    with pytest.raises(UnknownWordError, match="did you mean 'cat'"):
        wv["caz"]


def test_a_suggestion_is_found_among_many_words():
    wv = KeyedVectors([f"word{row}" for row in range(200_000)], np.zeros((200_000, 1), np.float16))
    _ = "word1" in wv
    with pytest.raises(UnknownWordError, match="did you mean 'word12345'"):
        wv["wrd12345"]


def test_lengths_are_those_of_the_numbers_that_are_there():
    wv = KeyedVectors(["a", "b", "c"], np.eye(3, dtype=np.float32) + 0.1)
    before = wv.most_similar("b")
    wv.vectors[0] *= 10
    assert dict(wv.most_similar("b")) == pytest.approx(dict(before))
    assert wv.similarities("a")[0] == pytest.approx(1)
    with pytest.raises(AttributeError):
        wv.vectors = np.eye(3)


def test_vectors_that_nobody_else_has_are_read_only_and_measured_once(wv, tmp_path):
    wv.save(tmp_path / "v.txt")
    for made in (wv.center(), load(tmp_path / "v.txt")):
        assert not made.vectors.flags.writeable
        assert made.norms is made.norms
        copied = pickle.loads(pickle.dumps(made))
        copied.vectors[0] *= 3
        assert copied.similarities("ice")[0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ab", np.eye(2)), "words must be a list of words, not 'ab'"),
        ((["a", 1], np.eye(2)), "words must hold words only; item 2 is 1"),
        ((None, np.eye(2)), "words must be a list of words, not None"),
        ((["a", "b"], [[1, 2], [3]]), "vectors must be a matrix of numbers"),
        ((["a", "b"], [["x"], ["y"]]), "vectors must be a matrix of numbers"),
    ],
)
def test_what_makes_no_vectors_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        KeyedVectors(*arguments)


def test_counts_are_integers():
    with pytest.raises(InputError, match="counts must be integers"):
        KeyedVectors(["a"], [[1]], counts=["x"])
    with pytest.raises(InputError, match="counts must be a list of integers, not an array of shape"):
        KeyedVectors(["a"], [[1]], counts=[[1]])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("key_to_index", "index(word), `word in wv` and `counts`"),
        ("index_to_key", "words"),
        ("get_nearest_neighbors", "most_similar"),
        ("load_word2vec_format", "fastvec.load(path)"),
        ("wmdistance", "to_gensim().wmdistance"),
    ],
)
def test_names_of_others_are_answered(wv, name, meant):
    for owner in (wv, KeyedVectors):
        with pytest.raises(AttributeError) as caught:
            getattr(owner, name)
        assert str(caught.value) == f"KeyedVectors has no attribute {name!r}; use {meant}"
        assert not hasattr(owner, name)
    with pytest.raises(AttributeError, match=r"KeyedVectors has no attribute 'colour'$"):
        _ = wv.colour


def test_no_name_is_both_there_and_answered():
    assert [name for name in MEANT if name in dir(KeyedVectors)] == []


def test_vectors_are_not_copied():
    matrix = np.zeros((2, 16), np.float32)
    wv = KeyedVectors(["a", "b"], matrix[:, :3])
    matrix[1, 2] = 7
    assert wv["b"].tolist() == [0, 0, 7]


def test_other_numbers_become_float32():
    assert KeyedVectors(["a"], np.float64([[1]])).vectors.dtype == np.float32
    assert KeyedVectors(["a"], np.float16([[1]])).vectors.dtype == np.float16


def test_words_that_come_twice_are_refused():
    with pytest.raises(InputError, match="'a' comes twice"):
        KeyedVectors(["a", "b", "a"], np.zeros((3, 2)))


@pytest.mark.parametrize("name", ["vectors", "context_vectors"])
def test_a_matrix_needs_a_row_for_each_word(name):
    arguments = {"vectors": np.zeros((2, 2))} | {name: np.zeros((3, 2))}
    with pytest.raises(InputError, match=f"{name} must have one row for each of the 2 words, not 3"):
        KeyedVectors(["a", "b"], **arguments)


def test_what_is_not_a_matrix_is_refused():
    with pytest.raises(InputError, match=r"vectors must be a matrix .* not an array of shape \(2,\)"):
        KeyedVectors(["a", "b"], [1, 2])


def test_counts_need_one_number_for_each_word():
    with pytest.raises(InputError, match="counts must have one row for each of the 1 words, not 2"):
        KeyedVectors(["a"], [[1]], counts=[1, 2])


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(InputError, match=r"'\\ud800' cannot be written as UTF-8"):
        PackedWords.pack(["\ud800"])


def test_norms_are_the_lengths(wv):
    assert wv.norms.tolist() == pytest.approx([10**0.5, 5**0.5, 5**0.5])
