"""Products of a sparse matrix and dense ones, by threads; they do not depend on the number of threads."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.sparse import PANEL, count_columns, multiply_rows, transpose_columns
from fastvec.training.blocks import for_rows
from fastvec.training.matrix import zeros
from fastvec.words import starts_of

Dense: TypeAlias = NDArray[np.float32]


def as_panel(vectors: Dense) -> Dense:
    """Copy vectors, (n, at most PANEL), into a panel, filled up with zeros."""
    panel = zeros(len(vectors), PANEL)
    panel[:, : vectors.shape[1]] = vectors
    return panel


def times_panel(matrix: Any, panel: Dense, threads: int) -> Dense:
    """Multiply a SciPy CSR matrix of float32, (n, m), by a panel, (m, PANEL)."""
    out = zeros(matrix.shape[0], PANEL)

    def work(first: int, last: int) -> None:
        multiply_rows(matrix.indptr, matrix.indices, matrix.data, panel, first, last, out)

    for_rows(work, matrix.indptr, threads)
    return out


def multiply(matrix: Any, vectors: Dense, threads: int) -> Dense:
    """Multiply a SciPy CSR matrix of float32, (n, m), by any number of vectors, (m, k)."""
    out = np.empty((matrix.shape[0], vectors.shape[1]), np.float32)
    for start in range(0, vectors.shape[1], PANEL):
        part = vectors[:, start : start + PANEL]
        out[:, start : start + PANEL] = times_panel(matrix, as_panel(part), threads)[:, : part.shape[1]]
    return out


def transposed(matrix: Any, threads: int) -> Any:
    """Transpose a SciPy CSR matrix of float32; SciPy itself uses one thread."""
    from scipy.sparse import csr_matrix

    if not matrix.has_sorted_indices:
        matrix = matrix.sorted_indices()
    counts = np.zeros(matrix.shape[1], np.int64)
    count_columns(matrix.indices, counts)
    starts = starts_of(counts)
    indices, values = np.empty(matrix.nnz, np.int32), np.empty(matrix.nnz, np.float32)

    def work(first: int, last: int) -> None:
        transpose_columns(matrix.indptr, matrix.indices, matrix.data, first, last, starts, indices, values)

    for_rows(work, starts, threads, 1 if threads == 1 else 4 * threads)  # each range looks at all rows
    return csr_matrix((values, indices, starts), matrix.shape[::-1])
