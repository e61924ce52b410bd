"""What changes a matrix of vectors: another origin, fewer directions, another space."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.vectors.rows import blocks


def mean_row(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """Return the mean of the rows, (dim,) float32, summed in float64."""
    mean: NDArray[np.float32] = matrix.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def without_components(matrix: NDArray[Any], n_components: int) -> NDArray[np.float32]:
    """Return the rows, centered and without the directions in which they vary most.

    `matrix`, (n, dim) float32 or float16, is not changed; `n_components` is how many directions, between 1 and dim - 1.
    """
    mean = mean_row(matrix)
    covariance = np.zeros((matrix.shape[1], matrix.shape[1]))
    for _, block in blocks(matrix):
        centered = (block - mean).astype(np.float64)
        covariance += centered.T @ centered
    top = np.linalg.eigh(covariance)[1][:, -n_components:].astype(np.float32)
    result: NDArray[np.float32] = matrix - mean
    for rows, block in blocks(result):
        result[rows] -= (block @ top) @ top.T
    return result


def rotation(source: NDArray[Any], target: NDArray[Any]) -> NDArray[np.float32]:
    """Return the orthogonal matrix R, (dim, dim) float32, for which ``source @ R`` is nearest to `target`, (n, dim).

    The solution of the orthogonal Procrustes problem (Schönemann 1966).
    """
    left, _, right = np.linalg.svd(source.astype(np.float64).T @ target.astype(np.float64))
    return np.asarray(left @ right, np.float32)
