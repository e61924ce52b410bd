"""Answers to analogy questions: for each, the word of the vocabulary that scores best.

Questions share their words: the similarities of a few hundred words to the whole vocabulary hold every score. 3CosAdd's
is the sum of three of them. One matrix product, in blocks of the vocabulary, serves all questions, methods and
vocabulary limits. Each vector of the vocabulary is read and normalised once.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import count_threads
from fastvec.evaluation.lookup import unit_vectors
from fastvec.kernels.analogies import raise_best
from fastvec.scoring import Method
from fastvec.vectors import KeyedVectors

#: How analogies are answered; `fastvec.scoring.Method` has the formulas.
METHODS: tuple[Method, ...] = get_args(Method)

_EPSILON = 0.001  # of 3CosMul
_BLOCK = 1 << 23  # similarities held at a time
_NARROWEST = 512  # candidates in a block, however many words the questions have


def answer_questions(
    wv: KeyedVectors,
    rows: NDArray[np.int64],
    questions: NDArray[np.int32],
    owners: NDArray[np.int32],
    limits: list[int],
    methods: Sequence[str],
) -> NDArray[np.int64]:
    """Answer each question by each method among the first words up to each limit.

    Parameters
    ----------
    wv : KeyedVectors
        Words by falling frequency.
    rows : (n_entries,) int64
        The vectors of the words that the questions give.
    questions : (n_questions, 3) int32
        The entries a, b and c of each question.
    owners : (n_words,) int32
        The entry for which a word stands, or -1; a question's own words, in any case, are no answers.
    limits : list of int
        Rising, each between 1 and `n_words`.
    methods : sequence of str
        Of `METHODS`.

    Returns
    -------
    (n_methods, n_limits, n_questions) int64
        The row of the answer, the first of equals; -1 where there is no candidate.
    """
    given = unit_vectors(wv, rows)
    zeros = np.full(len(questions), len(rows), np.int32)  # the row of zeros below the similarities
    summed = {method: questions for method in methods}
    if "nearest" in methods:
        summed["nearest"] = np.column_stack([zeros, zeros, questions[:, 2]])
    scores = np.full((len(methods), len(questions)), -np.inf, np.float32)
    words = np.full((len(methods), len(questions)), -1, np.int64)
    answers = np.empty((len(methods), len(limits), len(questions)), np.int64)
    threads = count_threads(None)
    cuts = np.linspace(0, len(questions), threads + 1).astype(int).tolist()
    parts = [slice(first, last) for first, last in pairwise(cuts)]
    with ThreadPoolExecutor(threads) as pool:
        for start, stop in _blocks(limits, len(rows)):
            similarities = _similarities(given, unit_vectors(wv, slice(start, stop)))
            jobs = []
            for method, best_scores, best_words in zip(methods, scores, words, strict=True):
                terms = _terms(similarities, method)
                for part in parts:
                    asked, best = (summed[method][part], questions[part]), (best_scores[part], best_words[part])
                    jobs.append(pool.submit(raise_best, *terms, *asked, owners, start, *best))
            for job in jobs:
                job.result()
            if stop in limits:
                answers[:, limits.index(stop)] = words
    return answers


def _blocks(limits: Sequence[int], n_rows: int) -> Iterator[tuple[int, int]]:
    """Cut the vocabulary at its limits, and into blocks with at most `_BLOCK` similarities."""
    # not a power of two, so that the same columns of several rows fall into different sets of the cache
    width = max(_NARROWEST, _BLOCK // (n_rows + 1)) // 32 * 32 + 16
    for first, last in pairwise([0, *limits]):
        for start in range(first, last, width):
            yield start, min(start + width, last)


def _similarities(given: NDArray[np.float32], candidates: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosines of the given words and the candidates, and below them a row of zeros."""
    similarities = np.zeros((len(given) + 1, len(candidates)), np.float32)
    np.matmul(given, candidates.T, out=similarities[:-1])
    return similarities


def _terms(similarities: NDArray[np.float32], method: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what a method adds and subtracts for each word: 3CosMul adds logarithms in place of multiplying."""
    if method != "3cosmul":
        return similarities, similarities
    halves = np.clip(similarities / 2 + np.float32(0.5), 0, None)
    with np.errstate(divide="ignore"):
        return np.log(halves), np.log(halves + np.float32(_EPSILON))
