"""Work on the rows of a sparse matrix, shared among threads."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fastvec.training.blocks import run_blocks

#: Blocks of rows: enough to keep many threads busy to the end.
_BLOCKS = 256


def for_rows(work: Callable[[int, int], None], indptr: NDArray[np.integer], threads: int) -> None:
    """Call ``work(first, last)`` for ranges of rows that hold about as many cells each.

    Parameters
    ----------
    work : function of two int
        What it does to a row may depend on nothing that it does to others.
    indptr : (n_rows + 1,) int
        Where each row begins.
    threads : int
        Calls that run at the same time.
    """
    cells = indptr + np.arange(indptr.size)  # a row costs something too
    cuts = np.unique(np.searchsorted(cells, np.linspace(0, cells[-1], _BLOCKS + 1)))
    cuts[0], cuts[-1] = 0, indptr.size - 1
    blocks = list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
    run_blocks(blocks, [lambda block: work(*block)] * threads, np.zeros(1, np.int64), lambda: None)
