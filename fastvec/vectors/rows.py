"""Rows of a matrix: taken in blocks, so that no second matrix is made, and scaled to length 1."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 4096  # rows


def blocks(matrix: NDArray[Any]) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield a matrix in blocks: which rows, and these rows as (n, dim) float32."""
    for start in range(0, len(matrix), _BLOCK):
        rows = slice(start, start + _BLOCK)
        yield rows, matrix[rows].astype(np.float32, copy=False)


def normalize_rows(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """Return the rows of a matrix, (n, dim) float32, scaled to length 1; rows of zeros stay."""
    rows = matrix.astype(np.float32, copy=False)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: NDArray[np.float32] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return units


def inverse(lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / length, and 0 for 0."""
    result: NDArray[np.float32] = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return result
