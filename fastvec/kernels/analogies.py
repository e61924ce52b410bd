"""The search for the best answer to analogy questions: sums of three rows of a similarity matrix."""

import numpy as np

from fastvec.kernels.jit import entry, leaf

# Columns processed at a time: few enough that the rows of a section's questions stay in the second-level cache.
_WIDTH = 512


@leaf
def _contains(three, owner):
    return owner == three[0] or owner == three[1] or owner == three[2]


@entry
def raise_best(added, subtracted, questions, excluded, owners, start, best_scores, best_words):
    """Raise each question's best score and word with a block of candidates.

    The score of candidate j for question (a, b, c) is ``added[b, j] - subtracted[a, j] + added[c, j]``. Ties go to
    the first candidate.

    Parameters
    ----------
    added, subtracted : (n_rows, n_candidates) float32
        C-contiguous.
    questions : (n_questions, 3) int32
        The rows a, b and c of each question.
    excluded : (n_questions, 3) int32
        The owners whose candidates cannot be the answer.
    owners : (n_words,) int32
        The word of the questions that each word of the vocabulary stands for, or -1.
    start : int
        The number, in the vocabulary, of the first candidate.
    best_scores : (n_questions,) float32
        Raised in place; minus infinity before the first block.
    best_words : (n_questions,) int64
        Set in place to the number of the best candidate.
    """
    for first in range(0, added.shape[1], _WIDTH):
        last = min(first + _WIDTH, added.shape[1])
        for question in range(len(questions)):
            minus = subtracted[questions[question, 0], first:last]
            plus = added[questions[question, 1], first:last]
            base = added[questions[question, 2], first:last]
            best = best_scores[question]
            # Few blocks hold a better candidate; this count is vectorised, the search for it is not.
            n_better = np.int32(0)
            for j in range(last - first):
                n_better = np.int32(n_better + np.int32(plus[j] - minus[j] + base[j] > best))
            if n_better == 0:
                continue
            for j in range(last - first):
                score = plus[j] - minus[j] + base[j]
                if score > best and not _contains(excluded[question], owners[start + first + j]):
                    best = score
                    best_words[question] = start + first + j
            best_scores[question] = best
