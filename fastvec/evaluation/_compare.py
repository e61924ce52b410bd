"""Comparison of several vectors on the same questions, with paired tests.

Only words that all vectors have are used, the first N by the sum of their ranks, so that the order of the vectors does
not matter. Differences have bootstrap intervals, like single scores. Accuracies also have McNemar's exact test, which
takes questions for independent.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, spearmanr

from fastvec.checks import as_list, check_words, renamed, shorten
from fastvec.errors import DataError, InputError
from fastvec.evaluation._analogies import analogy_grid, question_design, section_groups
from fastvec.evaluation._similarity import check_varied, pair_cosines
from fastvec.evaluation.bootstrap import (
    DEFAULT,
    Bootstrap,
    Resamples,
    as_bootstrap,
    mean_intervals,
    percentile_interval,
)
from fastvec.evaluation.comparison import Comparison, Difference, Match, Overlap
from fastvec.evaluation.correlation import spearman_replicates
from fastvec.evaluation.lookup import fold, unit_vectors
from fastvec.evaluation.pairs import ScoredPairs, as_pairs
from fastvec.evaluation.questions import Questions, as_questions
from fastvec.parameters import documented
from fastvec.scoring import OLD_NAMES, Comparing, Method
from fastvec.vectors import KeyedVectors
from fastvec.vectors.loading import as_vectors

_FEWEST = 3  # words or pairs that a comparison needs
_SAMPLED = 1000  # words whose neighbours are compared


@renamed(**{name: new for name, new in OLD_NAMES.items() if new != "path"})
@documented(Comparing)
def compare(
    vectors: Sequence[KeyedVectors | str | Path] | Mapping[str, KeyedVectors | str | Path],
    questions: str | Path | Questions | Sequence[str | Path | Questions] = (),
    pairs: str | Path | ScoredPairs | Sequence[str | Path | ScoredPairs] = (),
    *,
    names: Sequence[str] | None = None,
    limit: int | None = 30_000,
    method: Method = "3cosadd",
    neighbours: int = 10,
    fold_case: bool = True,
    bootstrap: Resamples = DEFAULT,
) -> Comparison:
    """Compare vectors on identical questions.

    Parameters
    ----------
    vectors : sequence or dict of KeyedVectors or paths
        At least two; the keys of a dict name them.
    questions : str, path, Questions, or sequence of these
        Analogies, as `fastvec.evaluation.analogies` takes them, such as "google".
    pairs : str, path, ScoredPairs, or sequence of these
        Scored pairs, as `fastvec.evaluation.similarity` takes them.
    names : sequence of str, optional
        Names of the vectors; by default the names of their files, or A, B, C, ....
    {parameters}

    Raises
    ------
    InputError
        If there are fewer than two vectors, an argument is out of its range, the vectors have fewer than three words in
        common, or nothing of a test set is covered.
    """
    if isinstance(vectors, (str, Path, KeyedVectors)) or not isinstance(vectors, (Sequence, Mapping)):
        raise InputError(f"vectors must be a list or a dict of vectors or paths, not {shorten(vectors)}")
    if len(vectors) < 2:
        raise InputError(f"compare needs at least two vectors, not {len(vectors)}")
    if isinstance(vectors, Mapping):
        names, vectors = names or tuple(map(str, vectors)), list(vectors.values())
    names = tuple(check_words("names", names) if names is not None else map(_name, vectors, range(len(vectors))))
    if len(names) != len(vectors):
        raise InputError(f"names must name all {len(vectors)} vectors, not {len(names)}")
    bootstrap = as_bootstrap(bootstrap)
    if not bootstrap.draws:
        raise InputError("draws must be at least 100 to compare, not 0: resamples show whether scores differ")
    given = Comparing(limit=limit, method=method, neighbours=neighbours, fold_case=fold_case, bootstrap=bootstrap)
    question_sets = [as_questions(each) for each in as_list("questions", questions, Questions)]
    pair_sets = [as_pairs(each) for each in as_list("pairs", pairs, ScoredPairs)]
    loaded = [as_vectors("an item of vectors", each) for each in vectors]
    words, rows = common_words(loaded, fold_case)
    if len(words) < _FEWEST:
        raise DataError(
            f"{', '.join(names)} have {len(words)} words in common, too few to compare; "
            "use vectors of the same language and spelling"
        )
    shared = share(loaded, words[:limit], rows[:, :limit])
    matches = []
    for each in question_sets:
        matches += _match_analogies(shared, each, method, fold_case, bootstrap)
    matches += [_match_similarity(loaded, scored, fold_case, bootstrap) for scored in pair_sets]
    return Comparison(
        names=names,
        sizes=tuple(len(wv) for wv in loaded),
        common=len(words),
        vocab_size=len(shared[0]),
        matches=tuple(matches),
        overlaps=_overlaps(shared, neighbours),
        **given.as_dict(),
    )


def _name(vectors: object, number: int) -> str:
    """Return the name of vectors that have been given none: that of their file, or a letter."""
    return Path(vectors).name if isinstance(vectors, (str, Path)) else chr(ord("A") + number)


def common_words(vectors: Sequence[KeyedVectors], fold_case: bool) -> tuple[list[str], NDArray[np.int64]]:
    """Return the words that all vectors have, and the row of each in each of the vectors."""
    places = []
    for wv in vectors:
        found: dict[str, int] = {}
        for row, word in enumerate(wv.words):
            found.setdefault(fold(word, fold_case), row)
        places.append(found)
    common = [form for form in places[0] if all(form in found for found in places[1:])]
    rows = np.array([[found[form] for form in common] for found in places], np.int64)
    order = np.lexsort((np.array(common), rows.sum(axis=0))) if common else np.empty(0, np.int64)
    rows = rows[:, order]
    return [vectors[0].words[row] for row in rows[0].tolist()], rows


def share(vectors: Sequence[KeyedVectors], words: list[str], rows: NDArray[np.int64]) -> list[KeyedVectors]:
    return [KeyedVectors(words, wv.vectors[each]) for wv, each in zip(vectors, rows, strict=True)]


def _match_analogies(
    shared: Sequence[KeyedVectors], questions: Questions, method: Method, fold_case: bool, bootstrap: Bootstrap
) -> list[Match]:
    results = [
        analogy_grid(wv, questions, [None], [method], fold_case=fold_case, bootstrap=bootstrap)[0] for wv in shared
    ]
    covered = results[0].outcomes >= 0
    right = [result.outcomes[covered] == 1 for result in results]
    design = question_design(questions).select(covered)
    groups = list(section_groups(questions).values())
    differences: list[list[Difference]] = [[] for _ in groups]
    for first, second in combinations(range(len(shared)), 2):
        values = right[first].astype(np.float64) - right[second]
        intervals = mean_intervals(values, design, groups, bootstrap)
        for found, group, interval in zip(differences, groups, intervals, strict=True):
            inside = values[np.isin(design.section, group)]
            if len(inside):
                found.append(Difference(first, second, float(inside.mean()), interval, mcnemar(inside)))
    matches = []
    for *parts, found in zip(*((result.overall, *result.kinds) for result in results), differences, strict=True):
        if found:
            part = parts[0]
            name = questions.name if part.name == "total" else f"{questions.name} {part.name}"
            counts, scores = (part.questions, part.covered), tuple(each.accuracy for each in parts)
            limits = tuple(each.interval for each in parts)
            matches.append(Match("analogies", name, *counts, "accuracy", scores, limits, tuple(found)))
    return matches


def mcnemar(differences: NDArray[np.float64]) -> float:
    """Return the p-value of McNemar's exact test (McNemar 1947).

    Parameters
    ----------
    differences : (n_questions,) float64
        1 where only the first is right, -1 where only the second is, else 0.

    Examples
    --------
    >>> mcnemar(np.array([1.0, 1, 1, 1, 1, 1, 0, 0]))
    0.03125
    """
    only_first, only_second = int((differences > 0).sum()), int((differences < 0).sum())
    if not only_first + only_second:
        return 1.0
    return float(binomtest(only_first, only_first + only_second).pvalue)


def _match_similarity(
    vectors: Sequence[KeyedVectors], pairs: ScoredPairs, fold_case: bool, bootstrap: Bootstrap
) -> Match:
    cosines = np.array([pair_cosines(wv, pairs, len(wv), fold_case=fold_case) for wv in vectors])
    covered = ~np.isnan(cosines).any(axis=0)
    cosines, gold = cosines[:, covered], pairs.scores[covered]
    if len(gold) < _FEWEST:
        raise DataError(
            f"{len(gold)} of {len(pairs):,} pairs covered: all vectors must have both words of at least {_FEWEST} "
            f"pairs of {pairs.name}; use a test set in their language and spelling"
        )
    check_varied(pairs.name, gold, cosines)
    weights = bootstrap.weights(len(gold))
    scores = [float(spearmanr(gold, given).statistic) for given in cosines]
    replicates = [spearman_replicates(gold, given, weights) for given in cosines]
    differences = []
    for first, second in combinations(range(len(vectors)), 2):
        drawn = replicates[first] - replicates[second]
        drawn = drawn[np.isfinite(drawn)]
        # p is 1 if half of the resamples are on the wrong side, and 2 / (draws + 1) if none is
        wrong = 1 + min((drawn <= 0).sum(), (drawn >= 0).sum())
        p_value = min(1.0, 2 * float(wrong) / (len(drawn) + 1))
        value = scores[first] - scores[second]
        differences.append(Difference(first, second, value, percentile_interval(drawn), p_value))
    intervals = tuple(map(percentile_interval, replicates))
    counts = len(pairs), len(gold)
    return Match("similarity", pairs.name, *counts, "spearman", tuple(scores), intervals, tuple(differences))


def _overlaps(shared: Sequence[KeyedVectors], neighbours: int) -> tuple[Overlap, ...]:
    """Compare nearest neighbours of words that are spread evenly over the common vocabulary."""
    n_words = len(shared[0])
    neighbours = min(neighbours, n_words - 1)
    sampled = np.unique(np.linspace(0, n_words - 1, min(_SAMPLED, n_words)).astype(np.int64))
    nearest = []
    for wv in shared:
        units = unit_vectors(wv, slice(None))
        blocks = []
        for start in range(0, len(sampled), 100):
            queries = sampled[start : start + 100]
            cosines = units[queries] @ units.T
            cosines[np.arange(len(queries)), queries] = -np.inf
            blocks.append(np.argpartition(cosines, -neighbours, axis=1)[:, -neighbours:])
        nearest.append(np.concatenate(blocks))
    overlaps = []
    for first, second in combinations(range(len(shared)), 2):
        same = (nearest[first][:, :, None] == nearest[second][:, None, :]).sum()
        share = float(same) / (len(sampled) * neighbours)
        overlaps.append(Overlap(first, second, neighbours, len(sampled), share))
    return tuple(overlaps)
