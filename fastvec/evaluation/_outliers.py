"""Outliers: whether the word that does not belong to a group lies farthest from it (Camacho-Collados and Navigli 2016).

A case is a group with one outlier. Its n + 1 words are ranked by their mean similarity to the others; this is also the
order of the paper's compactness scores. The outlier's position is 0 if it is the most central word and n if it is the
least. Accuracy is the fraction of cases with position n, OPP the mean of position / n.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import renamed
from fastvec.evaluation.bootstrap import DEFAULT, Interval, Resamples, as_bootstrap, percentile_interval
from fastvec.evaluation.groups import OutlierGroup, read_outliers
from fastvec.evaluation.lookup import cut_vocabulary, find_rows, uncovered, unit_vectors
from fastvec.evaluation.scores import OverallResult, Proportion, count_sections
from fastvec.parameters import documented
from fastvec.scoring import OLD_NAMES, ScoringItems, Unknown
from fastvec.vectors import KeyedVectors
from fastvec.vectors.loading import as_vectors


@dataclass(frozen=True, kw_only=True, repr=False)
class OutlierResult(OverallResult):
    """Outliers found in groups of words.

    Attributes
    ----------
    dataset, limit, vocab_size, unknown, fold_case, bootstrap
        The set and the settings, as in all results.
    overall : Proportion
        All cases.
    opp : float
        Outlier position percentage as a fraction, in [0, 1].
    opp_interval : (float, float)
        Its 95 % bootstrap interval; groups, with all their cases, are resampled.
    sections : tuple of Proportion
        The cases of each group. They have no interval: a group is a single unit of the resampling.
    outcomes : (n_cases,) int8
        1 for an outlier found, 0 for one missed, -1 for a case that is not covered: its outlier is unknown, or fewer
        than two members are known. Counted as wrong, such a case has position 0. Unknown members are always omitted.
    """

    task = "outliers"

    opp: float
    opp_interval: Interval


@renamed(**OLD_NAMES)
@documented(ScoringItems)
def outliers(
    wv: KeyedVectors | str | Path,
    path: str | Path,
    limit: int | None = None,
    unknown: Unknown = "skip",
    *,
    fold_case: bool = True,
    bootstrap: Resamples = DEFAULT,
) -> OutlierResult:
    """Score vectors on finding the word that does not belong.

    Parameters
    ----------
    wv : KeyedVectors or path
        Words by falling frequency.
    path : str or path
        Groups with outliers; see `fastvec.evaluation.read_outliers`.
    {parameters}

    Raises
    ------
    FileError
        If the groups cannot be read or are malformed.
    InputError
        If an argument is out of its range, or no case is covered.
    """
    wv = as_vectors("wv", wv)
    bootstrap = as_bootstrap(bootstrap)
    asked = ScoringItems(limit=limit, unknown=unknown, fold_case=fold_case, bootstrap=bootstrap)
    groups = read_outliers(path)
    size = cut_vocabulary(wv, limit)
    places = [_positions(wv, group, size, fold_case) for group in groups]
    positions = np.concatenate(places)
    section = np.repeat(np.arange(len(groups)), [len(group) for group in places])
    outcomes = np.where(np.isnan(positions), -1, positions == 1).astype(np.int8)
    counted = (outcomes >= 0) | (unknown == "wrong")
    name = Path(path).stem
    if (outcomes < 0).all():
        raise uncovered(wv, size, len(outcomes), "cases", name)
    counts = count_sections(outcomes, section, len(groups), unknown)
    totals, found = counts[2:].astype(np.float64)
    reached = np.asarray(np.bincount(section[counted], np.nan_to_num(positions[counted]), len(groups)), np.float64)
    weights = bootstrap.weights(len(groups))

    def interval(sums: NDArray[np.float64]) -> Interval:
        drawn = weights @ totals
        return percentile_interval(np.divide(weights @ sums, drawn, out=np.full(len(drawn), np.nan), where=drawn > 0))

    return OutlierResult(
        dataset=name,
        overall=Proportion.of("total", counts.sum(axis=1), interval(found)),
        sections=tuple(Proportion.of(group.name, column) for group, column in zip(groups, counts.T, strict=True)),
        opp=float(reached.sum() / totals.sum()),
        opp_interval=interval(reached),
        vocab_size=size,
        outcomes=outcomes,
        **asked.as_dict(),
    )


def _positions(wv: KeyedVectors, group: OutlierGroup, size: int, fold_case: bool) -> NDArray[np.float64]:
    """Return each outlier's position over the number of members, 1 for an outlier found; NaN if not covered."""
    rows = find_rows(wv, group.members + group.outliers, size, fold_case=fold_case)
    members = rows[: len(group.members)]
    members = members[members < size]
    positions = np.full(len(group.outliers), np.nan)
    if len(members) < 2:
        return positions
    units = unit_vectors(wv, members)
    for number, row in enumerate(rows[len(group.members) :].tolist()):
        if row < size:
            words = np.concatenate([units, unit_vectors(wv, np.array([row]))])
            closeness = (words @ words.sum(axis=0)) - np.einsum("ij,ij->i", words, words)
            positions[number] = (closeness[:-1] > closeness[-1]).sum() / len(members)
    return positions
