import re
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from fastvec.training import memory


def resident_code():
    """Kilobytes of the compiler's code that are in memory."""
    parts = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE)
    return sum(int(re.search(r"Rss: +(\d+)", part)[1]) for part in parts if "r-xp" in part and "llvmlite" in part)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux takes memory back")
def test_the_compiler_leaves_the_memory_and_comes_back():
    assert njit(lambda x: x + 1)(1) == 2
    before = resident_code()
    memory.give_back()
    assert resident_code() < before / 2
    assert njit(lambda x: np.sqrt(x) + 2)(4.0) == 4


def test_elsewhere_nothing_is_given_back(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: pytest.fail("there is no such library"))
    memory.give_back()
