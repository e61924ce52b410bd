"""Rows of a matrix: taken in blocks, so that no second matrix is made, and scaled to length 1.

Squares of numbers beyond 1e19 overflow in float32, and those below 1e-19 vanish. Rows with such lengths are scaled by
their largest number first.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_BLOCK = 4096  # rows
_SHORTEST, _LONGEST = np.float32(1e-15), np.float32(1e15)  # lengths between which float32 is good enough


def blocks(matrix: NDArray[Any]) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield a matrix in blocks: which rows, and these rows as (n, dim) float32."""
    for start in range(0, len(matrix), _BLOCK):
        rows = slice(start, start + _BLOCK)
        yield rows, matrix[rows].astype(np.float32, copy=False)


def finite_rows(matrix: NDArray[Any], dtype: DTypeLike | None = None) -> NDArray[np.bool_]:
    """Return whether all numbers of each row are finite, (n,), also as numbers of another kind if `dtype` is given."""
    kind = dtype or (np.float32 if matrix.dtype == np.int8 else matrix.dtype)
    finite = np.ones(len(matrix), bool)
    for start in range(0, len(matrix), _BLOCK):
        rows = slice(start, start + _BLOCK)
        with np.errstate(over="ignore"):
            finite[rows] = np.isfinite(matrix[rows].astype(kind, copy=False)).all(axis=1)
    return finite


def lengths_of(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the length of each row, (n,) float32; not finite if a number is not, or the length exceeds float32."""
    with np.errstate(over="ignore", under="ignore"):
        lengths: NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        extreme = np.flatnonzero(_is_extreme(lengths))
        if extreme.size:
            lengths[extreme] = np.linalg.norm(rows[extreme].astype(np.float64), axis=1)
    return lengths


def normalize_rows(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """Return the rows of a matrix, (n, dim) float32, scaled to length 1; rows of zeros stay."""
    rows = matrix.astype(np.float32, copy=False)
    lengths = lengths_of(rows)
    extreme = np.flatnonzero(_is_extreme(lengths))
    with np.errstate(over="ignore", invalid="ignore"):
        units: NDArray[np.float32] = np.divide(
            rows, lengths[:, None], out=np.zeros_like(rows), where=lengths[:, None] > 0
        )
    if extreme.size:
        wide = rows[extreme].astype(np.float64)
        exact = np.linalg.norm(wide, axis=1, keepdims=True)
        units[extreme] = np.divide(wide, exact, out=np.zeros_like(wide), where=exact > 0)
    return units


def cosines_with(units: NDArray[np.float32], rows: NDArray[Any], lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosines of unit vectors, (n, dim), with rows of these lengths, (m, dim): (n, m) float32."""
    rows = rows.astype(np.float32, copy=False)
    extreme = np.flatnonzero(_is_extreme(lengths))
    with np.errstate(over="ignore", invalid="ignore"):
        cosines: NDArray[np.float32] = units @ rows.T
        cosines *= inverse(lengths)
    if extreme.size:
        cosines[:, extreme] = units @ normalize_rows(rows[extreme]).T
    return cosines


def _is_extreme(lengths: NDArray[np.float32]) -> NDArray[np.bool_]:
    return ~((lengths > _SHORTEST) & (lengths < _LONGEST))


def inverse(lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / length, and 0 for 0."""
    with np.errstate(over="ignore"):
        result: NDArray[np.float32] = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return result
