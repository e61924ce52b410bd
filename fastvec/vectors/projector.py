"""The two tables that TensorFlow's embedding projector loads, in a folder: ``vectors.tsv`` and ``metadata.tsv``.

A line for each word: the numbers of its vector with tabs between, and the word. Where ``metadata.tsv`` has several
columns, its first line names them, and the word is in the first.
"""

from typing import Any, BinaryIO

import numpy as np

from fastvec.errors import FileError
from fastvec.vectors.format import Format
from fastvec.vectors.selection import Selection, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.vectors.text_writer import format_rows
from fastvec.words import PackedWords, refuse_words

_VECTORS, _METADATA = "vectors.tsv", "metadata.tsv"


def write_vectors(file: BinaryIO, vectors: Storage) -> None:
    """Write the numbers; raise `InputError` if one is not finite."""
    for block in format_rows(vectors):
        file.write(b"\n".join(line[1:] for line in block.split(b"\n")).replace(b" ", b"\t"))


def write_words(file: BinaryIO, vectors: Storage) -> None:
    """Write the words; raise `InputError` if one is empty, or holds a tab or the end of a line."""
    words = vectors.packed_words
    refuse_words(words, b"\t\n\r", "projector")
    file.writelines(word + b"\n" for word in words.split())


def read_projector(source: Source, selection: Selection) -> dict[str, Any]:
    """Read both tables; raise `FileError` if they do not fit."""
    beside = source.path.with_name(_METADATA)
    lines = Source(beside).data.tobytes().splitlines()
    words = [line.partition(b"\t")[0] for line in lines[b"\t" in lines[0] if lines else 0 :]]
    if not source.head.strip():
        raise FileError(f"{source.path}: holds no numbers")
    try:
        with source.open() as file:
            matrix = np.loadtxt(file, np.float64, comments=None, delimiter="\t", ndmin=2)
    except ValueError as error:
        raise FileError(f"{source.path}: {error}") from None
    if len(words) != len(matrix):
        raise FileError(f"{beside}: has {len(words):,} words, and {source.path} {len(matrix):,} rows")
    packed = PackedWords.pack([word.decode(errors="surrogateescape") for word in words], "surrogateescape")
    return select({"words": packed, "vectors": matrix}, selection, np.float32)


FORMAT = Format(
    name="projector",
    title="a folder for TensorFlow's projector",
    read=read_projector,
    write=write_vectors,
    places=(_VECTORS,),
    others={_METADATA: write_words},
    number_bytes=11,
)
