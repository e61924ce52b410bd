"""Weights of pairs of words by their distance, as whole numbers, so that sums do not depend on their order."""

from math import ceil, lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.settings import Counting

#: Largest common denominator of the weights; beyond it they are rounded to multiples of its inverse.
_LARGEST_SCALE = 1 << 32
#: Largest sum of whole weights that there can be.
_MOST = (1 << 63) - 1


def distance_weights(settings: Counting, reach: int) -> tuple[NDArray[np.int64], int]:
    """Return the weight of each distance from 1 to `reach` as a whole number, and what to divide them by.

    >>> distance_weights(Counting(window=4), 4)
    (array([12,  6,  4,  3]), 12)
    """
    window = settings.window
    distances = np.arange(1, reach + 1)
    if settings.weighting in (None, "flat"):  # None: no distances, the context is the line
        return np.ones_like(distances), 1
    if settings.weighting == "linear":
        return window + 1 - distances, window
    scale = 1
    for distance in range(1, reach + 1):
        scale = lcm(scale, distance)
        if scale > _LARGEST_SCALE:
            scale = _LARGEST_SCALE
            break
    return np.rint(scale / distances).astype(np.int64), scale


class Weights(NamedTuple):
    """Weights of the words around a word, as kernels take them."""

    left: NDArray[np.int64]  #: Those of the words before it, by distance.
    right: NDArray[np.int64]  #: Those of the words behind it.
    least: int  #: Smallest sum of whole weights that is not dropped.
    scale: float | None  #: What sums are divided by; None keeps them whole.

    @classmethod
    def of(cls, settings: Counting, reach: int) -> "Weights":
        """Return the weights that are counted with, at distances up to `reach`."""
        weights, scale = distance_weights(settings, reach)
        left, right = (weights[: 0 if settings.side == other else None] for other in ("right", "left"))
        return cls(left, right, min(max(1, ceil(settings.cell_min_count * scale)), _MOST), float(scale))
