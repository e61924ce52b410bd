"""The word2vec text format: a line for each word, "king 0.25 -0.5", below a line with their number and dimensions.

GloVe's files are the same without the first line; fastText's ``.vec`` are the same. A word may hold spaces: the
numbers are counted from the right. Numbers are read to the nearest float32, exactly.
"""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

from fastvec.checks import count_threads
from fastvec.errors import FileError
from fastvec.vectors.collector import Collector
from fastvec.vectors.format import Format
from fastvec.vectors.headers import (
    BYTE_ORDER_MARK,
    FIELD,
    HEADER,
    NUMBER,
    SAMPLE,
    body_kind,
    looks_like_text,
    table_kind,
)
from fastvec.vectors.selection import SKIP, Selection
from fastvec.vectors.source import Source
from fastvec.vectors.text_writer import write_glove, write_text

_CHUNK = 1 << 22  # bytes that are read at once
_LONGEST_LINE = 1 << 27
_CUT_SHORT = f"fetch the file again, or if it is whole add a newline, or read it with {SKIP}"
_PLAIN_TABLE = (
    "write it with spaces between, without quotes and headings: in pandas to_csv(sep=' ', header=False, quoting=3), "
    "in R write.table(quote=FALSE, col.names=FALSE)"
)


def read_text(source: Source, selection: Selection, pattern: re.Pattern[bytes] = HEADER) -> dict[str, Any]:
    """Read lines of a word and `dim` finite numbers, below a header or none; raise `FileError` if they do not fit.

    The first groups of the header's `pattern` are the numbers of words and of dimensions.
    """
    from fastvec.vectors.lines import Lines

    threads = count_threads(None)
    text = _Text(source)
    with source.open() as stream, ThreadPoolExecutor(threads + 1) as pool:
        chunks = text.chunks(stream)
        chunk = next(chunks, b"").removeprefix(BYTE_ORDER_MARK)
        header = pattern.match(chunk)
        start = header.end() if header else 0
        claimed, dim = _shape(source, chunk[start:], header, selection)
        n_words = None if claimed is None or selection.repairs else min(claimed, selection.limit or claimed)
        collector = Collector("line", dim, n_words, selection)
        lines = Lines(collector, selection, pool, threads, 2 if header else 1)
        while chunk and not lines.enough:
            following = pool.submit(next, chunks, b"")
            lines.read(chunk, start, claimed)
            chunk, start = following.result(), 0
    if not lines.enough:
        if claimed is not None and lines.seen < claimed:
            selection.pass_over("", f"ends after {lines.seen:,} of the {claimed:,} words that its header claims")
        elif text.is_open and claimed is None:
            fault = "ends within a line, so it may be cut short"
            selection.pass_over(f"byte {text.n_bytes:,}", fault, cure=_CUT_SHORT)
    return collector.finish()


class _Text:
    """The text of a file in chunks of whole lines."""

    def __init__(self, source: Source) -> None:
        self.is_open = False  #: Whether the last line has no newline; known in the end.
        self.n_bytes = 0  #: Bytes read so far.
        self._path = source.path

    def chunks(self, stream: BinaryIO) -> Iterator[bytes]:
        """Yield the text in chunks that end with a newline; one is added to the last line if need be."""
        rest = b""
        while chunk := stream.read(_CHUNK):
            self.n_bytes += len(chunk)
            cut = chunk.rfind(b"\n") + 1
            if cut:
                yield rest + chunk[:cut]
                rest = chunk[cut:]
            else:
                rest += chunk
                if len(rest) > _LONGEST_LINE:
                    begin = self.n_bytes - len(rest)
                    raise FileError(f"{self._path}: no line ends between bytes {begin:,} and {self.n_bytes:,}")
        if rest:
            self.is_open = True
            yield rest + b"\n"


def _shape(source: Source, text: bytes, header: re.Match[bytes] | None, selection: Selection) -> tuple[int | None, int]:
    """Return the number of words, or None if it is not known, and of dimensions."""
    lines = [fields for line in text.split(b"\n", SAMPLE)[:SAMPLE] if (fields := FIELD.findall(line))]
    if header:
        n_words, dim = int(header[1]), int(header[2])
        longer = sum(len(fields) > dim + 1 and bool(NUMBER.fullmatch(fields[-dim - 1])) for fields in lines)
        shorter = sum(_count_numbers(fields) < dim for fields in lines)
        problem: str | None = None
        if min(n_words, dim) < 1:
            problem = f"claims {n_words:,} words of {dim:,} dimensions"
        elif n_words * (2 * dim + 2) > source.most_bytes:
            problem = f"claims {n_words:,} words of {dim:,} dimensions, more than the file can hold"
        elif 2 * max(longer, shorter) > len(lines):
            found = "more" if longer > shorter else "fewer"
            problem = f"claims {dim} dimensions, but {found} numbers follow the words"
        if problem is None:
            return n_words, dim
        selection.pass_over("line 1", problem)
    if not lines:
        raise FileError(f"{source.path}: is empty")
    if not header and (kind := table_kind(lines)):
        raise FileError(f"{source.path}: is a table {kind}; {_PLAIN_TABLE}")
    common = Counter(_count_numbers(fields) for fields in lines)
    dim = max(common, key=lambda count: (common[count], count))
    if dim < 1:
        raise FileError(f"{source.path}, line 1: no numbers follow the word; it is not a file of vectors")
    return None, dim


def _count_numbers(fields: list[bytes]) -> int:
    """Return how many numbers end a line; the word is not one of them even if it looks like a number."""
    numbers = 0
    while numbers < len(fields) - 1 and NUMBER.fullmatch(fields[-numbers - 1]):
        numbers += 1
    return numbers


FORMAT = Format(
    name="word2vec-text",
    title="word2vec text",
    recognise=lambda head: body_kind(head) == "text",
    read=read_text,
    write=write_text,
    suffixes=(".txt", ".vec"),
    number_bytes=11,
)
GLOVE = Format(
    name="glove",
    title="GloVe text",
    recognise=lambda head: body_kind(head) is None and looks_like_text(head),
    read=read_text,
    write=write_glove,
    number_bytes=11,
)
