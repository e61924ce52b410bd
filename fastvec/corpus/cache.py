"""Where streams are kept: directories that are made aside and renamed, so that there is never half of one.

The name of a kept stream says what was asked for (the paths and the options). Whether the files are still the same is
seen from its description. So a corpus that has changed replaces its old stream, instead of adding another.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastvec.errors import FileError

_PREFIX = "fastvec-making-"
_ABANDONED = 7 * 24 * 3600.0  # seconds after which a directory that nobody writes to was left by a killed process


def entry_name(asked: list[Any]) -> str:
    """Give the name under which the stream of what was asked for is kept."""
    return hashlib.sha256(json.dumps(asked).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@contextmanager
def scratch_directory(parent: Path | None) -> Iterator[Path]:
    """Make a directory, and remove it if the block fails.

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
    parent = parent or Path(tempfile.gettempdir())
    scratch = parent / f"{_PREFIX}{uuid.uuid4().hex}"
    try:
        try:
            parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(parent)
            scratch.mkdir(mode)
        except OSError as error:
            cure = (
                "choose another directory with cache_dir (--cache-dir), or keep nothing with cache=False (--no-cache)"
            )
            raise FileError(f"{parent}: cannot write here ({error.strerror}); {cure}") from None
        yield scratch
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _remove_abandoned(parent: Path) -> None:
    for path in parent.glob(f"{_PREFIX}*"):
        try:
            changed = max(file.stat().st_mtime for file in [path, *path.iterdir()])
        except OSError:  # being removed by another process
            continue
        if time.time() - changed > _ABANDONED:
            shutil.rmtree(path, ignore_errors=True)


def keep(scratch: Path, entry: Path) -> bool:
    """Rename a finished directory, replacing what has the name; False if another process was quicker."""
    replaced = entry.with_name(f"{_PREFIX}{uuid.uuid4().hex}")
    try:
        os.rename(entry, replaced)
    except FileNotFoundError:
        pass
    except OSError:
        return False
    else:
        shutil.rmtree(replaced, ignore_errors=True)
    try:
        os.rename(scratch, entry)
    except OSError:
        return False
    return True


@contextmanager
def disk_errors(directory: Path, n_bytes: int) -> Iterator[None]:
    """Name the directory when it cannot be written to, and about how many bytes it needs when it is full."""
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            needs = f"the word ids need about {max(1, round(n_bytes / 1e6)):,} MB"
            cure = "free some, or choose another directory with cache_dir (--cache-dir)"
            raise FileError(f"{directory}: no space left; {needs}; {cure}") from None
        raise FileError(f"{directory}: cannot write the word ids ({error.strerror})") from None
