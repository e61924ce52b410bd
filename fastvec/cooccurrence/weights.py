"""Weights of pairs of words, as whole numbers, so that sums do not depend on their order."""

from math import ceil, floor, lcm, log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus
from fastvec.corpus.weighted import too_large
from fastvec.settings import Counting

#: Largest common denominator of the weights; beyond it they are rounded to multiples of its inverse.
_LARGEST_SCALE = 1 << 32
#: The same where sentences have fractions as weights. These are rounded to multiples of the inverse of `_LARGEST_UNIT`,
#: or to coarser ones where sums become too large.
_FRACTION_SCALE, _LARGEST_UNIT = 1 << 20, 1 << 24
#: Largest sum of whole weights that there can be.
_MOST = (1 << 63) - 1


def distance_weights(
    settings: Counting, reach: int, largest_scale: int = _LARGEST_SCALE
) -> tuple[NDArray[np.int64], int]:
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
        if scale > largest_scale:
            scale = largest_scale
            break
    return np.rint(scale / distances).astype(np.int64), scale


class Weights(NamedTuple):
    """Weights of the words around a word, as kernels take them."""

    left: NDArray[np.int64]  #: Those of the words before it, by distance.
    right: NDArray[np.int64]  #: Those of the words behind it.
    apart: bool | None  #: True if both are counted apart, else None.
    least: int  #: Smallest sum of whole weights that is not dropped.
    scale: float | None  #: What sums are divided by; None keeps them whole.
    sentences: NDArray[np.int64] | None  #: What weights are multiplied by in each sentence; None is nothing.

    @classmethod
    def of(cls, settings: Counting, reach: int, corpus: Corpus | None = None) -> "Weights":
        """Return the weights that are counted with, at distances up to `reach`, and those of sentences of a corpus."""
        weights, scale = distance_weights(settings, reach)
        unit, sentences = 1, None
        if corpus is not None and corpus.weights is not None:
            is_whole = not (corpus.weights % 1).any()
            if not is_whole:
                weights, scale = distance_weights(settings, reach, _FRACTION_SCALE)
            most = 2.0 * float(weights.sum()) * corpus.n_ids * float(corpus.weights.max())
            if most > _MOST:
                raise too_large(corpus)
            unit = 1 if is_whole else min(_LARGEST_UNIT, 2 ** floor(log2(_MOST / most)))
            sentences = np.rint(corpus.weights * unit).astype(np.int64)
        scale *= unit
        left, right = (weights[: 0 if settings.side == other else None] for other in ("right", "left"))
        least = min(max(1, ceil(settings.cell_min_count * scale)), _MOST)
        return cls(left, right, settings.sides == 2 or None, least, float(scale), sentences)
