"""Phrases: pairs of words that are adjacent more often than their counts explain (Mikolov et al. 2013b).

They are found in the id stream by counting co-occurrences, and joined there ("new york" becomes "new_york"), so that a
model trains a vector for each. Further passes find longer phrases.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_choice, check_integer, check_number
from fastvec.cooccurrence.counting import count_cells
from fastvec.corpus import Corpus, Vocabulary
from fastvec.errors import InputError
from fastvec.settings import Counting
from fastvec.training.progress import Listener

#: Default score above which a pair is a phrase: word2phrase's own, and a comparable one.
THRESHOLDS = {"word2phrase": 100.0, "npmi": 0.5}


class Phrase(NamedTuple):
    """Two words, how often they are adjacent, and their score."""

    first: str
    second: str
    occurrences: int
    score: float


@dataclass(frozen=True, eq=False)
class Phrases:
    """The phrases of a corpus, by falling score; iterating yields each as a `Phrase`.

    Attributes
    ----------
    vocabulary : Vocabulary
        All words of the corpus.
    firsts, seconds : (n,) int64
        Ids of the two words of each.
    counts : (n,) int64
        How often they are adjacent.
    scores : (n,) float64
    """

    vocabulary: Vocabulary
    firsts: NDArray[np.int64]
    seconds: NDArray[np.int64]
    counts: NDArray[np.int64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.firsts)

    def __iter__(self) -> Iterator[Phrase]:
        words = self.vocabulary.words
        columns = (self.firsts, self.seconds, self.counts, self.scores)
        for first, second, count, score in zip(*(column.tolist() for column in columns), strict=True):
            yield Phrase(words[first], words[second], count, score)


def find_phrases(
    corpus: Corpus,
    *,
    min_count: int = 5,
    threshold: float | None = None,
    scoring: str = "word2phrase",
    memory: int | None = None,
    threads: int | None = None,
    progress: Listener | None = None,
) -> Phrases:
    """Find the pairs of words that are adjacent more often than their counts explain.

    Let n(ab) be the count of a pair, n(a) and n(b) those of its words, and N the number of words. The score is

        word2phrase   (n(ab) - min_count) N / (n(a) n(b))                   (eq. 6, times N as in word2phrase.c)
        npmi          log(n(ab) N / (n(a) n(b))) / -log(n(ab) / N)          from -1 to 1 (Bouma 2009)

    Parameters
    ----------
    corpus : Corpus
        The text.
    min_count : int
        Ignore pairs that occur fewer times.
    threshold : float or None
        Score that a phrase must exceed; None is 100 for word2phrase, 0.5 for npmi.
    scoring : str
        "word2phrase" or "npmi".
    memory, threads, progress
        As for `fastvec.count_cooccurrence`; they do not change the result.

    Returns
    -------
    Phrases
        May be empty.

    Raises
    ------
    InputError
        If a value is out of range, or the text has only one distinct word.

    Examples
    --------
    >>> from fastvec import read_corpus
    >>> corpus = read_corpus(["new york is a city", "a cat is in new york", "is a city in a city"])
    >>> [tuple(phrase) for phrase in find_phrases(corpus, min_count=1, threshold=3)]
    [('new', 'york', 2, 4.25)]
    """
    check_integer("min_count", min_count, 1)
    check_choice("scoring", scoring, list(THRESHOLDS))
    if threshold is None:
        threshold = THRESHOLDS[scoring]
    check_number("threshold", threshold, -np.inf)
    vocabulary = corpus.vocabulary(min_count=1)
    settings = Counting(window=1, weighting="flat", side="right", cell_min_count=min_count)
    indptr, indices, data = count_cells(corpus, vocabulary, settings, memory, threads, progress)
    firsts, seconds = np.repeat(np.arange(len(vocabulary)), np.diff(indptr)), indices.astype(np.int64)
    together, n = data.astype(np.float64), corpus.n_tokens
    apart = vocabulary.counts[firsts].astype(np.float64) * vocabulary.counts[seconds]
    if scoring == "word2phrase":
        scores = (together - min_count) * n / apart
    else:
        scores = np.log(together * n / apart) / -np.log(together / n)
    chosen = np.flatnonzero(scores > threshold)
    chosen = chosen[np.lexsort((-together[chosen], -scores[chosen]))]
    return Phrases(vocabulary, firsts[chosen], seconds[chosen], together[chosen].astype(np.int64), scores[chosen])


def check_delimiter(delimiter: str) -> None:
    """Refuse a delimiter that would split the phrase again."""
    if any(map(str.isspace, delimiter)):
        raise InputError(f"delimiter must not contain white space, unlike {delimiter!r}")


def join_phrases(corpus: Corpus, phrases: Phrases, delimiter: str = "_") -> Corpus:
    """Return the same text with each phrase as one word. Of overlapping phrases, the first is joined.

    Parameters
    ----------
    corpus : Corpus
        The text.
    phrases : Phrases
        From `find_phrases` of this corpus.
    delimiter : str
        Goes between their words.

    Returns
    -------
    Corpus
        A temporary one, to train on, or to find longer phrases in.

    Raises
    ------
    InputError
        If the delimiter contains white space, or the phrases are of another corpus.
    FileError
        If the disk is full.

    Examples
    --------
    >>> from fastvec import read_corpus
    >>> corpus = read_corpus(["new york is a city", "a cat is in new york", "is a city in a city"])
    >>> joined = join_phrases(corpus, find_phrases(corpus, min_count=1, threshold=3))
    >>> print(b"".join(joined.text()).decode(), end="")
    new_york is a city
    a cat is in new_york
    is a city in a city
    """
    check_delimiter(delimiter)
    if len(phrases.vocabulary) != corpus.n_types:
        raise InputError(f"{corpus.name}: the phrases come from another text")
    return corpus.with_joined(phrases.firsts, phrases.seconds, delimiter)
