import os

import pytest

from fastvec.checks import count_threads
from fastvec.errors import InputError


def test_threads_default_to_the_cores_that_the_process_may_use(monkeypatch):
    assert count_threads(None) >= 1
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert count_threads(None) == 2
    assert count_threads(3) == 3


def test_no_threads_are_refused():
    with pytest.raises(InputError, match="threads must be at least 1, not 0"):
        count_threads(0)
