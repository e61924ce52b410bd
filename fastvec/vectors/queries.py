"""Questions about vectors: neighbours, similarity, analogies, the odd one out.

Similarity is always the cosine of two vectors.
"""

from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_choice, check_flag, check_integer, check_number, check_words, renamed, shorten
from fastvec.errors import InputError, UnknownWordError
from fastvec.tabular import Tabular
from fastvec.vectors.rows import blocks, cosines_with, normalize_rows
from fastvec.vectors.search import search
from fastvec.vectors.storage import Storage

Item: TypeAlias = str | NDArray[Any]
Weighted: TypeAlias = Item | tuple[Item, float]

_QUERIES = 1024  # in one search
_SMALL = np.float32(1e-6)  # keeps 3CosMul from dividing by zero (Levy and Goldberg 2014)


class Neighbours(list[tuple[str, float]], Tabular):
    """Words with their scores, the best first: a list of pairs, and a table."""

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows."""
        return ("word", "score"), list(self)


class Queries(Storage):
    """The part of `KeyedVectors` that answers questions: with words, similarities and places."""

    @renamed(restrict_vocab="limit", vocab_limit="limit")
    def most_similar(
        self,
        positive: Weighted | Iterable[Weighted] = (),
        negative: Weighted | Iterable[Weighted] = (),
        topn: int | None = 10,
        *,
        limit: int | None = None,
        method: Literal["3cosadd", "3cosmul"] = "3cosadd",
    ) -> Neighbours:
        """Return the words nearest to some words or vectors and far from others, all scaled to length 1.

        Parameters
        ----------
        positive, negative : str, (dim,) vector, or list of these
            What to be near to, and what to be far from. Each may have a weight, as in ``("king", 0.5)``. These words
            are omitted from the answer.
        topn : int or None
            How many words to return; None is all.
        limit : int, optional
            Search only the first, most frequent, N words.
        method : {"3cosadd", "3cosmul"}
            How words are scored. "3cosadd": cosine with the sum of the positive minus the negative. "3cosmul": the
            product of (1 + cosine) / 2 over the positive, divided by that over the negative; weights are powers.

        Returns
        -------
        list of (str, float)
            Words and scores, the best first. Notebooks show it as a table, and `to_pandas` makes a data frame.

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
        added, subtracted = _items("positive", positive), _items("negative", negative)
        if not added and not subtracted:
            raise InputError("most_similar needs at least one word or vector")
        items = [item for item, _ in (*added, *subtracted)]
        weights = np.array([*(weight for _, weight in added), *(-weight for _, weight in subtracted)], np.float32)
        units, given = self.units(items), self._rows_of(items)
        if method == "3cosmul":
            powers = np.abs(weights)[:, None]

            def multiply(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
                halves = ((cosines + np.float32(1)) / np.float32(2)).clip(0) ** powers
                scores: NDArray[np.float32] = halves[weights > 0].prod(axis=0) / (
                    halves[weights < 0].prod(axis=0) + _SMALL
                )
                return scores[None]

            return self._search(units, [given], topn, limit, multiply)[0]
        return self._search(normalize_rows((weights @ units)[None]), [given], topn, limit)[0]

    @renamed(restrict_vocab="limit", vocab_limit="limit")
    def nearest(
        self, items: Iterable[Item] | NDArray[Any], topn: int | None = 10, *, limit: int | None = None
    ) -> list[Neighbours]:
        """Return the nearest words of each of many words or vectors, in one search.

        Parameters
        ----------
        items : list of words and vectors, or (n, dim) matrix
            What to search for. A word is omitted from its own answer.
        topn, limit
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
        several = list_items("nearest", items)
        answers: list[Neighbours] = []
        for start in range(0, len(several), _QUERIES):
            some = several[start : start + _QUERIES]
            answers += self._search(self.units(some), [self._rows_of([item]) for item in some], topn, limit)
        return answers

    def analogy(self, a: Item, b: Item, c: Item, topn: int | None = 10, **options: Any) -> Neighbours:
        """Return the words nearest to a - b + c: for king - man + woman, queen.

        Parameters
        ----------
        a, b, c : str or (dim,) vector
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
            cosines[rows] = cosines_with(unit[None], block, self.norms[rows])[0]
        return cosines

    def n_similarity(self, first: Iterable[str], second: Iterable[str]) -> float:
        """Return the cosine of the mean vectors of two groups of words.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If a group is empty.
        """
        return self.similarity(self.centroid(first), self.centroid(second))

    def document_similarity(self, first: Iterable[str], second: Iterable[str], *, skip_unknown: bool = False) -> float:
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
        one, other = (
            self.units(self._known(name, words, skip_unknown)).sum(axis=0)
            for name, words in (("first", first), ("second", second))
        )
        return float(one @ other)

    def doesnt_match(self, words: Iterable[str]) -> str:
        """Return the word that is farthest from the mean of all, each scaled to length 1.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If no words are given.
        """
        listed = check_words("words", words, some=True)
        units = self.units(listed)
        return listed[int(np.argmin(units @ units.mean(axis=0)))]

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

    def centroid(self, words: Iterable[str], *, skip_unknown: bool = False) -> NDArray[np.float32]:
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
        listed = check_words("words", words, some=True)
        known = self._known("words", listed, skip_unknown)
        if not known:
            raise UnknownWordError("none of the words has a vector")
        mean: NDArray[np.float32] = self[known].mean(axis=0, dtype=np.float64).astype(np.float32)
        return mean

    def units(self, items: Iterable[Item]) -> NDArray[np.float32]:
        """Return words and vectors scaled to length 1, (n, dim) float32.

        Raises
        ------
        UnknownWordError
            If there is no vector for a word.
        InputError
            If an item is neither a word nor a vector of finite numbers, of as many as there are dimensions.
        """
        several = list_items("units", items)
        rows = np.empty((len(several), self.dim), np.float32)
        for number, item in enumerate(several):
            rows[number] = self.vector(item) if isinstance(item, str) else self._checked(item)
        return normalize_rows(rows)

    def _checked(self, item: object) -> NDArray[Any]:
        """Return a vector that was given; refuse what is none."""
        try:
            vector = np.asarray(item)
        except ValueError:  # lists of several lengths
            vector = np.array(None)
        if vector.dtype.kind not in "fiu" or not vector.ndim:
            raise InputError(f"an item must be a word or a vector, not {shorten(item)}")
        if vector.shape != (self.dim,):
            raise InputError(f"a vector must have {self.dim} numbers, not the shape {vector.shape}")
        with np.errstate(over="ignore"):
            vector = vector.astype(np.float32, copy=False)
        if not np.isfinite(vector).all():
            raise InputError("a vector must hold finite numbers only")
        return vector

    def _known(self, name: str, words: Iterable[str], skip_unknown: bool) -> list[str]:
        """Return the words, or only those that have a vector."""
        check_flag("skip_unknown", skip_unknown)
        return [word for word in check_words(name, words) if not skip_unknown or word in self or self.subwords]

    def _rows_of(self, items: Sequence[Item]) -> list[int]:
        """Return the rows of the items that are words with a row."""
        return [self._rows[item] for item in items if isinstance(item, str) and self.is_known(item)]

    def _search(
        self,
        units: NDArray[np.float32],
        given: list[list[int]],
        topn: int | None,
        limit: int | None,
        score: Any = None,
    ) -> list[Neighbours]:
        n_best = max(1, len(self)) if topn is None else topn
        check_integer("topn", n_best, 1)
        if limit is not None:
            check_integer("limit", limit, 1)
        if self.subwords is not None and not len(self):
            raise InputError("there are no words to search among; list them in X.vocab.tsv beside X.floret, one a line")
        matrix, norms = self.vectors[:limit], self.norms[:limit]
        found = search(matrix, norms, units, given, min(n_best, max(1, len(self))), score)
        words = self.words
        return [
            Neighbours((words[row], value) for row, value in zip(rows.tolist(), scores.tolist(), strict=True))
            for rows, scores in found
        ]


def list_items(name: str, items: object) -> list[Any]:
    """Return several words and vectors as a list; refuse a single one."""
    if isinstance(items, (str, bytes)) or not isinstance(items, Iterable) or _is_vector(items):
        raise InputError(f"{name} needs several words or vectors, not {shorten(items)}; for one, put it into a list")
    return list(items)


def _items(name: str, given: object) -> list[tuple[Item, float]]:
    """Return words and vectors with their weights, 1 where there is none."""
    if not isinstance(given, (str, Iterable)) or isinstance(given, bytes):
        raise InputError(f"{name} must be a word, a vector, or a list of these, not {shorten(given)}")
    alone = isinstance(given, str) or _is_vector(given) or _is_weighted(given)
    several: Iterable[Any] = [given] if alone else given
    pairs: list[tuple[Item, float]] = [each if _is_weighted(each) else (each, 1.0) for each in several]
    for _, weight in pairs:
        check_number("a weight", weight, -np.inf)
    return pairs


def _is_vector(given: object) -> bool:
    return isinstance(given, np.ndarray) and given.ndim == 1 and given.dtype.kind in "fiu"


def _is_weighted(given: object) -> bool:
    """Return whether this is an item with its weight, and not two items."""
    return (
        isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], Real) and not isinstance(given[0], Real)
    )
