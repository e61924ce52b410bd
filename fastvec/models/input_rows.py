"""The input rows of words with subwords: one for each word, and one for each bucket of n-grams that a word has.

Rows are trained in the order of how often they occur, so that the busiest are near one another.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus.text import Text
from fastvec.subwords import Ngrams, Subwords
from fastvec.words import PackedWords

Matrix = NDArray[np.float32]

#: Rounds of conjugate gradients that spread vectors over rows.
_ROUNDS = 10
#: Power of the number of words by which that of their n-grams grows, at most; 0.4 was seen on Wikipedia.
_GROWTH = 0.6


class InputRows(NamedTuple):
    """Which rows of the matrix of inputs belong to which word.

    Attributes
    ----------
    ngrams : Ngrams
    words : PackedWords
    starts, rows : (n_words + 1,) int64, (n,) int32
        The rows of word i are rows[starts[i]:starts[i + 1]], its own first.
    own : (n_words or 0,) int64
        The words' own rows, if they have any.
    keys, hashed : (n_keys,) int64
        The buckets that occur, rising, and their rows.
    updates : (n_rows,) float64
        How often each row is updated, falling.
    """

    ngrams: Ngrams
    words: PackedWords
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    own: NDArray[np.int64]
    keys: NDArray[np.int64]
    hashed: NDArray[np.int64]
    updates: NDArray[np.float64]

    @classmethod
    def of(cls, ngrams: Ngrams, words: PackedWords, updates: NDArray[np.float64]) -> "InputRows":
        """Find the rows of words; `updates`, (n_words,), is how often each word will be an input."""
        n_own = 0 if ngrams.hashes else len(words)
        starts, buckets = ngrams.split(words)
        keys, found = np.unique(buckets, return_inverse=True)
        lengths = np.diff(starts)
        visits = np.concatenate([updates[:n_own], np.bincount(found, np.repeat(updates, lengths), len(keys))])
        order = np.argsort(-visits, kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        all_starts = starts + np.minimum(np.arange(len(starts)), n_own)
        rows = np.empty(all_starts[-1], np.int32)
        is_own = np.zeros(len(rows), bool)
        is_own[all_starts[:n_own]] = True
        rows[is_own], rows[~is_own] = place[:n_own], place[n_own:][found]
        return cls(ngrams, words, all_starts, rows, place[:n_own], keys, place[n_own:], visits[order])

    @staticmethod
    def sizes(ngrams: Ngrams, text: Text) -> tuple[int, int]:
        """Estimate how many rows the words of a text have, different ones and all together, without those of words."""
        _, buckets = ngrams.split(text.words)
        scale = text.n_words / max(len(text.words), 1)
        n_keys = min(round(len(np.unique(buckets)) * scale**_GROWTH), ngrams.buckets)
        return n_keys, round(len(buckets) * scale)

    def __len__(self) -> int:
        return len(self.updates)

    def merges(self, updates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how often each row is chosen, if each of so many updates of words chooses one row of its word."""
        lengths = np.diff(self.starts)
        return np.bincount(self.rows, np.repeat(updates / lengths, lengths), len(self)).astype(np.float64)

    @staticmethod
    def spread_bytes(ngrams: Ngrams, text: Text, dim: int) -> int:
        """Return the bytes of memory that `spread` takes: five matrices of rows, three of words, and which rows."""
        n_keys, n_ngrams = InputRows.sizes(ngrams, text)
        return 4 * dim * (5 * (n_keys + text.n_words) + 3 * text.n_words) + 16 * (n_ngrams + text.n_words)

    def spread(self, vectors: Matrix) -> Matrix:
        """Return rows, (n_rows, dim) float32, whose means are close to the vectors of words.

        They are the shortest such rows but for a ridge: conjugate gradients for A^T A rows = A^T vectors, from zeros,
        where A takes means, stopped early.
        """
        from scipy.sparse import csr_matrix

        lengths = np.diff(self.starts)
        means = csr_matrix(
            (np.repeat(np.float32(1) / lengths.astype(np.float32), lengths), self.rows, self.starts),
            (len(lengths), len(self)),
        )
        transposed = means.T.tocsr()
        rows = np.zeros((len(self), vectors.shape[1]), np.float32)
        left = vectors.copy()
        gradient = transposed @ left
        direction, size = gradient.copy(), np.einsum("ij,ij->j", gradient, gradient)
        for _ in range(_ROUNDS):
            image = means @ direction
            step = size / np.maximum(np.einsum("ij,ij->j", image, image), 1e-30)
            rows += direction * step
            left -= image * step
            gradient = transposed @ left
            before, size = size, np.einsum("ij,ij->j", gradient, gradient)
            direction *= size / np.maximum(before, 1e-30)
            direction += gradient
        return rows

    def vectors(self, W: Matrix) -> tuple[Matrix, Subwords]:
        """Return the vectors of words, (n_words, dim) float32, and the rows of n-grams, from all rows."""
        subwords = Subwords(self.ngrams, W[self.hashed], self.keys)
        return subwords.compose(self.words, W[self.own]), subwords
