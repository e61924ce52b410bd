"""Temporary files and directories, locks, and the errors of a disk that cannot take them.

Large temporary files go beside the id stream of the corpus, so into the cache directory if there is one that can be
written to; else, and without a corpus, they go to the system's temporary directory. Files have no name, so none can be
left behind. Directories are removed after use. If a process is killed, nobody holds the lock of its directory any more,
and the next process that makes one in the same place removes it.
"""

import errno
import io
import logging
import os
import platform
import shutil
import stat
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastvec.checks import check_path
from fastvec.errors import FileError, megabytes

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_LOG = logging.getLogger(__name__)

_PREFIX = "fastvec-making-"
_ABANDONED = 7 * 24 * 3600.0  # seconds without a change, after which a directory without a lock is abandoned

CACHE_DIR = "choose another folder with cache_dir (--cache-dir)"
TMPDIR = "name another folder in TMPDIR"
ELSEWHERE = "choose another folder"


def system_folder() -> Path:
    """Return the system's temporary directory; raise `FileError` if none can be written to."""
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise FileError(f"{error.strerror}; {TMPDIR}") from None


def why_unwritable(folder: Path) -> str | None:
    """Return why nothing can be written in a folder, which is made if it is missing; None if something can."""
    if folder.parts[:1] == ("~",):  # which stays as it is for a user that the system does not know
        return "there is no home directory"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        nameless_file(folder).close()
    except OSError as error:
        return error.strerror or str(error)
    return None


def writable(folder: Path) -> Path:
    """Return a folder, or the system's temporary directory where nothing can be written in it, which is reported."""
    reason = why_unwritable(folder)
    if reason is None:
        return folder
    _report_unwritable(folder, reason)
    return system_folder()


@cache
def _report_unwritable(folder: Path, reason: str) -> None:
    """Log, once in a process, that a folder is replaced by the system's temporary directory."""
    _LOG.warning(
        "%s: cannot be written to (%s); temporary files go to %s, and texts are not cached. To cache them, %s",
        folder, reason, system_folder(), CACHE_DIR,
    )  # fmt: skip


@contextmanager
def disk_errors(place: str | os.PathLike[str], what: str, cure: str, n_bytes: int = 0) -> Iterator[None]:
    """Turn an OSError into a `FileError` that names the place, what was being written, and the cure.

    `place` is the file or folder, as messages call it, and `n_bytes` about the space needed, 0 if unknown.
    """
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space(place, what, cure, n_bytes) from None
        raise FileError(f"{place}: cannot write {what} ({error.strerror or error}); {cure}") from None


@contextmanager
def read_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn an OSError into a `FileError` that names the file that cannot be read; refuse what is no path."""
    check_path("path", path)
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror or error})") from None


def check_space(place: str | os.PathLike[str], what: str, cure: str, n_bytes: int) -> None:
    """Raise `FileError` if fewer than `n_bytes` are free; the parameters are those of `disk_errors`."""
    with disk_errors(place, what, cure):
        if shutil.disk_usage(place).free < n_bytes:
            raise _no_space(place, what, cure, n_bytes)


def _no_space(place: str | os.PathLike[str], what: str, cure: str, n_bytes: int) -> FileError:
    need = f", about {megabytes(max(n_bytes, 10**5))}" if n_bytes else ""
    return FileError(f"{place}: no space left for {what}{need}; free some, or {cure}")


def nameless_file(folder: Path) -> io.FileIO:
    """Open a file without a name, to write and read; it vanishes when it is closed.

    It is unbuffered, so that a full disk raises in `write_all` and not when the file is closed.
    """
    return tempfile.TemporaryFile(dir=folder, buffering=0)


def write_all(file: io.FileIO, data: Any) -> None:
    """Write all of some data to an unbuffered file."""
    rest = memoryview(data).cast("B")
    while rest:
        rest = rest[file.write(rest) :]


def read_all(file: io.FileIO, out: Any) -> int:
    """Read from an unbuffered file until a C-contiguous array is full; return the bytes that are missing."""
    rest = out.reshape(-1).view("u1").data
    while rest and (n_bytes := file.readinto(rest)):
        rest = rest[n_bytes:]
    return len(rest)


def scratch_name() -> str:
    """Return a new name for a temporary directory; it names the machine, since others cannot see its locks."""
    return f"{_PREFIX}{zlib.crc32(platform.node().encode()):08x}-{uuid4().hex}"


@contextmanager
def scratch_directory(parent: Path) -> Iterator[Path]:
    """Make a temporary directory; remove it if the block fails, else leave it to the caller to rename or remove.

    It lies in `parent`, which is made if missing. Raise `FileError` if it cannot be made.
    """
    scratch = parent / scratch_name()
    cure = f"{CACHE_DIR}, or keep nothing with cache=False (--no-cache)"
    with ExitStack() as stack:
        try:
            with disk_errors(parent, "a temporary directory", cure):
                parent.mkdir(parents=True, exist_ok=True)
                mode = 0o700 if parent.stat().st_mode & stat.S_ISVTX else 0o777  # other users share the first kind
                _remove_abandoned(parent)
                while not scratch.exists():  # once, unless another process removes it as abandoned before it is locked
                    scratch.mkdir(mode)
                    with suppress(FileNotFoundError):
                        stack.enter_context(_locked(scratch, wait=True))
            yield scratch
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise


def lock(descriptor: int, *, wait: bool) -> bool:
    """Lock an open file or directory until it is closed or the process ends.

    Return whether it is locked: False where there are no such locks. Raise `BlockingIOError` if another process holds
    the lock and `wait` is false.
    """
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # some network file systems
        return False
    return True


@contextmanager
def _locked(directory: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the lock of a directory; the value and the errors are those of `lock`."""
    if os.name == "nt":  # which opens no directories
        yield False
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        yield lock(descriptor, wait=wait)
    finally:
        os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    """Remove the directories of processes that have ended."""
    of_this_machine = scratch_name().rpartition("-")[0]
    for path in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError), _locked(path, wait=False) as has_lock:
            changed = max(file.stat().st_mtime for file in [path, *path.iterdir()])
            if (has_lock and path.name.startswith(of_this_machine)) or time.time() - changed > _ABANDONED:
                shutil.rmtree(path, ignore_errors=True)
