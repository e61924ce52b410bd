"""Spherical k-means: clusters of vectors by their directions (Dhillon and Modha 2001).

References
----------
Dhillon and Modha, "Concept decompositions for large sparse text data using clustering", Machine Learning 42, 2001.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.vectors.rows import normalize_rows

Matrix = NDArray[np.float32]

_BLOCK = 1 << 22  # cosines computed, and numbers normalised, at once


def cluster_directions(vectors: NDArray[Any], centres: Matrix, rounds: int) -> NDArray[np.int32]:
    """Return the cluster of each vector, (n,) int32 in [0, n_clusters).

    `vectors`, (n, dim), are not copied. The clusters start from `centres`, (n_clusters, dim) float32, at most `n` unit
    vectors. There are at most `rounds`, fewer once no vector moves. No cluster is empty: one that would be takes the
    vector farthest from its own centroid.
    """
    labels = np.full(len(vectors), -1, np.int32)
    for _ in range(rounds):
        nearest, cosines, sums = _assign(vectors, centres)
        sizes = np.bincount(nearest, minlength=len(centres))
        if not sizes.all():
            worst = iter(np.argsort(cosines, kind="stable"))
            for empty in np.flatnonzero(sizes == 0):
                taken = next(place for place in worst if sizes[nearest[place]] > 1)
                unit = normalize_rows(vectors[taken : taken + 1])[0]
                sums[nearest[taken]] -= unit
                sums[empty] += unit
                sizes[nearest[taken]] -= 1
                nearest[taken], sizes[empty] = empty, 1
        if np.array_equal(nearest, labels):
            break
        labels, centres = nearest, normalize_rows(sums)
    return labels


def number_by_first(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Renumber clusters in the order in which they first occur.

    >>> number_by_first(np.int32([7, 3, 7, 5])).tolist()
    [0, 1, 0, 2]
    """
    _, first, places = np.unique(labels, return_index=True, return_inverse=True)
    numbers: NDArray[np.int32] = np.argsort(np.argsort(first)).astype(np.int32)[places]
    return numbers


def _assign(vectors: NDArray[Any], centres: Matrix) -> tuple[NDArray[np.int32], NDArray[np.float32], Matrix]:
    """Return each vector's nearest centre, its cosine with it, and each centre's sum of unit vectors."""
    from scipy.sparse import csr_array

    labels, cosines = np.empty(len(vectors), np.int32), np.empty(len(vectors), np.float32)
    sums = np.zeros(centres.shape, np.float32)
    rows = max(256, _BLOCK // max(centres.shape))
    for start in range(0, len(vectors), rows):
        units = normalize_rows(vectors[start : start + rows])
        products = units @ centres.T
        nearest = products.argmax(axis=1).astype(np.int32)
        labels[start : start + rows] = nearest
        cosines[start : start + rows] = products[np.arange(len(units)), nearest]
        ones = np.ones(len(units), np.float32)
        members = csr_array((ones, (nearest, np.arange(len(units)))), shape=(len(centres), len(units)))
        sums += members @ units
    return labels, cosines, sums


def distant_rows(units: Matrix, n: int, seed: int) -> Matrix:
    """Draw `n` rows that lie far apart, to start clusters from (k-means++; Arthur and Vassilvitskii 2007).

    `units` are vectors of length 1, (n_rows, dim) float32, at least `n`.
    """
    generator = np.random.default_rng(seed)
    chosen = [int(generator.integers(len(units)))]
    distances = 1 - units @ units[chosen[0]]
    while len(chosen) < n:
        weights = np.clip(distances, 0, None).astype(np.float64)
        weights[chosen] = 0
        if weights.sum() == 0:  # all others coincide with a centre
            weights = np.ones(len(units))
            weights[chosen] = 0
        chosen.append(int(generator.choice(len(units), p=weights / weights.sum())))
        distances = np.minimum(distances, 1 - units @ units[chosen[-1]])
    return units[chosen]
