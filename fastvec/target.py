"""Files that appear whole or not at all: written beside the target under another name, then renamed."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fastvec.errors import FileError


def check_folder(path: str | os.PathLike[str]) -> None:
    """Refuse a file that could not be written, before the work that it is to hold begins.

    Raises
    ------
    FileError
        If the folder is missing or may not be written to, or if `path` is there and is not a file.
    """
    target = Path(path)
    folder = target.parent
    if not folder.is_dir():
        raise FileError(f"{target}: there is no folder {folder}; make it first")
    if target.exists() and not target.is_file():
        raise FileError(f"{target}: is not a file, and cannot be written over")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(f"{target}: no permission to write in {folder}; choose another folder")


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file to write that takes the place of `path` when the block ends well, and vanishes when it does not.

    It has no name until it is whole and on the disk, where the system can do that, so that even a process that is
    killed leaves nothing behind.

    Raises
    ------
    FileError
        If the file cannot be written, for want of space or of permission.
    """
    check_folder(path)
    target = Path(os.path.realpath(path))  # a link stays a link
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with _nameless(target.parent) or open(aside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if not aside.exists():  # without a directory's number, Python would link to the link
                os.link(f"/proc/self/fd/{file.fileno()}", aside, src_dir_fd=file.fileno())
        os.replace(aside, target)
    except BaseException as error:
        aside.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, FileError):
            raise FileError(f"{path}: {_reason(error)}") from None
        raise


def _nameless(folder: Path) -> BinaryIO | None:
    """Open a file without a name to write, which can be given one; None where the system has no such files."""
    if hasattr(os, "O_TMPFILE") and Path("/proc/self/fd").is_dir():
        with suppress(OSError):
            return open(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o666), "wb")
    return None


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """Make sure that the names in a folder are on the disk too."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space or choose another folder"
    return f"cannot be written: {error.strerror or error}"
