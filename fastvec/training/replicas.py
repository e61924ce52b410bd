"""Copies of the busiest rows, one for each thread.

Rows that all threads write all the time, of the most frequent words or next to the root of a Huffman tree, travel from
core to core with each write. Where the cores share a cache this costs little; where they do not, as between the
chiplets or the sockets of a large machine, each cache line that comes from another core costs some 10 ns, however early
it is asked for, and with copies of no rows two threads are hardly faster than one. So each thread works on copies of
its own, and merges them with the originals now and then, in one of two ways:

- To their *sum*, often: then all that a thread learns counts, as without copies, but for what races cost. The others
  know of it only after the next merging, so merging must be so often that they all together are at most some
  occurrences of a word behind, and only a small part of the training.
- To their *mean*, seldom, which costs next to nothing and can never go too far, but moves a row only as far as one of
  the threads does. It serves rows that are updated so often that this is enough: in a long training, the busiest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.replicas import NEVER, Copies, merge_copies
from fastvec.training.matrix import own_cache_lines

Matrix = NDArray[np.float32]

#: How many rows each thread has copies of at most, and all threads together: enough for most of the conflicts (of 17
#: million words of Wikipedia, the other rows make a fifth of the occurrences), and few enough to take little memory.
MOST, _MOST_IN_ALL = 4096, 1 << 14
#: With two threads each merges its copies of a word to the sum after so many occurrences, with more threads by the
#: number of pairs of them more often. Seen on 3 million words with 2 to 8 threads in all modes; with eight threads and
#: four times that a tenth of the right answers is lost, with twelve times all.
_EVERY = 28
#: How often each thread must update a row in all of the training, for the mean to serve. Seen likewise; with a tenth of
#: it up to 3 points of 10 are lost.
ENOUGH = 25_000
#: A thread merges to the mean at least so many times in a training, and after at most so many ids.
_MERGES, _PAUSE = 32, 1 << 16
#: It merges each copy to the sum at least so many times, of words and of nodes, whose paths are merged one node at a
#: time. Seen on 3 million words: with fewer, or the same interval for all rows, CBOW loses half a point of 15.
WORD_SUMS, NODE_SUMS = 128, 32
#: A row that would have to be merged to the sum after fewer occurrences has no copy, as little would be gained.
_LEAST = 8


def most_replicas(n_rows: int, n_threads: int) -> int:
    """Give the number of rows of a matrix that each thread has copies of at most; one has no use for any."""
    return 0 if n_threads == 1 else min(MOST, _MOST_IN_ALL // n_threads, n_rows)


@dataclass(frozen=True)
class Merging:
    """When the threads of a training merge their copies.

    Attributes
    ----------
    n_threads : int
        How many there are.
    n_ids : int
        How many ids all of them will train on.
    gain : float
        How much further a step of the training goes than with default parameters.
    """

    n_threads: int
    n_ids: int
    gain: float

    @property
    def every(self) -> int:
        """After how many occurrences a copy is merged to the sum; 0 where even each would be too seldom."""
        pairs = self.n_threads * (self.n_threads - 1) / 2
        return int(_EVERY / (max(pairs, 1) * self.gain))

    @property
    def pause(self) -> int:
        """After how many ids a thread merges to the mean."""
        return min(self.n_ids // (self.n_threads * _MERGES), _PAUSE)

    def choose(self, updates: NDArray[np.float64], occurrences: NDArray[np.float64], n_sums: int) -> NDArray[np.int64]:
        """Choose the rows of a matrix of which the threads have copies.

        Parameters
        ----------
        updates : (n_rows,) float64
            How often each row will be updated, the busiest first.
        occurrences : (n_rows,) float64
            How often each will occur in the sense of `every`.
        n_sums : int
            How often each thread must merge a copy to the sum, at least.

        Returns
        -------
        (n_copies,) int64
            After how many occurrences each is merged to the sum, for the first rows; `NEVER` where to the mean.
        """
        n_rows = most_replicas(len(updates), self.n_threads)
        # a row that is rare within a pause is merged less by its occurrences
        seldom = max(ENOUGH * self.n_threads, self.every * self.n_ids / max(self.pause, 1))
        steady = _first(updates[:n_rows] >= seldom)
        if not self.every:
            return np.full(steady, NEVER)
        every = np.minimum(occurrences[:n_rows] // (self.n_threads * n_sums), self.every).astype(np.int64)
        every[:steady] = NEVER
        return every[: _first(every >= min(_LEAST, self.every))]


def _first(are: NDArray[np.bool_]) -> int:
    """Give the number of the first that are."""
    return int(np.logical_and.accumulate(are).sum())


class Replicas:
    """One thread's copies of the first rows of a matrix.

    Parameters
    ----------
    matrix : (n_rows + copies of all threads, padded dim) float32
    n_rows : int
        Its rows without the copies.
    every : (n_copies,) int64
        What `Merging.choose` gave.
    thread : int
        Which thread this is.
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
