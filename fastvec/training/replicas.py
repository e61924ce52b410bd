"""Copies of the busiest rows, one for each thread.

Rows that all threads write all the time, of the most frequent words or next to the root of a Huffman tree, travel from
core to core with each write, and two threads are then hardly faster than one. So each thread works on copies of its
own, and merges them with the originals now and then.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.replicas import merge_copies

Matrix = NDArray[np.float32]

#: How many rows are copied: enough for most of the conflicts, few enough to stay in a core's cache.
N_REPLICAS = 256
#: A thread merges at least so many times in a training, and after at most so many ids.
_MERGES, _INTERVAL = 32, 1 << 16


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
    n_ids : int
        How many ids all of them will train on.
    """

    def __init__(self, matrices: Sequence[Matrix], count: int, base: int, n_threads: int, n_ids: int) -> None:
        self.count, self.base = count, base
        self._share = np.float32(1 / n_threads)
        self._interval, self._since = min(n_ids // (n_threads * _MERGES), _INTERVAL), 0
        self._pairs = [(matrix[:count], matrix[base : base + count]) for matrix in matrices if count]
        self._before = [original.copy() for original, _ in self._pairs]
        for original, copy in self._pairs:
            copy[:] = original

    def after(self, n_ids: int) -> None:
        """Take note that the thread has trained on some ids, and merge if it is time to."""
        self._since += n_ids
        if self._since >= self._interval:
            self.merge()

    def merge(self) -> None:
        """Add this thread's share of its changes to the originals, which become their mean, and begin anew from there.

        The sum would move rows as many times too far as there are threads.
        """
        self._since = 0
        for (originals, copies), before in zip(self._pairs, self._before, strict=True):
            merge_copies(originals, copies, before, self._share)
