"""Agreement of clusters with classes: purity and the adjusted Rand index, also of resampled words."""

from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Labels = NDArray[np.integer]
Floats = NDArray[np.float64]


def is_majority(clusters: Labels, classes: Labels) -> Floats:
    """Return 1 for each word of its cluster's most frequent class, else 0; their mean is the purity.

    Examples
    --------
    >>> is_majority(np.array([0, 0, 0, 1]), np.array([5, 5, 7, 7])).tolist()
    [1.0, 1.0, 0.0, 1.0]
    """
    table = np.zeros((clusters.max() + 1, classes.max() + 1))
    np.add.at(table, (clusters, classes), 1)
    return np.asarray(table.argmax(axis=1)[clusters] == classes, np.float64)


def adjusted_rand(clusters: Labels, classes: Labels, weights: Floats | None = None) -> Floats:
    """Return the adjusted Rand index of resamples (Hubert and Arabie 1985, eq. 5).

    Copies of one word do not count as a pair: they always agree, and would make resamples look better than the data.

    Parameters
    ----------
    clusters, classes : (n_words,) int64
        Numbers from 0.
    weights : (draws, n_words) float64, optional
        How often each word occurs; by default once, in a single draw.

    Returns
    -------
    (draws,) float64
        1 for the same partition, 0 for what chance gives; NaN where both partitions are trivial.
    """
    if weights is None:
        weights = np.ones((1, len(clusters)))
    together = _pairs(clusters * (classes.max() + 1) + classes, weights)
    in_cluster, in_class = _pairs(clusters, weights), _pairs(classes, weights)
    n_pairs = np.maximum(_pairs(np.zeros_like(classes), weights), 1)  # copies of a single word make no pair
    by_chance = in_cluster * in_class / n_pairs
    most = (in_cluster + in_class) / 2
    span = most - by_chance
    return np.asarray(np.divide(together - by_chance, span, out=np.full(len(span), np.nan), where=span > 0))


def _pairs(labels: Labels, weights: Floats) -> Floats:
    """Count pairs of different words with the same label."""
    _, numbers = np.unique(labels, return_inverse=True)
    n_words = len(labels)
    members = csr_array((np.ones(n_words), (np.arange(n_words), numbers)))
    sums = cast(Floats, weights @ members)
    return np.asarray(((sums**2).sum(axis=1) - (weights**2).sum(axis=1)) / 2)
