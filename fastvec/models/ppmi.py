"""Positive pointwise mutual information of words and contexts (Levy, Goldberg and Dagan 2015)."""

from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from fastvec.checks import check_number, count_threads, shorten
from fastvec.cooccurrence import Cooccurrence
from fastvec.errors import DataError, InputError
from fastvec.kernels.sparse import add_up, positive_information
from fastvec.training.blocks import for_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix, sparray, spmatrix

Matrix: TypeAlias = "csr_matrix[np.float32]"


def ppmi(
    counts: "Cooccurrence | spmatrix | sparray",
    *,
    cds: float = 0.75,
    shift: float = 1.0,
    cell_min_count: float = 0.0,
    threads: int | None = None,
) -> Matrix:
    """Compute the positive pointwise mutual information (PPMI) of words and contexts.

    Parameters
    ----------
    counts : Cooccurrence or SciPy sparse matrix
        Co-occurrences, (words, contexts).
    cds : float
        Context distribution smoothing: power to which the context counts are raised. 1 is none; less makes rare
        contexts less informative.
    shift : float
        Its logarithm is subtracted: the k of shifted PPMI, which stands for k noise words of word2vec.
    cell_min_count : float
        Cells that count less are left out; they still count in the sums of words and contexts.
    threads : int or None
        None uses all cores. The result does not depend on it.

    Returns
    -------
    SciPy CSR matrix of float32
        max(0, log(p(w, c) / (p(w) p_cds(c))) - log(shift)), in cells where that is above 0.

    Raises
    ------
    InputError
        If a value is out of range.

    Notes
    -----
    Church and Hanks 1990; Levy et al. 2015, sections 3.2 (shift) and 3.1 (smoothing).

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> ppmi(csr_matrix(np.array([[0, 2], [2, 4]])), cds=1).toarray().round(3)
    array([[0.   , 0.288],
           [0.288, 0.   ]], dtype=float32)
    """
    from scipy.sparse import csr_matrix, issparse

    check_number("cds", cds, 0)
    check_number("shift", shift, 0, inclusive=False)
    check_number("cell_min_count", cell_min_count, 0)
    cds, shift, cell_min_count = float(cds), float(shift), float(cell_min_count)
    n_threads = count_threads(threads)
    if isinstance(counts, Cooccurrence):
        shape: Any = counts.shape
        indptr, indices, data = counts.indptr, counts.indices, counts.data
    else:
        if not issparse(counts):
            raise InputError(f"counts must be a Cooccurrence or a sparse matrix, not {shorten(counts)}")
        matrix: Any = csr_matrix(cast(Any, counts), dtype=np.float32)
        if not matrix.has_canonical_format:
            matrix = matrix.copy()
            matrix.sum_duplicates()
        shape, indptr, indices, data = matrix.shape, matrix.indptr, matrix.indices, matrix.data
        if matrix.nnz and not (data.min() >= 0 and np.isfinite(data).all()):
            raise DataError("counts must be finite numbers of at least 0")

    rows, columns = np.zeros(shape[0]), np.zeros(shape[1])
    add_up(indptr, indices, data, rows, columns)
    with np.errstate(over="ignore", divide="ignore"):  # where a sum is 0 there are no cells
        smooth = np.where(columns > 0, columns**cds, 0)
        if not np.isfinite(smooth.sum()):
            raise InputError(f"cds must be smaller for counts as large as {columns.max():g}, not {cds:g}")
        rows, columns = 1 / rows, smooth.sum() / (shift * smooth)

    lengths = np.zeros(shape[0], np.int64)

    def count(first: int, last: int) -> None:
        positive_information(indptr, indices, data, rows, columns, cell_min_count, first, last, lengths, None, None)

    for_rows(count, indptr, n_threads)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    out_indices, out_values = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)

    def fill(first: int, last: int) -> None:
        part = slice(starts[first], starts[last])
        positive_information(
            indptr, indices, data, rows, columns, cell_min_count, first, last, lengths, out_indices[part],
            out_values[part],
        )  # fmt: skip

    for_rows(fill, indptr, n_threads)
    return csr_matrix((out_values, out_indices, starts), shape=shape)
