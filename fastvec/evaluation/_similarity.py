"""Similarity: how well cosines follow people's scores of pairs of words.

Coverage, case and unknown words are as in gensim's ``evaluate_word_pairs``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

from fastvec.checks import renamed
from fastvec.errors import DataError
from fastvec.evaluation.bootstrap import DEFAULT, Interval, Resamples, as_bootstrap, percentile_interval
from fastvec.evaluation.correlation import pearson_replicates, spearman_replicates
from fastvec.evaluation.lookup import cut_vocabulary, find_rows, uncovered, unit_vectors
from fastvec.evaluation.pairs import ScoredPairs, as_pairs
from fastvec.evaluation.scores import MeasuredResult
from fastvec.parameters import documented
from fastvec.scoring import OLD_NAMES, Pairs, Unknown
from fastvec.vectors import KeyedVectors
from fastvec.vectors.loading import as_vectors
from fastvec.vectors.rows import normalize_rows
from fastvec.words import PackedWords

_FEWEST = 3  # pairs that a correlation needs


@dataclass(frozen=True, kw_only=True, repr=False)
class SimilarityResult(MeasuredResult):
    """Correlations of cosines with people's scores.

    Attributes
    ----------
    dataset, limit, vocab_size, fold_case, bootstrap
        The set and the settings, as in all results.
    questions, covered, total : int
        Pairs of the set; pairs whose words are known; pairs that count, by the policy for unknown words.
    spearman, pearson : float
        Correlations, in [-1, 1].
    spearman_interval, pearson_interval : (float, float)
        Their 95 % bootstrap intervals; pairs are resampled.
    unknown : {"skip", "wrong"}
        Whether pairs with an unknown word were omitted, or had the similarity 0.
    ngrams : bool
        Whether words that are unknown had the vectors of their n-grams.
    cosines : (n_pairs,) float64
        The similarities, NaN for a pair with an unknown word.
    """

    task = "similarity"
    measures = ("spearman", "pearson")

    total: int
    spearman: float
    spearman_interval: Interval
    pearson: float
    pearson_interval: Interval
    unknown: Unknown
    ngrams: bool
    cosines: NDArray[np.float64] = field(repr=False, compare=False)


@renamed(**OLD_NAMES)
@documented(Pairs)
def similarity(
    wv: KeyedVectors | str | Path,
    path: str | Path | ScoredPairs,
    limit: int | None = None,
    unknown: Unknown = "skip",
    *,
    ngrams: bool = False,
    fold_case: bool = True,
    bootstrap: Resamples = DEFAULT,
) -> SimilarityResult:
    """Score vectors on pairs of words.

    Parameters
    ----------
    wv : KeyedVectors or path
        Words by falling frequency.
    path : str, path or ScoredPairs
        A file of scored pairs; see `fastvec.evaluation.read_pairs`.
    {parameters}

    Raises
    ------
    FileError
        If the pairs cannot be read or have malformed lines.
    InputError
        If an argument is out of its range, fewer than three pairs are covered, or all scores or similarities are equal.
    """
    wv = as_vectors("wv", wv)
    bootstrap = as_bootstrap(bootstrap)
    asked = Pairs(limit=limit, unknown=unknown, ngrams=ngrams, fold_case=fold_case, bootstrap=bootstrap)
    pairs = as_pairs(path)
    size = cut_vocabulary(wv, limit)
    cosines = pair_cosines(wv, pairs, size, fold_case=fold_case, ngrams=ngrams)
    known = ~np.isnan(cosines)
    counted = known | (unknown == "wrong")
    covered = int(known.sum())
    if not covered:
        raise uncovered(wv, size, len(pairs), "pairs", pairs.name)
    gold, given = pairs.scores[counted], np.nan_to_num(cosines[counted])
    if len(gold) < _FEWEST:
        raise DataError(f"{covered} of {len(pairs):,} pairs of {pairs.name} covered: a correlation needs {_FEWEST}")
    check_varied(pairs.name, gold, [given])
    weights = bootstrap.weights(len(gold))
    return SimilarityResult(
        dataset=pairs.name,
        questions=len(pairs),
        covered=covered,
        total=len(gold),
        spearman=float(spearmanr(gold, given).statistic),
        spearman_interval=percentile_interval(spearman_replicates(gold, given, weights)),
        pearson=float(pearsonr(gold, given).statistic),
        pearson_interval=percentile_interval(pearson_replicates(gold, given, weights)),
        vocab_size=size,
        cosines=cosines,
        **asked.as_dict(),
    )


def pair_cosines(
    wv: KeyedVectors, pairs: ScoredPairs, vocab_size: int, *, fold_case: bool, ngrams: bool = False
) -> NDArray[np.float64]:
    """Return the cosine of each pair, (n_pairs,) float64, NaN if a word is unknown.

    With `ngrams`, unknown words have the vectors of their n-grams, in lower case where case is folded.
    """
    rows = find_rows(wv, pairs.words, vocab_size, fold_case=fold_case)
    is_known = rows < vocab_size
    needed, places = np.unique(rows[is_known], return_inverse=True)
    units = np.full((len(rows), wv.dim), np.nan)
    units[is_known] = unit_vectors(wv, needed)[places]
    if ngrams and wv.subwords is not None and not is_known.all():
        words = [pairs.words[k] for k in np.flatnonzero(~is_known)]
        others = PackedWords.pack([word.lower() for word in words] if fold_case else words)
        units[~is_known] = normalize_rows(wv.subwords.compose(others))
    cosines: NDArray[np.float64] = np.einsum("ij,ij->i", units[::2], units[1::2])
    return cosines


def check_varied(name: str, gold: NDArray[np.float64], cosines: Iterable[NDArray[np.float64]]) -> None:
    """Refuse people's scores, and similarities, that are all equal, as nothing can correlate with them."""
    similarities = [(f"similarities for {name}", given) for given in cosines]
    for what, values in [(f"people's scores of {name}", gold), *similarities]:
        if np.ptp(values) <= 1e-12 * np.abs(values).max():
            raise DataError(f"all {what} are constant ({values[0]:.4g}); a correlation needs values that differ")
