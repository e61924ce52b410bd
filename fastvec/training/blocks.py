"""Work shared among threads: they take blocks in order from one queue while the main thread watches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import pairwise
from threading import Condition
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Block = TypeVar("Block")
#: Seconds between two looks of the main thread.
POLL = 0.1
#: Blocks of rows in `for_rows`: enough to keep many threads busy to the end.
_ROW_BLOCKS = 256


class Queue(Generic[Block]):
    """Blocks that threads take in order: `n_taken` so far; during a pause all of these are done.

    With `stages`, blocks come in rounds of as many as these add up to. Those of a stage are handed out when all before
    them are done, and a pause begins between two rounds.
    """

    def __init__(self, blocks: Iterable[Block], stages: Sequence[int] = ()) -> None:
        self.n_taken = 0
        self._blocks = iter(blocks)
        self._busy, self._is_paused = 0, False
        self._error: BaseException | None = None
        self._changed = Condition()
        self._round = sum(stages) or 1
        self._starts = {sum(stages[:k]) for k in range(len(stages))}

    @property
    def _place(self) -> int:
        """Where the next block is in its round."""
        return self.n_taken % self._round

    def _may_go_on(self) -> bool:
        return not (self._is_paused and self._place == 0) and not (self._busy and self._place in self._starts)

    def take(self) -> Block | None:
        """Return the next block, or None at the end; wait during a pause, and for the stage before."""
        with self._changed:
            self._changed.wait_for(lambda: self._error is not None or self._may_go_on())
            if self._error is not None:
                return None
            block = next(self._blocks, None)
            if block is not None:
                self.n_taken += 1
                self._busy += 1
            return block

    def done(self, error: BaseException | None = None) -> None:
        """Count a block as no longer worked on; after an error none are handed out."""
        with self._changed:
            self._busy -= 1
            self._error = self._error or error
            self._changed.notify_all()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Wait until all blocks taken are done, and hand out none until the `with` block ends.

        Raise the error of a block that failed: without it there is nothing to see.
        """
        try:
            with self._changed:
                self._is_paused = True
                self._changed.wait_for(lambda: not self._busy and (self._error is not None or self._place == 0))
                if self._error is not None:
                    raise self._error
            yield
        finally:
            self.end_pause()

    def end_pause(self) -> None:
        """Hand out blocks again."""
        with self._changed:
            self._is_paused = False
            self._changed.notify_all()


def run_blocks(
    blocks: Iterable[Block],
    workers: Sequence[Callable[[Block], None]],
    stop: NDArray[np.int64],
    poll: Callable[[], None],
    between: Callable[[Queue[Any], bool], None] | None = None,
    stages: Sequence[int] = (),
) -> None:
    """Let each worker, on a thread of its own, take blocks in order until none is left.

    Compiled code in workers should release the interpreter's lock. `stop`, (1,) int64, is set to 1 to end the work
    early, so that workers can leave a block unfinished. The calling thread calls `poll` every tenth of a second and
    when all is done; an exception in it ends the work.

    `between` is called with False after each `poll` but the last, and with True when a KeyboardInterrupt ends the work.
    It may pause the queue to see the state between two blocks, or two rounds if there are `stages`; see `Queue`.

    Raise the first error of `poll`, `between` or a worker, once all workers have stopped.
    """
    queue = Queue(blocks, stages)

    def drain(work: Callable[[Block], None]) -> None:
        while not stop[0] and (block := queue.take()) is not None:
            try:
                work(block)
            except BaseException as error:
                queue.done(error)
                raise
            queue.done()

    def watch(futures: list[Future[None]]) -> None:
        while True:
            finished, waiting = wait(futures, POLL, FIRST_EXCEPTION)
            for future in finished:
                future.result()
            poll()
            if not waiting:
                return
            if between is not None:
                between(queue, False)

    with ThreadPoolExecutor(len(workers), "fastvec") as pool:
        try:
            try:
                watch([pool.submit(drain, work) for work in workers])
            except KeyboardInterrupt:
                if between is not None:
                    between(queue, True)
                raise
        except BaseException:
            stop[0] = 1
            queue.end_pause()  # an interrupt may have left one
            raise


def cut_rows(indptr: NDArray[np.integer], n_blocks: int) -> list[tuple[int, int]]:
    """Return the ranges of rows, about `n_blocks`, with about as many cells each; `indptr` is as in `for_rows`."""
    cells = indptr + np.arange(indptr.size)  # a row costs something too
    cuts = np.unique(np.searchsorted(cells, np.linspace(0, cells[-1], n_blocks + 1)))
    cuts[0], cuts[-1] = 0, indptr.size - 1
    return list(pairwise(cuts.tolist()))


def for_rows(
    work: Callable[[int, int], None], indptr: NDArray[np.integer], threads: int, n_blocks: int = _ROW_BLOCKS
) -> None:
    """Call ``work(first, last)`` in `threads` threads for about `n_blocks` ranges of rows, with as many cells each.

    The rows of a sparse matrix begin at `indptr`, (n_rows + 1,) int. The result for a row may not depend on the other
    rows of the range.
    """
    run_blocks(cut_rows(indptr, n_blocks), [lambda block: work(*block)] * threads, np.zeros(1, np.int64), lambda: None)
