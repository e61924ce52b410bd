"""Memory that is given back to the system before a long training, which does not need it.

On Linux only; elsewhere nothing is done, and nothing is lost but that.
"""

import ctypes
import mmap
import sys

import psutil


def give_back() -> None:
    """Give back the memory that reading and compiling have left: what is free in the heap, and the compiler's code.

    The code and its constants, some 80 MB of them, lie in the file of a shared library, from which the system takes
    them again when something is to be compiled.
    """
    if not sys.platform.startswith("linux"):
        return
    system = ctypes.CDLL(None)
    if hasattr(system, "malloc_trim"):  # glibc's
        system.malloc_trim(0)
    for start, size in _unchanged("libllvmlite"):
        system.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), mmap.MADV_DONTNEED)


def _unchanged(library: str) -> list[tuple[int, int]]:
    """Give the addresses and sizes of what is in memory just as in the file of a library, where nobody writes."""
    found = []
    for part in psutil.Process().memory_maps(grouped=False):
        if library in part.path and "w" not in part.perms and not part.anonymous:
            start, end = (int(address, 16) for address in part.addr.split("-"))
            found.append((start, end - start))
    return found
