"""Categorisation: whether words of a class lie together, by clustering their vectors."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fastvec.checks import renamed
from fastvec.errors import DataError
from fastvec.evaluation.agreement import adjusted_rand, is_majority
from fastvec.evaluation.bootstrap import DEFAULT, Interval, Resamples, as_bootstrap, percentile_interval
from fastvec.evaluation.groups import Classes, read_classes
from fastvec.evaluation.lookup import cut_vocabulary, find_rows, uncovered, unit_vectors
from fastvec.evaluation.scores import MeasuredResult
from fastvec.parameters import documented
from fastvec.scoring import OLD_NAMES, Categories
from fastvec.vectors import KeyedVectors
from fastvec.vectors.kmeans import cluster_directions, distant_rows
from fastvec.vectors.loading import as_vectors

_ROUNDS = 100  # of k-means, at most: a few thousand words converge in far fewer


@dataclass(frozen=True, kw_only=True, repr=False)
class CategoryResult(MeasuredResult):
    """Agreement of clusters with classes, mean of several clusterings.

    Attributes
    ----------
    dataset, limit, vocab_size, fold_case, bootstrap
        The set and the settings, as in all results.
    questions, covered : int
        Words of the set, and those that are known; the others are omitted.
    classes : int
        Number of classes of the covered words, and of clusters.
    runs : int
        Clusterings, from the seeds ``bootstrap.seed`` and following.
    purity, adjusted_rand : float
        Purity in (0, 1]; adjusted Rand index, 0 for chance and 1 for perfect.
    purity_interval, adjusted_rand_interval : (float, float)
        Their 95 % bootstrap intervals; words are resampled, with the clusters that they are in.
    purity_spread, adjusted_rand_spread : float
        Standard deviation from clustering to clustering; NaN for a single one.
    """

    task = "categories"
    measures = ("purity", "adjusted_rand")

    classes: int
    runs: int
    purity: float
    purity_interval: Interval
    purity_spread: float
    adjusted_rand: float
    adjusted_rand_interval: Interval
    adjusted_rand_spread: float


@renamed(**OLD_NAMES)
@documented(Categories)
def categories(
    wv: KeyedVectors | str | Path,
    path: str | Path | Classes,
    limit: int | None = None,
    *,
    runs: int = 10,
    fold_case: bool = True,
    bootstrap: Resamples = DEFAULT,
) -> CategoryResult:
    """Cluster words by spherical k-means into as many clusters as classes, and compare both.

    Parameters
    ----------
    wv : KeyedVectors or path
        Words by falling frequency.
    path : str, path or Classes
        A file of words and their classes, of which only the first column of classes is used; or a set from
        `fastvec.evaluation.read_classes`.
    {parameters}

    Raises
    ------
    FileError
        If the classes cannot be read or have malformed lines.
    InputError
        If an argument is out of its range, or fewer than two classes have a word with a vector.
    """
    wv = as_vectors("wv", wv)
    bootstrap = as_bootstrap(bootstrap)
    asked = Categories(limit=limit, runs=runs, fold_case=fold_case, bootstrap=bootstrap)
    classes = path if isinstance(path, Classes) else read_classes(path)[0]
    size = cut_vocabulary(wv, limit)
    rows = find_rows(wv, classes.words, size, fold_case=fold_case)
    known = rows < size
    if not known.any():
        raise uncovered(wv, size, len(classes), "words", classes.name)
    labels, numbers = np.unique(np.array(classes.labels)[known], return_inverse=True)
    if len(labels) < 2:
        raise DataError(
            f"{known.sum()} of {len(classes):,} words of {classes.name} covered, all of the class {str(labels[0])!r}; "
            "clustering needs two classes"
        )
    units = unit_vectors(wv, rows[known])
    weights = bootstrap.weights(len(units))
    purities, rands, purity_draws, rand_draws = [], [], [], []
    for seed in range(bootstrap.seed, bootstrap.seed + runs):
        clusters = cluster_directions(units, distant_rows(units, len(labels), seed), _ROUNDS)
        hits = is_majority(clusters, numbers)
        purities.append(hits.mean())
        rands.append(adjusted_rand(clusters, numbers)[0])
        purity_draws.append(weights @ hits / len(units))
        rand_draws.append(adjusted_rand(clusters, numbers, weights))
    return CategoryResult(
        dataset=classes.name,
        questions=len(classes),
        covered=len(units),
        classes=len(labels),
        purity=float(np.mean(purities)),
        purity_interval=percentile_interval(np.mean(purity_draws, axis=0)),
        purity_spread=_spread(purities),
        adjusted_rand=float(np.mean(rands)),
        adjusted_rand_interval=percentile_interval(np.mean(rand_draws, axis=0)),
        adjusted_rand_spread=_spread(rands),
        vocab_size=size,
        **asked.as_dict(),
    )


def _spread(scores: list[float]) -> float:
    return float(np.std(scores, ddof=1)) if len(scores) > 1 else float("nan")
