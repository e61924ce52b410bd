"""Pairs of a word and a context of any kind, given as they are, counted into a matrix (Levy and Goldberg 2014).

The contexts may be what a parser finds, documents, users or anything else; they have a vocabulary of their own.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_integer
from fastvec.cooccurrence.matrix import Cooccurrence
from fastvec.corpus import Corpus, Vocabulary, read_corpus
from fastvec.errors import DataError, InputError
from fastvec.parameters import documented
from fastvec.settings import Counting, Reading
from fastvec.words import PackedWords

if TYPE_CHECKING:
    from fastvec import keywords

#: What words and contexts may be beside a weight.
_WORD = (str, int, np.integer)


@documented(Reading)
def count_pairs(
    source: Any,
    *,
    min_count: int = 5,
    max_vocab: int | None = None,
    threads: int | None = None,
    progress: Any = None,
    **options: Unpack["keywords.Read"],
) -> Cooccurrence:
    """Count pairs of words and contexts.

    Parameters
    ----------
    source : as for `fastvec.read_corpus`
        Each line, or list, is a pair: a word, its context and, in all of them or in none, a weight, a number of at
        least 0. Words and contexts may be integers; arrays of these are (n, 2) or (n, 3).
    min_count : int
        Ignore words whose weights add up to less, and contexts.
    max_vocab : int, optional
        Keep the N words, and the N contexts, of the largest weight.
    threads, progress
        As for `fastvec.read_corpus`.
    **options
        Those below.
    {parameters}

    Returns
    -------
    Cooccurrence
        The sum of the weights of each pair, with the contexts in `contexts`. `fastvec.train` makes vectors of it with
        all models but "cbow".

    Raises
    ------
    InputError
        If a line is no pair, a weight is no number, or no pairs are left.

    Examples
    --------
    >>> pairs = [("cat", "subject-of:purrs"), ("dog", "subject-of:barks"), ("cat", "subject-of:purrs")]
    >>> counts = count_pairs(pairs, min_count=1)
    >>> counts.vocabulary.words, counts.contexts.words
    (['cat', 'dog'], ['subject-of:purrs', 'subject-of:barks'])
    >>> counts.matrix.toarray()
    array([[2., 0.],
           [0., 1.]], dtype=float32)
    """
    check_integer("min_count", min_count, 1)
    if max_vocab is not None:
        check_integer("max_vocab", max_vocab, 2)
    with read_corpus(as_lines(source), threads=threads, progress=progress, **options) as corpus:
        return pairs_in(corpus, min_count, max_vocab)


def pairs_in(corpus: Corpus, min_count: int, max_vocab: int | None) -> Cooccurrence:
    """Count the pairs that the lines of a corpus are; the other parameters are those of `count_pairs`."""
    from scipy.sparse import csr_matrix

    fields, words = _fields(corpus), PackedWords.pack(corpus.vocabulary(1).words)
    weights = _weights(corpus, fields, words)
    sides = [_chosen(fields[:, k], weights, words, min_count, max_vocab) for k in (0, 1)]
    (vocabulary, rows), (contexts, columns) = sides
    is_known = (rows >= 0) & (columns >= 0) & (weights > 0)
    if not is_known.any():
        raise DataError(
            f"{corpus.name}: no pair has a word and a context of weight {min_count} or more; "
            "lower min_count (--min-count)"
        )
    shape = len(vocabulary), len(contexts)
    matrix = csr_matrix((weights[is_known], (rows[is_known], columns[is_known])), shape)
    matrix.sum_duplicates()
    cells = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float32)
    return Cooccurrence(vocabulary, *cells, _metadata(corpus.facts), contexts=contexts)


def no_pairs() -> Cooccurrence:
    """Return counts without a pair, of which all is known but what is in them."""
    none, nobody = np.zeros(0), Vocabulary([], np.zeros(0, np.int64))
    cells = np.zeros(1, np.int64), none.astype(np.int32), none.astype(np.float32)
    return Cooccurrence(nobody, *cells, _metadata({}), contexts=nobody)


def _metadata(facts: dict[str, Any]) -> dict[str, Any]:
    return {"counting": Counting().as_dict(), "corpus": facts}


def as_lines(source: Any) -> Any:
    """Return a source as `read_corpus` takes it: the parts of pairs with weights become strings."""
    if isinstance(source, np.ndarray) and source.dtype.kind == "f":
        raise InputError(
            "an array of pairs must hold integers; with other weights pass a list of (word, context, weight)"
        )
    first = source[0] if isinstance(source, list | tuple) and source else None
    if not isinstance(source, list | tuple | Iterator) or isinstance(first, os.PathLike):
        return source

    def lines() -> Iterator[Any]:
        for item in source:
            if isinstance(item, list | tuple) and len(item) == 3 and all(isinstance(word, _WORD) for word in item[:2]):
                yield [str(part) for part in item]
            else:
                yield item

    return lines()


def _fields(corpus: Corpus) -> NDArray[np.int32]:
    """Return the ids of the words of each line, (n, 2) or (n, 3)."""
    tokens = corpus.tokens()
    lengths = np.diff(np.flatnonzero(tokens < 0), prepend=-1) - 1
    n = int(lengths[0])
    wrong = np.flatnonzero((lengths != n) | (lengths < 2) | (lengths > 3))
    if wrong.size:
        place = int(wrong[0])
        found = "1 word" if lengths[place] == 1 else f"{lengths[place]:,} words"
        raise DataError(
            f"{corpus.name}: pair {place + 1:,} has {found}; each must be a word, its context and, in all pairs or in "
            "none, a weight"
        )
    return tokens.reshape(-1, n + 1)[:, :n]


def _weights(corpus: Corpus, fields: NDArray[np.int32], words: PackedWords) -> NDArray[np.float64]:
    """Return the weight of each pair."""
    if fields.shape[1] == 2:
        return np.ones(len(fields))
    ids, places = np.unique(fields[:, 2], return_inverse=True)
    values = np.empty(len(ids))
    for k, text in enumerate(words.take(ids).decode()):
        try:
            values[k] = float(text)
        except ValueError:
            values[k] = np.nan
        if not 0 <= values[k] < np.inf:
            pair = int(np.flatnonzero(places == k)[0]) + 1
            raise DataError(f"{corpus.name}: pair {pair:,}: the weight must be a number of at least 0, not {text!r}")
    sums = np.bincount(fields[:, 0], values[places]), np.bincount(fields[:, 1], values[places])
    if max(map(np.max, sums)) >= 2.0**63:
        raise DataError(
            f"{corpus.name}: the weights of a word add up to more than counts can hold, 2^63; scale them down"
        )
    return values[places]


def _chosen(
    ids: NDArray[np.int32], weights: NDArray[np.float64], words: PackedWords, min_count: int, max_vocab: int | None
) -> tuple[Vocabulary, NDArray[np.int64]]:
    """Return the vocabulary of one side of pairs, and the place of each id in it, or -1."""
    sums = np.bincount(ids, weights, len(words))
    found = np.flatnonzero(sums >= min_count)
    counts = np.rint(sums[found]).astype(np.int64)
    order = words.take(found).falling_order(counts)[:max_vocab]
    places = np.full(len(words), -1)
    places[found[order]] = np.arange(len(order))
    return Vocabulary(words.take(found[order]).decode(), counts[order]), places[ids]
