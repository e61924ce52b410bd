"""fastvec's own file: one `.safetensors` file, opened by mapping it into memory.

Tensors ``vectors`` (F32 or F16), ``context_vectors`` if there are any, ``counts`` (I64), and the words as
``word_offsets`` (I64) and ``words`` (U8, UTF-8 bytes on end). The file's string metadata are ``format``,
``format_version`` and ``metadata``, one JSON object with sorted keys. The file is a pure function of its content.

Layout (https://github.com/huggingface/safetensors): the length of the header as 8 bytes, little-endian; the header,
JSON, here padded with spaces so that the matrix begins at a multiple of 64 bytes; the tensors without gaps.
"""

import json
import math
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import FileError, InputError
from fastvec.vectors.format import Format
from fastvec.vectors.selection import Selection, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords

_DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}
_NUMBERS = frozenset({"F32", "F16"})
# tensor: (dtypes it may have, dimensions, whether it must be there)
_TENSORS = {
    "vectors": (_NUMBERS, 2, True),
    "context_vectors": (_NUMBERS, 2, False),
    "counts": (frozenset({"I64"}), 1, False),
    "word_offsets": (frozenset({"I64"}), 1, True),
    "words": (frozenset({"U8"}), 1, True),
}
_LONGEST_HEADER = 100_000_000  # the safetensors package's own limit
_ALIGNMENT = 64
_BLOCK = 1 << 22  # bytes of a matrix that are written at once


def write_native(file: BinaryIO, vectors: Storage) -> None:
    """Write vectors to an open file; raise `InputError` if the metadata are not JSON values."""
    words = vectors.packed_words
    arrays: dict[str, NDArray[Any] | None] = {
        "vectors": vectors.vectors,
        "context_vectors": vectors.context_vectors,
        "counts": vectors.counts,
        "word_offsets": words.offsets,
        "words": words.data,
    }
    tensors = {name: array for name, array in arrays.items() if array is not None}
    file.write(_header(tensors, vectors.metadata))
    for array in tensors.values():
        for block in _blocks(array):
            file.write(block.data)


def _header(tensors: dict[str, NDArray[Any]], metadata: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(metadata, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"metadata must be JSON values: {error}") from None
    entries: dict[str, Any] = {"__metadata__": {"format": "fastvec", "format_version": "1", "metadata": text}}
    start = 0
    for name, array in tensors.items():
        stop = start + array.nbytes
        code = _CODES[array.dtype.newbyteorder("<")]
        entries[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [start, stop]}
        start = stop
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-(8 + len(header)) % _ALIGNMENT)
    return len(header).to_bytes(8, "little") + header


def _blocks(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Cut an array, whose rows may be strided, into C-contiguous little-endian blocks of rows."""
    rows = max(1, _BLOCK // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
        yield np.ascontiguousarray(array[start : start + rows], array.dtype.newbyteorder("<"))


def is_native(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a `.safetensors` file."""
    return len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= _LONGEST_HEADER


def read_native(source: Source, selection: Selection) -> dict[str, Any]:
    """Read vectors without copying the matrix; raise `FileError` if the header does not fit the file."""
    data, path = source.data, source.path
    start, entries = _read_header(data, path)
    arrays = {name: _tensor(data[start:], entries, name, path) for name in _TENSORS if name in entries}
    for name, (_, _, required) in _TENSORS.items():
        if required and name not in arrays:
            raise FileError(f"{path}: holds no tensor {name!r}, so it is not a file of word vectors")
    n_words = len(arrays["word_offsets"]) - 1
    offsets, n_bytes = arrays["word_offsets"], len(arrays["words"])
    if n_words < 0 or offsets[0] != 0 or offsets[-1] != n_bytes or (offsets[1:] < offsets[:-1]).any():
        raise FileError(f"{path}: its word_offsets do not fit its words; the file is damaged")
    for name in {"vectors", "context_vectors", "counts"} & arrays.keys():
        if len(arrays[name]) != n_words:
            raise FileError(f"{path}: {name} has {len(arrays[name]):,} rows for {n_words:,} words")
    if arrays["vectors"].shape[1] == 0:
        raise FileError(f"{path}: its vectors have no dimensions")
    packed = PackedWords(arrays.pop("words"), arrays.pop("word_offsets"))
    chosen = select({"words": packed, **arrays}, path, selection)
    return chosen | {"metadata": _metadata(entries, path)}


def _read_header(data: NDArray[np.uint8], path: str | os.PathLike[str]) -> tuple[int, dict[str, Any]]:
    size = int.from_bytes(data[:8].tobytes(), "little")
    if size > min(_LONGEST_HEADER, len(data) - 8):
        raise FileError(
            f"{path}: its header claims {size:,} bytes, more than the file holds; it is cut short or damaged"
        )
    try:
        entries: dict[str, Any] = json.loads(data[8 : 8 + size].tobytes())  # `is_native` has seen its brace
    except (ValueError, RecursionError):
        raise FileError(f"{path}: its header, bytes 8 to {8 + size:,}, is not JSON; the file is damaged") from None
    return 8 + size, entries


def _tensor(body: NDArray[np.uint8], entries: dict[str, Any], name: str, path: str | os.PathLike[str]) -> NDArray[Any]:
    codes, n_dimensions, _ = _TENSORS[name]
    entry = entries[name]
    try:
        code, shape, (start, stop) = entry["dtype"], entry["shape"], entry["data_offsets"]
        whole = all(type(number) is int and number >= 0 for number in (*shape, start, stop))
    except (TypeError, KeyError, ValueError):
        whole = False
    if not whole or not isinstance(code, str):
        raise FileError(f"{path}: the header's entry for {name!r} is not that of a tensor; the file is damaged")
    if code not in codes or len(shape) != n_dimensions:
        wanted = " or ".join(sorted(codes))
        raise FileError(f"{path}: {name} is {code} of shape {shape}; {wanted} of {n_dimensions} dimensions is expected")
    dtype = _DTYPES[code]
    if stop > len(body) or stop - start != math.prod(shape) * dtype.itemsize:
        raise FileError(
            f"{path}: {name} claims bytes {start:,} to {stop:,} of {len(body):,}; it is cut short or damaged"
        )
    array: NDArray[Any] = body[start:stop].view(dtype).reshape(shape)
    return array if array.flags.aligned else array.copy()


def _metadata(entries: dict[str, Any], path: str | os.PathLike[str]) -> dict[str, Any]:
    strings = entries.get("__metadata__", {})
    try:
        metadata = json.loads(strings.get("metadata", "{}"))
    except (AttributeError, TypeError, ValueError, RecursionError):
        metadata = None
    if not isinstance(metadata, dict):
        raise FileError(f"{path}: its metadata are not a JSON object; the file is damaged")
    return metadata


FORMAT = Format(
    name="safetensors",
    title="fastvec's own, keeps all",
    recognise=is_native,
    read=read_native,
    write=write_native,
    suffixes=(".safetensors",),
    keeps=frozenset({"counts", "context vectors", "metadata"}),
    row_bytes=16,
)
