"""Analogies: "Athens is to Greece as Baghdad is to what?" (Mikolov et al. 2013).

Questions, candidates and right answers are as in gensim's ``evaluate_word_analogies``: case is folded, the first word
of several that differ in case gives the vector, and a question's own words, in any case, are no answers. (gensim looks
at five candidates only, and gives up where all five are such words.)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.evaluation.answers import METHODS, answer_questions
from fastvec.evaluation.bootstrap import DEFAULT, Bootstrap, Design, mean_intervals
from fastvec.evaluation.lookup import Matches, cut_vocabulary, match_words, uncovered
from fastvec.evaluation.questions import Questions, read_questions
from fastvec.evaluation.scores import OverallResult, Proportion, Unknown, check_unknown

if TYPE_CHECKING:
    from fastvec.vectors import KeyedVectors


@dataclass(frozen=True)
class AnalogyResult(OverallResult):
    """Answers to analogy questions, scored.

    Attributes
    ----------
    dataset : str
        Name of the set.
    method : {"3cosadd", "3cosmul", "nearest"}
        How answers were found.
    vocab_limit : int or None
        As asked; the candidates, and the words that count as known, are the first `vocab_size` words.
    vocab_size : int
        Words among which answers were sought.
    unknown : {"skip", "wrong"}
        What became of questions with a word that has no vector.
    fold_case : bool
        Whether words that differ in case only were the same.
    bootstrap : Bootstrap
        How the intervals were made.
    overall : Proportion
        All questions.
    kinds, sections : tuple of Proportion
        Semantic and syntactic (or morphological) questions, where the set tells them apart; each section.
    outcomes : (n_questions,) int8
        1 for right, 0 for wrong, -1 for a question with an unknown word.
    answers : (n_questions,) int64
        Row of the word that was answered, or -1.
    """

    task = "analogies"

    dataset: str
    method: str
    vocab_limit: int | None
    vocab_size: int
    unknown: Unknown
    fold_case: bool
    bootstrap: Bootstrap
    overall: Proportion
    kinds: tuple[Proportion, ...]
    sections: tuple[Proportion, ...]
    outcomes: NDArray[np.int8] = field(repr=False, compare=False)
    answers: NDArray[np.int64] = field(repr=False, compare=False)


def analogies(
    wv: "KeyedVectors",
    path: str | Path | None = None,
    vocab_limit: int | None = 30_000,
    method: str = "3cosadd",
    unknown: Unknown = "skip",
    *,
    fold_case: bool = True,
    bootstrap: Bootstrap = DEFAULT,
) -> AnalogyResult:
    """Score vectors on analogy questions.

    Parameters
    ----------
    wv : KeyedVectors
        Words by falling frequency.
    path : str or path, optional
        A file or folder of questions, or the name of a bundled set, "google" (the default) or "ca8"; see
        `fastvec.evaluation.read_questions`.
    vocab_limit : int or None
        Only the first so many words exist; None for all.
    method : {"3cosadd", "3cosmul", "nearest"}
        See `fastvec.evaluation.METHODS`; "nearest" is a baseline without the offset.
    unknown : {"skip", "wrong"}
        Whether questions with a word that has no vector are left out or count as wrong.
    fold_case : bool
        Whether words that differ in case only are the same.
    bootstrap : Bootstrap
        How intervals are made.

    Raises
    ------
    FileError
        If the questions cannot be read or have malformed lines.
    InputError
        If an argument is out of its range, or no question is covered.

    Examples
    --------
    >>> import fastvec
    >>> wv = fastvec.load("vectors.safetensors")  # doctest: +SKIP
    >>> fastvec.evaluation.analogies(wv).accuracy  # doctest: +SKIP
    0.398
    """
    questions = read_questions(path)
    return analogy_grid(wv, questions, [vocab_limit], [method], unknown, fold_case=fold_case, bootstrap=bootstrap)[0]


def analogy_grid(
    wv: "KeyedVectors",
    questions: Questions,
    vocab_limits: Sequence[int | None] = (30_000, 300_000, None),
    methods: Sequence[str] = ("3cosadd",),
    unknown: Unknown = "skip",
    *,
    fold_case: bool = True,
    bootstrap: Bootstrap = DEFAULT,
) -> list[AnalogyResult]:
    """Score vectors at several vocabulary limits and by several methods, in hardly more time than one needs.

    The parameters are those of `analogies`, of which there may be several here.

    Returns
    -------
    list of AnalogyResult
        Limits as given, and for each limit the methods as given.
    """
    check_unknown(unknown)
    for method in methods:
        if method not in METHODS:
            raise InputError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    sizes = [cut_vocabulary(wv, limit) for limit in vocab_limits]
    limits = sorted(set(sizes))
    matches = match_words(wv.words[: limits[-1]], questions.words, fold_case=fold_case)
    last_needed = _last_needed(questions, matches)
    possible = np.flatnonzero(last_needed < limits[-1])
    if not len(possible):
        raise uncovered(wv, limits[-1], len(questions), "questions", questions.name)
    answers = np.full((len(methods), len(limits), len(questions)), -1, np.int64)
    answers[:, :, possible] = _answers(wv, questions, matches, possible, limits, methods)
    design = question_design(questions)
    results = []
    for limit, size in zip(vocab_limits, sizes, strict=True):
        for number, method in enumerate(methods):
            answered = answers[number, limits.index(size)]
            outcomes = np.where(last_needed < size, _is_right(questions, matches, answered), -1).astype(np.int8)
            overall, kinds, sections = _proportions(questions, outcomes, design, unknown, bootstrap)
            results.append(
                AnalogyResult(
                    questions.name,
                    method,
                    limit,
                    size,
                    unknown,
                    fold_case,
                    bootstrap,
                    overall,
                    kinds,
                    sections,
                    outcomes,
                    np.where(outcomes < 0, -1, answered),
                )
            )
    return results


def _last_needed(questions: Questions, matches: Matches) -> NDArray[np.int64]:
    """Give, for each question, the row of the rarest word without which it is not covered."""
    rows = matches.rows[matches.entries]
    easiest = np.array([rows[list(answers)].min() for answers in questions.answers])
    return np.asarray(np.maximum(rows[questions.given].max(axis=1), easiest[questions.expected]))


def _answers(
    wv: "KeyedVectors",
    questions: Questions,
    matches: Matches,
    chosen: NDArray[np.int64],
    limits: list[int],
    methods: Sequence[str],
) -> NDArray[np.int64]:
    """Answer the chosen questions; only words that these give need similarities."""
    used, places = np.unique(matches.entries[questions.given[chosen]], return_inverse=True)
    numbers = np.full(len(matches.rows) + 1, -1, np.int32)
    numbers[used] = np.arange(len(used))
    owners = numbers[matches.owners]  # -1, no owner, finds the last
    given = places.reshape(-1, 3).astype(np.int32)
    return answer_questions(wv, matches.rows[used], given, owners, limits, methods)


def _is_right(questions: Questions, matches: Matches, answered: NDArray[np.int64]) -> NDArray[np.bool_]:
    entries = np.where(answered < 0, -1, matches.owners[answered])
    n_entries = len(matches.rows)
    right = [
        number * n_entries + entry
        for number, answers in enumerate(questions.answers)
        for entry in matches.entries[list(answers)].tolist()
    ]
    return np.isin(questions.expected.astype(np.int64) * n_entries + entries, right) & (entries >= 0)


def question_design(questions: Questions) -> Design:
    """Say which pairs of words the questions share."""
    n_words = len(questions.words)
    first_answers = np.array([answers[0] for answers in questions.answers])
    given = questions.given.astype(np.int64)
    first = given[:, 0] * n_words + given[:, 1]
    second = given[:, 2] * n_words + first_answers[questions.expected]
    return Design(questions.section, first, second)


def _proportions(
    questions: Questions, outcomes: NDArray[np.int8], design: Design, unknown: Unknown, bootstrap: Bootstrap
) -> tuple[Proportion, tuple[Proportion, ...], tuple[Proportion, ...]]:
    """Count the outcomes of all questions, of each kind and of each section."""
    counted = np.flatnonzero(outcomes >= 0) if unknown == "skip" else np.arange(len(outcomes))
    kinds = list(dict.fromkeys(kind for _, kind in questions.sections if kind))
    everything = range(len(questions.sections))
    names = ["total", *kinds, *(name for name, _ in questions.sections)]
    groups = [
        list(everything),
        *([number for number in everything if questions.sections[number][1] == kind] for kind in kinds),
        *([number] for number in everything),
    ]
    intervals = mean_intervals(
        (outcomes[counted] == 1).astype(np.float64),
        Design(design.section[counted], design.first[counted], design.second[counted]),
        groups,
        bootstrap,
    )

    def count(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(questions.section[chosen], minlength=len(questions.sections))

    counts = [count(outcomes >= least) for least in (-1, 0, 1)]
    proportions = []
    for name, group, interval in zip(names, groups, intervals, strict=True):
        asked, covered, correct = (int(each[group].sum()) for each in counts)
        total = covered if unknown == "skip" else asked
        proportions.append(Proportion(name, asked, covered, total, correct, interval))
    overall, *parts = proportions
    return overall, tuple(parts[: len(kinds)]), tuple(parts[len(kinds) :])
