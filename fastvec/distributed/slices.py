"""Slices of text: what one task reads.

A file is cut at line ends into ranges of bytes; a compressed one stays whole, and small ones go together. As a line end
is a sentence end, the ids of all slices, one after the other, are those of the whole text.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

from fastvec.corpus.files import BLOCK, read_blocks
from fastvec.corpus.sources import Files, open_file
from fastvec.disk.compression import HEAD, find_compression
from fastvec.errors import InputError

#: Bytes of a slice at most, but for compressed files; and slices for each shard, where there is less text.
LARGEST, FOR_EACH_SHARD = 64 << 20, 4


class Piece(NamedTuple):
    """The lines of a file that begin in some range of its bytes; None stands for the end of the file."""

    path: str
    start: int = 0
    stop: int | None = None


class Slice(NamedTuple):
    """What one task reads; `fastvec.corpus.first_pass.count_pieces` takes it."""

    pieces: tuple[Piece, ...]
    n_bytes: int  #: Its size in files.

    def parts(self, advance: Callable[[int], None]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the name and the blocks of text of each piece, to be read before the next."""
        for path, start, stop in self.pieces:
            with open_file(path) as file:
                if start == 0:
                    opened: Any = file if stop is None else io.BufferedReader(_Range(file, 0, stop))
                    yield path, read_blocks(opened, path, advance)
                else:
                    yield path, _blocks(_Range(file, start, stop), advance)


def cut(source: Files, shards: int) -> list[Slice]:
    """Cut files into slices.

    Raise `InputError` if the workers could not read them.
    """
    if source.identity is None:
        raise InputError(
            f"{source.name}: workers read files and URLs whose size and time are known, so no pipes or https"
        )
    sizes = [int(size) for _, size, _ in source.identity]
    size = max(1, min(LARGEST, -(-sum(sizes) // (FOR_EACH_SHARD * shards))))
    slices: list[Slice] = []
    small: list[Piece] = []
    n_small = 0
    for path, n_bytes in zip(source.paths, sizes, strict=True):
        if small and n_small + n_bytes > size:
            slices.append(Slice(tuple(small), n_small))
            small, n_small = [], 0
        if n_bytes <= size or _is_compressed(path):
            small.append(Piece(path))
            n_small += n_bytes
        else:
            for start in range(0, n_bytes, size):
                stop = start + size if start + size < n_bytes else None
                slices.append(Slice((Piece(path, start, stop),), min(size, n_bytes - start)))
    if small:
        slices.append(Slice(tuple(small), n_small))
    return slices


def _is_compressed(path: str) -> bool:
    with open_file(path) as file:
        return find_compression(file.read(HEAD)) is not None


def _blocks(lines: "_Range", advance: Callable[[int], None]) -> Iterator[bytes]:
    while block := lines.read(BLOCK):
        advance(len(block))
        yield block


class _Range(io.RawIOBase):
    """The lines of a file that begin in a range of its bytes."""

    def __init__(self, file: BinaryIO, start: int, stop: int | None) -> None:
        self._file = file
        self._left = float("inf") if stop is None else stop - start  #: Bytes until the range ends.
        self._is_open = False  #: Whether the last line goes on.
        if start:
            file.seek(start - 1)
            while (block := file.read(BLOCK)) and b"\n" not in block:
                start += len(block)
            place = start - 1 + block.find(b"\n") + 1 if block else start
            if stop is not None:
                self._left = max(0, stop - place)
            file.seek(place)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = int(min(len(buffer), self._left or len(buffer)))
        if not self._left and not self._is_open:
            return 0
        data = self._file.read(wanted)
        if self._left:
            self._left -= len(data)
            self._is_open = not data.endswith(b"\n")
        elif (end := data.find(b"\n")) >= 0:
            data, self._is_open = data[: end + 1], False
        if not data:
            self._is_open = False
        buffer[: len(data)] = data
        return len(data)
