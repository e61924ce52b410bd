"""What is counted as a co-occurrence, and with what weight."""

from dataclasses import dataclass
from math import ceil, lcm

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_choice, check_integer, check_number

#: Largest common denominator of the weights; beyond it they are rounded to multiples of its inverse.
_LARGEST_SCALE = 1 << 32


@dataclass(frozen=True)
class CountSettings:
    """What to count.

    Attributes
    ----------
    window : int
        Largest distance, in words.
    weighting : str
        Weight of a pair at distance d: "harmonic" 1/d, as GloVe; "linear" (window + 1 - d) / window, what word2vec's
        windows of random size come to on average; "flat" 1.
    side : str
        Where the contexts of a word are: "both", "left" or "right" of it.
    cell_min_count : float
        Sums of weights that are smaller are dropped.
    sample : float
        Relative frequency above which words are thinned out before counting; 0 keeps all.
    subsampling : str
        "dirty": words that are thinned out vanish, and windows reach further, as in word2vec; "clean": they leave gaps.
    seed : int
        Of the random numbers of `sample`.

    Raises
    ------
    InputError
        If a value is out of range; the message names it.
    """

    window: int = 10
    weighting: str = "harmonic"
    side: str = "both"
    cell_min_count: float = 0.0
    sample: float = 0.0
    subsampling: str = "dirty"
    seed: int = 1

    def __post_init__(self) -> None:
        check_integer("window", self.window, 1)
        check_choice("weighting", self.weighting, ("harmonic", "linear", "flat"))
        check_choice("side", self.side, ("both", "left", "right"))
        check_number("cell_min_count", self.cell_min_count, 0)
        check_number("sample", self.sample, 0)
        check_choice("subsampling", self.subsampling, ("dirty", "clean"))
        check_integer("seed", self.seed, 0)

    def weights(self) -> tuple[NDArray[np.int64], int]:
        """Give the weight of each distance from 1 on as a whole number, and what to divide them by.

        >>> CountSettings(window=4).weights()
        (array([12,  6,  4,  3]), 12)
        """
        distances = np.arange(1, self.window + 1)
        if self.weighting == "flat":
            return np.ones_like(distances), 1
        if self.weighting == "linear":
            return self.window + 1 - distances, self.window
        scale = 1
        for distance in range(1, self.window + 1):
            scale = lcm(scale, distance)
            if scale > _LARGEST_SCALE:
                scale = _LARGEST_SCALE
                break
        return np.rint(scale / distances).astype(np.int64), scale

    def sides(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the weights of the words before a word, and of those behind it."""
        weights, none = self.weights()[0], np.zeros(0, np.int64)
        return none if self.side == "right" else weights, none if self.side == "left" else weights

    def least(self) -> int:
        """Give the smallest sum of whole weights that is not dropped."""
        return max(1, ceil(self.cell_min_count * self.weights()[1]))
