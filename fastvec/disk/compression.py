"""Compressed files: recognised by their first bytes when they are read, and chosen by their suffix when written."""

import bz2
import gzip
import lzma
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import PurePath
from typing import Any, BinaryIO, NamedTuple, cast

from fastvec.errors import FileError

#: Suffixes of the files that are compressed when they are written.
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
#: Bytes of a file's beginning that show its compression.
HEAD = 10


class Compression(NamedTuple):
    """A compression format."""

    name: str  #: In messages.
    open: Callable[[BinaryIO], BinaryIO]  #: Returns the decompressed file; the compressed one need not be seekable.
    damage: tuple[type[Exception], ...]  #: Raised on reading damaged data; truncated data raise EOFError.


def find_compression(head: bytes) -> Compression | None:
    """Return how a file is compressed, by its first bytes; None if it is not.

    >>> find_compression(b"to be or not to be") is None
    True
    >>> find_compression(gzip.compress(b"to be or not to be")[:HEAD]).name
    'gzip'
    """
    if head.startswith(b"\x1f\x8b"):
        return Compression("gzip", lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file)), (OSError, zlib.error))
    if re.match(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)", head):
        return Compression("bzip2", lambda file: cast(BinaryIO, bz2.BZ2File(file)), (OSError,))
    if head.startswith(b"\xfd7zXZ\x00"):
        return Compression("xz", lambda file: cast(BinaryIO, lzma.LZMAFile(file)), (OSError, lzma.LZMAError))
    # a frame, or a skippable frame, with which parallel compressors begin
    if head.startswith(b"\x28\xb5\x2f\xfd") or re.match(rb"[\x50-\x5f]\x2a\x4d\x18", head):
        zstd = _zstd()
        # data compressed with --long need a larger window than the default
        largest_window = {int(zstd.DecompressionParameter.window_log_max): 31}
        damage = (OSError, zstd.ZstdError)
        return Compression("zstd", lambda file: cast(BinaryIO, zstd.ZstdFile(file, options=largest_window)), damage)
    return None


@contextmanager
def decompressed(file: BufferedReader, path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Yield the content of an open file; damaged data become a `FileError` that names `path`."""
    compression = find_compression(file.peek(HEAD)[:HEAD])
    damage: tuple[type[Exception], ...] = (EOFError, *compression.damage) if compression else ()
    try:
        yield compression.open(file) if compression else file
    except FileError:
        raise
    except damage as error:
        raise FileError(f"{path}: is damaged or cut short: {error}") from None


def without_compression(path: str | os.PathLike[str]) -> PurePath:
    """Return a path without the suffix that says how the file is compressed, if it has one.

    >>> str(without_compression("vectors.txt.gz")), str(without_compression("vectors.txt"))
    ('vectors.txt', 'vectors.txt')
    """
    path = PurePath(path)
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path


def compressing(file: BinaryIO, path: str | os.PathLike[str]) -> BinaryIO:
    """Return a file that compresses what is written to it into another, as the suffix of its path says, or that itself.

    What is written to it is complete once it is closed, which leaves the other file open. The same data give the same
    file.
    """
    opened: Any
    match PurePath(path).suffix.lower():
        case ".gz":
            opened = gzip.GzipFile("", "wb", 6, file, mtime=0)
        case ".bz2":
            opened = bz2.BZ2File(file, "wb")
        case ".xz":
            opened = lzma.LZMAFile(file, "wb")
        case ".zst":
            opened = _zstd().ZstdFile(file, "wb")
        case _:
            return file
    return cast(BinaryIO, opened)


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
