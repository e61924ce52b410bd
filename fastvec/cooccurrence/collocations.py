"""Finding phrases: pairs of words that are adjacent more often than their counts explain (Mikolov et al. 2013b).

They are found in the id stream by counting co-occurrences, and joined there ("new york" becomes "new_york"), so that a
model trains a vector for each.
"""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_kind
from fastvec.cooccurrence.counting import count_cells
from fastvec.corpus import Corpus, Vocabulary, as_corpus
from fastvec.corpus.sources import Source
from fastvec.parameters import documented, take_all
from fastvec.phrases import Phrases
from fastvec.settings import Counting, Phrasing
from fastvec.training.progress import Listener

if TYPE_CHECKING:
    from fastvec import keywords


@documented(Phrasing)
def find_phrases(
    source: Any,
    *,
    memory: int | None = None,
    threads: int | None = None,
    progress: Listener | bool | None = None,
    **settings: Unpack["keywords.FindPhrases"],
) -> Phrases:
    """Find the pairs of words that are adjacent more often than their counts explain.

    Let n(ab) be the count of a pair, n(a) and n(b) those of its words, and N the number of words. The score is

        word2phrase   (n(ab) - min_count) N / (n(a) n(b))                   (eq. 6, times N as in word2phrase.c)
        npmi          log(n(ab) N / (n(a) n(b))) / -log(n(ab) / N)          from -1 to 1 (Bouma 2009)

    Parameters
    ----------
    source : Corpus, or as for `fastvec.read_corpus`
        The text.
    memory, threads, progress
        As for `fastvec.count_cooccurrence`; they do not change the result.
    **settings
        Those below.
    {parameters}

    Returns
    -------
    Phrases
        May be empty.

    Raises
    ------
    InputError
        If an argument is unknown or out of range, or the text has only one distinct word.

    Examples
    --------
    >>> sentences = ["new york is a city", "a cat is in new york", "is a city in a city"]
    >>> [tuple(phrase) for phrase in find_phrases(sentences, min_count=1, threshold=3)]
    [('new', 'york', 2, 4.25)]
    """
    chosen = take_all(Phrasing, settings)
    counting = Counting(window=1, weighting="flat", side="right", cell_min_count=chosen.min_count)
    firsts: list[str] = []
    seconds: list[str] = []
    parts: list[_Scored] = []
    with ExitStack() as stack:
        text = source if isinstance(source, Corpus) else stack.enter_context(as_corpus(source, threads, progress))
        for _ in range(chosen.passes):
            vocabulary = text.vocabulary(min_count=1)
            cells = count_cells(text, vocabulary, counting, memory, threads, progress)
            found = _score(vocabulary, text.n_tokens, *cells, chosen)
            if not found.counts.size:
                break
            pair = [[vocabulary.words[k] for k in ids.tolist()] for ids in (found.firsts, found.seconds)]
            firsts, seconds, parts = firsts + pair[0], seconds + pair[1], [*parts, found]
            if len(parts) < chosen.passes:
                text = stack.enter_context(text.with_joined(pair[0], pair[1], chosen.delimiter))
                if text.n_types < 2:
                    break
        return Phrases(
            firsts,
            seconds,
            np.concatenate([np.empty(0, np.int64), *(each.counts for each in parts)]),
            np.concatenate([np.empty(0), *(each.scores for each in parts)]),
            np.repeat(np.arange(1, len(parts) + 1), [each.counts.size for each in parts]),
            chosen,
            text.options,
        )


class _Scored(NamedTuple):
    """Pairs of words that exceed the threshold, the best first."""

    firsts: NDArray[np.int64]  #: Ids.
    seconds: NDArray[np.int64]
    counts: NDArray[np.int64]
    scores: NDArray[np.float64]


def _score(
    vocabulary: Vocabulary,
    n_tokens: int,
    indptr: NDArray[Any],
    indices: NDArray[Any],
    data: NDArray[Any],
    settings: Phrasing,
) -> _Scored:
    """Score the pairs of adjacent words, which `count_cells` counted."""
    assert settings.threshold is not None
    firsts, seconds = np.repeat(np.arange(len(vocabulary)), np.diff(indptr)), indices.astype(np.int64)
    together = data.astype(np.float64)
    apart = vocabulary.counts[firsts].astype(np.float64) * vocabulary.counts[seconds]
    if settings.scoring == "word2phrase":
        scores = (together - settings.min_count) * n_tokens / apart
    else:
        scores = np.log(together * n_tokens / apart) / -np.log(together / n_tokens)
    chosen = np.flatnonzero(scores > settings.threshold)
    chosen = chosen[np.lexsort((-together[chosen], -scores[chosen]))]
    return _Scored(firsts[chosen], seconds[chosen], together[chosen].astype(np.int64), scores[chosen])


def join_phrases(corpus: "Corpus | Source", phrases: Phrases) -> Corpus:
    """Return the same text with each phrase as one word. Of overlapping phrases, the first is joined.

    Parameters
    ----------
    corpus : Corpus, or as for `fastvec.read_corpus`
        The text in which the phrases were found, or another one.
    phrases : Phrases
        From `find_phrases` or `Phrases.load`.

    Returns
    -------
    Corpus
        A temporary one, to train on. Vectors trained on it remember its phrases.

    Raises
    ------
    InputError
        If `phrases` are no phrases.
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
    check_kind("phrases", phrases, Phrases, " from `fastvec.find_phrases`")
    joined = corpus = as_corpus(corpus)
    for pairs in phrases.by_pass():
        shorter = joined.with_joined(*pairs, phrases.settings.delimiter)
        if joined is not corpus:
            joined.close()
        joined = shorter
    joined.phrases = phrases
    return joined
