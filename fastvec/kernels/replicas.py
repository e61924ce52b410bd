"""Merging a thread's copies of rows with the originals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.simd import merge_row

#: Stands for no merges.
NEVER = np.iinfo(np.int64).max


class Copies(NamedTuple):
    """One thread's copies of the first rows of a matrix; it trains them in place of the originals.

    Attributes
    ----------
    n, base : int
        How many rows have copies, and the row of the first copy.
    every : (1 + n,) int64
        Training merges the copy of a word after so many occurrences as a centre, and that of a node after it was chosen
        so many times from a centre's path. The first element, `NEVER`, stands for all rows without copies, which saves
        a branch.
    left : (1 + n,) int64, changed
        How many of them remain until the next merge. Not used for C with negative sampling, where copies of words are
        merged in both matrices at once.
    before : (n, padded dim) float32 or float16
        The copies as of their last merge.
    """

    n: int
    base: int
    every: NDArray[np.int64]
    left: NDArray[np.int64]
    before: NDArray[np.float32]


@leaf
def trained(copies, row):
    """Return the row that the thread trains in place of an original: its copy, or the original if it has none."""
    return row + (copies.base if row < copies.n else 0)


@leaf
def original(copies, row):
    """Return the row of which a row is a copy, or the row itself if it is none."""
    return row - copies.base if row >= copies.base else row


@leaf
def merge_copy(matrix, k, copies):
    """Merge copy k with its original; both, and `copies.before`, become the result."""
    merge_row(matrix, k, copies.base + k, copies.before, k)


@leaf
def _place(copies, row):
    """Return the index in `copies.left` of a row, a copy or not."""
    return max(row - copies.base + 1, 0)


@leaf
def waits(copies, row):
    """Return how many occurrences remain until a row is merged."""
    return copies.left[_place(copies, row)]


@leaf
def note(copies, row):
    """Count an occurrence of a row; return whether its copy is due to be merged."""
    place = _place(copies, row)
    copies.left[place] -= 1
    due = copies.left[place] == 0
    if due:
        copies.left[place] = copies.every[place]
    return due


@entry
def merge_copies(matrix, copies):
    """Merge all copies of a thread with the originals, in a matrix of (at least base + n, padded dim)."""
    for k in range(copies.n):
        merge_copy(matrix, k, copies)
