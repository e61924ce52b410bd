"""Exact search: the rows of a matrix with the largest cosines, found by blocked matrix products.

The matrix is multiplied block by block with all the queries at once, so nothing of its size is ever made; the lengths
of its rows, a 1-D array, divide the products afterwards. After the first block a query keeps only what exceeds the
worst of its best so far, which one comparison per product tells.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# From cosines (n_queries, n_rows) to scores of any other number of rows of queries.
Score: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]

_PRODUCTS = 1 << 22  # computed at once
_FEWEST_ROWS = 1024
_MOST_WAITING = 1 << 21  # candidates that wait to be sorted


def unit_rows(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """Scale the rows of a matrix, (n, dim), to length 1; rows of zeros stay."""
    rows = matrix.astype(np.float32, copy=False)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: NDArray[np.float32] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return units


def inverse(lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give 1 / length, and 0 for 0."""
    result: NDArray[np.float32] = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return result


def search(
    matrix: NDArray[Any],
    norms: NDArray[np.float32],
    units: NDArray[np.float32],
    excluded: Sequence[Sequence[int]],
    n_best: int,
    score: Score | None = None,
) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Find the rows of a matrix with the largest cosines.

    Parameters
    ----------
    matrix : (n_rows, dim) float32 or float16
        Where to search.
    norms : (n_rows,) float32
        The lengths of its rows.
    units : (n, dim) float32
        Queries of length 1.
    excluded : sequence of sequences of int
        For each query of the answer, rows to leave out.
    n_best : int
        How many rows to find, at least 1.
    score : callable, optional
        Makes the scores of the answer from the cosines; without it these are the scores.

    Returns
    -------
    list of ((k,) int64, (k,) float32)
        For each query of the answer its rows and their scores, the best first, of equals the first row; k is `n_best`
        or all rows that are not left out.
    """
    n_rows = len(matrix)
    n_answers = len(excluded)
    pairs = sorted((row, query) for query, rows in enumerate(excluded) for row in set(rows) if row < n_rows)
    out_rows, out_queries = np.array(pairs, np.int64).reshape(-1, 2).T
    best = _Best(n_answers, n_best)
    scale = inverse(norms)
    n_block = max(_FEWEST_ROWS, _PRODUCTS // len(units))
    stop = 0
    while stop < n_rows:
        start, stop = stop, stop + max(n_block, 4 * n_best if stop == 0 else 0)
        cosines = units @ matrix[start:stop].astype(np.float32, copy=False).T
        cosines *= scale[start:stop]
        scores = cosines if score is None else score(cosines)
        here = slice(*np.searchsorted(out_rows, [start, stop]))
        scores[out_queries[here], out_rows[here] - start] = -np.inf
        best.add(scores, start)
    return best.answers()


class _Best:
    """The best rows so far of each query."""

    def __init__(self, n_queries: int, n_best: int) -> None:
        self._n_best = n_best
        self._least = np.full((n_queries, 1), -np.inf, np.float32)  # what a row must exceed to be among the best
        self._waiting: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]] = []
        self._n_waiting = 0
        self._n_queries = n_queries

    def add(self, scores: NDArray[np.float32], start: int) -> None:
        """Take the scores of rows from `start` on, (n_queries, n_rows) float32."""
        if start == 0 and scores.shape[1] > self._n_best:
            rows = np.argpartition(-scores, self._n_best - 1, axis=1)[:, : self._n_best]
            values = np.take_along_axis(scores, rows, axis=1)
            queries = np.repeat(np.arange(self._n_queries), self._n_best)
            found = (queries, rows.ravel(), values.ravel())
            self._least = values.min(axis=1, keepdims=True)
        else:
            queries, rows = np.divmod(np.flatnonzero(scores > self._least), scores.shape[1])
            found = (queries, rows + start, scores[queries, rows])
        self._waiting.append(found)
        self._n_waiting += len(found[0])
        if self._n_waiting > _MOST_WAITING + self._n_queries * self._n_best:
            self._sort()

    def _sort(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """Keep the best of what waits, sorted by query, then falling score, then row."""
        queries, rows, scores = (np.concatenate(parts) for parts in zip(*self._waiting, strict=True))
        order = np.lexsort((rows, -scores, queries))
        order = order[scores[order] > -np.inf]
        starts = np.searchsorted(queries[order], np.arange(self._n_queries))
        place = np.arange(len(order)) - starts[queries[order]]
        order = order[place < self._n_best]
        last = place[place < self._n_best] == self._n_best - 1
        self._least[queries[order][last], 0] = scores[order][last]
        kept = queries[order], rows[order], scores[order]
        self._waiting, self._n_waiting = [kept], len(order)
        return kept

    def answers(self) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Give rows and scores of each query."""
        if not self._waiting:
            return [(np.empty(0, np.int64), np.empty(0, np.float32))] * self._n_queries
        queries, rows, scores = self._sort()
        cuts = np.searchsorted(queries, np.arange(1, self._n_queries))
        return list(zip(np.split(rows, cuts), np.split(scores, cuts), strict=True))
