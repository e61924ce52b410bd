"""Outliers: whether the word that does not belong to a group lies farthest from it (Camacho-Collados and Navigli 2016).

A case is a group with one outlier; its words are ranked by their mean similarity to the others, which is the order of
the paper's compactness scores. The outlier's position among n + 1 words, 0 for the most central and n for the least,
gives the accuracy (is it n?) and OPP (the mean of position / n).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastvec.evaluation.bootstrap import DEFAULT, Bootstrap, Interval, percentile_interval
from fastvec.evaluation.groups import OutlierGroup, read_outliers
from fastvec.evaluation.lookup import cut_vocabulary, match_words, uncovered, unit_vectors
from fastvec.evaluation.scores import OverallResult, Proportion, Unknown, check_unknown

if TYPE_CHECKING:
    from fastvec.vectors import KeyedVectors


@dataclass(frozen=True)
class OutlierResult(OverallResult):
    """Outliers found in groups of words.

    Attributes
    ----------
    dataset : str
        Name of the set.
    overall : Proportion
        All cases.
    opp : float
        Outlier position percentage as a fraction, in [0, 1].
    opp_interval : (float, float)
        Its 95 % bootstrap interval; groups, with all their cases, are resampled.
    sections : tuple of Proportion
        The cases of each group.
    vocab_limit : int or None
        As asked; only the first `vocab_size` words count as known.
    vocab_size : int
        Words of the vectors that count as known.
    unknown : {"skip", "wrong"}
        Whether cases whose outlier is unknown, or fewer than two members known, are left out or count as wrong, with
        position 0. Unknown members of a group are left out of it always.
    fold_case : bool
        Whether words that differ in case only were the same.
    bootstrap : Bootstrap
        How the intervals were made.
    outcomes : (n_cases,) int8
        1 for an outlier found, 0 for one missed, -1 for a case that is not covered.
    """

    task = "outliers"

    dataset: str
    overall: Proportion
    opp: float
    opp_interval: Interval
    sections: tuple[Proportion, ...]
    vocab_limit: int | None
    vocab_size: int
    unknown: Unknown
    fold_case: bool
    bootstrap: Bootstrap
    outcomes: NDArray[np.int8] = field(repr=False, compare=False)


def outliers(
    wv: "KeyedVectors",
    path: str | Path,
    vocab_limit: int | None = None,
    unknown: Unknown = "skip",
    *,
    fold_case: bool = True,
    bootstrap: Bootstrap = DEFAULT,
) -> OutlierResult:
    """Score vectors on finding the word that does not belong.

    Parameters
    ----------
    wv : KeyedVectors
        Words by falling frequency.
    path : str or path
        Groups with outliers; see `fastvec.evaluation.read_outliers`.
    vocab_limit : int or None
        Only the first so many words exist; None for all.
    unknown : {"skip", "wrong"}
        Whether cases that are not covered are left out or count as wrong.
    fold_case : bool
        Whether words that differ in case only are the same.
    bootstrap : Bootstrap
        How intervals are made.

    Raises
    ------
    FileError
        If the groups cannot be read or are malformed.
    InputError
        If an argument is out of its range, or no case is covered.
    """
    check_unknown(unknown)
    groups = read_outliers(path)
    size = cut_vocabulary(wv, vocab_limit)
    places = [_positions(wv, group, size, fold_case) for group in groups]
    positions = np.concatenate(places)
    section = np.repeat(np.arange(len(groups)), [len(group) for group in places])
    outcomes = np.where(np.isnan(positions), -1, positions == 1).astype(np.int8)
    name = Path(path).stem
    if (outcomes < 0).all():
        raise uncovered(wv, size, len(outcomes), "cases", name)
    counted = outcomes >= 0 if unknown == "skip" else np.ones(len(outcomes), bool)
    n_groups = len(groups)
    totals = np.bincount(section[counted], minlength=n_groups).astype(np.float64)
    found = np.bincount(section[outcomes == 1], minlength=n_groups).astype(np.float64)
    reached = np.asarray(np.bincount(section[counted], np.nan_to_num(positions[counted]), n_groups), np.float64)
    weights = bootstrap.weights(n_groups)

    def interval(sums: NDArray[np.float64]) -> Interval:
        drawn = weights @ totals
        return percentile_interval(np.divide(weights @ sums, drawn, out=np.full(len(drawn), np.nan), where=drawn > 0))

    sections = _sections(groups, outcomes, section, totals, found)
    overall = Proportion(
        "total",
        len(outcomes),
        int((outcomes >= 0).sum()),
        int(totals.sum()),
        int(found.sum()),
        interval(found),
    )
    return OutlierResult(
        name,
        overall,
        float(reached.sum() / totals.sum()),
        interval(reached),
        sections,
        vocab_limit,
        size,
        unknown,
        fold_case,
        bootstrap,
        outcomes,
    )


def _positions(wv: "KeyedVectors", group: OutlierGroup, size: int, fold_case: bool) -> NDArray[np.float64]:
    """Give each outlier's position over the number of members, 1 for an outlier found; NaN where not covered."""
    matches = match_words(wv.words[:size], group.members + group.outliers, fold_case=fold_case)
    rows = matches.rows[matches.entries]
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


def _sections(
    groups: Sequence[OutlierGroup],
    outcomes: NDArray[np.int8],
    section: NDArray[np.int64],
    totals: NDArray[np.float64],
    found: NDArray[np.float64],
) -> tuple[Proportion, ...]:
    """Count the cases of each group, which has no interval: it is a single unit of the resampling."""
    asked = np.bincount(section, minlength=len(groups))
    covered = np.bincount(section[outcomes >= 0], minlength=len(groups))
    nothing = (float("nan"), float("nan"))
    counts = np.column_stack([asked, covered, totals, found]).astype(int).tolist()
    return tuple(
        Proportion(group.name, cases, known, total, correct, nothing)
        for group, (cases, known, total, correct) in zip(groups, counts, strict=True)
    )
