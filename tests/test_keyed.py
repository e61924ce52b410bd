import numpy as np
import pytest

from fastvec import FastvecError, InputError, KeyedVectors
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
