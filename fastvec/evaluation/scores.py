"""What every result has: proportions with their coverage and interval, and a form for JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from fastvec.errors import InputError
from fastvec.evaluation.bootstrap import Interval

if TYPE_CHECKING:
    from fastvec.vectors import KeyedVectors

#: What becomes of an item with a word that has no vector: left out, or counted as wrong.
Unknown = Literal["skip", "wrong"]


def check_unknown(unknown: str) -> None:
    """Refuse what is not a policy for unknown words."""
    if unknown not in ("skip", "wrong"):
        raise InputError(f"unknown must be one of skip, wrong, not {unknown!r}")


class Result:
    """A result that JSON can hold."""

    task: ClassVar[str] = ""  #: what was tested

    def to_dict(self) -> dict[str, Any]:
        """Give the result as JSON values; NaN becomes None, and what is told item by item is left out."""
        return _plain(self)  # type: ignore[no-any-return]

    def summary(self) -> dict[str, Any]:
        """Give what the vectors' metadata keep: `to_dict` with the counts of all items, without the parts."""
        named = self.to_dict()
        named |= {name: value for name, value in named.pop("overall", {}).items() if name != "name"}
        return {name: value for name, value in named.items() if name not in ("sections", "kinds")}


def record(wv: "KeyedVectors", results: Iterable[Result]) -> None:
    """Put summaries of results into the metadata of vectors, from which `save` writes them to a file.

    A result replaces one of the same task, test set and settings.
    """
    known = dict(wv.metadata.get("evaluation", {}))
    for result in results:
        summary = result.summary()
        settings = (summary.get(name) for name in ("dataset", "method", "vocab_limit", "unknown"))
        case = [] if summary.get("fold_case", True) else ["case-sensitive"]
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
        Items of the group, and how many have all their words among the vectors'.
    total, correct : int
        Items that count, which the policy for unknown words decides, and how many of them are right.
    interval : (float, float)
        95 % bootstrap interval of the accuracy; NaN where there is none.
    """

    name: str
    questions: int
    covered: int
    total: int
    correct: int
    interval: Interval

    @property
    def accuracy(self) -> float:
        """The fraction that is right, in [0, 1]; NaN where nothing counts."""
        return self.correct / self.total if self.total else float("nan")

    @property
    def coverage(self) -> float:
        """The fraction that is covered, in [0, 1]."""
        return self.covered / self.questions if self.questions else float("nan")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        named: dict[str, Any] = {"task": value.task} if isinstance(value, Result) and value.task else {}
        named |= {field.name: getattr(value, field.name) for field in fields(value) if field.repr}
        named |= {name: getattr(value, name) for name in ("accuracy", "coverage") if hasattr(value, name)}
        return {name: _plain(entry) for name, entry in named.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and value != value else value


class OverallResult(Result):
    """A result whose figures are those of one proportion, `overall`."""

    overall: Proportion

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
