"""Merging a thread's copies of rows with the originals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.jit import entry, leaf

#: More occurrences than there are.
NEVER = np.iinfo(np.int64).max


class Copies(NamedTuple):
    """One thread's copies of the first rows of a matrix, which it trains in their place.

    Attributes
    ----------
    n, base : int
        How many rows have copies, and the row of the first copy.
    every : (1 + n,) int64
        After how many occurrences as a centre training merges each copy; of a node, after how many times that it is
        chosen from a centre's path. `NEVER` where training is not to merge it. The first element is for all rows
        without copies, so that there is no need to branch.
    left : (1 + n,) int64, changed
        How many of them each has yet to wait for. Not used for C with negative sampling: copies of words are merged in
        both matrices at once.
    before : (n, padded dim) float32
        The copies as the last merging left them.
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
    """Add a share of the changes of copy k to its original, and make the copy equal to that."""
    before, row = copies.before, copies.base + k
    for column in range(matrix.shape[1]):
        merged = matrix[k, column] + (matrix[row, column] - before[k, column]) * share
        matrix[k, column] = matrix[row, column] = before[k, column] = merged


@leaf
def _place(copies, row):
    """Give where in `copies.left` the occurrences of a row are counted, be it a copy or not."""
    return max(row - copies.base + 1, 0)


@leaf
def waits(copies, row):
    """Give how many occurrences a row has yet to wait for."""
    return copies.left[_place(copies, row)]


@leaf
def note(copies, row):
    """Note an occurrence of a row; tell whether its copy is to be merged now."""
    place = _place(copies, row)
    copies.left[place] -= 1
    due = copies.left[place] == 0
    if due:
        copies.left[place] = copies.every[place]
    return due


@entry
def merge_copies(matrix, first, end, copies, share):
    """Merge the copies from `first` to `end`, which is not merged.

    Parameters
    ----------
    matrix : (at least base + n, padded dim) float32, changed
    first, end : int
    copies : Copies
    share : float32
        Factor of the changes.
    """
    for k in range(first, end):
        merge_copy(matrix, k, copies, share)
