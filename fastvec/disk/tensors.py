"""Named arrays in one file, in the safetensors format.

Layout (https://github.com/huggingface/safetensors): the length of the header as 8 bytes, little-endian; the header,
JSON, here padded with spaces so that the first tensor begins at a multiple of 64 bytes; the tensors without gaps. The
header's ``__metadata__`` are strings. A file that must prove to be whole ends in a tensor ``checksum`` (U8), the
BLAKE2b digest of all bytes before it.
"""

import hashlib
import json
import math
import os
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from fastvec.disk.scratch import read_all, read_errors
from fastvec.disk.untrusted import parse_json
from fastvec.errors import FileError

_DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I8": np.dtype("i1"),
    "U8": np.dtype("u1"),
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}
_LONGEST_HEADER = 100_000_000  # the safetensors package's own limit
_ALIGNMENT = 64
_PIECE = 1 << 22  # bytes that are read or written at once
_DIGEST = 32


def write_tensors(
    file: BinaryIO, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str], *, checksum: bool = False
) -> None:
    """Write arrays to an open file, piece by piece.

    They are float64, float32, float16, int64, uint8 or int8, and their rows may be strided. `checksum` appends the
    digest that `TensorFile` checks.
    """
    shapes = {name: (_CODES[array.dtype.newbyteorder("<")], list(array.shape)) for name, array in tensors.items()}
    digest = hashlib.blake2b(digest_size=_DIGEST) if checksum else None
    header = _header(shapes | ({"checksum": ("U8", [_DIGEST])} if checksum else {}), metadata)
    for data in (np.frombuffer(header, np.uint8), *tensors.values()):
        for piece in _pieces(data):
            file.write(piece)
            if digest:
                digest.update(piece)
    if digest:
        file.write(digest.digest())


def _header(shapes: Mapping[str, tuple[str, list[int]]], metadata: Mapping[str, str]) -> bytes:
    entries: dict[str, Any] = {"__metadata__": metadata}
    start = 0
    for name, (code, shape) in shapes.items():
        stop = start + math.prod(shape) * _DTYPES[code].itemsize
        entries[name] = {"dtype": code, "shape": shape, "data_offsets": [start, stop]}
        start = stop
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-(8 + len(header)) % _ALIGNMENT)
    return len(header).to_bytes(8, "little") + header


def _pieces(array: NDArray[Any]) -> Iterator[memoryview]:
    """Yield the bytes of blocks of rows, C-contiguous and little-endian."""
    rows = max(1, _PIECE // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
        yield np.ascontiguousarray(array[start : start + rows], array.dtype.newbyteorder("<")).data


def is_tensors(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a file of tensors."""
    return len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= _LONGEST_HEADER


def header_of(head: bytes) -> dict[str, Any]:
    """Return the header of a file of tensors from its first bytes; empty if it is longer, or damaged."""
    try:
        header = parse_json(head[8 : 8 + int.from_bytes(head[:8], "little")])
    except ValueError:
        return {}
    return header if isinstance(header, dict) else {}


def _is_whole(file: Any, n_bytes: int) -> bool:
    digest = hashlib.blake2b(digest_size=_DIGEST)
    buffer, rest = memoryview(bytearray(_PIECE)), n_bytes - _DIGEST
    while rest > 0 and (n := file.readinto(buffer[:rest])):
        digest.update(buffer[:n])
        rest -= n
    return bool(file.read(_DIGEST + 1) == digest.digest())


class Tensor(NamedTuple):
    """The dtype (little-endian) and shape of a tensor, and its bytes, counted from the beginning of its file."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    stop: int


class Header:
    """The header of a file of tensors, `n_bytes` long and at its beginning, which `is_tensors` has approved.

    Its `metadata` are strings, or anything if another program wrote the file. Raise `FileError`, which names `path`, if
    it is damaged.
    """

    def __init__(self, file: BinaryIO, n_bytes: int, path: str | os.PathLike[str]) -> None:
        size = int.from_bytes(file.read(8), "little")
        if size > min(_LONGEST_HEADER, n_bytes - 8):
            raise FileError(
                f"{path}: its header claims {size:,} bytes, more than the file holds; it is cut short or damaged"
            )
        try:
            entries: dict[str, Any] = parse_json(file.read(size))
        except ValueError:
            raise FileError(f"{path}: its header, bytes 8 to {8 + size:,}, is not JSON; the file is damaged") from None
        self.metadata: Any = entries.pop("__metadata__", {})
        self.path, self._entries = path, entries
        self._start, self._n_bytes = 8 + size, n_bytes - 8 - size

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def find(self, name: str, codes: Collection[str] = _DTYPES, n_dimensions: int | None = None) -> Tensor:
        """Return where a tensor lies.

        It may have the dtypes `codes`, as safetensors calls them, and with None any number of dimensions. Raise
        `FileError` if there is no such tensor, or its entry is damaged.
        """
        if name not in self._entries:
            raise FileError(f"{self.path}: holds no tensor {name!r}; it is a file of another kind")
        entry = self._entries[name]
        try:
            code, shape, (start, stop) = entry["dtype"], entry["shape"], entry["data_offsets"]
            whole = all(type(number) is int and number >= 0 for number in (*shape, start, stop))
        except (TypeError, KeyError, ValueError):
            whole = False
        if not whole or not isinstance(code, str):
            raise FileError(
                f"{self.path}: the header's entry for {name!r} is not that of a tensor; the file is damaged"
            )
        if code not in codes or n_dimensions not in (None, len(shape)):
            wanted = " or ".join(sorted(codes))
            raise FileError(
                f"{self.path}: {name} is {code} of shape {shape}; {wanted} of {n_dimensions} dimensions is expected"
            )
        dtype = _DTYPES[code]
        if stop > self._n_bytes or stop - start != math.prod(shape) * dtype.itemsize:
            raise FileError(
                f"{self.path}: {name} claims bytes {start:,} to {stop:,} of {self._n_bytes:,}; "
                "it is cut short or damaged"
            )
        return Tensor(dtype, tuple(shape), self._start + start, self._start + stop)


class TensorFile(Header):
    """A file of tensors with a checksum, which is verified at once; its tensors are read, not mapped.

    Raise `FileError` if the file cannot be read, or is not what was written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        with read_errors(path), open(path, "rb", buffering=0) as file:
            n_bytes = os.fstat(file.fileno()).st_size
            if not _is_whole(file, n_bytes):
                raise FileError(f"{path}: is damaged: its checksum does not match its content")
            file.seek(0)
            super().__init__(cast(BinaryIO, file), n_bytes, path)

    def read(self, name: str, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Read a tensor, into `out` if that is given, which must have its dtype and shape.

        Raise `FileError` if there is no such tensor, or it has another dtype or shape.
        """
        dtype, shape, start, _ = self.find(name)
        if out is None:
            out = np.empty(shape, dtype.newbyteorder("="))
        if (out.shape, out.dtype) != (shape, dtype.newbyteorder("=")) or not out.flags.c_contiguous:
            raise FileError(f"{self.path}: {name} is {dtype} of shape {shape}, not {out.dtype} of shape {out.shape}")
        with open(self.path, "rb", buffering=0) as file:
            file.seek(start)
            if read_all(file, out):
                raise FileError(f"{self.path}: was cut short while it was read")
        if not dtype.isnative:
            out.byteswap(inplace=True)
        return out
