"""Copies of the busiest rows, one for each thread.

Rows that all threads write all the time, of the most frequent words or next to the root of a Huffman tree, travel from
core to core with each write, and two threads are then hardly faster than one. So each thread works on copies of its
own, and merges them with the originals now and then.
"""

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.replicas import merge_copies

Matrix = NDArray[np.float32]

#: How many rows each thread has copies of at most, and all threads together: enough for most of the conflicts, and few
#: enough to stay near a core.
MOST, _MOST_IN_ALL = 1024, 1 << 14
#: How often each thread must update a row in all of the training, for a copy to be trained as well as the original:
#: the mean of the threads' changes moves a row as far as one of them does. Seen on 3 million words with 2 to 8 threads
#: in all modes, and with 16 in negative sampling; with a tenth of it up to 3 points of 10 are lost.
ENOUGH = 25_000
#: A thread merges at least so many times in a training, and after at most so many ids.
_MERGES, _INTERVAL = 32, 1 << 16


def most_replicas(n_rows: int, n_threads: int) -> int:
    """Give the number of rows of a matrix that each thread has copies of at most; one has no use for any."""
    return 0 if n_threads == 1 else min(MOST, _MOST_IN_ALL // n_threads, n_rows)


def count_replicas(updates: NDArray[np.float64], n_threads: int) -> int:
    """Give the number of rows that each thread should have a copy of, the first ones of a matrix.

    updates : (n_rows,) float64
        How often each row will be updated, the busiest first.
    """
    busiest = updates[: most_replicas(len(updates), n_threads)]
    return int(np.count_nonzero(np.minimum.accumulate(busiest) >= ENOUGH * n_threads))


class Replicas:
    """One thread's copies of the first rows of a matrix.

    Parameters
    ----------
    matrix : (n_rows, padded dim) float32
        It has room for the copies from row `base` on.
    count, base : int
        How many rows are copied, and to where.
    n_threads : int
        Threads that merge their changes.
    n_ids : int
        How many ids all of them will train on.
    """

    def __init__(self, matrix: Matrix, count: int, base: int, n_threads: int, n_ids: int) -> None:
        self.count, self.base = count, base
        self._share = np.float32(1 / n_threads)
        self._interval, self._since = min(n_ids // (n_threads * _MERGES), _INTERVAL), 0
        self._originals, self._copies = matrix[:count], matrix[base : base + count]
        self._before = self._originals.copy()
        self._copies[:] = self._originals

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
        if self.count:
            merge_copies(self._originals, self._copies, self._before, self._share)
