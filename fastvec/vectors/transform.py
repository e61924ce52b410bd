"""What changes a matrix of vectors: another origin, fewer directions, another space."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.vectors.rows import blocks, normalize_rows


def mean_row(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """Return the mean of the rows, (dim,) float32, summed in float64."""
    total = np.zeros(matrix.shape[1])
    for _, block in blocks(matrix):
        total += block.sum(axis=0, dtype=np.float64)
    mean: NDArray[np.float32] = (total / len(matrix)).astype(np.float32)
    return mean


def without_components(matrix: NDArray[Any], n_components: int) -> NDArray[np.float32]:
    """Return the rows, centered and without the directions in which they vary most.

    `matrix`, (n, dim) float32 or float16, is not changed; `n_components` is how many directions, between 1 and dim - 1.
    """
    mean = mean_row(matrix)
    top = main_directions(matrix, n_components, mean)
    result: NDArray[np.float32] = matrix - mean
    for rows, block in blocks(result):
        result[rows] -= (block @ top) @ top.T
    return result


def main_directions(matrix: NDArray[Any], n: int, origin: NDArray[np.float32] | float = 0.0) -> NDArray[np.float32]:
    """Return the `n` directions in which rows are farthest from an origin, (dim, n), orthonormal, the first first."""
    return principal_axes(matrix, origin)[1][:, :n]


def principal_axes(
    matrix: NDArray[Any], origin: NDArray[np.float32] | float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the moments of rows about an origin, (dim,) falling, and their directions, (dim, dim) orthonormal."""
    moment = np.zeros((matrix.shape[1], matrix.shape[1]))
    for _, block in blocks(matrix):
        moved = block.astype(np.float64) - origin
        moment += moved.T @ moved
    values, directions = np.linalg.eigh(moment)
    return values[::-1], directions[:, ::-1].astype(np.float32)


def planar(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """Return a map of rows, (n, 2) float32: their directions along the two in which these vary most."""
    units = normalize_rows(matrix)
    mean = mean_row(units)
    found = project(units - mean, main_directions(units, 2, mean))
    return np.pad(found, ((0, 0), (0, 2 - found.shape[1])))


def project(matrix: NDArray[Any], directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the coordinates of rows along directions, (n, n_directions) float32."""
    result = np.empty((len(matrix), directions.shape[1]), np.float32)
    for rows, block in blocks(matrix):
        np.matmul(block, directions, out=result[rows])
    return result


def rotation(source: NDArray[Any], target: NDArray[Any]) -> NDArray[np.float32]:
    """Return the orthogonal matrix R, (dim, dim) float32, for which ``source @ R`` is nearest to `target`, (n, dim).

    The solution of the orthogonal Procrustes problem (Schönemann 1966).
    """
    left, _, right = np.linalg.svd(source.astype(np.float64).T @ target.astype(np.float64))
    return np.asarray(left @ right, np.float32)
