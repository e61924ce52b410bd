"""Words in classes: k-means on the sphere, like word2vec's ``-classes``."""

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.vectors.kmeans import cluster_directions
from fastvec.vectors.search import unit_rows
from fastvec.vectors.storage import Storage


class Clusters(Storage):
    """The part of `KeyedVectors` that puts words into classes."""

    def cluster(self, n_clusters: int, *, iterations: int = 25, seed: int = 1) -> NDArray[np.int32]:
        """Put words into classes by the direction of their vectors (spherical k-means).

        Parameters
        ----------
        n_clusters : int
            How many classes.
        iterations : int
            Rounds at most; fewer if no word moves any more.
        seed : int
            For the words from which the classes start.

        Returns
        -------
        (n_words,) int32
            The class of each word. Class 0 holds the first word; the others are numbered as they follow.

        Raises
        ------
        InputError
            If there are fewer words than classes, `n_clusters` or `iterations` is below 1, or `seed` below 0.
        """
        if not 1 <= n_clusters <= len(self):
            raise InputError(f"n_clusters must be between 1 and the {len(self):,} words, not {n_clusters}")
        if iterations < 1:
            raise InputError(f"iterations must be at least 1, not {iterations}")
        if seed < 0:
            raise InputError(f"seed must be at least 0, not {seed}")
        starts = np.random.default_rng(seed).choice(len(self), n_clusters, replace=False)
        labels = cluster_directions(self.vectors, unit_rows(self.vectors[starts]), iterations)
        _, first, places = np.unique(labels, return_index=True, return_inverse=True)
        numbers: NDArray[np.int32] = np.argsort(np.argsort(first)).astype(np.int32)[places]
        return numbers
