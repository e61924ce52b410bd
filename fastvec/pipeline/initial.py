"""Vectors that a training starts from."""

from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_choice
from fastvec.corpus import Vocabulary
from fastvec.errors import DataError, FileError
from fastvec.models.input_rows import InputRows
from fastvec.vectors import KeyedVectors
from fastvec.vectors.loading import as_vectors
from fastvec.vectors.rows import finite_rows
from fastvec.vectors.selection import SKIP, not_finite

Matrix = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Initial:
    """Vectors that a training starts from; made by `of`.

    Attributes
    ----------
    given : KeyedVectors
        As they were given.
    words : str
        "new": the words of the text are trained, and no others kept; "old": the words that have vectors are trained
        where they occur, and kept in any case; "union": both.
    vectors : (n, dim) float32
        Word vectors.
    context_vectors : (n, dim) float32 or None
        Context vectors, if they are known.
    """

    given: KeyedVectors
    words: str
    vectors: Matrix
    context_vectors: Matrix | None

    @classmethod
    def of(cls, source: KeyedVectors | str | PathLike[str], words: str) -> "Initial":
        """Take word and context vectors out of keyed vectors, or out of a file of them.

        Where the vectors are the sum of the two, as its metadata say, and the context vectors are there, so are both.

        Raises
        ------
        InputError
            If `words` is none of the three, or the vectors are context vectors or not finite.
        FileError
            If the file cannot be read.
        """
        check_choice("init_vocab", words, ("new", "old", "union"))
        given = _load(source)
        name = source if isinstance(source, str | PathLike) else "init_from"
        kind = given.metadata.get("parameters", {}).get("vectors", "word")
        if kind == "context":
            raise DataError(f"{name}: these are context vectors; a training starts from word vectors")
        vectors, contexts = given.vectors.astype(np.float32, copy=False), given.context_vectors
        if contexts is not None:
            contexts = contexts.astype(np.float32, copy=False)
            if kind == "sum":
                vectors = vectors - contexts
        for matrix in (vectors, contexts):
            if matrix is not None and not (finite := finite_rows(matrix)).all():
                raise DataError(f"{name}: {not_finite(given.words[int(np.argmin(finite))])}; omit the word")
        return cls(given, words, vectors, contexts)

    @property
    def dim(self) -> int:
        """Dimensions of the vectors."""
        return int(self.vectors.shape[1])

    @property
    def bytes(self) -> int:
        """Memory that the vectors take, and once more those that are kept."""
        matrices = [self.vectors] if self.context_vectors is None else [self.vectors, self.context_vectors]
        return sum(matrix.nbytes for matrix in matrices) * (1 if self.words == "new" else 3)

    def fits(self, dtype: str) -> bool:
        """Return whether "float32" or "float16" holds all numbers of the vectors."""
        if dtype == "float32":
            return True
        rows = None if self.given.subwords is None else self.given.subwords.rows
        matrices = [each for each in (self.vectors, self.context_vectors, rows) if each is not None]
        return all(max(np.max(each), -np.min(each)) <= np.finfo(dtype).max for each in matrices)

    def choose(self, vocabulary: Vocabulary) -> Vocabulary:
        """Return those words of a vocabulary that are to be trained.

        Raises
        ------
        InputError
            If they are fewer than two.
        """
        if self.words != "old":
            return vocabulary
        known = self.knows(vocabulary)
        if known.sum() < 2:
            raise DataError(
                f"of the {len(self.given):,} words that have vectors, {known.sum()} are among the {len(vocabulary):,} "
                "words of the text: lower min_count (--min-count), or choose init_vocab (--init-vocab) union or new"
            )
        words = [word for word, is_known in zip(vocabulary, known, strict=True) if is_known]
        return Vocabulary(words, vocabulary.counts[known])

    def knows(self, vocabulary: Vocabulary) -> NDArray[np.bool_]:
        """Return for each word of a vocabulary whether it has a vector."""
        return np.array([word in self.given for word in vocabulary], bool)

    def fill(self, vocabulary: Vocabulary, W: Matrix, C: Matrix | None, inputs: InputRows | None = None) -> None:
        """Set the rows of those words of a vocabulary that have vectors, and of the n-grams that have rows.

        Parameters
        ----------
        vocabulary : Vocabulary
            Its words are the first rows of the matrices.
        W, C : (n_rows, dim or more) float32
            Word and context vectors; None leaves the latter alone.
        inputs : InputRows, optional
            Which rows of W belong to which word and n-gram; without it row i belongs to word i.
        """
        pairs = [(row, self.given.index(word)) for row, word in enumerate(vocabulary) if word in self.given]
        rows, found = np.array(pairs, np.int64).reshape(-1, 2).T
        subwords = self.given.subwords
        if inputs is None or subwords is None:
            W[rows, : self.dim] = self.vectors[found]
        else:
            if len(inputs.own):
                known = self.given.packed_words.take(found)
                W[inputs.own[rows], : self.dim] = subwords.own_rows(known, self.vectors[found])
            places = subwords.find(inputs.keys)
            W[inputs.hashed[places >= 0], : self.dim] = subwords.rows[places[places >= 0]]
        if C is not None and self.context_vectors is not None:
            C[rows, : self.dim] = self.context_vectors[found]

    def others(self, vocabulary: Vocabulary) -> tuple[list[str], Matrix, Matrix]:
        """Return the words that are kept though they were not trained, their word vectors and their context vectors."""
        known = set(vocabulary) if self.words != "new" else set(self.given)
        rows = np.array([row for row, word in enumerate(self.given) if word not in known], np.int64)
        contexts = np.zeros((rows.size, self.dim), np.float32)
        if self.context_vectors is not None:
            contexts[:] = self.context_vectors[rows]
        return [self.given.words[row] for row in rows], self.vectors[rows], contexts


def _load(source: KeyedVectors | str | PathLike[str]) -> KeyedVectors:
    try:
        return as_vectors("init_from", source)
    except FileError as error:
        cure = f"; here that takes a copy: fastvec convert --errors skip {source} COPY" if SKIP in str(error) else ""
        raise FileError(f"{error}{cure}") from None
