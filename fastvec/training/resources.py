"""What this process has taken of the machine, and what it may still take: memory, and space on a disk.

Memory is limited by what the machine has free, by the control group of the process (as in a container) and by the
limits that ``ulimit -v`` and ``ulimit -d`` set; the least of them counts.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from fastvec.errors import InputError

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_CGROUPS = Path("/sys/fs/cgroup")
#: Limits of a control group and what it has taken, in versions 2 and 1.
_FILES = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))
#: Limits of version 1 from here on mean that there is none.
_NO_LIMIT = 1 << 60


class Room(NamedTuple):
    """Memory that there is for this process by one limit.

    Attributes
    ----------
    free : int
        Bytes that it may still take.
    total : int
        Bytes that it could have if nothing else were there.
    limit : str
        What sets the limit, as messages call it.
    """

    free: int
    total: int
    limit: str

    @property
    def available(self) -> int:
        """Bytes that it may hold, with those that it holds."""
        return min(self.free + resident_memory(), self.total)


#: What the interpreter, the libraries and the compiled code take: memory, and addresses, of which they take more.
PROGRAM, _ADDRESSES = 170 << 20, 620 << 20


def check_program() -> None:
    """Refuse at once where not even the libraries and the compiled code fit.

    Raises
    ------
    InputError
        If they do not.
    """
    room = memory_room()
    taken = psutil.Process().memory_info()
    needed = _ADDRESSES - taken.vms if room.limit == "ulimit -v" else PROGRAM - taken.rss
    if needed > room.free:
        there = f"{room.total / 1e6:,.0f} MB at most" if room.limit != "the machine" else f"{room.free / 1e6:,.0f} MB"
        raise InputError(
            f"the program itself takes {(_ADDRESSES if room.limit == 'ulimit -v' else PROGRAM) / 1e6:,.0f} MB of "
            f"memory, and {room.limit} gives {there}: raise that limit, or end other programs"
        )


def resident_memory() -> int:
    """Give the bytes of memory that this process holds now."""
    return int(psutil.Process().memory_info().rss)


def peak_memory() -> int:
    """Give the most bytes of memory that this process has held so far."""
    if resource is None:
        return int(psutil.Process().memory_info().peak_wset)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def process_age() -> float:
    """Give the seconds since this process began."""
    if hasattr(time, "CLOCK_BOOTTIME"):  # the clock by which Linux notes it; that of the day is a second off in places
        started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")
    return max(0.0, time.time() - float(psutil.Process().create_time()))


def memory_room() -> Room:
    """Give the memory that there is for this process by the strictest limit."""
    return min(_rooms(), key=lambda room: room.available)


def default_memory() -> int:
    """Give a quarter of the memory that this process could have, in bytes; of less than 4 GiB up to a half."""
    total = min(room.total for room in _rooms())
    return max(total // 4, min(total // 2, 1 << 30))


def disk_room(folder: str | os.PathLike[str]) -> int:
    """Give the bytes that are free where a folder is, or is going to be."""
    return shutil.disk_usage(_existing(Path(folder).absolute())).free


def disk_of(folder: str | os.PathLike[str]) -> int:
    """Give the number of the file system that a folder is on, or is going to be."""
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


def _group_rooms(groups: Path = _CGROUPS, own: Path = Path("/proc/self/cgroup")) -> Iterator[Room]:
    """Yield what the control groups of this process leave; what they hold of files can be let go."""
    for folder in _group_folders(groups, own):
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


def _group_folders(groups: Path, own: Path) -> Iterator[Path]:
    """Yield the folders of the control groups that limit the memory of this process, and of those around them."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        root = groups / "memory" if kinds else groups
        inner = Path(path.lstrip("/"))
        for part in (inner, *inner.parents):
            yield root / part
