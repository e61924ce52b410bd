"""Copies of the busiest rows, one for each thread.

Rows that all threads write all the time, of the most frequent words or next to the root of a Huffman tree, travel from
core to core with each write, and two threads are then hardly faster than one. So each thread works on copies of its
own, and merges them with the originals now and then, in one of two ways:

- To their *sum*, often: then all that a thread learns counts, as without copies, but for what races cost. The others
  know of it only after the next merging, so merging must be so often that they all together are at most some
  occurrences of a word behind.
- To their *mean*, seldom, which costs next to nothing and can never go too far, but moves a row only as far as one of
  the threads does. It serves rows that are updated so often that this is enough: in a long training, all.
"""

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.alone import alone
from fastvec.kernels.replicas import NEVER, Copies, merge_copies

Matrix = NDArray[np.float32]

#: How many rows each thread has copies of at most, and all threads together: enough for most of the conflicts, and few
#: enough to stay near a core.
MOST, _MOST_IN_ALL = 1024, 1 << 14
#: With two threads each merges its copies of a word to the sum after so many occurrences, with more threads by the
#: square of their number more often. Seen on 3 million words with 2 to 8 threads in all modes; with eight threads and
#: four times that a tenth of the right answers is lost, with twelve times all.
_EVERY = 16
#: How often each thread must update a row in all of the training, for the mean to serve. Seen likewise; with a tenth of
#: it up to 3 points of 10 are lost.
ENOUGH = 25_000
#: A thread merges to the mean at least so many times in a training, and after at most so many ids.
_MERGES, _PAUSE = 32, 1 << 16


def most_replicas(n_rows: int, n_threads: int) -> int:
    """Give the number of rows of a matrix that each thread has copies of at most; one has no use for any."""
    return 0 if n_threads == 1 else min(MOST, _MOST_IN_ALL // n_threads, n_rows)


def steady_replicas(updates: NDArray[np.float64], n_threads: int) -> int:
    """Give the number of copies that each thread merges to the mean, those of the first rows of a matrix.

    updates : (n_rows,) float64
        How often each row will be updated, the busiest first.
    """
    busiest = updates[: most_replicas(len(updates), n_threads)]
    return int(np.count_nonzero(np.minimum.accumulate(busiest) >= ENOUGH * n_threads))


class Replicas:
    """One thread's copies of the first rows of a matrix.

    Parameters
    ----------
    matrix : (n_rows + copies of all threads, padded dim) float32
    n_rows : int
        Its rows without the copies.
    steady : int
        How many copies, the first ones, are merged to the mean.
    thread, n_threads : int
        Which of how many threads this is.
    n_ids : int
        How many ids all threads will train on.
    gain : float
        How much further a step of the training goes than with default parameters.
    """

    def __init__(
        self, matrix: Matrix, n_rows: int, steady: int, thread: int, n_threads: int, n_ids: int, gain: float
    ) -> None:
        every = int(_EVERY * (2 / n_threads) ** 2 / gain)
        # where to merge at each occurrence would be too seldom, there are no sums
        count = most_replicas(n_rows, n_threads) if every else steady
        base, left = n_rows + thread * count, np.full(1 + count, every)
        left[: 1 + steady] = NEVER
        self.copies = Copies(count, base, every, alone(left), matrix[:count].copy())
        matrix[base : base + count] = matrix[:count]
        self._matrix, self._steady, self._share = matrix, steady, np.float32(1 / n_threads)
        self._pause, self._since = min(n_ids // (n_threads * _MERGES), _PAUSE), 0

    def after(self, n_ids: int) -> None:
        """Take note that the thread has trained on some ids, and merge to the mean if it is time to."""
        self._since += n_ids
        if self._since >= self._pause:
            self._merge_steady()

    def merge(self) -> None:
        """Merge all copies."""
        self._merge_steady()
        if self.copies.n:
            merge_copies(self._matrix, self._steady, self.copies.n, self.copies, np.float32(1))

    def _merge_steady(self) -> None:
        """Add this thread's share of its changes to the originals, which become their mean."""
        self._since = 0
        if self._steady:
            merge_copies(self._matrix, 0, self._steady, self.copies, self._share)
