"""Memory and disk space that this process has taken, and that it may still take.

Memory is limited by what the machine has free, by the control group of the process (as in a container) and by
``ulimit -v`` and ``ulimit -d``; the strictest limit counts.
"""

import ctypes
import mmap
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from fastvec.control_groups import GROUPS, OWN, group_folders
from fastvec.errors import MachineError, megabytes

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

#: Files of a control group's limit and of its usage, in versions 2 and 1.
_FILES = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))
#: In version 1, a limit of this much or more means none.
_NO_LIMIT = 1 << 60


class Room(NamedTuple):
    """Memory that one limit leaves to this process."""

    free: int  #: Bytes that it may still take.
    total: int  #: Bytes that it could take if nothing else ran.
    limit: str  #: What sets the limit, as messages call it.

    @property
    def available(self) -> int:
        """Bytes that it may hold, including those that it holds now."""
        return min(self.free + resident_memory(), self.total)


#: Bytes that the interpreter, the libraries and the compiled code take: of memory (90 to 160 MiB were seen, the most
#: while kernels are compiled, and some is kept in reserve), and of addresses.
PROGRAM, _ADDRESSES = 170 << 20, 620 << 20


def check_program() -> None:
    """Check that the libraries and the compiled code fit the memory; raise `InputError` if they do not."""
    room = memory_room()
    taken = psutil.Process().memory_info()
    needed, held = (_ADDRESSES, taken.vms) if room.limit == "ulimit -v" else (PROGRAM, taken.rss)
    if needed - held > room.free:
        there = megabytes(room.free) if room.limit == "the machine" else f"{megabytes(room.total)} at most"
        raise MachineError(
            f"the program itself takes {megabytes(needed)} of memory, and {room.limit} gives {there}: raise that "
            "limit, or end other programs"
        )


def resident_memory() -> int:
    """Return the bytes of memory that this process holds now."""
    return int(psutil.Process().memory_info().rss)


def peak_memory() -> int:
    """Return the most bytes of memory that this process has held so far."""
    if resource is None:
        return int(psutil.Process().memory_info().peak_wset)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def process_age() -> float:
    """Return the seconds since this process began."""
    if hasattr(time, "CLOCK_BOOTTIME"):  # Linux's own clock for it; the wall clock can be a second off
        started = int(Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")
    return max(0.0, time.time() - float(psutil.Process().create_time()))


def memory_room() -> Room:
    """Return what the strictest limit leaves to this process."""
    return min(_rooms(), key=lambda room: room.available)


def default_memory() -> int:
    """Return a quarter of the bytes that this process could take, but 1 GiB if that is at most a half."""
    total = min(room.total for room in _rooms())
    return max(total // 4, min(total // 2, 1 << 30))


def disk_room(folder: str | os.PathLike[str]) -> int:
    """Return the bytes free on the disk of a folder, which need not exist yet."""
    return shutil.disk_usage(_existing(Path(folder).absolute())).free


def disk_of(folder: str | os.PathLike[str]) -> int:
    """Return the number of the file system of a folder, which need not exist yet."""
    return _existing(Path(folder).absolute()).stat().st_dev


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _rooms() -> Iterator[Room]:
    machine = psutil.virtual_memory()
    yield Room(machine.available, machine.total, "the machine")
    yield from _group_rooms()
    yield from _process_rooms()


def _process_rooms() -> Iterator[Room]:
    """Yield what ``ulimit -v`` and ``ulimit -d`` leave."""
    if resource is None:
        return
    taken = psutil.Process().memory_info()
    for limit, used, name in (
        (resource.RLIMIT_AS, taken.vms, "ulimit -v"),
        (resource.RLIMIT_DATA, getattr(taken, "data", 0), "ulimit -d"),
    ):
        most = resource.getrlimit(limit)[0]
        if most != resource.RLIM_INFINITY:
            yield Room(max(0, most - used), most, name)


def _group_rooms(groups: Path = GROUPS, own: Path = OWN) -> Iterator[Room]:
    """Yield what the control groups of this process leave; cached files do not count, as the system can drop them."""
    for folder in group_folders("memory", groups, own):
        for limit_name, usage_name in _FILES:
            try:
                limit = (folder / limit_name).read_text().strip()
                usage = int((folder / usage_name).read_text())
                held = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            except (OSError, ValueError):
                continue
            if limit != "max" and int(limit) < _NO_LIMIT:
                total = [held.get(f"total_{name}") or held.get(name, "0") for name in ("active_file", "inactive_file")]
                yield Room(max(0, int(limit) - usage + sum(map(int, total))), int(limit), "the control group")


def give_back() -> None:
    """Return memory to the system before long work: free heap, and the compiler's code, some 80 MB.

    That code lies unchanged in the file of a shared library, from which the system reads it again when something is
    compiled. Does nothing except on Linux.
    """
    if not sys.platform.startswith("linux"):
        return
    system = ctypes.CDLL(None)
    if hasattr(system, "malloc_trim"):  # glibc's
        system.malloc_trim(0)
    for part in psutil.Process().memory_maps(grouped=False):
        if "libllvmlite" in part.path and "w" not in part.perms and not part.anonymous:
            start, stop = (int(address, 16) for address in part.addr.split("-"))
            system.madvise(ctypes.c_void_p(start), ctypes.c_size_t(stop - start), mmap.MADV_DONTNEED)
