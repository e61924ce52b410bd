"""The words of a test set among the words of the vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError

if TYPE_CHECKING:
    from fastvec.vectors import KeyedVectors


def fold(word: str, fold_case: bool) -> str:
    """Give the form under which a word is looked up: in upper case, as gensim's, where case is folded."""
    return word.upper() if fold_case else word


@dataclass(frozen=True, eq=False)
class Matches:
    """Which words of a vocabulary stand for the words of a test set.

    Words that fold to the same form are one *entry*; an entry's vector is that of the first, most frequent, word of
    the vocabulary that folds to it.

    Attributes
    ----------
    entries : (n_wanted,) int32
        The entry of each word of the test set.
    rows : (n_entries,) int64
        The first word of the vocabulary that stands for an entry; the size of the vocabulary where none does.
    owners : (n_words,) int32
        The entry that each word of the vocabulary stands for, or -1.
    """

    entries: NDArray[np.int32]
    rows: NDArray[np.int64]
    owners: NDArray[np.int32]


def match_words(words: Sequence[str], wanted: Sequence[str], *, fold_case: bool = True) -> Matches:
    """Find the words of a test set in a vocabulary.

    Parameters
    ----------
    words : sequence of str
        The vocabulary, by falling frequency, cut at the limit.
    wanted : sequence of str
        The words to find; may repeat.
    fold_case : bool
        Whether words that differ in case only are the same.

    Examples
    --------
    >>> match_words(["the", "paris", "Paris"], ["Paris", "PARIS", "Rome"]).rows.tolist()
    [1, 3]
    """
    numbers: dict[str, int] = {}
    entries = [numbers.setdefault(fold(word, fold_case), len(numbers)) for word in wanted]
    find = numbers.get
    folded = map(str.upper, words) if fold_case else words
    owners = np.fromiter((find(word, -1) for word in folded), np.int32, len(words))
    rows = np.full(len(numbers), len(words), np.int64)
    known = np.flatnonzero(owners >= 0)[::-1]
    rows[owners[known]] = known  # of several words the first, which is written last
    return Matches(np.array(entries, np.int32), rows, owners)


def unit_rows(wv: "KeyedVectors", start: int, stop: int) -> NDArray[np.float32]:
    """Give the vectors of a range of words, scaled to length 1; a vector of zeros stays as it is.

    Raises
    ------
    InputError
        If a number is not finite.
    """
    return _scale(wv.finite_rows(start, stop))


def unit_vectors(wv: "KeyedVectors", rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Give the vectors of some words, as `unit_rows` does."""
    if not len(rows):
        return np.empty((0, wv.dim), np.float32)
    return _scale(np.concatenate([wv.finite_rows(row, row + 1) for row in rows.tolist()]))


def _scale(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    lengths[lengths == 0] = 1
    return np.asarray(vectors / lengths[:, None], np.float32)


def cut_vocabulary(wv: "KeyedVectors", vocab_limit: int | None) -> int:
    """Give the number of words that a limit leaves.

    Raises
    ------
    InputError
        If the limit is below 1.
    """
    if vocab_limit is not None and vocab_limit < 1:
        raise InputError(f"vocab_limit must be at least 1, or None for all words, not {vocab_limit}")
    return len(wv) if vocab_limit is None else min(vocab_limit, len(wv))


def uncovered(wv: "KeyedVectors", n_words: int, n_items: int, items: str, name: str) -> InputError:
    """Give the error for a test set of which the vectors know nothing."""
    first = ", ".join(wv.words[:3])
    return InputError(
        f"0 of {n_items:,} {items} covered: no item of {name} has all its words among the first {n_words:,} words of "
        f"the vectors ({first}, ...); take a test set in their language and spelling, or a larger vocabulary limit"
    )
