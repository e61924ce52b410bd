"""Matrices in a quarter of the memory: rows of int8 numbers with a scale each, made float32 where they are used."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastvec.errors import DataError, InputError
from fastvec.vectors.rows import blocks

_LARGEST = 127


class Quantized:
    """A matrix of which row i is ``codes[i] * scales[i]``; it is used like an array, and cannot be changed.

    A slice of rows is quantized too; other rows, and what NumPy computes, are float32.

    Parameters
    ----------
    codes : (n, dim) int8
    scales : (n,) float32

    Examples
    --------
    >>> matrix = Quantized.of(np.array([[1, -0.5], [0, 0]], np.float32))
    >>> matrix.codes.tolist()
    [[127, -64], [0, 0]]
    >>> np.asarray(matrix)[0].round(2).tolist()
    [1.0, -0.5]
    """

    ndim, dtype = 2, np.dtype(np.int8)

    def __init__(self, codes: NDArray[np.int8], scales: NDArray[np.float32]) -> None:
        self.codes, self.scales = codes, scales
        self.shape = codes.shape
        self.nbytes = codes.nbytes + scales.nbytes

    @classmethod
    def of(cls, matrix: NDArray[Any]) -> "Quantized":
        """Round a matrix of floating point numbers; the largest of each row becomes 127 or -127."""
        codes, scales = np.empty(matrix.shape, np.int8), np.empty(len(matrix), np.float32)
        for rows, block in blocks(matrix):
            if not np.isfinite(block).all():
                raise DataError("there are numbers that are not finite, which int8 cannot hold; choose float32")
            scales[rows] = np.abs(block).max(axis=1) / np.float32(_LARGEST)
            steps = scales[rows, None]
            codes[rows] = np.rint(np.divide(block, steps, out=np.zeros_like(block), where=steps > 0))
        return cls(codes, scales)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Any) -> Any:
        if isinstance(rows, slice):
            return Quantized(self.codes[rows], self.scales[rows])
        return _multiply(self.codes[rows], self.scales[rows])

    def take(self, rows: Any) -> "Quantized":
        """Return some rows, quantized too."""
        return Quantized(self.codes[rows], self.scales[rows])

    def astype(self, dtype: DTypeLike, *, order: Any = "K", copy: bool = True) -> Any:
        """Return all as another kind of number."""
        if np.dtype(dtype) == self.dtype:
            return self
        return _multiply(self.codes, self.scales).astype(dtype, order=order, copy=False)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        found: NDArray[Any] = self.astype(np.float32 if dtype is None else dtype)
        return found


def _multiply(codes: NDArray[np.int8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows as float32, without a warning of those that are not finite, which are refused where they are used."""
    with np.errstate(over="ignore", invalid="ignore"):
        return codes * scales[..., None]


def take_rows(matrix: Any, rows: Any) -> Any:
    """Return some rows of a matrix, quantized if it is."""
    return matrix.take(rows) if isinstance(matrix, Quantized) else matrix[rows]


def as_kind(matrix: Any, kind: str) -> Any:
    """Return a matrix as "float32", "float16" or "int8"; raise `InputError` if it holds a number that is too large."""
    if kind == "int8":
        return matrix if isinstance(matrix, Quantized) else Quantized.of(matrix)
    try:
        with np.errstate(over="raise"):
            return matrix.astype(kind, copy=False)
    except FloatingPointError:
        raise InputError(f"there are numbers too large for {kind}; choose float32 or int8") from None
