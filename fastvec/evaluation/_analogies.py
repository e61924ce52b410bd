"""Analogies: "Athens is to Greece as Baghdad is to what?" (Mikolov et al. 2013).

Questions, candidates and right answers are as in gensim's ``evaluate_word_analogies``: case is folded, the first word
of several that differ in case gives the vector, and a question's own words, in any case, are no answers. (gensim looks
at five candidates only, and has no answer if all five are such words.)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_list, renamed
from fastvec.errors import InputError
from fastvec.evaluation.answers import answer_questions
from fastvec.evaluation.bootstrap import DEFAULT, Bootstrap, Design, Resamples, as_bootstrap, mean_intervals
from fastvec.evaluation.lookup import Matches, cut_vocabulary, match_words, uncovered
from fastvec.evaluation.questions import Questions, as_questions
from fastvec.evaluation.scores import OverallResult, Proportion, count_sections
from fastvec.parameters import documented
from fastvec.scoring import OLD_NAMES, USUAL_LIMITS, USUAL_METHODS, Analogies, Method, Unknown
from fastvec.vectors import KeyedVectors
from fastvec.vectors.loading import as_vectors


@dataclass(frozen=True, kw_only=True, repr=False)
class AnalogyResult(OverallResult):
    """Answers to analogy questions, scored.

    Attributes
    ----------
    dataset, limit, vocab_size, unknown, fold_case, bootstrap
        The set and the settings, as in all results.
    method : {"3cosadd", "3cosmul", "nearest"}
        How answers were found.
    overall : Proportion
        All questions.
    kinds, sections : tuple of Proportion
        Semantic and syntactic (or morphological) questions, if the set tells them apart; each section.
    outcomes : (n_questions,) int8
        1 for right, 0 for wrong, -1 for a question with an unknown word.
    answers : (n_questions,) int64
        Row of the word that was answered, or -1.
    """

    task = "analogies"

    method: str
    kinds: tuple[Proportion, ...]
    answers: NDArray[np.int64] = field(repr=False, compare=False)


@renamed(**OLD_NAMES)
@documented(Analogies)
def analogies(
    wv: KeyedVectors | str | Path,
    path: str | Path | Questions | None = None,
    limit: int | None = USUAL_LIMITS[0],
    method: Method = "3cosadd",
    unknown: Unknown = "skip",
    *,
    fold_case: bool = True,
    bootstrap: Resamples = DEFAULT,
) -> AnalogyResult:
    """Score vectors on analogy questions.

    Parameters
    ----------
    wv : KeyedVectors or path
        Words by falling frequency.
    path : str, path or Questions, optional
        A file or folder of questions, the name of a bundled set, "google" (the default) or "ca8", or a set from
        `fastvec.evaluation.read_questions`.
    {parameters}

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
    return analogy_grid(wv, path, [limit], [method], unknown, fold_case=fold_case, bootstrap=bootstrap)[0]


@renamed(vocab_limits="limits", restrict_vocab="limits")
def analogy_grid(
    wv: KeyedVectors | str | Path,
    questions: str | Path | Questions | None,
    limits: Sequence[int | None] = USUAL_LIMITS,
    methods: Sequence[Method] = USUAL_METHODS,
    unknown: Unknown = "skip",
    *,
    fold_case: bool = True,
    bootstrap: Resamples = DEFAULT,
) -> list[AnalogyResult]:
    """Score vectors at several vocabulary limits and by several methods, in hardly more time than one takes.

    The other parameters are those of `analogies`.

    Returns
    -------
    list of AnalogyResult
        Limits as given, and for each limit the methods as given.
    """
    wv = as_vectors("wv", wv)
    bootstrap = as_bootstrap(bootstrap)
    questions = as_questions(questions)
    limits = check_list("limits", limits)
    methods = check_list("methods", methods)
    if not limits or not methods:
        raise InputError("limits and methods must each hold at least one")
    asked = [
        Analogies(limit=limit, method=method, unknown=unknown, fold_case=fold_case, bootstrap=bootstrap)
        for limit in limits
        for method in methods
    ]
    sizes = sorted({cut_vocabulary(wv, limit) for limit in limits})
    matches = match_words(wv.words[: sizes[-1]], questions.words, fold_case=fold_case)
    last_needed = _last_needed(questions, matches)
    possible = np.flatnonzero(last_needed < sizes[-1])
    if not len(possible):
        raise uncovered(wv, sizes[-1], len(questions), "questions", questions.name)
    answers = np.full((len(methods), len(sizes), len(questions)), -1, np.int64)
    answers[:, :, possible] = _answers(wv, questions, matches, possible, sizes, methods)
    results = []
    for each in asked:
        size = cut_vocabulary(wv, each.limit)
        answered = answers[methods.index(each.method), sizes.index(size)]
        outcomes = np.where(last_needed < size, _is_right(questions, matches, answered), -1).astype(np.int8)
        overall, kinds, sections = _proportions(questions, outcomes, unknown, bootstrap)
        results.append(
            AnalogyResult(
                dataset=questions.name,
                overall=overall,
                kinds=kinds,
                sections=sections,
                vocab_size=size,
                outcomes=outcomes,
                answers=np.where(outcomes < 0, -1, answered),
                **each.as_dict(),
            )
        )
    return results


def _last_needed(questions: Questions, matches: Matches) -> NDArray[np.int64]:
    """Return, for each question, the row of the rarest word that it needs."""
    rows = matches.rows[matches.entries]
    easiest = np.array([rows[list(answers)].min() for answers in questions.answers])
    return np.asarray(np.maximum(rows[questions.given].max(axis=1), easiest[questions.expected]))


def _answers(
    wv: KeyedVectors,
    questions: Questions,
    matches: Matches,
    chosen: NDArray[np.int64],
    limits: list[int],
    methods: Sequence[str],
) -> NDArray[np.int64]:
    """Answer the chosen questions, with similarities to their own words only."""
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
    """Return which sections and pairs of words the questions share."""
    n_words = len(questions.words)
    first_answers = np.array([answers[0] for answers in questions.answers])
    given = questions.given.astype(np.int64)
    first = given[:, 0] * n_words + given[:, 1]
    second = given[:, 2] * n_words + first_answers[questions.expected]
    return Design(questions.section, first, second)


def section_groups(questions: Questions) -> dict[str, list[int]]:
    """Return the sections of all questions, "total", and of each kind."""
    kinds = dict.fromkeys(kind for _, kind in questions.sections if kind)
    groups = {"total": list(range(len(questions.sections)))}
    return groups | {kind: [n for n in groups["total"] if questions.sections[n][1] == kind] for kind in kinds}


def _proportions(
    questions: Questions, outcomes: NDArray[np.int8], unknown: Unknown, bootstrap: Bootstrap
) -> tuple[Proportion, tuple[Proportion, ...], tuple[Proportion, ...]]:
    """Count the outcomes of all questions, of each kind and of each section."""
    counted = (outcomes >= 0) | (unknown == "wrong")
    named = section_groups(questions)
    names = [*named, *(name for name, _ in questions.sections)]
    groups = [*named.values(), *([number] for number in named["total"])]
    values = (outcomes[counted] == 1).astype(np.float64)
    intervals = mean_intervals(values, question_design(questions).select(counted), groups, bootstrap)
    counts = count_sections(outcomes, questions.section, len(questions.sections), unknown)
    overall, *parts = (
        Proportion.of(name, counts[:, group].sum(axis=1), interval)
        for name, group, interval in zip(names, groups, intervals, strict=True)
    )
    n_kinds = len(named) - 1
    return overall, tuple(parts[:n_kinds]), tuple(parts[n_kinds:])
