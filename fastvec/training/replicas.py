"""Copies of the busiest rows, one for each thread.

All threads write the rows of the most frequent words, or next to the root of a Huffman tree, all the time; each write
transfers a cache line from core to core. This costs little between two cores that share a cache; otherwise it costs
some 10 ns, prefetched or not, and without copies two threads are then hardly faster than one. So each thread trains its
own copies, and merges each with its original after some occurrences (`fastvec.kernels.simd.merge_row`).

The sum of the changes of many threads would go too far, since all of them correct the same error, and their mean would
not go far enough, as most of what they learn differs. So what they have in common counts once, and all else counts in
full, as Maleki et al. (2021) do with the gradients of machines. Then merges may be rare.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.replicas import NEVER, Copies, merge_copies
from fastvec.training.matrix import own_cache_lines

Matrix = NDArray[np.float32]

#: Rows that each thread copies at most, and all threads together: enough for most conflicts (in 17 million words of
#: Wikipedia, the other rows make a fifth of the occurrences), and few enough to take little memory.
MOST, _MOST_IN_ALL = 4096, 1 << 16
#: Occurrences after which a thread merges a copy, at least; a row that would have to be merged more often gets none.
_LEAST = 8


class Merges(NamedTuple):
    """How often copies of some kind are merged; `_copied` in `fastvec.models.word2vec` says what occurs.

    Attributes
    ----------
    every : int
        Occurrences after which a thread merges a copy, at most.
    least, power : int
        At least `least` times the number of threads to that power, it merges a copy in a training. What threads learn
        in common reaches the others as if one had learnt it, so the more there are, the more merges it takes.
    """

    every: int
    least: int
    power: int = 1


#: Measured with 2 to 16 threads on 3 and 17 million words. Of words and nodes, 400 occurrences do no harm either; with
#: a quarter of the merges, 16 threads lose a point of 40 of CBOW. With n-grams steps are longer, and all n-grams of a
#: word occur at once, of which one is counted: with more copies, of words too, 8 threads or more lose points, in some
#: runs ten of 51.
WORDS, NODES, NGRAMS = Merges(100, 32), Merges(100, 8), Merges(12, 4, 3)


def most_replicas(n_rows: int, n_threads: int) -> int:
    """Return how many rows of a matrix each thread copies at most; a single thread needs no copies."""
    return 0 if n_threads == 1 else min(MOST, _MOST_IN_ALL // n_threads, n_rows)


def most_in_all(n_rows: int, n_threads: int) -> int:
    """Return how many rows the copies of all threads take at most."""
    return n_threads * most_replicas(n_rows, n_threads)


def copied_in_all(n_rows: int, occurrences: float, n_threads: int, merges: Merges) -> int:
    """Return how many rows the copies of all threads take at most, where so many occurrences are those of all rows."""
    n_busy = int(occurrences // (_LEAST * _merges_due(n_threads, merges)))
    return n_threads * min(most_replicas(n_rows, n_threads), n_busy)


def _merges_due(n_threads: int, merges: Merges) -> int:
    """Return how often a row must be merged in the whole training by all threads, at least."""
    return n_threads * int(merges.least * n_threads**merges.power)


def intervals(occurrences: NDArray[np.float64], n_threads: int, merges: Merges) -> NDArray[np.int64]:
    """Choose the rows of a matrix that the threads copy.

    Parameters
    ----------
    occurrences : (n_rows,) float64
        How often each row will occur in the whole training, about falling.
    n_threads : int
    merges : Merges

    Returns
    -------
    (n_copies,) int64
        For the first rows, the occurrences after which each thread merges its copy.
    """
    n_rows = most_replicas(len(occurrences), n_threads)
    every = np.minimum(occurrences[:n_rows] // _merges_due(n_threads, merges), merges.every).astype(np.int64)
    return every[: int(np.logical_and.accumulate(every >= _LEAST).sum())]


def no_copies(matrix: Matrix) -> Copies:
    """Return the copies of a thread that trains the rows of a matrix themselves."""
    return Replicas(matrix, len(matrix), np.zeros(0, np.int64), 0).copies


class Replicas:
    """One thread's copies of the first rows of a matrix.

    Parameters
    ----------
    matrix : (n_rows + copies of all threads, padded dim) float32
    n_rows : int
        Rows without the copies.
    every : (n_copies,) int64
        What `intervals` returned.
    thread : int
        Number of this thread.
    """

    def __init__(self, matrix: Matrix, n_rows: int, every: NDArray[np.int64], thread: int) -> None:
        n, base = every.size, n_rows + thread * every.size
        every = np.append(NEVER, every)
        self.copies = Copies(n, base, every, own_cache_lines(every), matrix[:n].copy())
        matrix[base : base + n] = matrix[:n]
        self._matrix = matrix

    def merge(self) -> None:
        """Merge all copies."""
        if self.copies.n:
            merge_copies(self._matrix, self.copies)
