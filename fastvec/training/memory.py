"""Memory that is given back to the system before a long training, which does not need it.

On Linux only; elsewhere nothing is done, and nothing is lost but that.
"""

import ctypes
import mmap
import sys
from pathlib import Path


def give_back() -> None:
    """Give back the memory that reading and compiling have left: what is free in the heap, and the compiler's code.

    The code, some 50 MB of it, lies in the file of a shared library, from which the system takes it again when
    something is to be compiled.
    """
    if not sys.platform.startswith("linux"):
        return
    system = ctypes.CDLL(None)
    if hasattr(system, "malloc_trim"):  # glibc's
        system.malloc_trim(0)
    for start, size in _code("libllvmlite"):
        system.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), mmap.MADV_DONTNEED)


def _code(library: str) -> list[tuple[int, int]]:
    """Give the addresses and sizes of the machine code of a library that is loaded: nobody writes there."""
    maps = [line.split() for line in Path("/proc/self/maps").read_text().splitlines() if library in line]
    spans = [[int(address, 16) for address in span.split("-")] for span, rights, *_ in maps if rights == "r-xp"]
    return [(start, stop - start) for start, stop in spans]
