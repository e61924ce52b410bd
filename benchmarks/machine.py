"""The machine, the versions and the commit of a benchmark."""

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
