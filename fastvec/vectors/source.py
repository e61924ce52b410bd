"""A file of vectors as bytes, compressed or not, which its first bytes tell.

A compressed file that expands more than a hundredfold is refused: it is not a file of vectors.
"""

import io
import os
import stat
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fastvec.disk import compression
from fastvec.disk.scratch import TMPDIR, disk_errors, nameless_file, system_folder, write_all
from fastvec.errors import FileError

_MOST_EXPANSION = 100
_HARMLESS = 1 << 26  # bytes that any compressed file may expand to
#: Bytes of a file's beginning that show its format.
HEAD = 1 << 16


class Source:
    """A file to read; `most_bytes` is its size or, if it is compressed, the most it may expand to.

    Raise `FileError` if it is missing, cannot be opened, or is a pipe, which cannot be read twice.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            status = os.stat(self.path)
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                raise FileError(f"{path}: is a pipe or device, which can be read once only; write it to a file first")
            with open(self.path, "rb") as file:
                start = file.read(compression.HEAD)
        except FileError:
            raise
        except (OSError, ValueError) as error:
            raise FileError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
        self._size = status.st_size
        self._compression = compression.find_compression(start)
        self.most_bytes = self._size if self._compression is None else max(_HARMLESS, _MOST_EXPANSION * self._size)

    def open(self) -> BinaryIO:
        """Open the file for reading once, from its beginning, decompressed."""
        file = open(self.path, "rb")
        if self._compression is None:
            return file
        return io.BufferedReader(_Decompressed(file, self._compression, self), 1 << 20)

    @cached_property
    def head(self) -> bytes:
        """The first 65,536 bytes, or all if there are fewer."""
        with self.open() as file:
            return file.read(HEAD)

    @cached_property
    def data(self) -> NDArray[np.uint8]:
        """The whole file, mapped into memory (through a temporary file if it is compressed)."""
        if self._compression is None:
            return _mapped(self.path) if self._size else np.empty(0, np.uint8)
        place = system_folder(), f"the decompressed {self.path.name}", f"{TMPDIR}, or decompress it elsewhere"
        with disk_errors(*place):
            copy = nameless_file(place[0])
        with copy, self.open() as file:
            while block := file.read(1 << 22):
                with disk_errors(*place, copy.tell() + len(block)):
                    write_all(copy, block)
            return _mapped(copy) if copy.tell() else np.empty(0, np.uint8)


def _mapped(file: Any) -> NDArray[np.uint8]:
    return np.asarray(np.memmap(file, np.uint8, "r")).view(np.ndarray)


class _Decompressed(io.RawIOBase):
    """The content of a compressed file; damage becomes a `FileError`."""

    def __init__(self, file: BinaryIO, kind: compression.Compression, source: Source) -> None:
        self._file = file
        self._inner: Any = kind.open(file)
        self._damage: tuple[type[Exception], ...] = (EOFError, *kind.damage)
        self._source = source
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count: int = self._inner.readinto(buffer)
        except self._damage as error:
            raise FileError(
                f"{self._source.path}: is damaged or cut short; after {self._given:,} decompressed bytes: {error}"
            ) from None
        self._given += count
        if self._given > self._source.most_bytes:
            raise FileError(
                f"{self._source.path}: expands more than {_MOST_EXPANSION}-fold; it is not a file of vectors"
            )
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
