"""Spherical k-means: clusters of vectors by their directions (Dhillon and Modha 2001)."""

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 100  # far more than a few thousand words need to settle


def cluster_directions(units: NDArray[np.float32], n_clusters: int, seed: int) -> NDArray[np.int64]:
    """Give each vector the number of its cluster.

    The first centres are drawn as in k-means++: far from one another.

    Parameters
    ----------
    units : (n, dim) float32
        Vectors of length 1.
    n_clusters : int
        Between 1 and `n`.
    seed : int
        Of the first centres.

    Returns
    -------
    (n,) int64
        In [0, n_clusters).
    """
    centres = _first_centres(units, n_clusters, np.random.default_rng(seed))
    labels = np.full(len(units), -1, np.int64)
    for _ in range(_ROUNDS):
        cosines = units @ centres.T
        previous, labels = labels, cosines.argmax(axis=1)
        sizes = np.bincount(labels, minlength=n_clusters)
        if not sizes.all():
            # an empty cluster takes the vector that fits its own worst
            worst = iter(np.argsort(cosines.max(axis=1), kind="stable"))
            for empty in np.flatnonzero(sizes == 0):
                taken = next(place for place in worst if sizes[labels[place]] > 1)
                sizes[labels[taken]] -= 1
                labels[taken], sizes[empty] = empty, 1
        if (labels == previous).all():
            break
        members = np.zeros((n_clusters, len(units)), np.float32)
        members[labels, np.arange(len(units))] = 1
        sums = members @ units
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.asarray(sums / np.where(lengths == 0, 1, lengths), np.float32)
    return labels


def _first_centres(units: NDArray[np.float32], n_clusters: int, generator: np.random.Generator) -> NDArray[np.float32]:
    chosen = [int(generator.integers(len(units)))]
    distances = 1 - units @ units[chosen[0]]
    while len(chosen) < n_clusters:
        weights = np.clip(distances, 0, None).astype(np.float64)
        weights[chosen] = 0
        if weights.sum() == 0:  # all others lie where a centre is
            weights = np.ones(len(units))
            weights[chosen] = 0
        chosen.append(int(generator.choice(len(units), p=weights / weights.sum())))
        distances = np.minimum(distances, 1 - units @ units[chosen[-1]])
    return units[chosen]
