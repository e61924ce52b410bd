"""What a file of vectors holds, and how a word finds its row: all that reading and writing files needs."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastvec.errors import InputError, UnknownWordError
from fastvec.phrases import Phrases
from fastvec.subwords import Subwords
from fastvec.vectors.rows import blocks
from fastvec.words import PackedWords


class Storage:
    """The words, the matrix, and what belongs to them; `KeyedVectors` documents the parameters."""

    def __init__(
        self,
        words: Sequence[str] | PackedWords,
        vectors: ArrayLike,
        *,
        counts: ArrayLike | None = None,
        context_vectors: ArrayLike | None = None,
        metadata: Mapping[str, Any] | None = None,
        subwords: Subwords | None = None,
        phrases: Phrases | None = None,
    ) -> None:
        self.vectors = _matrix("vectors", vectors)
        self.dim = self.vectors.shape[1]
        self.context_vectors = None if context_vectors is None else _matrix("context_vectors", context_vectors)
        self.counts = None if counts is None else np.asarray(counts, np.int64)
        self.metadata = dict(metadata or {})
        self.subwords = subwords
        self.phrases = phrases
        self._words: PackedWords | list[str] = words if isinstance(words, PackedWords) else list(words)
        n_words = len(self._words)
        for name in ("vectors", "context_vectors", "counts"):
            array = getattr(self, name)
            if array is not None and len(array) != n_words:
                raise InputError(f"{name} must have one row for each of the {n_words:,} words, not {len(array):,}")
        if isinstance(self._words, list):
            _ = self._rows  # refuses repeated words now, not at the first query

    @cached_property
    def words(self) -> list[str]:
        """The words, in the order of their rows (list of str)."""
        return self._words.decode() if isinstance(self._words, PackedWords) else self._words

    @property
    def packed_words(self) -> PackedWords:
        """The words as consecutive bytes."""
        return self._words if isinstance(self._words, PackedWords) else PackedWords.pack(self._words)

    @cached_property
    def _rows(self) -> dict[str, int]:
        rows = {word: row for row, word in enumerate(self.words)}
        if len(rows) != len(self.words):
            twice = next(word for row, word in enumerate(self.words) if rows[word] != row)
            raise InputError(f"the word {twice!r} comes twice; each word can have one vector")
        return rows

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """The length of each vector, (n_words,) float32."""
        norms = np.empty(len(self), np.float32)
        for rows, block in blocks(self.vectors):
            norms[rows] = np.sqrt(np.einsum("ij,ij->i", block, block))
        return norms

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        return word in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def is_known(self, word: str) -> bool:
        """Return whether a word is among the words; with subwords others have vectors too."""
        return word in self

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self):,} words, {self.dim} dimensions, {self.vectors.dtype}>"

    def index(self, word: str) -> int:
        """Return the row of a word.

        Raises
        ------
        UnknownWordError
            If the word is not among the words; it is a `KeyError` too.
        """
        try:
            return self._rows[word]
        except KeyError:
            raise UnknownWordError(f"{word!r} is not among the {len(self):,} words") from None

    def __getitem__(self, key: str | Sequence[str]) -> NDArray[Any]:
        """Return the vector of a word, (dim,), or of several, (n, dim)."""
        if isinstance(key, str):
            return self.vector(key)
        if self.subwords is not None and key:
            return np.stack([self.vector(word) for word in key])
        return self.vectors[np.array([self.index(word) for word in key], np.int64)]

    def vector(self, word: str) -> NDArray[Any]:
        """Return the vector of a word, (dim,): a view of the matrix, or for other words one made from subwords.

        Raises
        ------
        UnknownWordError
            If there is no vector for the word.
        """
        if self.subwords is not None and word not in self:
            return self.subwords.vector(word)
        vector: NDArray[Any] = self.vectors[self.index(word)]
        return vector

    def finite_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return rows `start` to `stop` as C-contiguous (n, dim) float32; raise `InputError` if one is not finite."""
        rows: NDArray[np.float32] = self.vectors[start:stop].astype(np.float32, order="C", copy=False)
        finite = np.isfinite(rows).all(axis=1)
        if not finite.all():
            word = self.words[start + int(np.argmin(finite))]
            raise InputError(f"the vector of {word!r} is not finite, which this format cannot hold")
        return rows


def _matrix(name: str, values: ArrayLike) -> NDArray[Any]:
    matrix = np.asarray(values)
    if matrix.ndim != 2 or matrix.shape[1] == 0:
        raise InputError(f"{name} must be a matrix with a row for each word, not an array of shape {matrix.shape}")
    return matrix if matrix.dtype in (np.float32, np.float16) else matrix.astype(np.float32)
