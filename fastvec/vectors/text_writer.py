"""Vectors as word2vec's text or GloVe's: each number in the fewest digits that read back the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import numpy as np

from fastvec.checks import count_threads
from fastvec.errors import DataError
from fastvec.threads import in_order
from fastvec.vectors.headers import BYTE_ORDER_MARK, SAMPLE, table_kind
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords, refuse_words

_CHUNK = 1 << 22  # bytes written at once
_SEPARATORS = b" \t\n\v\f\r\0"


def write_text(file: BinaryIO, vectors: Storage) -> None:
    """Write word2vec's text: GloVe's below a line with the numbers of words and dimensions."""
    refuse_words(vectors.packed_words, _SEPARATORS, "text")
    file.write(f"{len(vectors)} {vectors.dim}\n".encode())
    file.writelines(format_rows(vectors, vectors.packed_words))


def write_glove(file: BinaryIO, vectors: Storage) -> None:
    """Write GloVe's text; raise `InputError` if a word is empty or holds white space, or a number is not finite."""
    words = vectors.packed_words
    refuse_words(words, _SEPARATORS, "text")
    if words.data[:3].tobytes() == BYTE_ORDER_MARK:
        raise DataError("the first word begins with a byte order mark, which a file without a header cannot hold")
    if kind := table_kind([[word, b"0"] for word in words.head(min(SAMPLE, len(words))).split()]):
        raise DataError(f"without a header these words would be taken for a table {kind}; save as .safetensors")
    file.writelines(format_rows(vectors, words))


def format_rows(vectors: Storage, words: PackedWords | None = None) -> Iterator[bytes]:
    """Yield blocks of lines: a word, then a space and a number for each dimension. Without `words` they are empty.

    Raise `InputError` if a number is not finite.
    """
    from fastvec.kernels import format_numbers as kernel

    words = words or PackedWords(np.empty(0, np.uint8), np.zeros(len(vectors) + 1, np.int64))
    rows = max(1, _CHUNK // (kernel.NUMBER_BYTES * vectors.dim))

    def lines(start: int) -> bytes:
        values = vectors.finite_rows(start, start + rows)
        offsets = words.offsets[start : start + rows + 1]
        size = int(offsets[-1] - offsets[0]) + len(values) * (vectors.dim * kernel.NUMBER_BYTES + 1)
        out = np.empty(size, np.uint8)
        return out[: kernel.format_lines(words.data, offsets, values, out)].tobytes()

    threads = count_threads(None)
    with ThreadPoolExecutor(threads) as pool:
        yield from in_order(lines, range(0, len(vectors), rows), pool, threads)
