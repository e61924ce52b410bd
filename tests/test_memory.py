import sys

import numpy as np
import psutil
import pytest
from numba import njit

from fastvec.training import memory


def resident():
    """Bytes of the compiler that are in memory as they are in its file."""
    maps = psutil.Process().memory_maps(grouped=False)
    return sum(part.rss - part.anonymous for part in maps if "llvmlite" in part.path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux takes memory back")
def test_the_compiler_leaves_the_memory_and_comes_back():
    assert njit(lambda x: x + 1)(1) == 2
    before = resident()
    memory.give_back()
    assert resident() < before / 8
    assert njit(lambda x: np.sqrt(x) + 2)(4.0) == 4


def test_elsewhere_nothing_is_given_back(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: pytest.fail("there is no such library"))
    memory.give_back()
