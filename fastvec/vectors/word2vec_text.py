"""The word2vec text format: a line for each word, "king 0.25 -0.5", below a line with their number and dimensions.

GloVe's files are the same without the first line; fastText's ``.vec`` are the same. A word may hold spaces: the
numbers are counted from the right. Lines are parsed in threads, and numbers to the nearest float32, exactly.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import pairwise
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import FileError, InputError
from fastvec.kernels import text as kernel
from fastvec.vectors.collector import Collector, Errors
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.vectors.words import PackedWords, refuse_words

HEADER = re.compile(rb"(\d{1,18})[ \t]+(\d{1,18})[ \t]*\r?\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHUNK = 1 << 22  # bytes that are read at once
_PIECE = 1 << 18  # bytes that are worth a thread
_LONGEST_LINE = 1 << 27
_SAMPLE = 1000  # lines from which the number of dimensions is told
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SEPARATORS = b" \t\n\v\f\r\0"
_INFINITY = 0x7F800000
_NO_LINE, _NO_WORD = -1, -2  # in the spans: an empty line, a line without a word


def read_text(source: Source, *, limit: int | None, errors: Errors, **options: Any) -> dict[str, Any]:
    """Read word2vec's or GloVe's text.

    Parameters
    ----------
    source : Source
        The file.
    limit : int or None
        Read only so many words.
    errors, **options
        As in `Collector`.

    Returns
    -------
    dict
        The arguments of `KeyedVectors`.

    Raises
    ------
    FileError
        If a line is not a word and `dim` finite numbers, or the header does not fit the lines.
    """
    threads = os.cpu_count() or 1
    with source.open() as stream, ThreadPoolExecutor(threads + 1) as pool:
        chunks = _whole_lines(stream, source, errors)
        chunk = next(chunks, b"").removeprefix(_BYTE_ORDER_MARK)
        header = HEADER.match(chunk)
        start = header.end() if header else 0
        n_words, dim = _shape(source, chunk[start:], header)
        if n_words is not None and limit is not None:
            n_words = min(n_words, limit)
        collector = Collector(source.path, "line", dim, n_words, errors=errors, **options)
        lines = _Lines(source, collector, pool, threads, errors, 2 if header else 1, limit)
        while chunk and not lines.enough:
            following = pool.submit(next, chunks, b"")
            lines.read(chunk, start, n_words)
            chunk, start = following.result(), 0
    if n_words is not None and lines.seen < n_words and not collector.complete:
        raise FileError(f"{source.path}: ends after {lines.seen:,} of the {n_words:,} words that its header claims")
    return collector.finish()


def _whole_lines(stream: BinaryIO, source: Source, errors: str) -> Iterator[bytes]:
    """Yield the text in chunks that end with a newline."""
    rest = b""
    n_bytes = 0
    while chunk := stream.read(_CHUNK):
        n_bytes += len(chunk)
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield rest + chunk[:cut]
            rest = chunk[cut:]
        else:
            rest += chunk
            if len(rest) > _LONGEST_LINE:
                raise FileError(f"{source.path}: no line ends between bytes {n_bytes - len(rest):,} and {n_bytes:,}")
    if rest:
        if errors == "strict":
            raise FileError(
                f"{source.path}, byte {n_bytes:,}: ends within a line, so it may be cut short; fetch it again, or if "
                "it is whole add a newline, or read with errors='replace'"
            )
        yield rest + b"\n"


def _shape(source: Source, text: bytes, header: re.Match[bytes] | None) -> tuple[int | None, int]:
    """Give the number of words, if it is known, and of dimensions."""
    lines = [line.split() for line in text.split(b"\n", _SAMPLE)[:_SAMPLE] if line.strip()]
    if not header:
        if not lines:
            raise FileError(f"{source.path}: is empty")
        common = Counter(len(fields) for fields in lines)
        dim = min(common, key=lambda count: (-common[count], count)) - 1
        if dim < 1:
            raise FileError(f"{source.path}, line 1: no numbers follow the word; it is not a file of vectors")
        return None, dim
    n_words, dim = int(header[1]), int(header[2])
    if dim < 1:
        raise FileError(f"{source.path}, line 1: claims {dim} dimensions")
    if n_words * (2 * dim + 2) > source.most_bytes:
        raise FileError(
            f"{source.path}, line 1: claims {n_words:,} words of {dim:,} dimensions, more than the file can hold"
        )
    longer = sum(len(fields) > dim + 1 and bool(_NUMBER.fullmatch(fields[-dim - 1])) for fields in lines)
    if 2 * longer > len(lines):
        raise FileError(f"{source.path}, line 1: claims {dim} dimensions, but more numbers follow the words")
    return n_words, dim


class _Lines:
    """Parses chunks of whole lines, in threads, into a collector."""

    def __init__(
        self,
        source: Source,
        collector: Collector,
        pool: ThreadPoolExecutor,
        threads: int,
        errors: str,
        line: int,
        limit: int | None,
    ) -> None:
        self.seen = 0  # words read, of those that are wanted or not
        self._path = source.path
        self._collector = collector
        self._pool = pool
        self._threads = threads
        self._errors = errors
        self._line = line
        self._limit = limit

    @property
    def enough(self) -> bool:
        return self._collector.complete or self.seen == self._limit

    def read(self, chunk: bytes, start: int, n_words: int | None) -> None:
        """Read a chunk from a position on, or as much of it as the limit asks for."""
        data = np.frombuffer(chunk, np.uint8)
        while start < len(chunk) and not self.enough:
            stop = len(chunk) if self._limit is None else _after_lines(data, start, self._limit - self.seen)
            spans, block = self._parse(chunk, data, start, stop)
            self.seen += int((spans[:, 0] != _NO_LINE).sum())
            if n_words is not None and self.seen > n_words:
                last = self._line + len(spans) - 1
                raise FileError(f"{self._path}, line {last:,}: more than the {n_words:,} words that its header claims")
            self._collector.add(block, data, spans, np.arange(self._line, self._line + len(spans)))
            self._line += len(spans)
            start = stop

    def _parse(
        self, chunk: bytes, data: NDArray[np.uint8], start: int, stop: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        n_pieces = max(1, min(self._threads, (stop - start) // _PIECE))
        middles = [start + (stop - start) * piece // n_pieces for piece in range(1, n_pieces)]
        cuts = [start, *(chunk.index(b"\n", middle) + 1 for middle in middles), stop]
        rows = [0]
        for begin, end in pairwise(cuts):
            rows.append(rows[-1] + int(np.count_nonzero(data[begin:end] == ord("\n"))))
        spans = np.full((rows[-1], 2), _NO_LINE, np.int64)
        block = self._collector.block(rows[-1])
        parts = zip(pairwise(cuts), rows, strict=False)
        futures = [self._pool.submit(self._parse_piece, data, *cut, row, block, spans) for cut, row in parts]
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
            if status in (kernel.BLANK, kernel.NO_WORD) and (status == kernel.BLANK or self._errors == "replace"):
                spans[row, 0] = _NO_LINE if status == kernel.BLANK else _NO_WORD
                position += data[position:stop].tobytes().index(b"\n") + 1
                row += 1
            elif status not in (kernel.DONE, kernel.HARD_FULL):
                self._refuse(status, row, place, data)

    def _nearest(self, text: bytes, row: int) -> np.float32:
        value = nearest_float32(text)
        if not np.isfinite(value):
            self._fail(row, f"{text[:40].decode()} is too large for float32")
        return value

    def _refuse(self, status: int, row: int, place: int, data: NDArray[np.uint8]) -> NoReturn:
        dim = self._collector.dim
        if status == kernel.NO_WORD:
            self._fail(row, "begins with a space, so its word is empty; read with errors='replace' to leave it out")
        if status == kernel.FEW_NUMBERS:
            self._fail(row, f"has {place:,} numbers after the word, {dim:,} are expected")
        if status == kernel.RUN_TOGETHER:
            self._fail(row, f"has {place:,} fields, {dim + 1:,} are expected; a newline seems to be missing")
        field = data[place : place + 64].tobytes().split()[0]
        if status == kernel.TOO_LARGE:
            self._fail(row, f"{field!r} is too large for float32")
        self._fail(row, f"{field.decode(errors='backslashreplace')!r} is not a finite number")

    def _fail(self, row: int, problem: str) -> NoReturn:
        raise FileError(f"{self._path}, line {self._line + row:,}: {problem}")


def _after_lines(data: NDArray[np.uint8], start: int, n_lines: int) -> int:
    """Give the position after so many lines, or the end."""
    newlines = np.flatnonzero(data[start:] == ord("\n"))
    return start + int(newlines[min(n_lines, len(newlines)) - 1]) + 1


def nearest_float32(text: bytes) -> np.float32:
    """Give the float32 nearest to a decimal number, of two that are as near the even one, as IEEE 754 wants.

    The detour over a double alone would round twice:

    >>> text = b"1.00000017881393432617187499"
    >>> nearest_float32(text) == np.float32(float(text))
    np.False_
    """
    exact = abs(Decimal(text.decode()))
    with np.errstate(over="ignore"):
        bits = int(np.float32(float(exact)).view(np.uint32))
    odd = bits & 1
    if bits and (exact < _midpoint(bits - 1) or (odd and exact == _midpoint(bits - 1))):
        bits -= 1
    elif bits < _INFINITY and (exact > _midpoint(bits) or (odd and exact == _midpoint(bits))):
        bits += 1
    value = np.uint32(bits).view(np.float32)
    return -value if text.startswith(b"-") else value


def _midpoint(bits: int) -> float:
    """Give the number halfway between a float32 and the next larger one; a double holds it exactly."""
    here, following = np.array([bits, bits + 1], np.uint32).view(np.float32).tolist()
    return float((here + min(following, 2.0**128)) / 2)


def write_text(file: BinaryIO, vectors: Storage, *, header: bool = True) -> None:
    """Write word2vec's text, or without a header GloVe's.

    Raises
    ------
    InputError
        If a word is empty or holds white space, or a number is not finite.
    """
    words = vectors.packed_words
    refuse_words(words, _SEPARATORS, "text")
    if not header and words.data[:3].tobytes() == _BYTE_ORDER_MARK:
        raise InputError("the first word begins with a byte order mark, which a file without a header cannot hold")
    if header:
        file.write(f"{len(words)} {vectors.dim}\n".encode())
    rows = max(1, _CHUNK // (kernel.NUMBER_BYTES * vectors.dim))
    threads = os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        for first in range(0, len(words), rows * threads):
            starts = range(first, min(first + rows * threads, len(words)), rows)
            for text in pool.map(lambda start: _format(vectors, words, start, start + rows), starts):
                file.write(text.data)


def _format(vectors: Storage, words: PackedWords, start: int, stop: int) -> NDArray[np.uint8]:
    values = vectors.finite_rows(start, stop)
    offsets = words.offsets[start : stop + 1]
    size = int(offsets[-1] - offsets[0]) + len(values) * (values.shape[1] * kernel.NUMBER_BYTES + 1)
    out = np.empty(size, np.uint8)
    return out[: kernel.format_lines(words.data, offsets, values, out)]
