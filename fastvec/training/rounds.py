"""Training whose result does not depend on the number of threads: two workers that are merged in rounds.

There are always two, whatever the number of threads. Each trains on blocks of its own, with copies of all rows of its
own. After some blocks each, the *round*, their changes are merged row by row, and both go on from the result (local
SGD). Threads take what is to be trained or merged from one queue, in any order.

How much of the changes of a row counts depends on how busy it is. Each update brings a row some fraction of the way to
where it is drawn. Say that those of one worker in a round leave `left` of the way. Those of the second worker would
then have had only `left` of it to go, had it gone on from the first. The changes of both are multiplied by the mean of
1 and `left`: those of rare rows add up, and those of rows that each worker takes all the way are averaged, since their
sum would go twice as far.

Four workers would serve four threads. On 17 million words of Wikipedia, skip-gram then loses a third of a point of 43
in analogies and a fifth of 67 in MEN, with the busiest rows merged four times as often as the others; two lose nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastvec.kernels.rounds import merge_rows
from fastvec.training.matrix import matrix_bytes, zeros

Matrix = NDArray[np.float32]
Part = Callable[[], None]

WORKERS = 2
#: Ids of a round for each row. With two, merging takes an eighth of the time of training; with eight, and changes that
#: add up, skip-gram on 17 million words loses a point and a half of 43 in analogies.
_IDS = 2
#: How far one occurrence of a word takes its rows to where they are drawn, with default parameters.
_DRAW = 0.1
#: Ranges of rows that are merged apart: enough to keep many threads busy.
_RANGES = 32
#: Ids in a block, at least: enough to be worth its dispatch.
_SMALLEST_BLOCK = 1 << 12


class Rounds:
    """The copies of the workers, and what is to be done in each round.

    Parameters
    ----------
    matrices : sequence of (n_rows, padded dim) float32 or float16
        What is trained. Between two rounds they are all that there is to know.
    busy : sequence of (n_rows,) float64
        Updates of the rows of each matrix, in an id of the text.
    largest_block : int
        Ids in a block, at most.

    Attributes
    ----------
    block_size, n_blocks : int
        Ids in a block, and blocks in a round.
    copies : list of (WORKERS, n_rows, padded dim), of the kinds of the matrices
    """

    #: Parts of a round: each worker trains, then all rows are merged.
    stages = (WORKERS, _RANGES)

    def __init__(self, matrices: tuple[Matrix, ...], busy: tuple[NDArray[np.float64], ...], largest_block: int) -> None:
        n_ids = _IDS * sum(map(len, matrices)) // WORKERS  # of a worker in a round
        self.block_size = min(max(n_ids, _SMALLEST_BLOCK), largest_block)
        self.n_blocks = WORKERS * max(1, round(n_ids / self.block_size))
        self.copies = []
        self._merged = []
        for matrix, rates in zip(matrices, busy, strict=True):
            n, width = matrix.shape
            copies = zeros(WORKERS * n, width, matrix.dtype).reshape(WORKERS, n, width)
            copies[:] = matrix
            self.copies.append(copies)
            self._merged.append((matrix, copies, rates.astype(np.float32)))

    @staticmethod
    def bytes(sizes: tuple[int, ...], dim: int, dtype: DTypeLike) -> int:
        """Return the memory that the copies of matrices with so many rows take."""
        return sum(matrix_bytes(WORKERS * n, dim, dtype) + 4 * n for n in sizes)

    def n_done(self, n_parts: int) -> int:
        """Return the blocks that are done after so many parts, those of whole rounds; the last round may have fewer."""
        return n_parts // sum(self.stages) * self.n_blocks

    def parts(
        self, first: int, end: int, workers: Sequence[Callable[[int], None]], gain: Callable[[int], float]
    ) -> Iterator[Part]:
        """Yield the parts of all rounds from block `first` to `end` - 1.

        Parameters
        ----------
        first, end : int
        workers : sequence of functions of a block
            Train on a block with the copies of a worker.
        gain : function of a block
            Returns how much larger a step is there than with default parameters.
        """
        for begin in range(first, end, self.n_blocks):
            blocks = np.arange(begin, min(begin + self.n_blocks, end))
            for worker, own in zip(workers, np.array_split(blocks, WORKERS), strict=True):
                yield partial(_each, worker, own.tolist())
            pull = _DRAW * gain(begin) * self.block_size * len(blocks) / WORKERS
            for k in range(_RANGES):
                yield partial(self.merge, k, k + 1, pull)

    def merge(self, first: int, end: int, pull: float) -> None:
        """Merge ranges of rows of all matrices; `pull` is as for `merge_rows`."""
        for matrix, copies, busy in self._merged:
            start, stop = (len(matrix) * k // _RANGES for k in (first, end))
            merge_rows(matrix, copies, start, stop, busy, np.float32(pull))


def _each(worker: Callable[[int], None], blocks: list[int]) -> None:
    """Train on some blocks."""
    for block in blocks:
        worker(block)
