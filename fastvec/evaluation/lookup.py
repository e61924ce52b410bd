"""The words of a test set among the words of the vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import DataError, InputError
from fastvec.vectors import KeyedVectors
from fastvec.vectors.rows import normalize_rows


def fold(word: str, fold_case: bool) -> str:
    """Return the form under which a word is looked up: in upper case, as in gensim, if case is folded."""
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
        Whether words that differ only in case are the same.

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


def find_rows(wv: KeyedVectors, wanted: Sequence[str], vocab_size: int, *, fold_case: bool) -> NDArray[np.int64]:
    """Return the row of each word of a test set among the first words, (n_wanted,) int64; `vocab_size` if unknown."""
    matches = match_words(wv.words[:vocab_size], wanted, fold_case=fold_case)
    return matches.rows[matches.entries]


def unit_vectors(wv: KeyedVectors, rows: slice | NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the vectors of some words, scaled to length 1; a vector of zeros stays as it is.

    Raises
    ------
    InputError
        If a number is not finite.
    """
    wv.check_finite(rows)
    return normalize_rows(wv.vectors[rows])


def cut_vocabulary(wv: KeyedVectors, limit: int | None) -> int:
    """Return the number of words that a limit leaves."""
    return len(wv) if limit is None else min(limit, len(wv))


def uncovered(wv: KeyedVectors, n_words: int, n_items: int, items: str, name: str) -> InputError:
    """Return the error for a test set of which no item is covered."""
    first = ", ".join(wv.words[:3])
    return DataError(
        f"0 of {n_items:,} {items} covered: no item of {name} has all its words among the first {n_words:,} words of "
        f"the vectors ({first}, ...); use a test set in their language and spelling, or a larger vocabulary limit"
    )
