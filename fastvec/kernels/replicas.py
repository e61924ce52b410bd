"""Merging a thread's copies of rows with the originals."""

from fastvec.kernels.jit import entry


@entry
def merge_copies(originals, copies, before, share):
    """Add a share of the changes of copies to the originals, and make the copies equal to these.

    Parameters
    ----------
    originals, copies : (n, padded dim) float32, changed
        Rows that all threads have, and one thread's copies.
    before : (n, padded dim) float32, changed
        The copies as the last merging left them.
    share : float32
        Factor of the changes.
    """
    for row in range(len(originals)):
        for column in range(originals.shape[1]):
            merged = originals[row, column] + (copies[row, column] - before[row, column]) * share
            originals[row, column] = copies[row, column] = before[row, column] = merged
