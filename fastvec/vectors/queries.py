"""Questions about vectors: neighbours, similarity, analogies, the odd one out.

Similarity is always the cosine of two vectors.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fastvec.checks import check_choice, check_integer
from fastvec.errors import InputError, UnknownWordError
from fastvec.vectors.rows import blocks, inverse, normalize_rows
from fastvec.vectors.search import search
from fastvec.vectors.storage import Storage

Item: TypeAlias = str | NDArray[Any]
Neighbours: TypeAlias = list[tuple[str, float]]

_QUERIES = 1024  # in one search
_SMALL = np.float32(1e-6)  # keeps 3CosMul from dividing by zero (Levy and Goldberg 2014)


class Queries(Storage):
    """The part of `KeyedVectors` that answers questions: with words, similarities and places."""

    def most_similar(
        self,
        positive: Item | Sequence[Item] = (),
        negative: Item | Sequence[Item] = (),
        topn: int = 10,
        *,
        restrict_vocab: int | None = None,
        method: Literal["3cosadd", "3cosmul"] = "3cosadd",
    ) -> Neighbours:
        """Return the words nearest to some words or vectors and far from others, all scaled to length 1.

        Parameters
        ----------
        positive, negative : str, (dim,) vector, or list of these
            What to be near to, and what to be far from. These words are omitted from the answer.
        topn : int
            How many words to return.
        restrict_vocab : int, optional
            Search only this many words, from the first on.
        method : {"3cosadd", "3cosmul"}
            How words are scored. "3cosadd": cosine with the sum of the positive minus the negative. "3cosmul": the
            product of (1 + cosine) / 2 over the positive, divided by that over the negative.

        Returns
        -------
        list of (str, float)
            Words and scores, the best first.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If nothing is given, a vector has another number of dimensions, or `topn` is below 1.

        References
        ----------
        Levy and Goldberg, "Linguistic regularities in sparse and explicit word representations", CoNLL 2014.
        """
        check_choice("method", method, ("3cosadd", "3cosmul"))
        added, subtracted = _items(positive), _items(negative)
        if not added and not subtracted:
            raise InputError("most_similar needs at least one word or vector")
        units = self.units([*added, *subtracted])
        given = self._rows_of([*added, *subtracted])
        if method == "3cosmul":
            n_added = len(added)

            def multiply(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
                halves = (cosines + np.float32(1)) / np.float32(2)
                scores: NDArray[np.float32] = halves[:n_added].prod(axis=0) / (halves[n_added:].prod(axis=0) + _SMALL)
                return scores[None]

            return self._search(units, [given], topn, restrict_vocab, multiply)[0]
        signs = np.repeat(np.array([1, -1], np.float32), [len(added), len(subtracted)])
        return self._search(normalize_rows((signs @ units)[None]), [given], topn, restrict_vocab)[0]

    def nearest(
        self, items: Sequence[Item] | NDArray[Any], topn: int = 10, *, restrict_vocab: int | None = None
    ) -> list[Neighbours]:
        """Return the nearest words of each of many words or vectors, in one search.

        Parameters
        ----------
        items : list of words and vectors, or (n, dim) matrix
            What to search for. A word is omitted from its own answer.
        topn, restrict_vocab
            As in `most_similar`.

        Returns
        -------
        list of list of (str, float)
            Words and cosines for each item, the nearest first.

        Raises
        ------
        UnknownWordError, InputError
            As `most_similar`.
        """
        if isinstance(items, str) or (isinstance(items, np.ndarray) and items.ndim != 2):
            raise InputError("nearest needs several words or vectors; for one, put it into a list")
        answers = []
        for start in range(0, len(items), _QUERIES):
            some = list(items[start : start + _QUERIES])
            answers += self._search(self.units(some), [self._rows_of([item]) for item in some], topn, restrict_vocab)
        return answers

    def analogy(self, a: str, b: str, c: str, topn: int = 10, **options: Any) -> Neighbours:
        """Return the words nearest to a - b + c: for king - man + woman, queen.

        Parameters
        ----------
        a, b, c : str
            `a` is to `b` as the answer is to `c`.
        topn, **options
            As in `most_similar`.

        Raises
        ------
        UnknownWordError, InputError
            As `most_similar`.
        """
        return self.most_similar([a, c], [b], topn, **options)

    def similarity(self, first: Item, second: Item) -> float:
        """Return the cosine of two words or vectors, in [-1, 1].

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        """
        one, other = self.units([first, second])
        return float(one @ other)

    def similarities(self, item: Item) -> NDArray[np.float32]:
        """Return the cosines of a word or vector with all words, (n_words,) float32.

        Raises
        ------
        UnknownWordError
            If there is no vector for the word.
        """
        unit = self.units([item])[0]
        cosines = np.empty(len(self), np.float32)
        for rows, block in blocks(self.vectors):
            cosines[rows] = block @ unit
        return cosines * inverse(self.norms)

    def n_similarity(self, first: Sequence[str], second: Sequence[str]) -> float:
        """Return the cosine of the mean vectors of two groups of words.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If a group is empty.
        """
        return self.similarity(self.centroid(first), self.centroid(second))

    def document_similarity(self, first: Sequence[str], second: Sequence[str], *, skip_unknown: bool = False) -> float:
        """Return the sum of the cosines of each word of one short document with each of another.

        That is the dot product of the sums of their unit vectors (Goldberg, "Neural network methods for natural
        language processing", 2017, section 11.6).

        Parameters
        ----------
        first, second : sequence of str
            The documents' words; they may repeat.
        skip_unknown : bool
            Omit words without a vector, instead of refusing them.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        """
        one, other = (self.units(self._known(words, skip_unknown)).sum(axis=0) for words in (first, second))
        return float(one @ other)

    def doesnt_match(self, words: Sequence[str]) -> str:
        """Return the word that is farthest from the mean of all, each scaled to length 1.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If no words are given.
        """
        if isinstance(words, str) or not len(words):
            raise InputError("doesnt_match needs a list of words")
        units = self.units(list(words))
        return words[int(np.argmin(units @ units.mean(axis=0)))]

    def closer_than(self, first: str, second: str) -> list[str]:
        """Return the words closer to the first word than the second word is, the closest first.

        Raises
        ------
        UnknownWordError
            If a word is not among the words.
        """
        cosines = self.similarities(first)
        closer = np.flatnonzero(cosines > cosines[self.index(second)])
        own = self.index(first)
        return [self.words[row] for row in closer[np.argsort(-cosines[closer], kind="stable")] if row != own]

    def rank(self, first: str, second: str) -> int:
        """Return the place of the second word among the neighbours of the first; 1 is the nearest.

        Raises
        ------
        UnknownWordError
            If a word is not among the words.
        """
        return len(self.closer_than(first, second)) + 1

    def centroid(self, words: Sequence[str], *, skip_unknown: bool = False) -> NDArray[np.float32]:
        """Return the mean of the vectors of words, (dim,) float32.

        Parameters
        ----------
        words : list of str
        skip_unknown : bool
            Omit words without a vector, instead of refusing them.

        Raises
        ------
        UnknownWordError
            If a word has no vector, or with `skip_unknown` none has one.
        InputError
            If no words are given.
        """
        if isinstance(words, str) or not len(words):
            raise InputError("a list of words is needed")
        known = self._known(words, skip_unknown)
        if not known:
            raise UnknownWordError("none of the words has a vector")
        mean: NDArray[np.float32] = self[known].mean(axis=0, dtype=np.float32)
        return mean

    def units(self, items: Sequence[Item]) -> NDArray[np.float32]:
        """Return words and vectors scaled to length 1, (n, dim) float32.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If a vector has another number of dimensions.
        """
        rows = np.empty((len(items), self.dim), np.float32)
        for number, item in enumerate(items):
            vector: ArrayLike = self.vector(item) if isinstance(item, str) else item
            if np.shape(vector) != (self.dim,):
                raise InputError(f"a vector must have {self.dim} numbers, not the shape {np.shape(vector)}")
            rows[number] = vector
        return normalize_rows(rows)

    def _known(self, words: Sequence[str], skip_unknown: bool) -> list[str]:
        """Return the words, or only those that have a vector."""
        return [word for word in words if not skip_unknown or word in self or self.subwords]

    def _rows_of(self, items: Sequence[Item]) -> list[int]:
        """Return the rows of the items that are words with a row."""
        return [self._rows[item] for item in items if isinstance(item, str) and item in self]

    def _search(
        self,
        units: NDArray[np.float32],
        given: list[list[int]],
        topn: int,
        restrict_vocab: int | None,
        score: Any = None,
    ) -> list[Neighbours]:
        check_integer("topn", topn, 1)
        if restrict_vocab is not None:
            check_integer("restrict_vocab", restrict_vocab, 1)
        matrix, norms = self.vectors[:restrict_vocab], self.norms[:restrict_vocab]
        found = search(matrix, norms, units, given, topn, score)
        words = self.words
        return [
            [(words[row], value) for row, value in zip(rows.tolist(), scores.tolist(), strict=True)]
            for rows, scores in found
        ]


def _items(given: Item | Sequence[Item]) -> list[Item]:
    return [given] if isinstance(given, str) or (isinstance(given, np.ndarray) and given.ndim == 1) else list(given)
