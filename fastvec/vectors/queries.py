"""Questions about vectors: neighbours and similarity.

Similarity is the cosine of two vectors. Searching multiplies the matrix with the queries block by block and divides by
the lengths of its rows afterwards, so that nothing of the matrix's size is ever made.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.vectors.storage import Storage

Item: TypeAlias = str | NDArray[Any]
Neighbours: TypeAlias = list[tuple[str, float]]

_BLOCK = 1 << 22  # bytes of the matrix, as float32, that are multiplied at once


class Queries(Storage):
    """The part of `KeyedVectors` that answers questions."""

    def similarity(self, first: str, second: str) -> float:
        """Give the cosine of the vectors of two words, in [-1, 1].

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        """
        return float(self._unit(first) @ self._unit(second))

    def most_similar(
        self, positive: Item | Sequence[Item] = (), negative: Item | Sequence[Item] = (), topn: int = 10
    ) -> Neighbours:
        """Give the words nearest to the sum of some vectors less others, all scaled to length 1 (3CosAdd).

        Parameters
        ----------
        positive, negative : str, (dim,) vector, or list of these
            What to add and what to subtract. Words given are left out of the answer.
        topn : int
            How many words to give.

        Returns
        -------
        list of (str, float)
            Words and cosines, the nearest first.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If nothing is given, or `topn` is below 1.
        """
        added, subtracted = _items(positive), _items(negative)
        if not added and not subtracted:
            raise InputError("most_similar needs at least one word or vector")
        if topn < 1:
            raise InputError(f"topn must be at least 1, not {topn}")
        query = np.zeros(self.dim, np.float32)
        for sign, items in ((1, added), (-1, subtracted)):
            for item in items:
                query += sign * self._unit(item)
        given = [self.index(item) for item in added + subtracted if isinstance(item, str) and item in self]
        return self._search(query[None], [given], topn)[0]

    def _unit(self, item: Item) -> NDArray[np.float32]:
        vector = np.asarray(self.vector(item) if isinstance(item, str) else item, np.float32)
        if vector.shape != (self.dim,):
            raise InputError(f"a vector must have {self.dim} numbers, not the shape {vector.shape}")
        return vector / (np.linalg.norm(vector) or np.float32(1))

    def _search(self, queries: NDArray[np.float32], given: list[list[int]], topn: int) -> list[Neighbours]:
        """Find the nearest words of each query, (n, dim) float32, without those of its list of rows."""
        cosines = np.empty((len(queries), len(self)), np.float32)
        rows = max(1, _BLOCK // (4 * self.dim))
        lengths = np.linalg.norm(queries, axis=1, keepdims=True)
        units = queries / np.where(lengths == 0, 1, lengths)
        for start in range(0, len(self), rows):
            block = self.vectors[start : start + rows].astype(np.float32, copy=False)
            np.matmul(units, block.T, out=cosines[:, start : start + rows])
        cosines /= np.where(self.norms == 0, 1, self.norms)
        answers = []
        for row, excluded in zip(cosines, given, strict=True):
            row[excluded] = -np.inf
            n_best = min(topn, len(row) - len(set(excluded)))
            best = np.argpartition(-row, n_best - 1)[:n_best] if n_best else np.empty(0, np.int64)
            best = best[np.lexsort((best, -row[best]))]
            answers.append([(self.words[number], float(row[number])) for number in best])
        return answers


def _items(given: Item | Sequence[Item]) -> list[Item]:
    return [given] if isinstance(given, (str, np.ndarray)) else list(given)
