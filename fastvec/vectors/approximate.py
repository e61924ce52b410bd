"""Approximate search, for many queries on millions of words: a graph of near neighbours (usearch's HNSW)."""

import os
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_integer
from fastvec.errors import MachineError
from fastvec.vectors.keyed import KeyedVectors
from fastvec.vectors.loading import as_vectors
from fastvec.vectors.queries import Item, Neighbours, list_items
from fastvec.vectors.rows import normalize_rows


class ApproximateIndex:
    """An index that finds most of the nearest words, much faster than exact search.

    It holds a float16 copy of the vectors, and the graph.

    Parameters
    ----------
    vectors : KeyedVectors or path
        What to search.
    accuracy : int
        How many neighbours a search visits; more finds more of the nearest words, more slowly.

    Raises
    ------
    MachineError
        If usearch is not installed.

    References
    ----------
    Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable small
    world graphs", IEEE TPAMI 42, 2020.
    """

    def __init__(self, vectors: KeyedVectors | str | os.PathLike[str], *, accuracy: int = 128) -> None:
        try:
            from usearch.index import Index
        except ImportError:
            raise MachineError(
                "usearch is needed for this, and is not installed: pip install fastvec[approximate]"
            ) from None
        check_integer("accuracy", accuracy, 1)
        vectors = as_vectors("vectors", vectors)
        vectors.check_finite()
        self._vectors = vectors
        self._index: Any = Index(ndim=vectors.dim, metric="cos", dtype="f16", expansion_search=accuracy)
        for start in range(0, len(vectors), 1 << 16):
            block = normalize_rows(vectors.vectors[start : start + (1 << 16)])  # as float16 their lengths may overflow
            self._index.add(np.arange(start, start + len(block)), block)

    def __repr__(self) -> str:
        return f"<ApproximateIndex of {len(self._vectors):,} words, {self._vectors.dim} dimensions>"

    def nearest(self, items: Iterable[Item] | NDArray[Any], topn: int = 10) -> list[Neighbours]:
        """Return near words of each item, as `KeyedVectors.nearest` does.

        Raises
        ------
        UnknownWordError, InputError
            As `KeyedVectors.most_similar`.
        """
        check_integer("topn", topn, 1)
        items = list_items("nearest", items)
        if not items:
            return []
        words = self._vectors.words
        found = self._index.search(self._vectors.units(items), min(topn + 1, len(words)))
        keys, distances = np.atleast_2d(found.keys), np.atleast_2d(found.distances)  # of one query the result is 1-D
        answers = []
        for item, near, far in zip(items, keys.tolist(), distances.tolist(), strict=True):
            pairs = [(words[row], 1 - distance) for row, distance in zip(near, far, strict=True)]
            kept = [pair for pair in pairs if not isinstance(item, str) or pair[0] != item]
            answers.append(Neighbours(kept[:topn]))
        return answers
