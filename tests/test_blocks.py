import threading

import numpy as np
import pytest

from fastvec.errors import InputError
from fastvec.training.blocks import count_threads, run_blocks


def never():
    return None


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_each_block_is_worked_once(threads):
    done = []
    run_blocks(range(100), [done.append] * threads, np.zeros(1, np.int64), never)
    assert sorted(done) == list(range(100))


def test_one_worker_takes_blocks_in_order():
    done = []
    run_blocks(iter("abc"), [done.append], np.zeros(1, np.int64), never)
    assert done == ["a", "b", "c"]


def test_the_error_of_a_worker_stops_all_and_is_raised():
    stop, done = np.zeros(1, np.int64), []

    def work(block):
        if block == 3:
            raise RuntimeError("block three")
        done.append(block)

    with pytest.raises(RuntimeError, match="block three"):
        run_blocks(iter(range(10**9)), [work, work], stop, never)
    assert stop[0] == 1
    assert len(done) < 10**9


def test_an_error_of_the_watcher_stops_the_workers():
    stop, started = np.zeros(1, np.int64), threading.Event()

    def work(block):
        started.set()
        while not stop[0]:
            pass

    def poll():
        if started.is_set():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_blocks(range(2), [work, work], stop, poll)


def test_threads_default_to_the_cores():
    assert count_threads(None) >= 1
    assert count_threads(3) == 3


def test_no_threads_are_refused():
    with pytest.raises(InputError, match="threads must be at least 1, not 0"):
        count_threads(0)
