"""Rows that stay as they are while others move."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.jit import leaf
from fastvec.kernels.replicas import original
from fastvec.kernels.simd import move


class Frozen(NamedTuple):
    """Words whose rows in one of the matrices stay as they are.

    Attributes
    ----------
    rows : (n_words,) bool
        Which words.
    is_input : bool
        Whether their rows in W stay, else those in C.
    moved : (largest number of rows in a step, padded dim) float32
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
def move_trained(E, X, rows, m, C, n, cbow, frozen, weights, work):
    """Move the inputs and outputs of a step, but those that are frozen."""
    if frozen is None:
        move(E, X, rows, m, C, work.outputs, n, work.scores)
    elif not frozen.is_input:
        for j in range(n):
            frozen.moved[j] = C[work.outputs[j]]
        move(E, X, rows, m, frozen.moved, frozen.order, n, work.scores)
        _put_back(C, work.outputs, n, frozen, weights.copies)
    elif cbow is None:
        for i in range(m):
            frozen.moved[i] = X[rows[i]]
        move(frozen.moved, frozen.moved, frozen.order, m, C, work.outputs, n, work.scores)
        _put_back(X, rows, m, frozen, weights.copies)
    else:
        move(E, X, rows, m, C, work.outputs, n, work.scores)


@leaf
def trained_inputs(n, frozen, copies, work):
    """Remove the inputs that are frozen; return the number of the others."""
    end = 0
    for k in range(n):
        work.inputs[end] = work.inputs[k]
        end += not (frozen.is_input and frozen.rows[original(copies, work.inputs[k])])
    return end
