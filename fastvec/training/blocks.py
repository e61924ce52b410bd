"""Work shared among threads: blocks taken in order from one queue, and a main thread that watches."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError

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


def run_blocks(
    blocks: Iterable[Block],
    workers: Sequence[Callable[[Block], None]],
    stop: NDArray[np.int64],
    poll: Callable[[], None],
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
        Called by the calling thread every tenth of a second; what it raises, or a KeyboardInterrupt, ends the work.

    Raises
    ------
    BaseException
        The first error of `poll` or of a worker, once all workers have stopped.
    """
    queue, lock = iter(blocks), Lock()

    def drain(work: Callable[[Block], None]) -> None:
        while not stop[0]:
            with lock:
                block = next(queue, None)
            if block is None:
                return
            work(block)

    with ThreadPoolExecutor(len(workers), "fastvec") as pool:
        try:
            futures = [pool.submit(drain, work) for work in workers]
            while True:
                finished, waiting = wait(futures, POLL, FIRST_EXCEPTION)
                for future in finished:
                    future.result()
                if not waiting:
                    break
                poll()
        except BaseException:
            stop[0] = 1
            raise
