"""Temporary files: where they go, how they vanish whatever happens, and what is said when the disk cannot take them.

What is large goes beside the id stream of the corpus, so into the cache directory where there is one; what has no
corpus goes to the system's place for temporary files. Files have no name, so nothing can leave them behind. Directories
are removed when they have served; one whose process was killed is known by its lock, which nobody holds any more, and
removed by the next process that makes one there.
"""

import errno
import io
import os
import platform
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastvec.errors import FileError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_PREFIX = "fastvec-making-"
_ABANDONED = 7 * 24 * 3600.0  # seconds without a change, after which a directory without a lock is nobody's

CACHE_DIR = "choose another folder with cache_dir (--cache-dir)"
TMPDIR = "name another folder in TMPDIR"
ELSEWHERE = "choose another folder"


def system_folder() -> Path:
    """Give the system's place for temporary files.

    Raises
    ------
    FileError
        If there is none that can be written to.
    """
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise FileError(f"{error.strerror}; {TMPDIR}") from None


@contextmanager
def disk_errors(place: str | os.PathLike[str], what: str, cure: str, n_bytes: int = 0) -> Iterator[None]:
    """Turn an error of the disk into one that names the place, what was written to it, and the cure.

    Parameters
    ----------
    place : path
        Where, as messages call it.
    what : str
        What is written.
    cure : str
        What the user can do.
    n_bytes : int
        About how much is needed, if that is known.

    Raises
    ------
    FileError
        In place of any other OSError.
    """
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space(place, what, cure, n_bytes) from None
        raise FileError(f"{place}: cannot write {what} ({error.strerror or error}); {cure}") from None


def check_space(place: str | os.PathLike[str], what: str, cure: str, n_bytes: int) -> None:
    """Refuse to begin what is known not to fit on the disk; the parameters are those of `disk_errors`.

    Raises
    ------
    FileError
        If there is not as much space as that.
    """
    with disk_errors(place, what, cure):
        if shutil.disk_usage(place).free < n_bytes:
            raise _no_space(place, what, cure, n_bytes)


def _no_space(place: str | os.PathLike[str], what: str, cure: str, n_bytes: int) -> FileError:
    need = f", about {-(-n_bytes // 10**6):,} MB" if n_bytes else ""
    return FileError(f"{place}: no space left for {what}{need}; free some, or {cure}")


def nameless_file(folder: Path) -> io.FileIO:
    """Open a file to write and read that has no name, and is gone when it is closed.

    It has no buffer, whose rest a full disk would refuse only when the file is closed; see `write_all`.
    """
    return tempfile.TemporaryFile(dir=folder, buffering=0)


def write_all(file: io.FileIO, data: Any) -> None:
    """Write to a file that has no buffer."""
    rest = memoryview(data).cast("B")
    while rest:
        rest = rest[file.write(rest) :]


def scratch_name() -> str:
    """Give a new name for a temporary directory, which also tells the machine: others cannot see its locks."""
    return f"{_PREFIX}{zlib.crc32(platform.node().encode()):08x}-{uuid4().hex}"


@contextmanager
def scratch_directory(parent: Path | None) -> Iterator[Path]:
    """Make a directory, and remove it if the block fails; else that is up to the caller, who may rename it too.

    Parameters
    ----------
    parent : Path or None
        Where; made if missing. None is the system's place for temporary files.

    Raises
    ------
    FileError
        If it cannot be made.
    """
    mode = 0o777 if parent else 0o700  # others may see into the system's place
    parent = parent or system_folder()
    scratch = parent / scratch_name()
    cure = f"{CACHE_DIR}, or keep nothing with cache=False (--no-cache)"
    with ExitStack() as lock:
        try:
            with disk_errors(parent, "a temporary directory", cure):
                parent.mkdir(parents=True, exist_ok=True)
                _remove_abandoned(parent)
                while not scratch.exists():  # once, unless another process takes it for abandoned before it is locked
                    scratch.mkdir(mode)
                    with suppress(FileNotFoundError):
                        lock.enter_context(_locked(scratch, wait=True))
            yield scratch
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise


@contextmanager
def _locked(directory: Path, *, wait: bool) -> Iterator[bool]:
    """Lock a directory, until the block ends or the process does; give False where there are no such locks.

    Raises
    ------
    BlockingIOError
        If another process has it locked, and that is not to be waited for.
    """
    if fcntl is None:
        yield False
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:  # some network file systems
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    """Remove the directories of processes that are gone."""
    of_this_machine = scratch_name().rpartition("-")[0]
    for path in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError), _locked(path, wait=False) as has_lock:
            changed = max(file.stat().st_mtime for file in [path, *path.iterdir()])
            if (has_lock and path.name.startswith(of_this_machine)) or time.time() - changed > _ABANDONED:
                shutil.rmtree(path, ignore_errors=True)
