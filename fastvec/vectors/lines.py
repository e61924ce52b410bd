"""Chunks of whole lines of "word number number ...", parsed in threads by compiled code."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import FileError
from fastvec.kernels import parse_numbers as kernel
from fastvec.vectors.collector import Collector
from fastvec.vectors.decimals import nearest_float32
from fastvec.vectors.headers import FIELD
from fastvec.vectors.selection import REPLACE, Selection
from fastvec.vectors.source import Source

_PIECE = 1 << 18  # bytes that are worth a thread
_NO_LINE, _NO_WORD = -1, -2  # in the spans: an empty line, a line without a word


@dataclass
class Lines:
    """Chunks of whole lines, parsed in threads into a collector."""

    source: Source
    collector: Collector
    selection: Selection
    pool: ThreadPoolExecutor
    threads: int
    line: int  #: Number of the next line in the file.
    seen: int = 0  #: Words read, wanted or not.

    @property
    def enough(self) -> bool:
        """Whether no more lines are wanted."""
        return self.collector.complete or self.seen == self.selection.limit

    def read(self, chunk: bytes, start: int, n_words: int | None) -> None:
        """Read a chunk from a position on, up to the limit."""
        data, limit = np.frombuffer(chunk, np.uint8), self.selection.limit
        while start < len(chunk) and not self.enough:
            stop = len(chunk) if limit is None else _after_lines(data, start, limit - self.seen)
            spans, block = self._parse(chunk, data, start, stop)
            self.seen += int((spans[:, 0] != _NO_LINE).sum())
            if n_words is not None and self.seen > n_words:
                self._fail(len(spans) - 1, f"more than the {n_words:,} words that its header claims")
            self.collector.add(block, data, spans, np.arange(self.line, self.line + len(spans)))
            self.line += len(spans)
            start = stop

    def _parse(
        self, chunk: bytes, data: NDArray[np.uint8], start: int, stop: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        n_pieces = max(1, min(self.threads, (stop - start) // _PIECE))
        middles = [start + (stop - start) * piece // n_pieces for piece in range(1, n_pieces)]
        cuts = [start, *(chunk.index(b"\n", middle) + 1 for middle in middles), stop]
        rows = [0]
        for begin, end in pairwise(cuts):
            rows.append(rows[-1] + int(np.count_nonzero(data[begin:end] == ord("\n"))))
        spans = np.full((rows[-1], 2), _NO_LINE, np.int64)
        block = self.collector.block(rows[-1])
        parts = zip(pairwise(cuts), rows, strict=False)
        futures = [self.pool.submit(self._parse_piece, data, *cut, row, block, spans) for cut, row in parts]
        for future in futures:
            future.result()
        return spans, block

    def _parse_piece(
        self,
        data: NDArray[np.uint8],
        position: int,
        stop: int,
        row: int,
        block: NDArray[np.float32],
        spans: NDArray[np.int64],
    ) -> None:
        hard = np.empty((max(256, block.shape[1]), 4), np.int64)
        while position < stop:
            status, row, position, place, n_hard = kernel.parse_lines(data, position, stop, row, block, spans, hard)
            for hard_row, column, begin, end in hard[:n_hard].tolist():
                block[hard_row, column] = self._nearest(data[begin:end].tobytes(), hard_row)
            if status in (kernel.BLANK, kernel.NO_WORD) and (status == kernel.BLANK or self.selection.repairs):
                spans[row, 0] = _NO_LINE if status == kernel.BLANK else _NO_WORD
                position += data[position:stop].tobytes().index(b"\n") + 1
                row += 1
            elif status not in (kernel.DONE, kernel.HARD_FULL):
                self._refuse(status, row, place, data)

    def _nearest(self, text: bytes, row: int) -> np.float32:
        value = nearest_float32(text)
        if not np.isfinite(value):
            self._fail(row, f"{text[:40].decode()!r} is too large for float32")
        return value

    def _refuse(self, status: int, row: int, place: int, data: NDArray[np.uint8]) -> NoReturn:
        dim = self.collector.dim
        if status == kernel.NO_WORD:
            self._fail(row, f"begins with a space, so its word is empty; read with {REPLACE} to omit it")
        if status == kernel.FEW_NUMBERS:
            self._fail(row, f"has {place:,} numbers after the word, {dim:,} are expected")
        if status == kernel.RUN_TOGETHER:
            self._fail(row, f"has {place:,} fields, {dim + 1:,} are expected; a newline seems to be missing")
        field = FIELD.findall(data[place : place + 64].tobytes())[0].decode(errors="backslashreplace")
        if status == kernel.TOO_LARGE:
            self._fail(row, f"{field!r} is too large for float32")
        self._fail(row, f"{field!r} is not a finite number")

    def _fail(self, row: int, problem: str) -> NoReturn:
        raise FileError(f"{self.source.path}, line {self.line + row:,}: {problem}")


def _after_lines(data: NDArray[np.uint8], start: int, n_lines: int) -> int:
    """Return the position after `n_lines` lines, or the end."""
    newlines = np.flatnonzero(data[start:] == ord("\n"))
    return start + int(newlines[min(n_lines, len(newlines)) - 1]) + 1
