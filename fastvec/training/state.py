"""One saved state of a training: a file of arrays and facts that tells when it is damaged.

    one line of JSON    {"facts": {...}, "arrays": {name: [dtype, shape], ...}}
    the arrays          their bytes, without gaps
    32 bytes            BLAKE2b of all that comes before

Numbers are little-endian.
"""

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import FileError

_DIGEST = 32
_PIECE = 1 << 22
_LONGEST_LINE = 1 << 24


class State(NamedTuple):
    """What a training needs to go on.

    Attributes
    ----------
    facts : dict
        Numbers and words, as JSON has them.
    arrays : dict of arrays
        C-contiguous.
    """

    facts: dict[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def write_state(file: BinaryIO, state: State) -> None:
    """Write a state to an open file."""
    digest = hashlib.blake2b(digest_size=_DIGEST)
    arrays = {name: [array.dtype.newbyteorder("<").str, array.shape] for name, array in state.arrays.items()}
    line = json.dumps({"facts": state.facts, "arrays": arrays}).encode() + b"\n"
    for part in [memoryview(line), *map(_bytes, state.arrays.values())]:
        for start in range(0, len(part), _PIECE):
            piece = part[start : start + _PIECE]
            file.write(piece)
            digest.update(piece)
    file.write(digest.digest())


def _bytes(array: NDArray[Any]) -> memoryview:
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return little.reshape(-1).view(np.uint8).data


def size_of(state: State) -> int:
    """Give about how many bytes a state takes on the disk."""
    return sum(array.nbytes for array in state.arrays.values()) + (1 << 12)


class SavedState:
    """A state in a file, which was found whole.

    Parameters
    ----------
    path : path
        The file.

    Attributes
    ----------
    facts : dict
        As they were saved.

    Raises
    ------
    FileError
        If the file cannot be read, or is not what was written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path
        try:
            with open(path, "rb", buffering=0) as file:
                self._check(file)
                file.seek(0)
                header = json.loads(line := file.readline(_LONGEST_LINE))
        except FileError:
            raise
        except OSError as error:
            raise FileError(f"{path}: cannot be read ({error.strerror or error})") from None
        self.facts: dict[str, Any] = header["facts"]
        self._places: dict[str, tuple[int, np.dtype[Any], tuple[int, ...]]] = {}
        place = len(line)
        for name, (dtype, shape) in header["arrays"].items():
            self._places[name] = place, np.dtype(dtype), tuple(shape)
            place += np.dtype(dtype).itemsize * math.prod(shape)

    def _check(self, file: Any) -> None:
        """Refuse a file whose end is not the digest of the rest."""
        digest = hashlib.blake2b(digest_size=_DIGEST)
        rest = os.fstat(file.fileno()).st_size - _DIGEST
        for piece in _pieces(file, max(rest, 0)):
            digest.update(piece)
        if file.read(_DIGEST + 1) != digest.digest():
            raise FileError(f"{self.path}: is damaged: its checksum is not that of its content")

    def read(self, name: str, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Read an array, into `out` if that is given, which must have its type and shape.

        Raises
        ------
        FileError
            If it is not there, or of another type or shape.
        """
        if name not in self._places:
            raise FileError(f"{self.path}: holds no {name}; it is of another kind of training")
        place, dtype, shape = self._places[name]
        if out is None:
            out = np.empty(shape, dtype.newbyteorder("="))
        if (out.shape, out.dtype) != (shape, dtype.newbyteorder("=")) or not out.flags.c_contiguous:
            raise FileError(f"{self.path}: {name} is {dtype} of shape {shape}, not {out.dtype} of shape {out.shape}")
        rest = out.reshape(-1).view(np.uint8).data
        with open(self.path, "rb", buffering=0) as file:
            file.seek(place)
            while rest and (n := file.readinto(rest)):
                rest = rest[n:]
        if rest:
            raise FileError(f"{self.path}: was cut short while it was read")
        if not dtype.isnative:
            out.byteswap(inplace=True)
        return out


def _pieces(file: Any, n_bytes: int) -> Iterator[memoryview]:
    """Yield the next bytes of a file; each piece is valid until the next."""
    buffer = memoryview(bytearray(min(_PIECE, n_bytes)))
    while n_bytes and (n := file.readinto(buffer[: min(len(buffer), n_bytes)])):
        yield buffer[:n]
        n_bytes -= n
