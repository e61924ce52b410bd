"""Files that appear whole or not at all: written beside the target under another name, then renamed."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
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

    Raises
    ------
    FileError
        If the file cannot be written, for want of space or of permission.
    """
    check_folder(path)
    target = Path(os.path.realpath(path))  # a link stays a link
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with open(temporary, "xb") as file:
            yield file
        os.replace(temporary, target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, FileError):
            raise FileError(f"{path}: {_reason(error)}") from None
        raise


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space or choose another folder"
    return f"cannot be written: {error.strerror or error}"
