"""Parquet tables, which DuckDB, polars, pandas, Spark and many databases read.

Columns ``word`` (string), ``count`` (int64, if known) and ``vector``, a list of float32 that is as long in every row.
The schema's metadata have fastvec's under the key ``fastvec``, as JSON.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fastvec.disk.untrusted import parse_json
from fastvec.errors import FileError
from fastvec.vectors.format import Format
from fastvec.vectors.interop import library
from fastvec.vectors.selection import Selection, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords, starts_of

_KEY = b"fastvec"
_GROUP = 1 << 16  # rows that are written at once


def write_parquet(file: BinaryIO, vectors: Storage) -> None:
    """Write vectors to an open file, a group of rows for each block."""
    pa, pq = library("pyarrow"), library("pyarrow.parquet", "pyarrow")
    numbers = pa.from_numpy_dtype(np.asarray(vectors.vectors[:0]).dtype)
    kinds = {"word": pa.string(), "count": pa.int64(), "vector": pa.list_(numbers, vectors.dim)}
    if vectors.counts is None:
        del kinds["count"]
    metadata = {_KEY: json.dumps(vectors.metadata, sort_keys=True)} if vectors.metadata else None
    schema = pa.schema(kinds.items(), metadata=metadata)
    with pq.ParquetWriter(_Sink(file), schema, use_dictionary=False) as table:
        for start in range(0, len(vectors), _GROUP):
            rows = slice(start, start + _GROUP)
            columns = {
                "word": pa.array(vectors.packed_words.part(start, start + _GROUP).split(), pa.binary()).cast("string"),
                "count": None if vectors.counts is None else pa.array(vectors.counts[rows]),
                "vector": pa.FixedSizeListArray.from_arrays(np.ravel(vectors.vectors[rows]), vectors.dim),
            }
            table.write_batch(pa.record_batch([columns[name] for name in kinds], schema=schema))


class _Sink:
    """An open file as pyarrow wants it."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self.write = file.write

    def flush(self) -> None:
        """Do nothing: who opened the file flushes it."""

    close = flush


def read_parquet(source: Source, selection: Selection) -> dict[str, Any]:
    """Read a table; raise `FileError` if it is damaged, or has not the columns ``word`` and ``vector``."""
    pa, pq = library("pyarrow"), library("pyarrow.parquet", "pyarrow")
    path = source.path
    with _damage(path):
        table = pq.ParquetFile(pa.py_buffer(source.data))
        names = table.schema_arrow.names
    for name in ("word", "vector"):
        if name not in names:
            raise FileError(f"{path}: has no column {name!r}; its columns are {', '.join(names)}")
    with _damage(path):
        columns = table.read([name for name in ("word", "count", "vector") if name in names])
        words = columns["word"].cast(pa.binary()).to_pylist()
        counts = columns["count"].cast(pa.int64()) if "count" in names else None
    for name in columns.column_names:
        if columns[name].null_count:
            raise FileError(f"{path}: has {columns[name].null_count:,} rows without a {name}; remove them")
    matrix = _matrix(path, columns["vector"], pa)
    found = {
        "words": PackedWords(
            np.frombuffer(b"".join(words), np.uint8), starts_of(np.array([*map(len, words)], np.int64))
        ),
        "vectors": matrix,
        "counts": None if counts is None else counts.to_numpy(),
    }
    dtype = None if matrix.dtype in (np.float32, np.float16) else np.float32
    return select(found, selection, dtype) | {"metadata": _metadata(table.schema_arrow.metadata)}


def _matrix(path: Any, column: Any, pa: Any) -> NDArray[Any]:
    """Return the rows of a column of lists of equal length."""
    kind = column.type
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)):
        raise FileError(f"{path}: its column vector is {kind}; a list of numbers is expected")
    if not pa.types.is_floating(kind.value_type):
        raise FileError(f"{path}: its column vector has numbers of the kind {kind.value_type}; floats are expected")
    if any(chunk.flatten().null_count for chunk in column.chunks):
        raise FileError(f"{path}: its column vector has numbers that are missing; remove these rows")
    parts = [chunk.flatten() for chunk in column.chunks if len(chunk)]
    numbers = np.concatenate([part.to_numpy(zero_copy_only=False) for part in parts]) if parts else np.empty(0)
    n_rows = len(column)
    dim = kind.list_size if pa.types.is_fixed_size_list(kind) else len(numbers) // max(1, n_rows)
    if not pa.types.is_fixed_size_list(kind):
        lengths = library("pyarrow.compute", "pyarrow").list_value_length(column).to_numpy()
        if (lengths != dim).any():
            row = int(np.argmax(lengths != lengths[0]))
            raise FileError(
                f"{path}: its vectors have {lengths[0]} numbers, and that of row {row + 1:,} {lengths[row]}"
            )
    if dim < 1:
        raise FileError(f"{path}: its vectors have no dimensions")
    return numbers.reshape(n_rows, dim)


def _metadata(metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    try:
        found = parse_json((metadata or {}).get(_KEY, b"{}"))
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


@contextmanager
def _damage(path: Any) -> Iterator[None]:
    """Turn what pyarrow raises into a `FileError`."""
    try:
        yield
    except (OSError, ValueError, NotImplementedError, TypeError) as error:
        raise FileError(f"{path}: is not a Parquet table that can be read: {str(error).splitlines()[0]}") from None


FORMAT = Format(
    name="parquet",
    title="a Parquet table",
    recognise=lambda head: head.startswith(b"PAR1"),
    read=read_parquet,
    write=write_parquet,
    package="pyarrow",
    suffixes=(".parquet",),
    keeps=frozenset({"counts", "metadata", "float16"}),
    row_bytes=12,
)
