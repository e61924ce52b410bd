"""Subwords: the character n-grams of words, and vectors made of them for any word (Bojanowski et al. 2017)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastvec.words import PackedWords

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Ngrams:
    """Which n-grams a word has, and which bucket each is in.

    Attributes
    ----------
    shortest, longest : int
        Length of an n-gram in characters, with ``<`` and ``>`` for the ends of the word.
    buckets : int
        An n-gram's bucket is its hash modulo this number.
    """

    shortest: int
    longest: int
    buckets: int

    def split(self, words: PackedWords) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the buckets of the n-grams of words.

        Returns
        -------
        starts : (n_words + 1,) int64
            Where those of each word begin.
        buckets : (n,) int64
            In the order of the text, with repetitions.
        """
        from fastvec.kernels.subwords import hash_ngrams  # here, for files that open without compiled code

        starts, hashes = np.empty(len(words) + 1, np.int64), np.empty(0, np.uint32)
        for _ in range(2):
            hash_ngrams(words.data, words.offsets, self.shortest, self.longest, starts, hashes)
            hashes = np.empty(starts[-1], np.uint32) if not hashes.size else hashes
        return starts, hashes.astype(np.int64) % self.buckets


class Subwords:
    """The rows of n-grams, which make vectors of words that are not in a vocabulary.

    Parameters
    ----------
    ngrams : Ngrams
    rows : (n_rows, dim) float32
    keys : (n_rows,) int, rising, optional
        The bucket of each row, where there are rows for some only: those of the others are zeros. None means all.
    """

    def __init__(self, ngrams: Ngrams, rows: Matrix, keys: NDArray[np.int64] | None = None) -> None:
        self.ngrams, self.rows, self.keys = ngrams, rows, keys

    def __repr__(self) -> str:
        return f"<Subwords: {self.ngrams.shortest}-{self.ngrams.longest}, {len(self.rows):,} rows>"

    def vector(self, word: str) -> Matrix:
        """Return the mean of the rows of a word's n-grams, (dim,) float32."""
        found: Matrix = self.compose(PackedWords.pack([word]))[0]
        return found

    def compose(self, words: PackedWords, own: Matrix | None = None) -> Matrix:
        """Return the means of words' own rows, if they have any, and their n-grams' rows: (n_words, dim) float32."""
        from fastvec.kernels.subwords import average

        starts, buckets = self.ngrams.split(words)
        out = np.empty((len(words), self.rows.shape[1]), np.float32)
        average(starts, self.find(buckets), self.rows, self.rows[:0] if own is None else own, out)
        return out

    def find(self, buckets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of buckets; -1 where there is none."""
        if self.keys is None:
            return buckets
        if not len(self.keys):
            return np.full(buckets.shape, -1)
        places = np.minimum(np.searchsorted(self.keys, buckets), len(self.keys) - 1)
        return np.where(self.keys[places] == buckets, places, -1)

    def updated(self, other: "Subwords") -> "Subwords":
        """Return these rows with those of another set, of the same n-grams, in their place or beside them."""
        if self.keys is None or other.keys is None:
            rows = np.array(self.rows if self.keys is None else other.rows)
            rows[slice(None) if other.keys is None else other.keys] = other.rows
            return Subwords(self.ngrams, rows)
        keys = np.union1d(self.keys, other.keys)
        rows = np.empty((len(keys), self.rows.shape[1]), np.float32)
        rows[np.searchsorted(keys, self.keys)] = self.rows
        rows[np.searchsorted(keys, other.keys)] = other.rows
        return Subwords(self.ngrams, rows, keys)

    def own_rows(self, words: PackedWords, vectors: Matrix) -> Matrix:
        """Return the words' own rows, which `compose` would make these vectors of: (n_words, dim) float32."""
        starts, _ = self.ngrams.split(words)
        n_rows = np.diff(starts)[:, None].astype(np.float32)
        return vectors * (n_rows + 1) - self.compose(words) * n_rows
