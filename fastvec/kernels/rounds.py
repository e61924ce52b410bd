"""Merging what two workers have changed in their own copies of a matrix."""

import numpy as np

from fastvec.kernels.jit import entry


@entry
def merge_rows(matrix, copies, first, end, busy, pull):
    """Merge the rows `first` to `end` - 1 of all copies into a matrix, and reset the copies to the result.

    Parameters
    ----------
    matrix : (n_rows, padded dim) float32 or float16, changed
        The rows as of the last merge.
    copies : (2, n_rows, padded dim) of the same kind, changed
    first, end : int
    busy : (n_rows,) float32
        Relative number of updates of each row.
    pull : float32
        exp(-pull * busy) is the fraction that the updates of one worker leave of the way to where they draw a row.
    """
    for row in range(first, end):
        merged, a, b = matrix[row], copies[0, row], copies[1, row]
        is_changed = False
        for k in range(len(merged)):
            was = np.float32(merged[k])
            is_changed |= (np.float32(a[k]) != was) | (np.float32(b[k]) != was)
        if is_changed:
            share = (1 + np.exp(-pull * busy[row])) * np.float32(0.5)
            for k in range(len(merged)):
                was = np.float32(merged[k])
                changes = (np.float32(a[k]) - was) + (np.float32(b[k]) - was)
                merged[k] = a[k] = b[k] = was + share * changes
