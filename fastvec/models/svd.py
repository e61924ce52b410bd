"""Truncated singular value decomposition of a sparse matrix A, by a randomised block Krylov method.

Singular vectors are looked for in the span of X, (A A^T) X, (A A^T)^2 X, ... for a random panel X (Musco and Musco
2015). The basis Q is kept orthonormal, panel by panel, as in the block Lanczos method; the eigenvectors of the small
matrix Q^T A A^T Q then give the left singular vectors, and the part of A A^T Q outside of Q their residuals. The basis
grows until these are small. One more product with A^T and an eigenproblem in double precision then make the singular
values exact for the space that was found.

The products with A (`fastvec.kernels.sparse`) do not depend on the number of threads; the dense algebra is that of
NumPy, whose BLAS has threads of its own.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_integer, check_number, count_threads
from fastvec.errors import InputError
from fastvec.kernels.sparse import PANEL
from fastvec.models.product import as_panel, multiply, times_panel, transposed

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Dense: TypeAlias = NDArray[np.float32]
Double: TypeAlias = NDArray[np.float64]

#: Matrices with fewer rows or columns are decomposed as dense ones.
DENSE = 1024
#: Rows that are taken to double precision at a time.
_ROWS = 8192
#: Panels between two looks at the residuals.
LOOK = 2
#: Part of a panel, relative to what it was before, that is no more than the rounding of the basis.
_NOISE = 1e-5


class Decomposition(NamedTuple):
    """A ~ left diag(values) right^T.

    Attributes
    ----------
    left, right : (n_rows, dim) float32, (n_columns, dim) float32
        Singular vectors.
    values : (dim,) float64
        Singular values, falling.
    residual : float
        Largest ||A right - values left|| of a triple, divided by the first singular value; an estimate.
    basis : int
        Dimensions of the space that was searched.
    """

    left: Dense
    values: Double
    right: Dense
    residual: float
    basis: int


def is_dense(n_words: int, wanted: int) -> bool:
    """Return whether a matrix is decomposed whole, since it is small or nearly all of it is wanted."""
    return n_words < max(DENSE, 2 * wanted)


def truncated_svd(
    matrix: "csr_matrix[np.float32]",
    dim: int,
    *,
    oversampling: int = 20,
    tolerance: float = 1e-2,
    seed: int = 1,
    threads: int | None = None,
    listener: Callable[[int], None] = lambda basis: None,
) -> Decomposition:
    """Compute the largest singular values of a sparse matrix and their vectors.

    Parameters
    ----------
    matrix : SciPy CSR matrix of float32
        With at least `dim` rows and columns.
    dim : int
        How many.
    oversampling : int
        Further vectors that are carried along: the basis has at least `dim` + `oversampling` dimensions.
    tolerance : float
        The basis grows until all residuals are below this part of the first singular value. The error of a singular
        value is of the order of the square of its residual.
    seed : int
        Of the random panel.
    threads : int or None
        None uses all cores. The result does not depend on it.
    listener : function of an int
        Told the dimensions of the basis as it grows.

    Returns
    -------
    Decomposition

    Raises
    ------
    InputError
        If a value is out of range.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> matrix = csr_matrix(np.diag(np.float32([1, 3, 2])))
    >>> truncated_svd(matrix, 2).values.round(6)
    array([3., 2.])
    """
    check_integer("dim", dim, 1)
    check_integer("oversampling", oversampling, 0)
    check_number("tolerance", tolerance, 0, inclusive=False)
    check_integer("seed", seed, 0)
    least = min(matrix.shape)
    if dim > least:
        raise InputError(f"dim must be at most {least}, the number of words, not {dim}")
    if is_dense(least, dim + oversampling):
        left, values, right = np.linalg.svd(matrix.toarray().astype(np.float64), full_matrices=False)
        kept = (part.astype(np.float32) for part in (left[:, :dim], right[:dim].T))
        return Decomposition(next(kept), values[:dim], next(kept), 0.0, least)
    product = _Product(matrix, count_threads(threads))
    vectors, residual, basis = _krylov(product, dim, oversampling, tolerance, seed, listener)
    images = product.transposed(vectors)
    squares, turn = eigen(gram(images))
    squares, turn = squares[::-1][:dim], turn[:, ::-1][:, :dim]
    values = np.sqrt(np.maximum(squares, 0))
    scaled = turn / np.where(values > 0, values, 1)
    return Decomposition(times(vectors, turn), values, times(images, scaled), residual, basis)


class _Product:
    """A sparse matrix and its transpose, as something to multiply by."""

    def __init__(self, matrix: "csr_matrix[np.float32]", threads: int) -> None:
        self.matrix, self.transpose, self.threads = matrix, transposed(matrix, threads), threads

    def squared(self, panel: Dense) -> Dense:
        """Return A A^T times a panel."""
        image = times_panel(self.transpose, panel, self.threads)
        return times_panel(self.matrix, image, self.threads)

    def transposed(self, vectors: Dense) -> Dense:
        """Return A^T times any number of vectors, (n_rows, n)."""
        return multiply(self.transpose, vectors, self.threads)


def _krylov(
    product: _Product, dim: int, oversampling: int, tolerance: float, seed: int, listener: Callable[[int], None]
) -> tuple[Dense, float, int]:
    """Find the space of the largest singular vectors; give a basis of it, the largest residual, the size of Q."""
    n = product.matrix.shape[0]
    wanted = dim + oversampling
    Q = np.empty((0, n), np.float32)  # its rows are the basis
    H = np.empty((0, 0))  # Q A A^T Q^T
    start = np.random.default_rng(seed).standard_normal((n, PANEL), np.float32)
    panel, _ = orthonormal(product.squared(start), 0)
    while True:
        size = len(Q) + PANEL
        Q.resize((size, n), refcheck=False)  # most systems can do so without a copy
        Q[-PANEL:] = panel.T
        listener(size)
        following = product.squared(panel)
        column = Q @ following
        H = np.pad(H, (0, PANEL))
        H[:, -PANEL:] = column
        H[-PANEL:] = H[:, -PANEL:].T
        following -= Q.T @ column
        panel, left = orthonormal(following, _NOISE * float(np.abs(column).max()))
        if size >= wanted and ((size - wanted) // PANEL % LOOK == 0 or size >= n):
            squares, turn = eigen(H)
            squares, turn = squares[::-1][:wanted], turn[:, ::-1][:, :wanted]
            outside = np.linalg.norm(left @ turn[-PANEL:, :dim], axis=0)
            values = np.sqrt(np.maximum(squares[:dim], np.finfo(np.float32).tiny))
            residual = float((outside / values).max() / values[0])
            if residual <= tolerance or not left.any() or size >= n:
                return times(Q.T, turn), residual, size
        panel -= Q.T @ (Q @ panel)  # once is not enough: what was small has been magnified, and so has its rounding
        panel, _ = orthonormal(panel, 0.1)


def orthonormal(vectors: Dense, noise: float) -> tuple[Dense, Double]:
    """Split vectors V, (n, PANEL), into P R with orthonormal columns of P, zero in directions shorter than `noise`.

    By the eigenvectors of V^T V (Stathopoulos and Wu 2002).
    """
    squares, turn = eigen(gram(vectors))
    is_kept = squares > max(noise**2, 1e-12 * squares[-1])
    lengths = np.sqrt(np.where(is_kept, squares, 1))
    return as_panel(times(vectors, turn * (is_kept / lengths))), (turn * (is_kept * lengths)).T


def eigen(matrix: Double) -> tuple[Double, Double]:
    """Return the eigenvalues of a small symmetric matrix, rising, and its eigenvectors.

    Of LAPACK's drivers as SciPy and NumPy offer them, this one suffers least where other work keeps the cores busy.
    """
    from scipy.linalg import eigh

    values, vectors = eigh(matrix, driver="evd", check_finite=False)
    return values, vectors


def gram(vectors: Dense) -> Double:
    """Return V^T V in double precision."""
    total = np.zeros((vectors.shape[1],) * 2)
    for start in range(0, len(vectors), _ROWS):
        part = vectors[start : start + _ROWS].astype(np.float64)
        total += part.T @ part
    return total


def times(vectors: Dense, small: Double) -> Dense:
    """Multiply vectors by a small matrix, (n, k) x (k, l)."""
    return np.asarray(vectors @ small.astype(np.float32))
