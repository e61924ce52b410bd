"""The word2vec text format: a line for each word, "king 0.25 -0.5", below a line with their number and dimensions.

GloVe's files are the same without the first line; fastText's ``.vec`` are the same. A word may hold spaces: the
numbers are counted from the right. Numbers are read to the nearest float32, exactly.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

from fastvec.errors import FileError
from fastvec.vectors.collector import Collector
from fastvec.vectors.headers import BYTE_ORDER_MARK, FIELD, HEADER, NUMBER
from fastvec.vectors.lines import Lines
from fastvec.vectors.selection import REPLACE
from fastvec.vectors.source import Source

_CHUNK = 1 << 22  # bytes that are read at once
_LONGEST_LINE = 1 << 27
_SAMPLE = 100  # lines from which the number of dimensions is told


def read_text(source: Source, *, limit: int | None, errors: str, **options: Any) -> dict[str, Any]:
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
        chunk = next(chunks, b"").removeprefix(BYTE_ORDER_MARK)
        header = HEADER.match(chunk)
        start = header.end() if header else 0
        n_words, dim = _shape(source, chunk[start:], header)
        if n_words is not None and limit is not None:
            n_words = min(n_words, limit)
        collector = Collector(source.path, "line", dim, n_words, errors=errors, **options)
        lines = Lines(source, collector, pool, threads, errors, 2 if header else 1, limit)
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
                f"it is whole add a newline, or read with {REPLACE}"
            )
        yield rest + b"\n"


def _shape(source: Source, text: bytes, header: re.Match[bytes] | None) -> tuple[int | None, int]:
    """Give the number of words, if it is known, and of dimensions."""
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
    """Count the numbers at the end of a line, of which the word is none even if it looks like one."""
    numbers = 0
    while numbers < len(fields) - 1 and NUMBER.fullmatch(fields[-numbers - 1]):
        numbers += 1
    return numbers
