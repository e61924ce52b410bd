"""The word2vec binary format: a line with the number of words and of dimensions, then a record for each word.

A record is the word, a space, the numbers as float32, little-endian, and a newline, which some writers omit.
"""

from typing import Any, BinaryIO

import numpy as np

from fastvec.errors import FileError
from fastvec.vectors.collector import Collector
from fastvec.vectors.format import Format
from fastvec.vectors.headers import HEADER, body_kind
from fastvec.vectors.selection import Selection
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.words import refuse_words

_CHUNK = 1 << 20  # bytes that are read at once
_LONGEST_WORD = 1 << 20


def read_binary(source: Source, selection: Selection) -> dict[str, Any]:
    """Read a header and records of a word and finite numbers; raise `FileError` if they do not fit."""
    path = source.path
    header = HEADER.match(source.head)
    assert header is not None  # the format was recognised by it
    claimed, dim = int(header[1]), int(header[2])
    most = source.most_bytes // (4 * dim + 2)  # words that the file may hold
    if min(dim, most) < 1 or (not selection.repairs and not 1 <= claimed <= most):
        raise FileError(f"{path}: claims {claimed:,} words of {dim:,} dimensions, which the file cannot hold")
    n_words = min(most if selection.repairs else claimed, selection.limit or most)
    collector = Collector("byte", dim, None if selection.repairs else n_words, selection)
    records = _Records(source, collector, selection, header.end(), claimed)
    with source.open() as stream:
        stream.read(header.end())
        while records.seen < n_words and not collector.complete and records.read(stream, n_words):
            pass
        if not collector.complete and (selection.limit or claimed) >= claimed:
            records.check_end(stream)
    return collector.finish()


class _Records:
    """The records of a file, read through one buffer into a collector."""

    def __init__(self, source: Source, collector: Collector, selection: Selection, place: int, claimed: int) -> None:
        self.seen = 0
        self._path = source.path
        self._collector = collector
        self._selection = selection
        self._place = place  # where the buffer begins in the file
        self._claimed = claimed
        self._row_bytes = 4 * collector.dim
        self._data = np.empty(max(_CHUNK, 2 * self._row_bytes), np.uint8)
        self._filled = 0

    def read(self, stream: BinaryIO, n_words: int) -> bool:
        """Fill the buffer and take the records that are whole; return whether there may be more."""
        from fastvec.kernels import records as kernel

        if self._filled == len(self._data):  # a very long word
            if len(self._data) > _LONGEST_WORD + 2 * self._row_bytes:
                raise FileError(
                    f"{self._path}, byte {self._place:,}: no word ends within the next {_LONGEST_WORD:,} bytes"
                )
            self._data = np.concatenate([self._data, np.empty_like(self._data)])
        more = stream.readinto(self._data[self._filled :].data)  # type: ignore[attr-defined]
        self._filled += more
        position = 0
        while self.seen < n_words:
            rows = min(self._filled // self._row_bytes + 1, n_words - self.seen)
            block = self._collector.block(rows)
            bits = block.view(np.uint32)
            spans = np.empty((rows, 2), np.int64)
            data = self._data[: self._filled]
            status, n_rows, stop = kernel.split_records(data, position, block.view(np.uint8), bits, spans)
            self._collector.add(block[:n_rows], data, spans[:n_rows], self._place + spans[:n_rows, 0])
            self.seen += n_rows
            position = stop
            if status != kernel.DONE:
                problem = "an empty word" if status == kernel.NO_WORD else "a number that is not finite"
                self._pass_over(f"word {self.seen + 1:,} is damaged: {problem}", position)
                position = (position if status == kernel.NO_WORD else int(spans[n_rows, 1])) + 1 + self._row_bytes
                self.seen += 1
            elif n_rows < rows:
                break
        rest = self._data[position : self._filled].copy()
        self._data[: len(rest)] = rest
        self._filled = len(rest)
        self._place += position
        return bool(more)

    def check_end(self, stream: BinaryIO) -> None:
        """Pass over data after the last record, except the end of its line, and too few or many records."""
        rest = (self._data[: self._filled].tobytes() + stream.read(2)).strip(b"\r\n")
        if self.seen < self._claimed:
            self._pass_over(f"ends within word {self.seen + 1:,} of {self._claimed:,}", self._filled)
        elif rest or self.seen > self._claimed:
            self._pass_over(f"more data follow the {self._claimed:,} words that the header claims")

    def _pass_over(self, problem: str, position: int = 0) -> None:
        self._selection.pass_over(f"byte {self._place + position:,}", problem)


def write_binary(file: BinaryIO, vectors: Storage) -> None:
    """Write vectors; raise `InputError` if a word is empty or holds a space or newline, or a number is not finite."""
    words = vectors.packed_words
    refuse_words(words, b" \n", "word2vec binary", longest=_LONGEST_WORD)
    file.write(f"{len(words)} {vectors.dim}\n".encode())
    for start in range(0, len(words), 1024):
        values = vectors.finite_rows(start, start + 1024).astype("<f4", copy=False)
        lines = [words.bytes_of(start + row) + b" " + values[row].tobytes() for row in range(len(values))]
        file.write(b"\n".join(lines) + b"\n")


FORMAT = Format(
    name="word2vec-binary",
    title="word2vec binary",
    recognise=lambda head: body_kind(head) == "binary",
    read=read_binary,
    write=write_binary,
    suffixes=(".bin",),
)
