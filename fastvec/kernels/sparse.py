"""Sparse matrices by rows (CSR): their sums, their product with a dense panel, and pointwise mutual information.

A panel is a matrix of `PANEL` columns: a row of it fits the vector registers, so that each cell of the sparse matrix
costs one multiply-add for each register and no store. Every row of a product is one sum in the order of the cells,
whichever thread computes it.
"""

import numpy as np

from fastvec.kernels import emit
from fastvec.kernels.emit import LANES
from fastvec.kernels.jit import entry

#: Columns of a dense panel.
PANEL = 64


def combine(values, rows, start, stop, X, out, row):
    """Set out[row] to the sum of values[k] * X[rows[k]] over k from `start` to `stop` - 1, at least one."""
    out[row] = values[start:stop] @ X[rows[start:stop]]


@emit.compiled(combine)
def _combine(builder, values, rows, start, stop, X, out, row):
    places = [emit.I64(d) for d in range(0, PANEL, LANES)]

    def body(k, sums):
        at = builder.add(start, k)
        source = X.at(emit.I64(0), rows.get(at))
        factor = emit.splat(builder, builder.load(values.at(at)))
        xs = [emit.load(builder, source, place) for place in places]
        return [emit.muladd(builder, factor, x, total) for x, total in zip(xs, sums, strict=True)]

    sums = emit.loop(builder, builder.sub(stop, start), 1, [emit.constant(0.0)] * len(places), body)
    for place, total in zip(places, sums, strict=True):
        emit.store(builder, total, out.at(place, row))


@entry
def multiply_rows(indptr, indices, values, X, first, last, out):
    """Compute rows `first` to `last` - 1 of the product of a sparse matrix and a panel.

    Parameters
    ----------
    indptr, indices, values : int array, int32 array, float32 array
        The sparse matrix, (n, m).
    X : (m, PANEL) float32
        The panel.
    first, last : int
        Rows to compute.
    out : (n, PANEL) float32
        Receives them.
    """
    for i in range(first, last):
        start, stop = np.int64(indptr[i]), np.int64(indptr[i + 1])
        if start == stop:
            out[i] = 0
        else:
            combine(values, indices, start, stop, X, out, i)


@entry
def count_columns(indices, counts):
    """Add the number of cells in each column of a sparse matrix to `counts`, (m,) int64."""
    for column in indices:
        counts[column] += 1


@entry
def transpose_columns(indptr, indices, values, first, last, starts, out_indices, out_values):
    """Write columns `first` to `last` - 1 of a sparse matrix as rows of its transpose.

    Few columns at a time are written to a part of the transpose that fits the cache.

    Parameters
    ----------
    indptr, indices, values : int array, int32 array, float32 array
        The sparse matrix, (n, m), with rising columns in each row.
    first, last : int
        Columns to write.
    starts : (m + 1,) int64
        Where each row of the transpose begins.
    out_indices, out_values : int32 array, float32 array
        Receive them.
    """
    places = starts[first:last].copy()
    for i in range(len(indptr) - 1):
        k, stop = np.int64(indptr[i]), np.int64(indptr[i + 1])
        after = stop
        while k < after:  # the first cell from column `first` on
            middle = (k + after) >> 1
            if indices[middle] < first:
                k = middle + 1
            else:
                after = middle
        while k < stop and indices[k] < last:
            place = places[indices[k] - first]
            out_indices[place], out_values[place] = i, values[k]
            places[indices[k] - first] = place + 1
            k += 1


@entry
def add_up(indptr, indices, data, rows, columns):
    """Add the cells of a sparse matrix of int32 columns and float32 data to float64 sums of its rows and columns."""
    for i in range(len(indptr) - 1):
        total = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            total += data[k]
            columns[indices[k]] += data[k]
        rows[i] += total


@entry
def positive_information(indptr, indices, data, rows, columns, least, first, last, lengths, out_indices, out_values):
    """Compute the positive pointwise mutual information of rows `first` to `last` - 1.

    Parameters
    ----------
    indptr, indices, data : int array, int32 array, float32 array
        Co-occurrences, (n, m).
    rows, columns : (n,) float64, (m,) float64
        Factors such that rows[i] * columns[j] * data[i, j] is the exponential of the information.
    least : float
        Cells with less data are omitted.
    first, last : int
        Rows to compute.
    lengths : (n,) int64
        Receives the number of cells of each row.
    out_indices, out_values : int32 array, float32 array, or None
        Receive the cells; None to only count them.
    """
    n = 0
    for i in range(first, last):
        before = n
        for k in range(indptr[i], indptr[i + 1]):
            ratio = rows[i] * columns[indices[k]] * data[k]
            if ratio > 1 and data[k] >= least:
                if out_indices is not None:
                    out_indices[n] = indices[k]
                    out_values[n] = np.log(ratio)
                n += 1
        lengths[i] = n - before
