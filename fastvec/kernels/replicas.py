"""Merging a thread's copies of rows with the originals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.jit import entry, leaf


class Copies(NamedTuple):
    """One thread's copies of the first rows of a matrix, which it trains in their place.

    Attributes
    ----------
    n, base : int
        How many rows have copies, and the row of the first copy.
    steady : int
        Training itself merges the copies from this one on.
    every : int
        After how many occurrences as a centre; of a node, after how many times that it is chosen from a centre's path.
    left : (n,) int64
        How many of them each has to wait for.
    before : (n, padded dim) float32
        The copies as the last merging left them.
    """

    n: int
    base: int
    steady: int
    every: int
    left: NDArray[np.int64]
    before: NDArray[np.float32]


@leaf
def merge_copy(matrix, k, copies, share):
    """Add a share of the changes of copy k to its original, and make the copy equal to that."""
    before, row = copies.before, copies.base + k
    for column in range(matrix.shape[1]):
        merged = matrix[k, column] + (matrix[row, column] - before[k, column]) * share
        matrix[k, column] = matrix[row, column] = before[k, column] = merged


@leaf
def merge_in_turn(matrix, k, copies):
    """Note an occurrence of copy k, if training is to merge it; merge it to the sum if it has waited long enough."""
    if k >= copies.steady:
        copies.left[k] -= 1
        if copies.left[k] == 0:
            copies.left[k] = copies.every
            merge_copy(matrix, k, copies, np.float32(1))


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
