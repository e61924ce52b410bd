import os

import pytest

from fastvec import checks
from fastvec.checks import as_list, count_threads
from fastvec.errors import InputError


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(checks, "processor_quota", lambda: None)
    checks._report_threads.cache_clear()


def test_threads_default_to_the_cores_that_the_process_may_use(two_cores, caplog):
    assert count_threads(None) == 2
    assert count_threads(2) == 2
    assert not caplog.messages


@pytest.mark.parametrize(("quota", "threads"), [(0.2, 1), (1.0, 1), (1.5, 2), (8.0, 2)])
def test_threads_default_to_no_more_than_the_quota_of_the_control_group(two_cores, monkeypatch, quota, threads):
    monkeypatch.setattr(checks, "processor_quota", lambda: quota)
    assert count_threads(None) == threads


def test_more_threads_than_cores_are_told_once(two_cores, caplog):
    assert [count_threads(3), count_threads(3)] == [3, 3]
    assert caplog.messages == ["3 threads share the 2 cores that this process may use; 2 would be as fast"]


def test_no_threads_are_refused():
    with pytest.raises(InputError, match="threads must be at least 1, not 0"):
        count_threads(0)


def test_one_of_a_list_may_be_given_alone(tmp_path):
    assert as_list("sets", "a") == ["a"]
    assert as_list("sets", tmp_path) == [tmp_path]
    assert as_list("sets", 3.5, float) == [3.5]
    assert as_list("sets", (part for part in "ab")) == ["a", "b"]
    with pytest.raises(InputError, match="sets must be a list, not 3"):
        as_list("sets", 3)
