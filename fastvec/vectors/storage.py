"""What a file of vectors holds, and how a word finds its row: all that reading and writing files needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from numbers import Integral
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastvec.checks import as_counts, check_words, shorten
from fastvec.errors import DataError, InputError
from fastvec.phrases import Phrases
from fastvec.spelling import unknown_word
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors.quantized import Quantized
from fastvec.vectors.rows import blocks, finite_rows, lengths_of
from fastvec.vectors.selection import SKIP, not_finite
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
        self._vectors = _matrix("vectors", vectors)
        self.dim = self.vectors.shape[1]
        self.context_vectors = None if context_vectors is None else _matrix("context_vectors", context_vectors)
        self.counts = None if counts is None else as_counts(counts)
        if not isinstance(metadata, Mapping | None):
            raise InputError(f"metadata must be a dict, not {shorten(metadata)}")
        self.metadata = dict(metadata or {})
        self.subwords = subwords
        self.phrases = phrases
        self._words: PackedWords | list[str] = words if isinstance(words, PackedWords) else check_words("words", words)
        n_words = len(self._words)
        for name in ("vectors", "context_vectors", "counts"):
            array = getattr(self, name)
            if array is not None and len(array) != n_words:
                raise InputError(f"{name} must have one row for each of the {n_words:,} words, not {len(array):,}")
        if isinstance(self._words, list):
            _ = self._rows  # refuses repeated words now, not at the first query

    @property
    def vectors(self) -> NDArray[Any]:
        """The matrix, (n_words, dim); read-only if it was trained, read from a file, or made from other vectors.

        If it is int8, a `fastvec.vectors.quantized.Quantized`, which NumPy takes for a matrix of float32. To change
        numbers, make `KeyedVectors` of a copy.
        """
        return self._vectors

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
            raise DataError(f"the word {twice!r} comes twice; each word can have one vector")
        return rows

    @property
    def norms(self) -> NDArray[np.float32]:
        """The length of each vector, (n_words,) float32; computed once if nobody can change the matrix.

        Raises
        ------
        DataError
            If a vector is not finite.
        """
        return self._lengths if is_frozen(self._vectors) else self._measured()

    @cached_property
    def _lengths(self) -> NDArray[np.float32]:
        return self._measured()

    def _measured(self) -> NDArray[np.float32]:
        norms = np.empty(len(self), np.float32)
        for rows, block in blocks(self.vectors):
            norms[rows] = lengths_of(block)
        self.check_finite(np.flatnonzero(~np.isfinite(norms)))
        return norms

    def check_finite(self, rows: slice | NDArray[np.int64] = slice(None)) -> None:
        """Check that the vectors of some rows, or all, are finite.

        Raises
        ------
        DataError
            If one is not; it names the word.
        """
        finite = finite_rows(self.vectors[rows])
        if not finite.all():
            word = self.words[int(np.arange(len(self))[rows][np.argmin(finite)])]
            raise _not_finite(word)

    @property
    def ngrams(self) -> Ngrams | None:
        """Which n-grams have rows; None without subwords."""
        return None if self.subwords is None else self.subwords.ngrams

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def is_known(self, word: str) -> bool:
        """Return whether a word is among the words; with subwords others have vectors too."""
        return word in self._rows

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
        except (KeyError, TypeError):
            if isinstance(word, str):
                raise unknown_word(word, self._rows, self.words) from None
            raise InputError(f"a word must be a string, not {shorten(word)}") from None

    def __getitem__(self, key: str | Iterable[str]) -> NDArray[Any]:
        """Return the vector of a word, (dim,), or of several, (n, dim).

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If the key is neither a word nor several.
        """
        if isinstance(key, str):
            return self.vector(key)
        if isinstance(key, (Integral, slice)):
            raise InputError(f"the key must be a word, or a list of words, not {key!r}; for rows take `vectors`")
        words = check_words("the key", key)
        if self.subwords is not None and words:
            return np.stack([self.vector(word) for word in words])
        rows = np.array([self.index(word) for word in words], np.int64)
        self.check_finite(rows)
        return self.vectors[rows]

    def vector(self, word: str) -> NDArray[Any]:
        """Return the vector of a word, (dim,): a view of the matrix, or for other words one made from subwords.

        Raises
        ------
        UnknownWordError
            If there is no vector for the word.
        DataError
            If it is not finite.
        """
        vector: NDArray[Any]
        if self.subwords is not None and isinstance(word, str) and not self.is_known(word):
            vector = self.subwords.vector(word)
        else:
            vector = self.vectors[self.index(word)]
        if not np.isfinite(vector).all():
            raise _not_finite(word)
        return vector

    def finite_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return rows `start` to `stop` as C-contiguous (n, dim) float32; raise `InputError` if one is not finite."""
        rows: NDArray[np.float32] = self.vectors[start:stop].astype(np.float32, order="C", copy=False)
        finite = finite_rows(rows)
        if not finite.all():
            word = self.words[start + int(np.argmin(finite))]
            raise DataError(f"{not_finite(word)}, which this format cannot hold; load with {SKIP} to omit such words")
        return rows


def _not_finite(word: str) -> DataError:
    return DataError(f"{not_finite(word)}; load the file with {SKIP} to omit such words")


def _matrix(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return a matrix of float32 or float16, not copied if it is one, nor if it is quantized."""
    if isinstance(values, Quantized):
        return cast(NDArray[Any], values)
    try:
        given = np.asarray(values)
        matrix = given if given.dtype in (np.float32, np.float16) else given.astype(np.float32)
    except (TypeError, ValueError) as error:  # rows of several lengths, or no numbers
        raise InputError(f"{name} must be a matrix of numbers with a row for each word: {error}") from None
    if matrix.ndim != 2 or matrix.shape[1] == 0:
        raise InputError(f"{name} must be a matrix with a row for each word, not an array of shape {matrix.shape}")
    return matrix


def freeze(matrix: NDArray[Any]) -> NDArray[Any]:
    """Make an array that nothing else refers to read-only, and return it."""
    base: Any = matrix
    while isinstance(base, np.ndarray):
        base.flags.writeable = False
        base = base.base
    return matrix


def is_frozen(array: NDArray[Any]) -> bool:
    """Return whether neither an array nor what it is a view of can be written to."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return False
        base = base.base
    return True
