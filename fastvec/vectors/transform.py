"""New vectors from old: other lengths, another origin, fewer or more words, another space.

Each method gives new `KeyedVectors` and leaves the old as they are. Context vectors, which belong to the old space,
are not taken over, nor is what made vectors for other words.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError, UnknownWordError
from fastvec.vectors.search import unit_rows
from fastvec.vectors.storage import Storage

_BLOCK = 4096  # rows handled at once


class Transforms(Storage):
    """The part of `KeyedVectors` that makes others."""

    def normalize(self) -> Self:
        """Scale each vector to length 1; vectors of zeros stay."""
        return self._with(np.concatenate([unit_rows(self.vectors[rows]) for rows in self._blocks()]))

    def center(self) -> Self:
        """Subtract the mean of all vectors from each."""
        return self._with(self.vectors - self._mean())

    def remove_components(self, n_components: int | None = None) -> Self:
        """Center, and take away the directions in which the vectors vary most ("all but the top").

        Parameters
        ----------
        n_components : int, optional
            How many directions; without it a hundredth of the dimensions, at least one, as in the paper.

        Raises
        ------
        InputError
            If there are not so many dimensions.

        References
        ----------
        Mu and Viswanath, "All-but-the-top: simple and effective postprocessing for word representations", ICLR 2018.
        """
        count = max(1, self.dim // 100) if n_components is None else n_components
        if not 1 <= count < self.dim:
            raise InputError(f"n_components must be at least 1 and below {self.dim}, not {count}")
        mean = self._mean()
        covariance = np.zeros((self.dim, self.dim))
        for rows in self._blocks():
            centered = (self.vectors[rows] - mean).astype(np.float64)
            covariance += centered.T @ centered
        top = np.linalg.eigh(covariance)[1][:, -count:].astype(np.float32)
        result = self.vectors - mean
        for rows in self._blocks():
            result[rows] -= (result[rows] @ top) @ top.T
        return self._with(result)

    def subset(self, words: Sequence[str]) -> Self:
        """Keep some words, in the order given.

        Raises
        ------
        UnknownWordError
            If a word is not among the words.
        InputError
            If a word is given twice.
        """
        rows = np.array([self.index(word) for word in words], np.int64)
        counts = None if self.counts is None else self.counts[rows]
        contexts = None if self.context_vectors is None else self.context_vectors[rows]
        return type(self)(words, self.vectors[rows], counts=counts, context_vectors=contexts, metadata=self.metadata)

    def concatenate(self, other: Storage) -> Self:
        """Give each word that both have its two vectors, one after the other.

        The order of words and the counts are those of the first. Where the vectors differ much in length, normalize
        them first.

        Raises
        ------
        InputError
            If they have no word in common.
        """
        words = self._shared(other)
        joined = np.hstack([self[words], other[words]])
        counts = None if self.counts is None else self.counts[[self.index(word) for word in words]]
        return type(self)(words, joined, counts=counts)

    def align(self, other: Storage, words: Sequence[str] | None = None) -> Self:
        """Rotate the vectors so that they come as near as can be to those of another set (orthogonal Procrustes).

        Lengths and angles within the set do not change.

        Parameters
        ----------
        other : KeyedVectors
            The set to align to, of as many dimensions.
        words : sequence of str, optional
            The words whose vectors should meet; without it all that both have.

        Raises
        ------
        InputError
            If the dimensions differ, or there is no word to align by.
        UnknownWordError
            If one of `words` is missing in a set.

        References
        ----------
        Schönemann, "A generalized solution of the orthogonal Procrustes problem", Psychometrika 31, 1966.
        """
        if other.dim != self.dim:
            raise InputError(f"sets to align must have as many dimensions, not {self.dim} and {other.dim}")
        anchors = self._shared(other) if words is None else list(words)
        if not anchors:
            raise InputError("align needs at least one word")
        product = self[anchors].astype(np.float64).T @ other[anchors].astype(np.float64)
        left, _, right = np.linalg.svd(product)
        return self._with(self.vectors.astype(np.float32, copy=False) @ (left @ right).astype(np.float32))

    def embedding_matrix(self, words: Sequence[str], *, missing: str = "error", seed: int = 1) -> NDArray[np.float32]:
        """Give a matrix with a row for each of some words, for the embedding layer of a neural network.

        Parameters
        ----------
        words : sequence of str
            The words, in the order of the layer's ids.
        missing : {"error", "zeros", "mean", "random"}
            What a word without a vector gets: nothing, and an `UnknownWordError` is raised; zeros; the mean of all
            vectors; or normal noise with the mean and standard deviation of all numbers.
        seed : int
            For "random".

        Returns
        -------
        (n, dim) float32

        Raises
        ------
        UnknownWordError
            If a word has no vector and `missing` is "error".
        InputError
            If `missing` is unknown.
        """
        if missing not in ("error", "zeros", "mean", "random"):
            raise InputError(f"missing must be 'error', 'zeros', 'mean' or 'random', not {missing!r}")
        matrix = np.zeros((len(words), self.dim), np.float32)
        unknown = []
        for row, word in enumerate(words):
            try:
                matrix[row] = self.vector(word)
            except UnknownWordError:
                if missing == "error":
                    raise
                unknown.append(row)
        if missing == "mean" and unknown:
            matrix[unknown] = self._mean()
        if missing == "random" and unknown:
            spread = np.std(self.vectors, dtype=np.float64)
            noise = np.random.default_rng(seed).normal(np.mean(self._mean()), spread, (len(unknown), self.dim))
            matrix[unknown] = noise
        return matrix

    def _with(self, vectors: NDArray[Any]) -> Self:
        return type(self)(self._words, vectors, counts=self.counts, metadata=self.metadata)

    def _mean(self) -> NDArray[np.float32]:
        mean: NDArray[np.float32] = self.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        return mean

    def _blocks(self) -> list[slice]:
        return [slice(start, start + _BLOCK) for start in range(0, len(self), _BLOCK)]

    def _shared(self, other: Storage) -> list[str]:
        words = [word for word in self.words if word in other]
        if not words:
            raise InputError("the two sets have no word in common")
        return words
