"""Copies of the busiest rows, one for each thread.

Rows that all threads write all the time, of the most frequent words or next to the root of a Huffman tree, travel from
core to core with each write, and two threads are then hardly faster than one. So each thread works on copies of its
own, and merges them with the originals after each block.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

#: How many rows are copied: enough for most of the conflicts, few enough to stay in a core's cache.
N_REPLICAS = 256


def count_replicas(n_rows: int, n_threads: int) -> int:
    """Give the number of rows that each thread has a copy of: none for one thread."""
    return min(N_REPLICAS, n_rows) if n_threads > 1 else 0


class Replicas:
    """One thread's copies of the first rows of some matrices.

    Parameters
    ----------
    matrices : sequence of (n_rows, padded dim) float32
        Each has room for the copies from row `base` on.
    count, base : int
        How many rows are copied, and to where.
    n_threads : int
        Threads that merge their changes.
    """

    def __init__(self, matrices: Sequence[Matrix], count: int, base: int, n_threads: int) -> None:
        self.count, self.base = count, base
        self._share = np.float32(1 / n_threads)
        self._pairs = [(matrix[:count], matrix[base : base + count]) for matrix in matrices]
        self._before = [original.copy() for original, _ in self._pairs]
        for original, copy in self._pairs:
            copy[:] = original

    def merge(self) -> None:
        """Add this thread's share of its changes to the originals, which become their mean, and begin anew from there.

        The sum would move rows as many times too far as there are threads.
        """
        for (original, copy), before in zip(self._pairs, self._before, strict=True):
            original += (copy - before) * self._share
            before[:] = original
            copy[:] = before
