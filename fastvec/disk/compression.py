"""Compressed files, recognised by their first bytes and not by their names."""

import bz2
import gzip
import lzma
import re
import sys
import zlib
from collections.abc import Callable
from typing import BinaryIO, NamedTuple, cast

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
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
        # data compressed with --long need a larger window than the default
        largest_window = {int(zstd.DecompressionParameter.window_log_max): 31}
        damage = (OSError, zstd.ZstdError)
        return Compression("zstd", lambda file: cast(BinaryIO, zstd.ZstdFile(file, options=largest_window)), damage)
    return None
