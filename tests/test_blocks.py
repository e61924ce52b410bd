import threading

import numpy as np
import pytest

from fastvec.training.blocks import run_blocks


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


def test_what_happens_between_blocks_sees_none_under_way():
    started, done, seen = [], [], []

    def work(block):
        started.append(block)
        done.append(block)

    def between(queue, is_ending):
        with queue.paused():
            seen.append((queue.n_taken, len(started), len(done), is_ending))

    def poll():
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_blocks(iter(range(10**9)), [work] * 3, np.zeros(1, np.int64), poll, between)
    assert all(n == n_started == n_done for n, n_started, n_done, _ in seen)
    assert [is_ending for *_, is_ending in seen] == [False, False, False, True]


def test_a_stage_begins_when_the_one_before_is_done_and_a_pause_between_two_rounds():
    started, done, seen = [], [], []

    def work(block):
        place = block % 5
        expected = block - place + (2 if place >= 2 else 0)
        started.append(block)
        assert set(done) >= set(range(expected))
        done.append(block)

    def between(queue, is_ending):
        with queue.paused():
            seen.append((queue.n_taken, len(started), len(done)))

    def poll():
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_blocks(iter(range(10**6)), [work] * 3, np.zeros(1, np.int64), poll, between, stages=(2, 3))
    assert all(n == n_started == n_done and n % 5 == 0 for n, n_started, n_done in seen)


def test_a_pause_does_not_wait_for_a_round_that_has_failed():
    failed = threading.Event()

    def work(block):
        failed.set()
        raise RuntimeError("block one")

    def poll():
        failed.wait()
        raise KeyboardInterrupt

    def between(queue, is_ending):
        with queue.paused():
            raise AssertionError

    with pytest.raises(RuntimeError, match="block one"):
        run_blocks(range(10), [work], np.zeros(1, np.int64), poll, between, stages=(2, 3))
