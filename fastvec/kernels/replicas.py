"""Merging a thread's copies of rows with the originals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.jit import entry, leaf

#: Sentinel: never merge.
NEVER = np.iinfo(np.int64).max


class Copies(NamedTuple):
    """One thread's copies of the first rows of a matrix; it trains them in place of the originals.

    Attributes
    ----------
    n, base : int
        How many rows have copies, and the row of the first copy.
    every : (1 + n,) int64
        Training merges the copy of a word after so many occurrences as a centre, and that of a node after it was chosen
        so many times from a centre's path; `NEVER` where it does not. The first element stands for all rows without
        copies, which saves a branch.
    left : (1 + n,) int64, changed
        How many of them remain until the next merge. Not used for C with negative sampling, where copies of words are
        merged in both matrices at once.
    before : (n, padded dim) float32
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
def merge_copy(matrix, k, copies, share):
    """Add a fraction of the changes of copy k to its original, and reset the copy to the result."""
    before, row = copies.before, copies.base + k
    for column in range(matrix.shape[1]):
        merged = matrix[k, column] + (matrix[row, column] - before[k, column]) * share
        matrix[k, column] = matrix[row, column] = before[k, column] = merged


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
def merge_copies(matrix, first, end, copies, share):
    """Merge the copies `first` to `end` - 1.

    Parameters
    ----------
    matrix : (at least base + n, padded dim) float32, changed
    first, end : int
    copies : Copies
    share : float32
        Fraction of the changes that counts.
    """
    for k in range(first, end):
        merge_copy(matrix, k, copies, share)
