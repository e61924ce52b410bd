"""The time of a cache-line transfer from core to core.

Cores that share a cache pass a line on in some 30 ns; between chiplets or sockets it takes five times as long. The host
of a virtual machine may move its cores from one case to the other during a benchmark. So every measurement of thread
scaling needs this figure beside it.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

_WARM_UP, _PASSINGS = 1_000, 10_000


@intrinsic
def _read(typing, line):
    """Read line[0], which another thread writes."""

    def emit(context, builder, call, arguments):
        array = context.make_array(call.args[0])(context, builder, arguments[0])
        return builder.load_atomic(array.data, "acquire", 8)

    return types.int64(line), emit


@intrinsic
def _write(typing, line, value):
    """Write line[0], which another thread reads."""

    def emit(context, builder, call, arguments):
        array = context.make_array(call.args[0])(context, builder, arguments[0])
        builder.store_atomic(arguments[1], array.data, "release", 8)
        return context.get_dummy_value()

    return types.void(line, types.int64), emit


@njit(nogil=True)
def _pass(line, first, last):
    """Wait for `first`, `first` + 2, ... in the line, and answer each with the next number."""
    for number in range(first, last, 2):
        while _read(line) != number:
            pass
        _write(line, number + 1)


def latency(first: int, second: int) -> float:
    """Return the time of a cache-line transfer between two cores, in nanoseconds."""
    line = np.zeros(32, np.int64)[16:]
    _pass(line, 0, 0)

    def play(core: int, turn: int) -> float:
        os.sched_setaffinity(0, {core})  # of this thread
        _pass(line, turn, _WARM_UP)
        start = perf_counter()
        _pass(line, _WARM_UP + turn, _WARM_UP + _PASSINGS)
        return perf_counter() - start

    with ThreadPoolExecutor(2) as pool:
        seconds = list(pool.map(play, (first, second), (0, 1)))
    return 1e9 * max(seconds) / _PASSINGS


def longest_latency() -> float | None:
    """Return the transfer time from the first core to the farthest, in nanoseconds; None if it cannot be measured."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []
    return max((latency(cores[0], core) for core in cores[1:]), default=None)
