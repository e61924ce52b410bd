"""Uncertainty: 95 % intervals from bootstrap resamples (Efron 1979), from a stated seed.

What is resampled is what another test set of the same kind would draw anew: by default the pairs of words of which a
section's analogy questions are made (the pigeonhole bootstrap, Owen 2007), with corrected percentiles (BCa, Efron
1987); of the other tests the pairs, words or groups, with plain percentiles. docs/bootstrap.md has the formulas, the
reasons and the sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri, stdtrit

from fastvec.checks import check_kind
from fastvec.parameters import settings
from fastvec.scoring import Cluster, Resampling

Interval = tuple[float, float]
Floats = NDArray[np.float64]

TAILS = (0.025, 0.975)  # of 95 %
NO_INTERVAL = (float("nan"), float("nan"))
#: Weights of resamples in a part: few, since the arrays made of them should fit a core's cache.
_PART = 1 << 16
CLUSTERS: tuple[Cluster, ...] = get_args(Cluster)


@settings
class Bootstrap(Resampling):
    """How intervals are made; an `InputError` names a value out of its range."""

    def weights(self, n_units: int) -> Floats:
        """Draw resamples; return how often each unit occurs in each of them, (draws, n_units) float64."""
        return _weights(np.random.default_rng(self.seed), self.draws, n_units)


DEFAULT = Bootstrap()
#: How functions are told to make intervals: 0 for none, None for the default.
Resamples: TypeAlias = Bootstrap | Literal[0] | None


def as_bootstrap(given: object) -> Bootstrap:
    """Return how intervals are made, by default for None, without resamples for 0; refuse anything else."""
    if given is None:
        return DEFAULT
    if isinstance(given, int) and not given:
        return Bootstrap(draws=0)
    check_kind("bootstrap", given, Bootstrap)
    return cast(Bootstrap, given)


def _weights(generator: np.random.Generator, draws: int, n_units: int) -> Floats:
    weights = np.empty((draws, n_units))
    for part in parts_of(weights):
        drawn = generator.integers(n_units, size=part.shape) + n_units * np.arange(len(part))[:, None]
        part[...] = np.bincount(drawn.ravel(), minlength=part.size).reshape(part.shape)
    return weights


def parts_of(weights: Floats) -> list[Floats]:
    """Return the weights of some resamples after the other, (some draws, n_units), on the same memory; at least one."""
    size = max(1, _PART // max(1, weights.shape[1]))
    return [weights[start : start + size] for start in range(0, len(weights) or 1, size)]


def percentile_interval(replicates: Floats, tails: tuple[float, float] = TAILS) -> Interval:
    """Return the limits between which the middle 95 % of replicates lie; NaN if there is no replicate.

    Parameters
    ----------
    replicates : (draws,) float64
        The score of each resample, or NaN.
    tails : (float, float)
        The fractions of replicates below the limits.

    Examples
    --------
    >>> percentile_interval(np.arange(101.0))
    (2.5, 97.5)
    """
    finite = replicates[np.isfinite(replicates)]
    if not len(finite):
        return NO_INTERVAL
    low, high = np.quantile(finite, tails)
    return (float(low), float(high))


def student_interval(values: Floats) -> Interval:
    """Return the 95 % interval of the mean of some values, by Student's t; NaN if there are fewer than two.

    For means of a few trainings, of which a bootstrap could not leave the range.

    Parameters
    ----------
    values : (n,) float64

    Examples
    --------
    >>> low, high = student_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(low, 3), round(high, 3)
    (-0.484, 4.484)
    """
    n = len(values)
    if n < 2:
        return NO_INTERVAL
    low, high = values.mean() + values.std(ddof=1) / np.sqrt(n) * stdtrit(n - 1, TAILS)
    return (float(low), float(high))


@dataclass(frozen=True, eq=False)
class Design:
    """Which sections and pairs of words analogy questions share.

    Attributes
    ----------
    section : (n_questions,) int
        Number of each question's section.
    first, second : (n_questions,) int
        The two pairs of words of each question, by any numbers.
    """

    section: NDArray[np.int32]
    first: NDArray[np.int64]
    second: NDArray[np.int64]

    def select(self, chosen: NDArray[np.bool_]) -> "Design":
        """Return the design of the chosen questions."""
        return Design(self.section[chosen], self.first[chosen], self.second[chosen])


def mean_intervals(
    values: Floats, design: Design, groups: Sequence[Sequence[int]], bootstrap: Bootstrap
) -> list[Interval]:
    """Return intervals for the mean of the questions' outcomes, in groups of sections; NaN without resamples.

    Parameters
    ----------
    values : (n_questions,) float64
        The outcomes, for example 1 for right and 0 for wrong.
    design : Design
        The design of the same questions.
    groups : sequence of sequence of int
        The sections that belong to each group.
    bootstrap : Bootstrap
        What is resampled, how often, from which seed.
    """
    if not bootstrap.draws:
        return [NO_INTERVAL] * len(groups)
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
    """Correct the tails for bias and skewness (Efron 1987, eq. 2.3) and for few pairs (Student's t)."""
    below = ((replicates < mean).sum() + (replicates == mean).sum() / 2) / len(replicates)
    bias = ndtri(np.clip(below, 1 / len(replicates), 1 - 1 / len(replicates)))
    squares = influences @ influences
    acceleration = (influences**3).sum() / (6 * squares**1.5) if squares > 0 else 0.0
    moved = bias + stdtrit(max(n_free, 1), TAILS)
    low, high = ndtr(bias + moved / (1 - acceleration * moved))
    return (float(low), float(high))


def _question_replicates(values: Floats, bootstrap: Bootstrap, generator: np.random.Generator) -> Floats:
    """Resample questions, by drawing how often each outcome occurs."""
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
    """Resample the pairs of one section; return the mean of each resample and each pair's influence on the sum."""
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
    """Return the ratio of the standard error that is robust to shared pairs to the spread of pigeonhole resamples."""
    n_pairs = len(by_pair)
    couples = np.minimum(first, second) * n_pairs + np.maximum(first, second)
    by_couple = np.bincount(np.unique(couples, return_inverse=True)[1], residuals)
    shared, own = by_pair @ by_pair, by_couple @ by_couple
    if shared + own == 0:
        return 1.0
    # The robust variance over that of the resamples; at least the variance of independent questions.
    ratio = max(shared - own, residuals @ residuals) / (shared + own)
    # The mean is estimated from the same pairs, which makes the sums of residuals too small.
    n_free = max(n_pairs - 2, 1)
    return float(np.sqrt(ratio * n_pairs * (n_pairs - 1)) / n_free)
