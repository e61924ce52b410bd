"""Weights that were trained apart, merged row by row.

Each row moves by the sum S of its changes, times min(1, Q / |S|²), where Q is the sum of their squared lengths. So
changes in the same direction are averaged, as those of frequent words are, and orthogonal ones are added up, as those
of rare words are.

Rows i, i + n, i + 2n, ... of both matrices are group i of n.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


class Group(NamedTuple):
    """The rows of one group, or changes of them, of both matrices."""

    W: NDArray[np.floating[Any]]
    C: NDArray[np.floating[Any]]


def groups_of(W: Matrix, C: Matrix, n: int, dim: int) -> list[Group]:
    """Cut weights into groups."""
    return [Group(W[k::n, :dim].copy(), C[k::n, :dim].copy()) for k in range(n)]


def put_groups(groups: tuple[Group, ...] | list[Group], W: Matrix, C: Matrix) -> None:
    """Set weights to those of groups."""
    n = len(groups)
    for k, group in enumerate(groups):
        W[k::n, : group.W.shape[1]], C[k::n, : group.C.shape[1]] = group


def merge(group: Group, *changes: Group) -> Group:
    """Return a group after the changes of all shards."""
    return Group(_merged(group.W, [change.W for change in changes]), _merged(group.C, [change.C for change in changes]))


def _merged(before: Matrix, changes: list[NDArray[np.float16]]) -> Matrix:
    total, squares = np.zeros_like(before), np.zeros(len(before), np.float32)
    for each in changes:
        change = each.astype(np.float32)
        total += change
        squares += np.einsum("ij,ij->i", change, change)
    length = np.einsum("ij,ij->i", total, total)
    share = np.minimum(1, squares / np.maximum(length, np.finfo(np.float32).tiny))
    merged: Matrix = before + total * share[:, None]
    return merged
