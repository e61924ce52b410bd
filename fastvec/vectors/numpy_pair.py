"""A NumPy array and a list of words: ``X.npy`` beside ``X.vocab.tsv``, a word in each line, perhaps a tab and a count.

The array is mapped into memory, never unpickled.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fastvec.disk.compression import without_compression
from fastvec.disk.untrusted import NPY, parse_npy
from fastvec.errors import FileError
from fastvec.vectors.format import Format
from fastvec.vectors.quantized import Quantized
from fastvec.vectors.selection import NOT_UTF8, Selection, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords, read_word_lines, word_lines


def vocabulary_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of the file of words that belongs to a ``.npy`` file.

    >>> vocabulary_path("vectors/en.npy.gz").as_posix()
    'vectors/en.vocab.tsv'
    """
    return Path(without_compression(path)).with_suffix(".vocab.tsv")


def read_numpy(source: Source, selection: Selection) -> dict[str, Any]:
    """Read a ``.npy`` file, a matrix of floating point numbers, and a word for each of its rows."""
    matrix = parse_npy(source.data, source.path, "f", (2,), "a matrix of floating point numbers is expected")
    vocabulary = vocabulary_path(source.path)
    packed, counts = read_vocabulary(vocabulary, selection)
    if len(packed) != len(matrix):
        raise FileError(f"{vocabulary}: has {len(packed):,} words, and {source.path} {len(matrix):,} rows")
    found = {"words": packed, "vectors": matrix, "counts": counts}
    return select(found, selection, None if matrix.dtype in (np.float32, np.float16) else np.float32)


def read_vocabulary(path: Path, selection: Selection) -> tuple[PackedWords, NDArray[np.int64] | None]:
    """Read the words, and their counts if there are any."""
    lines = BytesIO(Source(path).data.tobytes())
    words, counts = read_word_lines(lines, path, counted=False, repairs=selection.repairs, cure=NOT_UTF8)
    return PackedWords.pack(words, "surrogateescape"), counts


def write_array(file: BinaryIO, vectors: Storage) -> None:
    """Write the ``.npy`` file, in blocks of rows."""
    matrix = vectors.vectors
    dtype = np.dtype(np.float32) if isinstance(matrix, Quantized) else matrix.dtype
    kind = dtype.newbyteorder("<")
    header = {"descr": kind.str, "fortran_order": False, "shape": matrix.shape}
    np.lib.format.write_array_header_1_0(file, header)
    for start in range(0, len(matrix), 4096):
        file.write(np.ascontiguousarray(matrix[start : start + 4096], kind).data)


def write_vocabulary(file: BinaryIO, vectors: Storage) -> None:
    """Write the words, and their counts if there are any; raise `InputError` if a word is empty or of two fields."""
    file.writelines(word_lines(vectors.packed_words, vectors.counts, "; save as .safetensors"))


FORMAT = Format(
    name="numpy",
    title="NumPy's, with the words beside it in .vocab.tsv",
    recognise=lambda head: head.startswith(NPY),
    read=read_numpy,
    write=write_array,
    companion=(vocabulary_path, write_vocabulary),
    suffixes=(".npy",),
    keeps=frozenset({"counts", "float16"}),
    row_bytes=4,
)
