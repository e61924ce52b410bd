"""Results of threads in the order of their work."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Block = TypeVar("Block")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Block], Result], blocks: Iterable[Block], pool: ThreadPoolExecutor, ahead: int
) -> Iterator[Result]:
    """Yield the result of each block, in order, while the threads of a pool are at work on `ahead` more at most.

    `blocks` are taken one by one in the calling thread.
    """
    pending: deque[Future[Result]] = deque()
    for block in blocks:
        pending.append(pool.submit(work, block))
        if len(pending) > ahead:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
