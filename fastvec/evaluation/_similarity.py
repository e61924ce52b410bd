"""Similarity: how well cosines follow people's scores of pairs of words.

Coverage, case and unknown words are as in gensim's ``evaluate_word_pairs``.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

from fastvec.errors import InputError
from fastvec.evaluation.bootstrap import DEFAULT, Bootstrap, Interval, percentile_interval
from fastvec.evaluation.correlation import pearson_replicates, spearman_replicates
from fastvec.evaluation.lookup import cut_vocabulary, match_words, uncovered, unit_vectors
from fastvec.evaluation.pairs import ScoredPairs, read_pairs
from fastvec.evaluation.scores import Result, Unknown, check_unknown

if TYPE_CHECKING:
    from fastvec.vectors import KeyedVectors

_FEWEST = 3  # pairs of which a correlation says anything


@dataclass(frozen=True)
class SimilarityResult(Result):
    """Correlations of cosines with people's scores.

    Attributes
    ----------
    dataset : str
        Name of the set.
    questions, covered, total : int
        Pairs of the set; pairs whose words are known; pairs that count, which the policy for unknown words decides.
    spearman, pearson : float
        Correlations, in [-1, 1].
    spearman_interval, pearson_interval : (float, float)
        Their 95 % bootstrap intervals; pairs are resampled.
    vocab_limit : int or None
        As asked; only the first `vocab_size` words count as known.
    vocab_size : int
        Words of the vectors that count as known.
    unknown : {"skip", "wrong"}
        Whether pairs with an unknown word are left out or have the similarity 0.
    fold_case : bool
        Whether words that differ in case only were the same.
    bootstrap : Bootstrap
        How the intervals were made.
    cosines : (n_pairs,) float64
        The similarities, NaN for a pair with an unknown word.
    """

    task = "similarity"

    dataset: str
    questions: int
    covered: int
    total: int
    spearman: float
    spearman_interval: Interval
    pearson: float
    pearson_interval: Interval
    vocab_limit: int | None
    vocab_size: int
    unknown: Unknown
    fold_case: bool
    bootstrap: Bootstrap
    cosines: NDArray[np.float64] = field(repr=False, compare=False)

    @property
    def interval(self) -> Interval:
        """95 % bootstrap interval of Spearman's correlation."""
        return self.spearman_interval

    @property
    def coverage(self) -> float:
        """The fraction of pairs whose words are both known."""
        return self.covered / self.questions


def similarity(
    wv: "KeyedVectors",
    path: str | Path | ScoredPairs,
    vocab_limit: int | None = None,
    unknown: Unknown = "skip",
    *,
    fold_case: bool = True,
    bootstrap: Bootstrap = DEFAULT,
) -> SimilarityResult:
    """Score vectors on pairs of words.

    Parameters
    ----------
    wv : KeyedVectors
        Words by falling frequency.
    path : str, path or ScoredPairs
        A file of scored pairs; see `fastvec.evaluation.read_pairs`.
    vocab_limit : int or None
        Only the first so many words exist; None for all.
    unknown : {"skip", "wrong"}
        Whether pairs with a word that has no vector are left out or have the similarity 0.
    fold_case : bool
        Whether words that differ in case only are the same.
    bootstrap : Bootstrap
        How intervals are made.

    Raises
    ------
    FileError
        If the pairs cannot be read or have malformed lines.
    InputError
        If an argument is out of its range, fewer than three pairs are covered, or all scores or similarities are equal.
    """
    check_unknown(unknown)
    pairs = path if isinstance(path, ScoredPairs) else read_pairs(path)
    size = cut_vocabulary(wv, vocab_limit)
    cosines = pair_cosines(wv, pairs, size, fold_case=fold_case)
    known = ~np.isnan(cosines)
    covered = int(known.sum())
    if not covered:
        raise uncovered(wv, size, len(pairs), "pairs", pairs.name)
    counted = known if unknown == "skip" else np.ones_like(known)
    gold, given = pairs.scores[counted], np.nan_to_num(cosines[counted])
    if len(gold) < _FEWEST:
        raise InputError(f"{covered} of {len(pairs):,} pairs of {pairs.name} covered: a correlation needs {_FEWEST}")
    check_varied(gold, f"people's scores of {pairs.name}")
    check_varied(given, f"similarities for {pairs.name}")
    weights = bootstrap.weights(len(gold))
    return SimilarityResult(
        pairs.name,
        len(pairs),
        covered,
        len(gold),
        float(spearmanr(gold, given).statistic),
        percentile_interval(spearman_replicates(gold, given, weights)),
        float(pearsonr(gold, given).statistic),
        percentile_interval(pearson_replicates(gold, given, weights)),
        vocab_limit,
        size,
        unknown,
        fold_case,
        bootstrap,
        cosines,
    )


def pair_cosines(wv: "KeyedVectors", pairs: ScoredPairs, vocab_size: int, *, fold_case: bool) -> NDArray[np.float64]:
    """Give the cosine of each pair, (n_pairs,) float64, NaN where a word is unknown."""
    matches = match_words(wv.words[:vocab_size], pairs.words, fold_case=fold_case)
    rows = matches.rows[matches.entries].reshape(-1, 2)
    known = (rows < vocab_size).all(axis=1)
    needed, places = np.unique(rows[known], return_inverse=True)
    first, second = unit_vectors(wv, needed).astype(np.float64)[places.reshape(-1, 2).T]
    cosines = np.full(len(pairs), np.nan)
    cosines[known] = np.einsum("ij,ij->i", first, second)
    return cosines


def check_varied(values: NDArray[np.float64], what: str) -> None:
    """Refuse values that are all the same, with which nothing can correlate."""
    if np.ptp(values) <= 1e-12 * np.abs(values).max():
        raise InputError(f"all {what} are constant ({values[0]:.4g}); a correlation needs values that differ")
