"""Chunks of whole lines of "word number number ...", parsed in threads by compiled code."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels import parse_numbers as kernel
from fastvec.vectors.collector import Collector
from fastvec.vectors.decimals import nearest_float32
from fastvec.vectors.headers import FIELD
from fastvec.vectors.selection import Selection

_PIECE = 1 << 18  # bytes that are worth a thread
_NO_LINE, _FAULTY = -1, -2  # in the spans: an empty line, a line that is passed over


@dataclass
class Lines:
    """Chunks of whole lines, parsed in threads into a collector."""

    collector: Collector
    selection: Selection
    pool: ThreadPoolExecutor
    threads: int
    line: int  #: Number of the next line in the file.
    seen: int = 0  #: Words read, wanted or not, and faulty lines.
    _faults: list[tuple[int, str]] = field(default_factory=list)  # of one piece: rows and what is wrong

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
            n_before, self.seen = self.seen, self.seen + int((spans[:, 0] != _NO_LINE).sum())
            for row, problem in sorted(self._faults):
                self.selection.pass_over(f"line {self.line + row:,}", problem)
            self._faults.clear()
            if n_words is not None and n_before <= n_words < self.seen:
                row = int(np.flatnonzero(spans[:, 0] != _NO_LINE)[n_words - n_before])
                self.selection.pass_over(
                    f"line {self.line + row:,}", f"more than the {n_words:,} words that its header claims"
                )
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
        futures = [self.pool.submit(self._parse_piece, chunk, *cut, row, block, spans) for cut, row in parts]
        for future in futures:
            future.result()
        return spans, block

    def _parse_piece(
        self,
        chunk: bytes,
        position: int,
        stop: int,
        row: int,
        block: NDArray[np.float32],
        spans: NDArray[np.int64],
    ) -> None:
        data = np.frombuffer(chunk, np.uint8)
        hard = np.empty((max(256, block.shape[1]), 4), np.int64)
        while position < stop:
            status, row, position, place, n_hard = kernel.parse_lines(data, position, stop, row, block, spans, hard)
            for hard_row, column, begin, end in hard[:n_hard].tolist():
                block[hard_row, column] = value = nearest_float32(chunk[begin:end])
                if not np.isfinite(value):
                    self._pass_over(spans, hard_row, self._problem(kernel.TOO_LARGE, begin, chunk))
            if status not in (kernel.DONE, kernel.HARD_FULL):
                spans[row, 0] = _NO_LINE
                if status != kernel.BLANK:
                    self._pass_over(spans, row, self._problem(status, place, chunk))
                position = chunk.index(b"\n", position) + 1
                row += 1

    def _pass_over(self, spans: NDArray[np.int64], row: int, problem: str) -> None:
        if not self.selection.repairs:
            self.selection.pass_over(f"line {self.line + row:,}", problem)
        if spans[row, 0] != _FAULTY:
            spans[row, 0] = _FAULTY
            self._faults.append((row, problem))

    def _problem(self, status: int, place: int, chunk: bytes) -> str:
        dim = self.collector.dim
        if status == kernel.NO_WORD:
            return "begins with a space, so its word is empty"
        if status == kernel.FEW_NUMBERS:
            return f"has {place:,} numbers after the word, {dim:,} are expected"
        if status == kernel.RUN_TOGETHER:
            return f"has {place:,} fields, {dim + 1:,} are expected; a newline seems to be missing"
        field = FIELD.findall(chunk[place : place + 64])[0].decode(errors="backslashreplace")
        if status == kernel.TOO_LARGE:
            return f"{field!r} is too large for float32"
        if status == kernel.NUMBER_IN_WORD:
            return f"{field!r} is a number more than the {dim:,} that are expected"
        return f"{field!r} is not a finite number"


def _after_lines(data: NDArray[np.uint8], start: int, n_lines: int) -> int:
    """Return the position after `n_lines` lines, or the end."""
    newlines = np.flatnonzero(data[start:] == ord("\n"))
    return start + int(newlines[min(n_lines, len(newlines)) - 1]) + 1
