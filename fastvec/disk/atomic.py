"""Atomic replacement of files: each is written beside its target under another name, then renamed."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fastvec.checks import check_path
from fastvec.disk.compression import compressing
from fastvec.disk.scratch import ELSEWHERE, disk_errors
from fastvec.errors import FileError, InputError


def check_folder(path: str | os.PathLike[str]) -> None:
    """Check that a file can be written, before the work for it begins.

    Raise `FileError` if the folder is missing or not writable, or `path` exists and is not a file; `InputError` for the
    standard output, "-".
    """
    check_path("path", path)
    if os.fspath(path) == "-":
        raise InputError("-: this cannot be written to the standard output; name a file (./- if it is called so)")
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
    """Open a file to write that replaces `path` if the block succeeds, and vanishes if it fails.

    It is compressed if the suffix of `path` says so: .gz, .bz2, .xz or .zst.

    On systems that can do so, it has no name until it is complete and on the disk, so that even a killed process leaves
    nothing behind. Raise `FileError` if space or permission is lacking.
    """
    with replacing_all(path) as (file,):
        yield file


@contextmanager
def replacing_all(*paths: str | os.PathLike[str]) -> Iterator[list[BinaryIO]]:
    """Do as `replacing` for files that belong together: none is replaced before all are on the disk."""
    with ExitStack() as stack:
        written = [stack.enter_context(_written(path)) for path in paths]
        contents = [compressing(file, path) for (file, _), path in zip(written, paths, strict=True)]
        try:
            yield contents
        except BaseException:
            for content in contents:
                with suppress(Exception):  # what has failed is reported, not what comes of it
                    content.close()
            raise
        for content, (file, aside), path in zip(contents, written, paths, strict=True):
            with disk_errors(path, "it", ELSEWHERE):
                if content is not file:
                    content.close()
                file.flush()
                os.fsync(file.fileno())
                if not aside.exists():  # without src_dir_fd, Python would link to the symbolic link
                    os.link(f"/proc/self/fd/{file.fileno()}", aside, src_dir_fd=file.fileno())
        for (file, aside), path in zip(written, paths, strict=True):
            with disk_errors(path, "it", ELSEWHERE):
                file.close()  # some systems rename no open file
                os.replace(aside, os.path.realpath(path))  # a link stays a link


@contextmanager
def _written(path: str | os.PathLike[str]) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a file to write; yield it and a temporary name for it, which is removed at the end of the block."""
    check_folder(path)
    target = Path(os.path.realpath(path))
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with disk_errors(path, "it", ELSEWHERE):
            file = _nameless(target.parent) or open(aside, "xb")
            try:
                yield file, aside
            finally:
                with suppress(OSError):  # a failed write has been reported
                    file.close()
    finally:
        with suppress(OSError):  # most often since it was renamed
            aside.unlink()


def _nameless(folder: Path) -> BinaryIO | None:
    """Open a file without a name to write, which can be linked later; None where the system has no such files."""
    if hasattr(os, "O_TMPFILE") and Path("/proc/self/fd").is_dir():
        with suppress(OSError):
            return open(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o666), "wb")
    return None


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """Sync a folder, so that the names in it are on the disk too; raise `FileError` if it no longer exists."""
    if os.name == "posix":
        with disk_errors(folder, "in it", ELSEWHERE):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
