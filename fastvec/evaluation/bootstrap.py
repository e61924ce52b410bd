"""Uncertainty: 95 % intervals from bootstrap resamples (Efron 1979), from a stated seed.

What is resampled is what another test set of the same kind would draw anew.

- *Analogies*: a section's questions cross a few pairs of words, so a pair that is hard spoils dozens of questions. By
  default the pairs of each section are resampled and a question counts as often as both its pairs together (the
  pigeonhole bootstrap, Owen 2007). That counts the noise of single questions three times: the spread of the resamples
  is scaled to the variance that is robust to shared pairs (Aronow et al. 2015). The percentiles are corrected for bias
  and skewness (BCa, Efron 1987), and widened for few pairs as Student's t is. Sections stay as they are; or they are
  what is resampled, or the single questions, as if these had nothing in common, both with plain percentiles.
- *Correlations, categories, outliers*: the pairs of words, the words, the groups of cases; plain percentiles.

An outcome that is the same for all questions gives an interval without width: a bootstrap knows only what it has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri, stdtrit

from fastvec.errors import InputError

Interval = tuple[float, float]
Floats = NDArray[np.float64]
Cluster = Literal["pair", "question", "section"]

TAILS = (0.025, 0.975)  # of 95 %
CLUSTERS: tuple[Cluster, ...] = ("pair", "question", "section")


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are made.

    Attributes
    ----------
    draws : int
        Resamples, at least 100.
    seed : int
        Of the random numbers, at least 0; the same seed gives the same intervals.
    cluster : {"pair", "question", "section"}
        What is resampled of analogy questions.

    Raises
    ------
    InputError
        If a value is out of its range.
    """

    draws: int = 1000
    seed: int = 1
    cluster: Cluster = "pair"

    def __post_init__(self) -> None:
        if self.draws < 100:
            raise InputError(f"draws must be at least 100, not {self.draws}")
        if self.seed < 0:
            raise InputError(f"seed must be at least 0, not {self.seed}")
        if self.cluster not in CLUSTERS:
            raise InputError(f"cluster must be one of {', '.join(CLUSTERS)}, not {self.cluster!r}")

    def weights(self, n_units: int) -> Floats:
        """Draw resamples of some units: how often each comes, (draws, n_units) float64."""
        return _weights(np.random.default_rng(self.seed), self.draws, n_units)


DEFAULT = Bootstrap()


def _weights(generator: np.random.Generator, draws: int, n_units: int) -> Floats:
    drawn = generator.integers(n_units, size=(draws, n_units)) + n_units * np.arange(draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=draws * n_units).reshape(draws, n_units).astype(np.float64)


def percentile_interval(replicates: Floats, tails: tuple[float, float] = TAILS) -> Interval:
    """Give the limits between which the middle 95 % of replicates lie; NaN where there is no replicate.

    Parameters
    ----------
    replicates : (draws,) float64
        A score, of each resample; NaN where it has none.
    tails : (float, float)
        The fractions of replicates below the limits.

    Examples
    --------
    >>> percentile_interval(np.arange(101.0))
    (2.5, 97.5)
    """
    finite = replicates[np.isfinite(replicates)]
    if not len(finite):
        return (float("nan"), float("nan"))
    low, high = np.quantile(finite, tails)
    return (float(low), float(high))


@dataclass(frozen=True, eq=False)
class Design:
    """What analogy questions have in common, for the resampling of their outcomes.

    Attributes
    ----------
    section : (n_questions,) int
        Number of each question's section.
    first, second : (n_questions,) int
        The pairs of words that a question is made of, numbered from 0 in each section.
    """

    section: NDArray[np.int32]
    first: NDArray[np.int64]
    second: NDArray[np.int64]


def mean_intervals(
    values: Floats, design: Design, groups: Sequence[Sequence[int]], bootstrap: Bootstrap
) -> list[Interval]:
    """Give intervals for the mean of the questions' outcomes, in groups of sections.

    Parameters
    ----------
    values : (n_questions,) float64
        Such as 1 for right and 0 for wrong.
    design : Design
        Of the same questions.
    groups : sequence of sequence of int
        The sections that belong to each group.
    bootstrap : Bootstrap
        What is resampled, how often, from which seed.
    """
    generator = np.random.default_rng(bootstrap.seed)
    members = {int(number): np.flatnonzero(design.section == number) for number in np.unique(design.section)}
    present = [[number for number in group if number in members] for group in groups]
    bounds = (float(np.floor(values.min())), float(np.ceil(values.max()))) if len(values) else (0.0, 0.0)
    if bootstrap.cluster == "pair":
        resampled = {
            number: _pair_replicates(values[inside], design.first[inside], design.second[inside], bootstrap, generator)
            for number, inside in members.items()
        }
    intervals = []
    for group in present:
        sizes = np.array([len(members[number]) for number in group], np.float64)
        tails = TAILS
        if not group:
            replicates = np.empty(0)
        elif bootstrap.cluster == "pair":
            replicates = sizes @ np.array([resampled[number][0] for number in group]) / sizes.sum()
            mean = sum(values[members[number]].sum() for number in group) / sizes.sum()
            influences = np.concatenate([resampled[number][1] for number in group])
            tails = _corrected_tails(replicates, mean, influences, len(influences) - len(group))
        elif bootstrap.cluster == "question":
            inside = np.concatenate([members[number] for number in group])
            replicates = _question_replicates(values[inside], bootstrap, generator)
        else:
            sums = np.array([values[members[number]].sum() for number in group])
            weights = _weights(generator, bootstrap.draws, len(group))
            replicates = weights @ sums / (weights @ sizes) if len(group) > 1 else np.empty(0)
        intervals.append(percentile_interval(np.clip(replicates, *bounds), tails))
    return intervals


def _corrected_tails(replicates: Floats, mean: float, influences: Floats, n_free: int) -> tuple[float, float]:
    """Move the fractions in the tails for bias and skewness (Efron 1987, eq. 2.3) and for few pairs (Student's t)."""
    below = ((replicates < mean).sum() + (replicates == mean).sum() / 2) / len(replicates)
    bias = ndtri(np.clip(below, 1 / len(replicates), 1 - 1 / len(replicates)))
    squares = influences @ influences
    acceleration = (influences**3).sum() / (6 * squares**1.5) if squares > 0 else 0.0
    moved = bias + stdtrit(max(n_free, 1), TAILS)
    low, high = ndtr(bias + moved / (1 - acceleration * moved))
    return (float(low), float(high))


def _question_replicates(values: Floats, bootstrap: Bootstrap, generator: np.random.Generator) -> Floats:
    """Resample questions; only how often each outcome comes matters, so that is what is drawn."""
    outcomes, counts = np.unique(values, return_counts=True)
    drawn = generator.multinomial(len(values), counts / len(values), size=bootstrap.draws)
    return np.asarray(drawn @ outcomes / len(values))


def _pair_replicates(
    values: Floats,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    bootstrap: Bootstrap,
    generator: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Resample the pairs of one section: give the mean of each resample, and what each pair adds to the mean's sum."""
    pairs, numbers = np.unique(np.concatenate([first, second]), return_inverse=True)
    first, second = numbers[: len(values)], numbers[len(values) :]
    n_pairs = len(pairs)
    weights = _weights(generator, bootstrap.draws, n_pairs).T

    def weigh(entries: Floats) -> Floats:
        crossed = csr_array((entries, (first, second)), shape=(n_pairs, n_pairs))
        products = cast(Floats, crossed @ weights)
        return np.asarray((weights * products).sum(axis=0))

    mean = values.mean()
    residuals = values - mean
    n_drawn = weigh(np.ones(len(values)))
    deviations = weigh(residuals)
    deviations = np.divide(deviations, n_drawn, out=np.zeros_like(deviations), where=n_drawn > 0)
    by_pair = np.zeros(n_pairs)
    np.add.at(by_pair, first, residuals)
    np.add.at(by_pair, second, residuals)
    return mean + _pair_scale(residuals, by_pair, first, second) * deviations, by_pair


def _pair_scale(residuals: Floats, by_pair: Floats, first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Give the factor from the spread of pigeonhole resamples to the standard error that is robust to shared pairs."""
    n_pairs = len(by_pair)
    couples = np.minimum(first, second) * n_pairs + np.maximum(first, second)
    by_couple = np.bincount(np.unique(couples, return_inverse=True)[1], residuals)
    shared, own = by_pair @ by_pair, by_couple @ by_couple
    if shared + own == 0:
        return 1.0
    # The robust variance, but never less than that of independent questions, by the variance of the resamples.
    ratio = max(shared - own, residuals @ residuals) / (shared + own)
    # The residuals are taken from the mean of the same pairs, which makes their sums too small.
    n_free = max(n_pairs - 2, 1)
    return float(np.sqrt(ratio * n_pairs * (n_pairs - 1)) / n_free)
