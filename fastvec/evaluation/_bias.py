"""Bias: whether one group of words is nearer than another to some attributes (WEAT; Caliskan et al. 2017).

The association of a word is its mean cosine with the first group of attributes less that with the second. The effect
size is the mean association of the first targets less that of the second, over the standard deviation of all. The null
hypothesis is that the two groups of targets do not differ; p is the fraction of the ways to split all targets into
groups of these sizes of which the difference is at least as large, the given way included, so that it is never 0 (the
paper counts those that are larger).
"""

from dataclasses import dataclass
from itertools import combinations, islice
from math import comb
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import DataError, InputError
from fastvec.evaluation.associations import AssociationTest, read_associations
from fastvec.evaluation.bootstrap import DEFAULT, Interval, Resamples, as_bootstrap, percentile_interval
from fastvec.evaluation.lookup import cut_vocabulary, find_rows, unit_vectors
from fastvec.evaluation.scores import MeasuredResult
from fastvec.parameters import documented
from fastvec.scoring import Associations
from fastvec.vectors import KeyedVectors
from fastvec.vectors.loading import as_vectors

_FEWEST = 2  # words of each group
_AT_ONCE = 10_000  # splits
_TIE = 1e-9  # by which sums in another order may differ


@dataclass(frozen=True, kw_only=True, repr=False)
class BiasResult(MeasuredResult):
    """Associations of two groups of targets with two of attributes.

    Attributes
    ----------
    dataset, limit, vocab_size, fold_case, bootstrap
        The test and the settings, as in all results.
    groups : tuple of str
        The names of the four groups.
    questions, covered : int
        Words of the test, and those that are known.
    missing : tuple of str
        The others.
    effect_size : float
        In [-2, 2]; above 0 if the first targets go with the first attributes (Caliskan et al. 2017). The standard
        deviation is that of a sample, with n - 1.
    effect_size_interval : (float, float)
        Its 95 % bootstrap interval; targets are resampled.
    p_value : float
        One-sided, of the permutation test.
    permutations : int
        How many splits of the targets were sampled for it; 0 if all were counted.
    """

    task = "bias"
    measures = ("effect_size",)

    groups: tuple[str, ...]
    missing: tuple[str, ...]
    effect_size: float
    effect_size_interval: Interval
    p_value: float
    permutations: int


@documented(Associations)
def bias(
    wv: KeyedVectors | str | Path,
    path: str | Path | AssociationTest,
    limit: int | None = None,
    *,
    permutations: int = 100_000,
    fold_case: bool = True,
    bootstrap: Resamples = DEFAULT,
) -> BiasResult:
    """Measure the association of two groups of targets with two of attributes (WEAT).

    Parameters
    ----------
    wv : KeyedVectors or path
        Words by falling frequency.
    path : str, path or AssociationTest
        A test of `fastvec.evaluation.read_associations`, or a file with one.
    {parameters}

    Raises
    ------
    FileError
        If the test cannot be read or has malformed lines.
    InputError
        If an argument is out of its range, the file has several tests, or a group has fewer than two known words.
    """
    wv = as_vectors("wv", wv)
    bootstrap = as_bootstrap(bootstrap)
    asked = Associations(limit=limit, permutations=permutations, fold_case=fold_case, bootstrap=bootstrap)
    test = path if isinstance(path, AssociationTest) else _only(path)
    size = cut_vocabulary(wv, limit)
    words = [word for group in test.words for word in group]
    rows = find_rows(wv, words, size, fold_case=fold_case)
    cuts = np.cumsum([len(group) for group in test.words])[:-1]
    groups = [group[group < size] for group in np.split(rows, cuts)]
    for name, group in zip(test.groups, groups, strict=True):
        if len(group) < _FEWEST:
            raise DataError(
                f"{int((rows < size).sum())} of {len(words)} words of {test.name} covered, {len(group)} of {name!r}: "
                f"each group needs {_FEWEST} among the first {size:,} words of the vectors"
            )
    first, second, *attributes = (unit_vectors(wv, group).astype(np.float64) for group in groups)
    targets = np.concatenate([first, second])
    near, far = (targets @ each.mean(axis=0) for each in attributes)
    associations, is_first = near - far, np.arange(len(targets)) < len(first)
    if np.ptp(associations) <= _TIE:
        raise DataError(f"all targets of {test.name} have the same association; an effect size needs some that differ")
    p_value, sampled = _permute(associations, len(first), permutations, bootstrap.seed)
    with np.errstate(divide="ignore", invalid="ignore"):  # a resample of one group only, or of equal words
        replicates = _effect_sizes(associations, is_first, bootstrap.weights(len(targets)))
    settings = {name: value for name, value in asked.as_dict().items() if name != "permutations"}
    return BiasResult(
        dataset=test.name,
        groups=test.groups,
        questions=len(words),
        covered=int((rows < size).sum()),
        missing=tuple(word for word, row in zip(words, rows.tolist(), strict=True) if row >= size),
        effect_size=float(_effect_sizes(associations, is_first, np.ones((1, len(targets))))[0]),
        effect_size_interval=percentile_interval(replicates),
        p_value=p_value,
        permutations=sampled,
        vocab_size=size,
        **settings,
    )


def _only(path: str | Path) -> AssociationTest:
    tests = read_associations(path)
    if len(tests) > 1:
        raise InputError(f"{path} holds {len(tests)} tests; choose from read_associations({str(path)!r})")
    return tests[0]


def _effect_sizes(
    associations: NDArray[np.float64], is_first: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the effect size of each resample of the targets, (draws,), by how often each occurs in it."""
    one, other = weights[:, is_first], weights[:, ~is_first]
    means = one @ associations[is_first] / one.sum(axis=1) - other @ associations[~is_first] / other.sum(axis=1)
    totals = weights.sum(axis=1)
    middles = weights @ associations / totals
    squares = (weights * (associations - middles[:, None]) ** 2).sum(axis=1)
    return np.asarray(means / np.sqrt(squares / (totals - 1)))


def _permute(associations: NDArray[np.float64], n_first: int, most: int, seed: int) -> tuple[float, int]:
    """Return the p-value of the permutation test, and how many splits were sampled, 0 if all were counted."""
    # Of groups of fixed sizes, the difference of the means grows with the sum of the first group.
    least = associations[:n_first].sum() - _TIE
    n = len(associations)
    found = 0
    if comb(n, n_first) <= most:
        splits = combinations(range(n), n_first)
        while chosen := list(islice(splits, _AT_ONCE)):
            found += int((associations[np.array(chosen)].sum(axis=1) >= least).sum())
        return found / comb(n, n_first), 0
    generator, left = np.random.default_rng(seed), most
    while left:
        draws = min(left, _AT_ONCE)
        shuffled = generator.permuted(np.tile(associations, (draws, 1)), axis=1)
        found += int((shuffled[:, :n_first].sum(axis=1) >= least).sum())
        left -= draws
    return (1 + found) / (1 + most), most
