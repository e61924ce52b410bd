"""Words in classes: k-means on the sphere, like word2vec's ``-classes``."""

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.vectors.search import unit_rows
from fastvec.vectors.storage import Storage

_BLOCK = 1 << 22  # cosines computed at once


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

        References
        ----------
        Dhillon and Modha, "Concept decompositions for large sparse text data using clustering", Machine Learning 42,
        2001.
        """
        if not 1 <= n_clusters <= len(self):
            raise InputError(f"n_clusters must be between 1 and the {len(self):,} words, not {n_clusters}")
        if iterations < 1:
            raise InputError(f"iterations must be at least 1, not {iterations}")
        if seed < 0:
            raise InputError(f"seed must be at least 0, not {seed}")
        starts = np.random.default_rng(seed).choice(len(self), n_clusters, replace=False)
        centers = unit_rows(self.vectors[starts])
        labels = np.full(len(self), -1, np.int32)
        for _ in range(iterations):
            nearest, cosines, sums = self._assign(centers)
            if np.array_equal(nearest, labels):
                break
            labels = nearest
            empty = np.flatnonzero(np.bincount(labels, minlength=n_clusters) == 0)
            centers = unit_rows(sums)
            if len(empty):  # restart it from the words that fit worst
                worst = np.argsort(cosines, kind="stable")[: len(empty)]
                centers[empty] = unit_rows(self.vectors[worst])
        _, first, places = np.unique(labels, return_index=True, return_inverse=True)
        numbers: NDArray[np.int32] = np.argsort(np.argsort(first)).astype(np.int32)[places]
        return numbers

    def _assign(
        self, centers: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
        """Give each word's nearest center, its cosine with it, and the sums of unit vectors of each center."""
        from scipy.sparse import csr_array

        labels = np.empty(len(self), np.int32)
        cosines = np.empty(len(self), np.float32)
        sums = np.zeros(centers.shape, np.float32)
        rows = max(256, _BLOCK // len(centers))
        for start in range(0, len(self), rows):
            units = unit_rows(self.vectors[start : start + rows])
            products = units @ centers.T
            nearest = products.argmax(axis=1).astype(np.int32)
            labels[start : start + rows] = nearest
            cosines[start : start + rows] = products[np.arange(len(units)), nearest]
            ones = np.ones(len(units), np.float32)
            members = csr_array((ones, (nearest, np.arange(len(units)))), shape=(len(centers), len(units)))
            sums += members @ units
        return labels, cosines, sums
