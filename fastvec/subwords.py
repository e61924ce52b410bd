"""Subwords: the character n-grams of words, and vectors made of them for any word (Bojanowski et al. 2017)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.words import PackedWords

Matrix = NDArray[np.float32]

_BLOCK = 1 << 14  # rows


@dataclass(frozen=True)
class Ngrams:
    """Which n-grams a word has, and which buckets they are in.

    Attributes
    ----------
    shortest, longest : int
        Length of an n-gram in characters, with ``<`` and ``>`` for the ends of the word.
    buckets : int
        An n-gram's bucket is its hash modulo this number.
    hashes : int
        0: each n-gram is in one bucket, and words have rows of their own, as in fastText. 1 to 4: each n-gram is in so
        many buckets, and so is the word, which has no other row, as in floret.
    """

    shortest: int
    longest: int
    buckets: int
    hashes: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether there can be such n-grams."""
        return 1 <= self.shortest <= self.longest and self.buckets >= 1 and 0 <= self.hashes <= 4

    @property
    def kind(self) -> str:
        """What files hold, as `fastvec.vectors.format.Format` calls it."""
        return "floret n-grams" if self.hashes else "n-grams"

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of `fastvec.Word2Vec` that choose them."""
        sizes = f"{self.shortest}-{self.longest}"
        if self.hashes:
            return {"subwords": f"floret:{sizes}", "buckets": self.buckets, "hashes": self.hashes}
        return {"subwords": sizes, "buckets": self.buckets}

    def split(self, words: PackedWords) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the buckets of the n-grams of words.

        Returns
        -------
        starts : (n_words + 1,) int64
            Where those of each word begin.
        buckets : (n,) int64
            In the order of the text, with repetitions.
        """
        from fastvec.kernels.floret import hash_keys  # here, for files that open without compiled code
        from fastvec.kernels.subwords import hash_ngrams

        starts, hashes = np.empty(len(words) + 1, np.int64), np.empty(0, np.uint32)
        for _ in range(2):
            if self.hashes:
                hash_keys(words.data, words.offsets, self.shortest, self.longest, self.hashes, starts, hashes)
            else:
                hash_ngrams(words.data, words.offsets, self.shortest, self.longest, starts, hashes)
            hashes = np.empty(starts[-1], np.uint32) if not hashes.size else hashes
        return starts, hashes.astype(np.int64) % self.buckets


class Subwords:
    """The rows of n-grams, which make vectors of words that are not in a vocabulary.

    Parameters
    ----------
    ngrams : Ngrams
    rows : (n_rows, dim) float32, float16 or int8
        The last are a `fastvec.vectors.quantized.Quantized`.
    keys : (n_rows,) int, rising, optional
        The bucket of each row, where there are rows for some only: those of the others are zeros. None means all.
    """

    def __init__(self, ngrams: Ngrams, rows: Matrix, keys: NDArray[np.int64] | None = None) -> None:
        self.ngrams, self.rows, self.keys = ngrams, rows, keys

    def __repr__(self) -> str:
        return f"<Subwords: {self.ngrams.parameters['subwords']}, {len(self.rows):,} rows>"

    def describe(self) -> dict[str, Any]:
        """Return the parameters of the n-grams, and the number and kind of the rows, as JSON values."""
        return self.ngrams.parameters | {"rows": len(self.rows), "dtype": str(self.rows.dtype)}

    def changed(self, change: Callable[[NDArray[Any]], Any]) -> "Subwords":
        """Return these with the rows changed."""
        return Subwords(self.ngrams, change(self.rows), self.keys)

    def vector(self, word: str) -> Matrix:
        """Return the mean of the rows of a word's n-grams, (dim,) float32."""
        found: Matrix = self.compose(PackedWords.pack([word]))[0]
        return found

    def compose(self, words: PackedWords, own: Matrix | None = None) -> Matrix:
        """Return the means of words' own rows, if they have any, and their n-grams' rows: (n_words, dim) float32."""
        from fastvec.kernels.subwords import average

        out = np.empty((len(words), self.rows.shape[1]), np.float32)
        for first in range(0, len(words), _BLOCK):
            part = slice(first, first + _BLOCK)
            starts, buckets = self.ngrams.split(words.part(part.start, part.stop))
            places, rows = self.find(buckets), self.rows
            if rows.dtype != np.float32:
                used, places = np.unique(places, return_inverse=True)
                n_missing = int(np.searchsorted(used, 0))  # -1 is the first, if it is there, and stays
                places -= n_missing
                rows = rows[used[n_missing:]].astype(np.float32)
            average(starts, places, rows, rows[:0] if own is None else own[part], out[part])
        return out

    def find(self, buckets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of buckets; -1 where there is none."""
        if self.keys is None:
            return buckets
        if not len(self.keys):
            return np.full(buckets.shape, -1)
        places = np.minimum(np.searchsorted(self.keys, buckets), len(self.keys) - 1)
        return np.where(self.keys[places] == buckets, places, -1)

    def all_rows(self) -> Iterator[Matrix]:
        """Yield the rows of all buckets, in blocks; zeros for those that have none."""
        for start in range(0, self.ngrams.buckets, _BLOCK):
            places = self.find(np.arange(start, min(start + _BLOCK, self.ngrams.buckets)))
            block = np.zeros((len(places), self.rows.shape[1]), np.float32)
            block[places >= 0] = self.rows[places[places >= 0]]
            yield block

    def updated(self, other: "Subwords") -> "Subwords":
        """Return these rows with those of another set, of the same n-grams, in their place or beside them."""
        if self.keys is None or other.keys is None:
            rows = np.array(self.rows if self.keys is None else other.rows, np.float32)
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
