"""Allocation of what the kernels train: weight matrices, and arrays that belong to one thread."""

import mmap
import sys
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastvec.errors import MachineError
from fastvec.kernels.emit import HAS_FLOAT16
from fastvec.kernels.simd import ROW_MULTIPLE

#: Rows that are checked or moved at a time: few, since memory peaks here.
_ROWS = 256
_HUGE_PAGE = 2 << 20
#: Bytes that a core fetches together: two cache lines.
_FETCHED = 128


def padded(dim: int) -> int:
    """Return the length of a row of `dim` numbers with its padding."""
    return -(-dim // ROW_MULTIPLE) * ROW_MULTIPLE


def matrix_bytes(rows: int, dim: int, dtype: DTypeLike = np.float32) -> int:
    """Return the bytes that a matrix of `zeros` takes: whole huge pages once it fills one."""
    size = np.dtype(dtype).itemsize * rows * padded(dim)
    return size if size < _HUGE_PAGE else -(-size // _HUGE_PAGE) * _HUGE_PAGE


def zeros(rows: int, dim: int, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Allocate a zero matrix, (rows, padded dim), whose rows are padded with zeros for the kernels.

    It is C-contiguous and page-aligned, and in huge pages if the system allows, since rows are visited at random. Raise
    `MachineError` if there is not enough memory, or the kernels cannot convert such numbers here.
    """
    if np.dtype(dtype) == np.float16 and not HAS_FLOAT16:
        raise MachineError("this processor cannot convert float16 (F16C); train with dtype float32")
    columns = padded(dim)
    size = np.dtype(dtype).itemsize * rows * columns
    # private: few systems give huge pages to memory that could be shared
    flags = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if sys.platform != "win32" else {}
    try:
        memory = mmap.mmap(-1, size, **flags)
    except (OSError, OverflowError) as error:
        raise MachineError(
            f"a matrix of {rows:,} words x {dim} dimensions takes {size / 2**30:.1f} GiB, which cannot be allocated: "
            "raise min_count, or lower dim or max_vocab"
        ) from error
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, dtype).reshape(rows, columns)


def all_finite(matrix: NDArray[np.floating]) -> bool:
    """Return whether a matrix holds neither infinity nor NaN, without copying it."""
    return all(bool(np.isfinite(matrix[start : start + _ROWS]).all()) for start in range(0, len(matrix), _ROWS))


def compact(matrix: NDArray[Any], dim: int) -> NDArray[Any]:
    """Remove the padding of a matrix, (n, padded dim), in place.

    Return (n, dim), C-contiguous, in the memory of `matrix`, which is overwritten.
    """
    rows = matrix.reshape(-1)[: len(matrix) * dim].reshape(len(matrix), dim)
    if dim < matrix.shape[1]:
        for start in range(0, len(matrix), _ROWS):
            rows[start : start + _ROWS] = matrix[start : start + _ROWS, :dim].copy()
    return rows


def own_cache_lines(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy aligned to its own cache lines, to avoid false sharing between threads."""
    room = np.empty((-(-array.nbytes // _FETCHED) + 1) * _FETCHED, np.uint8)
    start = -room.ctypes.data % _FETCHED
    own = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    own[...] = array
    return own
