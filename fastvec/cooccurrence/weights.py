"""Weights of pairs of words by their distance, as whole numbers, so that sums do not depend on their order."""

from math import ceil, lcm

import numpy as np
from numpy.typing import NDArray

from fastvec.settings import Counting

#: Largest common denominator of the weights; beyond it they are rounded to multiples of its inverse.
_LARGEST_SCALE = 1 << 32


def distance_weights(settings: Counting) -> tuple[NDArray[np.int64], int]:
    """Return the weight of each distance from 1 on as a whole number, and what to divide them by.

    >>> distance_weights(Counting(window=4))
    (array([12,  6,  4,  3]), 12)
    """
    window = settings.window
    distances = np.arange(1, window + 1)
    if settings.weighting == "flat":
        return np.ones_like(distances), 1
    if settings.weighting == "linear":
        return window + 1 - distances, window
    scale = 1
    for distance in range(1, window + 1):
        scale = lcm(scale, distance)
        if scale > _LARGEST_SCALE:
            scale = _LARGEST_SCALE
            break
    return np.rint(scale / distances).astype(np.int64), scale


def side_weights(settings: Counting) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the weights of the words before a word, and of those behind it."""
    weights, none = distance_weights(settings)[0], np.zeros(0, np.int64)
    return none if settings.side == "right" else weights, none if settings.side == "left" else weights


def least_weight(settings: Counting) -> int:
    """Return the smallest sum of whole weights that is not dropped."""
    return max(1, ceil(settings.cell_min_count * distance_weights(settings)[1]))
