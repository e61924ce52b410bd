"""Copies of the busiest rows, one for each thread.

All threads write the rows of the most frequent words, or next to the root of a Huffman tree, all the time; each write
transfers a cache line from core to core. This costs little between cores that share a cache. Between the chiplets or
sockets of a large machine it costs some 10 ns, prefetched or not; without copies two threads are then hardly faster
than one. So each thread works on its own copies, and merges them with the originals in one of two ways:

- To their *sum*, often. All that a thread learns counts, as without copies but without races. The other threads see it
  only after the merge, so merges must be frequent: all threads together may lag by at most some occurrences of a word,
  and by a small fraction of the training.
- To their *mean*, rarely. This costs next to nothing and never overshoots, but moves a row only as far as one thread
  does. It suits the rows that are updated most in a long training, which get far enough all the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.replicas import NEVER, Copies, merge_copies
from fastvec.training.matrix import own_cache_lines

Matrix = NDArray[np.float32]

#: Rows that each thread copies at most, and all threads together: enough for most conflicts (in 17 million words of
#: Wikipedia, the other rows make a fifth of the occurrences), and few enough to take little memory.
MOST, _MOST_IN_ALL = 4096, 1 << 14
#: Occurrences of a word after which each of two threads merges its copy to the sum; divided by the number of pairs of
#: threads if there are more. Measured on 3 million words with 2 to 8 threads in all modes; with eight threads and four
#: times as many, a tenth of the right answers is lost, with twelve times all.
_EVERY = 28
#: Updates of a row by each thread, in the whole training, that make the mean good enough. Measured likewise; with a
#: tenth of it up to 3 points of 10 are lost.
ENOUGH = 25_000
#: A thread merges to the mean at least this many times in a training, and after at most this many ids.
_MERGES, _PAUSE = 32, 1 << 16
#: It merges each copy to the sum at least this many times: for words, and for nodes, whose paths are merged one node at
#: a time. On 3 million words, with fewer, or one interval for all rows, CBOW loses half a point of 15.
WORD_SUMS, NODE_SUMS = 128, 32
#: A row that would have to be merged to the sum after fewer occurrences gets no copy: little would be gained.
_LEAST = 8


def most_replicas(n_rows: int, n_threads: int) -> int:
    """Return how many rows of a matrix each thread copies at most; a single thread needs no copies."""
    return 0 if n_threads == 1 else min(MOST, _MOST_IN_ALL // n_threads, n_rows)


@dataclass(frozen=True)
class Merging:
    """When the threads of a training merge their copies.

    Attributes
    ----------
    n_threads : int
    n_ids : int
        Ids that all threads together will train on.
    gain : float
        How much larger a step of the training is than with default parameters.
    """

    n_threads: int
    n_ids: int
    gain: float

    @property
    def every(self) -> int:
        """Occurrences after which a copy is merged to the sum; 0 if merging after each would be too rare."""
        pairs = self.n_threads * (self.n_threads - 1) / 2
        return int(_EVERY / (max(pairs, 1) * self.gain))

    @property
    def pause(self) -> int:
        """Ids after which a thread merges to the mean."""
        return min(self.n_ids // (self.n_threads * _MERGES), _PAUSE)

    def choose(self, updates: NDArray[np.float64], occurrences: NDArray[np.float64], n_sums: int) -> NDArray[np.int64]:
        """Choose the rows of a matrix that the threads copy.

        Parameters
        ----------
        updates : (n_rows,) float64
            How often each row will be updated, the busiest first.
        occurrences : (n_rows,) float64
            How often each will occur in the sense of `every`.
        n_sums : int
            Times that each thread must merge a copy to the sum, at least.

        Returns
        -------
        (n_copies,) int64
            For the first rows, occurrences after which each is merged to the sum; `NEVER` if to the mean.
        """
        n_rows = most_replicas(len(updates), self.n_threads)
        # a row that is rare within a pause is merged less by its occurrences
        seldom = max(ENOUGH * self.n_threads, self.every * self.n_ids / max(self.pause, 1))
        steady = _leading_true(updates[:n_rows] >= seldom)
        if not self.every:
            return np.full(steady, NEVER)
        every = np.minimum(occurrences[:n_rows] // (self.n_threads * n_sums), self.every).astype(np.int64)
        every[:steady] = NEVER
        return every[: _leading_true(every >= min(_LEAST, self.every))]


def _leading_true(flags: NDArray[np.bool_]) -> int:
    """Return how many leading flags are set."""
    return int(np.logical_and.accumulate(flags).sum())


class Replicas:
    """One thread's copies of the first rows of a matrix.

    Parameters
    ----------
    matrix : (n_rows + copies of all threads, padded dim) float32
    n_rows : int
        Rows without the copies.
    every : (n_copies,) int64
        What `Merging.choose` returned.
    thread : int
        Number of this thread.
    merging : Merging
    """

    def __init__(self, matrix: Matrix, n_rows: int, every: NDArray[np.int64], thread: int, merging: Merging) -> None:
        n, base = every.size, n_rows + thread * every.size
        every = np.append(NEVER, every)
        self.copies = Copies(n, base, every, own_cache_lines(every), matrix[:n].copy())
        matrix[base : base + n] = matrix[:n]
        self._matrix, self._share = matrix, np.float32(1 / merging.n_threads)
        self._steady = int(np.count_nonzero(every == NEVER)) - 1
        self._pause, self._since = merging.pause, 0

    def after(self, n_ids: int) -> None:
        """Count ids that the thread has trained on; merge to the mean if it is time."""
        self._since += n_ids
        if self._since >= self._pause:
            self._merge_steady()

    def merge(self) -> None:
        """Merge all copies."""
        self._merge_steady()
        if self.copies.n:
            merge_copies(self._matrix, self._steady, self.copies.n, self.copies, np.float32(1))

    def _merge_steady(self) -> None:
        """Add the thread's share of its changes to the originals, which become the mean."""
        self._since = 0
        if self._steady:
            merge_copies(self._matrix, 0, self._steady, self.copies, self._share)
