"""Work shared among threads: blocks taken in order from one queue, and a main thread that watches."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Condition
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.training.checkpoints import Saving
from fastvec.training.state import State

Block = TypeVar("Block")
#: Seconds between two looks of the main thread.
POLL = 0.1


def count_threads(threads: int | None) -> int:
    """Give the number of threads to use: `threads`, or where that is None one for each core this process may use."""
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 1:
        raise InputError(f"threads must be at least 1, not {threads}")
    return threads


class _Queue(Generic[Block]):
    """Blocks that are taken in order, and how many are being worked on."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self.n_taken = 0
        self._blocks = iter(blocks)
        self._busy, self._is_paused = 0, False
        self._changed = Condition()

    def take(self) -> Block | None:
        """Give the next block, or None at the end; wait while there is a pause."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_paused)
            block = next(self._blocks, None)
            if block is not None:
                self.n_taken += 1
                self._busy += 1
            return block

    def done(self) -> None:
        """Take note that a block is done, well or not."""
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    @contextmanager
    def paused(self) -> Iterator[int]:
        """Wait until all blocks that were taken are done, and give out no others for a while; give their number."""
        try:
            with self._changed:
                self._is_paused = True
                self._changed.wait_for(lambda: not self._busy)
            yield self.n_taken
        finally:
            self.go_on()

    def go_on(self) -> None:
        """End a pause."""
        with self._changed:
            self._is_paused = False
            self._changed.notify_all()


def run_blocks(
    blocks: Iterable[Block],
    workers: Sequence[Callable[[Block], None]],
    stop: NDArray[np.int64],
    poll: Callable[[], None],
    saving: Saving | None = None,
) -> None:
    """Let each worker, on a thread of its own, take blocks in order until none is left.

    Parameters
    ----------
    blocks : iterable
        The work.
    workers : sequence of functions of a block
        One for each thread; compiled code in them should release the interpreter's lock.
    stop : (1,) int64
        Set to 1 when the work is to end early, so that workers can leave a block unfinished.
    poll : function
        Called by the calling thread every tenth of a second, and when all is done; what it raises ends the work.
    saving : Saving or None
        Saves the state now and then, between two blocks, and when a KeyboardInterrupt ends the work; what goes wrong
        with that is told and forgotten.

    Raises
    ------
    BaseException
        The first error of `poll` or of a worker, once all workers have stopped.
    """
    queue = _Queue(blocks)

    def drain(work: Callable[[Block], None]) -> None:
        while not stop[0] and (block := queue.take()) is not None:
            try:
                work(block)
            finally:
                queue.done()

    @contextmanager
    def state() -> Iterator[State]:
        assert saving is not None
        with queue.paused() as n_blocks:
            yield saving.state(n_blocks)

    def watch(futures: list[Future[None]]) -> None:
        while True:
            finished, waiting = wait(futures, POLL, FIRST_EXCEPTION)
            for future in finished:
                future.result()
            poll()
            if not waiting:
                return
            if saving is not None and saving.checkpoints.due(share := saving.share(queue.n_taken)):
                saving.checkpoints.try_to_save(state(), share)

    with ThreadPoolExecutor(len(workers), "fastvec") as pool:
        try:
            try:
                watch([pool.submit(drain, work) for work in workers])
            except KeyboardInterrupt:
                if saving is not None:
                    saving.checkpoints.try_to_save(state(), saving.share(queue.n_taken))
                raise
        except BaseException:
            stop[0] = 1
            queue.go_on()  # for a pause may have been interrupted too
            raise
