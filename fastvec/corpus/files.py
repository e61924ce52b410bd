"""One file as text: decompressed if its first bytes say so, and refused if it is not text.

The file's name plays no part: a ``.txt`` that holds gzip data is decompressed, a ``.gz`` that holds text is read.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO

from fastvec.disk.compression import Compression, find_compression
from fastvec.errors import FileError

BLOCK = 1 << 16  # bytes of text processed at a time
_HEAD = 1 << 13  # bytes inspected before a file is taken for text

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_UNICODE = {  # the longer marks first
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_NOT_TEXT = {
    b"\xff\xd8\xff": "a JPEG image",
    b"\x89PNG": "a PNG image",
    b"%PDF-": "a PDF document; extract its text first (pdftotext)",
    b"PK\x03\x04": "a ZIP archive or office document; extract its text first",
}


def read_blocks(stream: BinaryIO, name: str, advance: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the text of one file, which need not be seekable, in blocks without byte order marks.

    `name` is what messages call it. `advance` is called with the number of bytes taken from the stream, before
    decompression. Raise `FileError` if the file cannot be read or decompressed, or is not UTF-8 text.
    """
    counted = io.BufferedReader(_Counted(stream, advance), BLOCK)
    compression = find_compression(_read(counted.peek, _HEAD, name, None))
    opened: BinaryIO = compression.open(counted) if compression else counted
    first = _read(opened.read, BLOCK, name, compression)
    _refuse_binary(first[:_HEAD], name)
    others = iter(lambda: _read(opened.read, BLOCK, name, compression), b"")
    yield from without_marks(chain([first], others))


def without_marks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks of text without the byte order marks at the beginning of lines, where files were joined."""
    mark = b"\n" + _BYTE_ORDER_MARK
    text, is_first = b"\n", True
    for block in blocks:
        text += block
        if _BYTE_ORDER_MARK[:1] in text and _BYTE_ORDER_MARK in text:  # a byte is found much faster
            text = re.sub(rb"\n(?:\xef\xbb\xbf)+", b"\n", text)
        held = next(n for n in range(len(mark) - 1, -1, -1) if text.endswith(mark[:n]))  # may become a mark
        yield text[is_first : len(text) - held]
        is_first = is_first and held == len(text)
        text = text[len(text) - held :]
    yield text[is_first:]


class _Counted(io.RawIOBase):
    """A stream that reports how many bytes are read from it."""

    def __init__(self, stream: BinaryIO, advance: Callable[[int], None]) -> None:
        self._stream = stream
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._advance(len(data))
        return len(data)


def _read(read: Callable[[int], bytes], n_bytes: int, name: str, compression: Compression | None) -> bytes:
    try:
        return read(n_bytes)
    except FileError:  # from `advance`
        raise
    except EOFError:
        kind = compression.name if compression else ""
        raise FileError(f"{name} ends in the middle of its {kind} data; fetch or compress it again") from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise unusable(name, error) from None
        if compression is None or not isinstance(error, compression.damage):
            raise
        raise FileError(f"{name} has corrupt {compression.name} data ({error}); fetch or compress it again") from None


def _refuse_binary(head: bytes, name: str) -> None:
    for mark, encoding in _OTHER_UNICODE.items():
        if head.startswith(mark):
            cure = f"convert it first: iconv -f {encoding} -t UTF-8 {name} > utf8.txt"
            raise FileError(f"{name} is {encoding} text, not UTF-8; {cure}")
    for signature, kind in _NOT_TEXT.items():
        if head.startswith(signature):
            raise FileError(f"{name} is not text but {kind}")
    if b"\0" in head:
        where = f"a NUL byte at byte {head.index(0)}"
        raise FileError(
            f"{name} is not text ({where}); give UTF-8 text, plain or compressed by gzip, bzip2, xz or zstd"
        )


def unusable(path: str, error: OSError | ValueError) -> FileError:
    """Return the error for a file that cannot be opened or read."""
    if isinstance(error, FileNotFoundError):
        cure = "; text in memory is passed as a list of sentences" if len(path.split()) > 2 else ""
        return FileError(f"{path}: no such file or folder{cure}")
    return FileError(f"{path}: {(getattr(error, 'strerror', None) or str(error)).lower()}")
