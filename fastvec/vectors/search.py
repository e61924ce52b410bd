"""Exact search: the rows of a matrix with the largest cosines, found by blocked matrix products.

Each block of the matrix is multiplied with all queries at once, so no second matrix is made; the products are then
divided by the lengths of the rows. After the first block a query keeps only scores above the worst of its best so far,
which takes one comparison per product.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.vectors.rows import cosines_with

# From cosines (n_queries, n_rows) to scores (n_answers, n_rows).
Score: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]

_PRODUCTS = 1 << 22  # products computed at once
_FEWEST_ROWS = 1024
_MOST_WAITING = 1 << 21  # candidates kept unsorted


def search(
    matrix: NDArray[Any],
    norms: NDArray[np.float32],
    units: NDArray[np.float32],
    excluded: Sequence[Sequence[int]],
    n_best: int,
    score: Score | None = None,
) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Find the rows of a matrix with the largest cosines, `n_best` (at least 1) for each answer.

    `matrix`, (n_rows, dim) float32 or float16, has rows of the lengths `norms`, (n_rows,); `units` are the queries,
    (n, dim) float32 of length 1. `excluded` lists the rows to omit from each answer. Without `score` the cosines are
    the scores.

    Return for each answer its rows, (k,) int64, and their scores, (k,) float32, the best first, of equals the first
    row; k is `n_best`, or all rows that are not excluded.
    """
    n_rows = len(matrix)
    n_answers = len(excluded)
    pairs = sorted((row, query) for query, rows in enumerate(excluded) for row in set(rows) if row < n_rows)
    out_rows, out_queries = np.array(pairs, np.int64).reshape(-1, 2).T
    best = _Best(n_answers, n_best)
    width = 1 if matrix.dtype == np.float32 else matrix.shape[1]  # others are converted block by block
    n_block = max(_FEWEST_ROWS, _PRODUCTS // max(len(units), width))
    stop = 0
    while stop < n_rows:
        start, stop = stop, stop + max(n_block, 4 * n_best if stop == 0 else 0)
        cosines = cosines_with(units, matrix[start:stop], norms[start:stop])
        scores = cosines if score is None else score(cosines)
        here = slice(*np.searchsorted(out_rows, [start, stop]))
        scores[out_queries[here], out_rows[here] - start] = -np.inf
        best.add(scores, start)
    return best.answers()


class _Best:
    """The best rows so far of each query."""

    def __init__(self, n_queries: int, n_best: int) -> None:
        self._n_best = n_best
        self._least = np.full((n_queries, 1), -np.inf, np.float32)  # the score that a row must exceed
        self._waiting: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]] = []
        self._n_waiting = 0
        self._n_queries = n_queries

    def add(self, scores: NDArray[np.float32], start: int) -> None:
        """Add the scores of the rows from `start` on, (n_queries, n_rows) float32."""
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
        """Keep the best candidates, sorted by query, then falling score, then row."""
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
        """Return rows and scores of each query."""
        if not self._waiting:
            return [(np.empty(0, np.int64), np.empty(0, np.float32))] * self._n_queries
        queries, rows, scores = self._sort()
        cuts = np.searchsorted(queries, np.arange(1, self._n_queries))
        return list(zip(np.split(rows, cuts), np.split(scores, cuts), strict=True))
