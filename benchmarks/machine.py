"""The machine, the versions and the commit of a benchmark."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastvec.doctor import processor_name

PACKAGES = (
    "fastvec",
    "numba",
    "llvmlite",
    "numpy",
    "scipy",
    "gensim",
    "fasttext-wheel",
    "floret",
    "bicleaner-ai-glove",
)
#: Seconds for which the cores are tried.
_BURN_SECONDS = 3.0
_BURN = f"""
from time import perf_counter, process_time
began, used = perf_counter(), process_time()
while perf_counter() < began + {_BURN_SECONDS}:
    pass
print((process_time() - used) / (perf_counter() - began))
"""


def resident(field: str, pid: int | str = "self") -> int:
    """Return VmRSS, the memory that a process holds, or VmHWM, the most that it held, in bytes; 0 if unknown."""
    try:
        _, found, text = Path(f"/proc/{pid}/status").read_text().partition(f"{field}:")
    except OSError:
        return 0
    return int(text.split()[0]) * 1024 if found else 0


def usable() -> list[int]:
    """Return the cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def cores() -> int:
    """Count the cores that this process may use."""
    return len(usable())


@contextmanager
def on_cores(which: Collection[int]) -> Iterator[None]:
    """Confine the programs that are started meanwhile to some cores, if any are given."""
    if not which or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, which)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def share_of_cores() -> float:
    """Return the least fraction of a core that one of as many busy processes as cores gets."""
    command = [sys.executable, "-c", _BURN]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(cores())]
    return min(float(process.communicate()[0]) for process in processes)


def machine() -> dict[str, str | int]:
    """Return a description of the machine."""
    path = Path("/proc/cpuinfo")
    text = path.read_text() if path.exists() else ""
    simd = [name for name in ("avx512f", "avx2", "sse2", "asimd", "neon") if re.search(rf"\b{name}\b", text)]
    return {
        "cpu": processor_name(),
        "simd": simd[0] if simd else "unknown",
        "cores": cores(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the installed packages."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Return the name of the commit, with a plus sign if files differ from it."""
    try:
        command = ["git", "describe", "--always", "--dirty=+"]
        found = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


def slug(text: str) -> str:
    """Return a text as part of a file name.

    >>> slug("AMD EPYC 9R14 96-Core Processor")
    'amd-epyc-9r14-96-core-processor'
    """
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\((R|TM|C)\)", "", text).lower()).strip("-")
