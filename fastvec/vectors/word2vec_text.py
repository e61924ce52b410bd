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
from fastvec.vectors.headers import BYTE_ORDER_MARK, FIELD, HEADER, NUMBER, body_kind
from fastvec.vectors.selection import REPLACE, Selection
from fastvec.vectors.source import Source
from fastvec.vectors.text_writer import write_glove, write_text

_CHUNK = 1 << 22  # bytes that are read at once
_LONGEST_LINE = 1 << 27
_SAMPLE = 100  # lines that decide the number of dimensions


def read_text(source: Source, selection: Selection) -> dict[str, Any]:
    """Read lines of a word and `dim` finite numbers, below a header or none; raise `FileError` if they do not fit."""
    from fastvec.vectors.lines import Lines

    threads = count_threads(None)
    with source.open() as stream, ThreadPoolExecutor(threads + 1) as pool:
        chunks = _whole_lines(stream, source, selection)
        chunk = next(chunks, b"").removeprefix(BYTE_ORDER_MARK)
        header = HEADER.match(chunk)
        start = header.end() if header else 0
        n_words, dim = _shape(source, chunk[start:], header)
        if n_words is not None:
            n_words = min(n_words, selection.limit or n_words)
        collector = Collector(source.path, "line", dim, n_words, selection)
        lines = Lines(source, collector, selection, pool, threads, 2 if header else 1)
        while chunk and not lines.enough:
            following = pool.submit(next, chunks, b"")
            lines.read(chunk, start, n_words)
            chunk, start = following.result(), 0
    if n_words is not None and lines.seen < n_words and not collector.complete:
        raise FileError(f"{source.path}: ends after {lines.seen:,} of the {n_words:,} words that its header claims")
    return collector.finish()


def _whole_lines(stream: BinaryIO, source: Source, selection: Selection) -> Iterator[bytes]:
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
        if not selection.repairs:
            raise FileError(
                f"{source.path}, byte {n_bytes:,}: ends within a line, so it may be cut short; fetch it again, or if "
                f"it is whole add a newline, or read with {REPLACE}"
            )
        yield rest + b"\n"


def _shape(source: Source, text: bytes, header: re.Match[bytes] | None) -> tuple[int | None, int]:
    """Return the number of words, or None if it is not known, and of dimensions."""
    lines = [fields for line in text.split(b"\n", _SAMPLE)[:_SAMPLE] if (fields := FIELD.findall(line))]
    if not header:
        if not lines:
            raise FileError(f"{source.path}: is empty")
        common = Counter(_count_numbers(fields) for fields in lines)
        dim = max(common, key=lambda count: (common[count], count))
        if dim < 1:
            raise FileError(f"{source.path}, line 1: no numbers follow the word; it is not a file of vectors")
        return None, dim
    n_words, dim = int(header[1]), int(header[2])
    if min(n_words, dim) < 1:
        raise FileError(f"{source.path}, line 1: claims {n_words:,} words of {dim:,} dimensions")
    if n_words * (2 * dim + 2) > source.most_bytes:
        raise FileError(
            f"{source.path}, line 1: claims {n_words:,} words of {dim:,} dimensions, more than the file can hold"
        )
    longer = sum(len(fields) > dim + 1 and bool(NUMBER.fullmatch(fields[-dim - 1])) for fields in lines)
    if 2 * longer > len(lines):
        raise FileError(f"{source.path}, line 1: claims {dim} dimensions, but more numbers follow the words")
    return n_words, dim


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
    recognise=lambda head: body_kind(head) is None and b"\0" not in head,
    read=read_text,
    write=write_glove,
    number_bytes=11,
)
