"""What results share: settings, proportions with coverage and interval, and a form for JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_kind, check_list
from fastvec.evaluation.bootstrap import NO_INTERVAL, Bootstrap, Interval
from fastvec.scoring import Unknown
from fastvec.tabular import Tabular
from fastvec.vectors import KeyedVectors


class Result:
    """A result that JSON can hold."""

    task: ClassVar[str] = ""  #: what was tested

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values; NaN becomes None, and arrays of single items are omitted."""
        return _plain(self)  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class Scored(Result):
    """A result with the settings that all scores depend on.

    Attributes
    ----------
    limit : int or None
        As given; only the first `vocab_size` words count as known, and as candidates for answers.
    vocab_size : int
        Number of words that the limit leaves.
    fold_case : bool
        Whether words that differ only in case were the same.
    bootstrap : Bootstrap
        How the intervals were made.
    """

    limit: int | None
    vocab_size: int
    fold_case: bool
    bootstrap: Bootstrap


@dataclass(frozen=True, kw_only=True, repr=False)
class SetResult(Scored, Tabular):
    """The result of one test on one set.

    Attributes
    ----------
    dataset : str
        Name of the set.
    """

    dataset: str

    def __repr__(self) -> str:
        headings, (first, *_) = self.table()
        name, score, low, high, covered, questions = first[:6]
        name = name if headings[1] == "score" else headings[1]
        interval = "" if low != low else f" [{low:.4f}, {high:.4f}]"
        counts = f"{covered:,} of {questions:,} covered, first {self.vocab_size:,} words"
        return f"<{type(self).__name__} of {self.dataset}: {name} {score:.4f}{interval}, {counts}>"

    def summary(self) -> dict[str, Any]:
        """Return what the metadata of vectors keep: `to_dict` with the counts of all items, but no sections."""
        named = self.to_dict()
        named |= {name: value for name, value in named.pop("overall", {}).items() if name != "name"}
        return {name: value for name, value in named.items() if name not in ("sections", "kinds")}


def record(wv: KeyedVectors, results: Iterable[SetResult]) -> None:
    """Put summaries of results into the metadata of vectors, which `save` writes.

    A result replaces one of the same task, test set and settings.
    """
    check_kind("wv", wv, KeyedVectors)
    known = dict(wv.metadata.get("evaluation", {}))
    for result in check_list("results", results, SetResult):
        summary = result.summary()
        settings = (summary.get(name) for name in ("dataset", "method", "limit", "unknown"))
        case = ["n-grams"] if getattr(result, "ngrams", False) else []
        case += [] if result.fold_case else ["case-sensitive"]
        known[" ".join([result.task, *(str(setting) for setting in settings if setting is not None), *case])] = summary
    wv.metadata["evaluation"] = known


@dataclass(frozen=True)
class Proportion(Result):
    """How many items of a group are right.

    Attributes
    ----------
    name : str
        Of the group.
    questions, covered : int
        Items of the group, and those with a vector for each of their words.
    total, correct : int
        Items that count, by the policy for unknown words, and those that are right.
    interval : (float, float)
        95 % bootstrap interval of the accuracy; NaN where there is none.
    """

    name: str
    questions: int
    covered: int
    total: int
    correct: int
    interval: Interval

    @classmethod
    def of(cls, name: str, counts: NDArray[np.int64], interval: Interval = NO_INTERVAL) -> "Proportion":
        """Make a proportion from the four counts, in the order of the fields; `count_sections` makes them."""
        questions, covered, total, correct = counts.tolist()
        return cls(name, questions, covered, total, correct, interval)

    @property
    def accuracy(self) -> float:
        """The fraction that is right, in [0, 1]; NaN where nothing counts."""
        return self.correct / self.total if self.total else float("nan")

    @property
    def coverage(self) -> float:
        """The fraction that is covered, in [0, 1]."""
        return self.covered / self.questions if self.questions else float("nan")


def count_sections(
    outcomes: NDArray[np.int8], section: NDArray[np.integer], n_sections: int, unknown: Unknown
) -> NDArray[np.int64]:
    """Count the items of each section for `Proportion`.

    Parameters
    ----------
    outcomes : (n_items,) int8
        1 for right, 0 for wrong, -1 for an item that is not covered.
    section : (n_items,) int
        Each item's section.
    n_sections : int
        Number of sections.
    unknown : {"skip", "wrong"}
        Whether an item that is not covered counts.

    Returns
    -------
    (4, n_sections) int64
        The fields `questions`, `covered`, `total` and `correct`.
    """
    asked, covered, correct = (np.bincount(section[outcomes >= least], minlength=n_sections) for least in (-1, 0, 1))
    return np.array([asked, covered, covered if unknown == "skip" else asked, correct])


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        named: dict[str, Any] = {"task": value.task} if isinstance(value, Result) and value.task else {}
        named |= {each.name: getattr(value, each.name) for each in fields(value) if each.repr}
        named |= {name: getattr(value, name) for name in ("accuracy", "coverage") if hasattr(value, name)}
        return {name: _plain(entry) for name, entry in named.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and value != value else value


@dataclass(frozen=True, kw_only=True, repr=False)
class OverallResult(SetResult):
    """The result of a test whose items are right or wrong.

    Attributes
    ----------
    overall : Proportion
        All items.
    sections : tuple of Proportion
        The items of each section.
    unknown : {"skip", "wrong"}
        Whether items with an unknown word were omitted, or counted as wrong.
    outcomes : (n_items,) int8
        1 for right, 0 for wrong, -1 for an item that is not covered.
    """

    overall: Proportion
    sections: tuple[Proportion, ...]
    unknown: Unknown
    outcomes: NDArray[np.int8] = field(repr=False, compare=False)

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows: all items, and each group of them."""
        headings = ("items", "accuracy", "low", "high", "covered", "questions", "correct")
        groups = [self.overall, *getattr(self, "kinds", ()), *self.sections]
        return headings, [
            (each.name, each.accuracy, *each.interval, each.covered, each.questions, each.correct) for each in groups
        ]

    @property
    def correct(self) -> int:
        """Items that are right."""
        return self.overall.correct

    @property
    def total(self) -> int:
        """Items that count."""
        return self.overall.total

    @property
    def accuracy(self) -> float:
        """The fraction that is right, in [0, 1]."""
        return self.overall.accuracy

    @property
    def interval(self) -> Interval:
        """95 % bootstrap interval of the accuracy."""
        return self.overall.interval

    @property
    def coverage(self) -> float:
        """The fraction of items that are covered."""
        return self.overall.coverage


@dataclass(frozen=True, kw_only=True, repr=False)
class MeasuredResult(SetResult):
    """The result of a test that measures all its items together, in one way or several.

    Attributes
    ----------
    questions, covered : int
        Items of the set, and those whose words are known.
    measures : tuple of str
        Names of the attributes that hold the scores, the main one first; each has an ``_interval``.
    """

    measures: ClassVar[tuple[str, ...]]

    questions: int
    covered: int

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows: one for each measure."""
        return ("measure", "score", "low", "high", "covered", "questions"), [
            (name, getattr(self, name), *getattr(self, f"{name}_interval"), self.covered, self.questions)
            for name in self.measures
        ]

    @property
    def interval(self) -> Interval:
        """95 % bootstrap interval of the main score."""
        return getattr(self, f"{self.measures[0]}_interval")  # type: ignore[no-any-return]

    @property
    def coverage(self) -> float:
        """The fraction of items that are covered."""
        return self.covered / self.questions
