"""Rows that stay as they are while others move."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.jit import leaf
from fastvec.kernels.replicas import original
from fastvec.kernels.simd import move, move_row


class Frozen(NamedTuple):
    """Words whose rows in one of the matrices stay as they are.

    Attributes
    ----------
    rows : (n_words,) bool
        Which words.
    is_input : bool
        Whether their rows in W stay, else those in C.
    moved : (largest number of rows in a step, padded dim) float32 or float16
        The rows of a step, which move here before those that are not frozen are put back.
    order : (largest number of rows in a step,) int64
        0, 1, 2, ...
    """

    rows: NDArray[np.bool_]
    is_input: bool
    moved: NDArray[np.float32]
    order: NDArray[np.int64]


@leaf
def _put_back(C, rows, n, frozen, copies):
    """Put those of the moved rows back that are not frozen."""
    for k in range(n):
        if not frozen.rows[original(copies, rows[k])]:
            C[rows[k]] = frozen.moved[k]


@leaf
def _move(E, X, m, C, outputs, n, adds, cbow, work):
    """Move the inputs of skip-gram, or the error of CBOW, and `n` rows of C; that is added to where `adds`."""
    if cbow is None:
        move(E, X, work.inputs, m, C, outputs, n, work.scores)
    else:
        move_row(E, X, 0, C, outputs, n, work.scores, adds)


@leaf
def move_trained(E, X, m, C, n, adds, cbow, frozen, weights, work):
    """Move the inputs and outputs of a step, but those that are frozen; see `_move`."""
    if frozen is None:
        _move(E, X, m, C, work.outputs, n, adds, cbow, work)
    elif not frozen.is_input:
        for j in range(n):
            frozen.moved[j] = C[work.outputs[j]]
        _move(E, X, m, frozen.moved, frozen.order, n, adds, cbow, work)
        _put_back(C, work.outputs, n, frozen, weights.copies)
    elif cbow is None:
        for i in range(m):
            frozen.moved[i] = X[work.inputs[i]]
        move(frozen.moved, frozen.moved, frozen.order, m, C, work.outputs, n, work.scores)
        _put_back(X, work.inputs, m, frozen, weights.copies)
    else:
        _move(E, X, m, C, work.outputs, n, adds, cbow, work)


@leaf
def trained_inputs(n, frozen, copies, work):
    """Remove the inputs that are frozen; return the number of the others."""
    end = 0
    for k in range(n):
        work.inputs[end] = work.inputs[k]
        end += not (frozen.is_input and frozen.rows[original(copies, work.inputs[k])])
    return end
