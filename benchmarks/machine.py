"""What ran the benchmark: the machine, the versions, the commit."""

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastvec.doctor import processor_name

PACKAGES = ("fastvec", "numba", "llvmlite", "numpy", "gensim", "fasttext-wheel")


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, str | int]:
    """Describe the machine."""
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
    """Give the versions of Python and of the packages that are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Name the commit, with a plus sign where files differ from it."""
    try:
        command = ["git", "describe", "--always", "--dirty=+"]
        found = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


def slug(text: str) -> str:
    """Make a part of a file's name.

    >>> slug("AMD EPYC 9R14 96-Core Processor")
    'amd-epyc-9r14-96-core-processor'
    """
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\((R|TM|C)\)", "", text).lower()).strip("-")
