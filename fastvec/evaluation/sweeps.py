"""The result of `fastvec.sweep`: settings with their mean scores, the best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastvec.evaluation.bootstrap import Interval
from fastvec.evaluation.scores import Result
from fastvec.tabular import Tabular

Values = dict[str, Any]

#: What files and tables show for a value that is left to its default.
DEFAULT = "default"


def cell(value: Any) -> str:
    """Return a value as text.

    >>> cell(0.05), cell(None)
    ('0.05', 'default')
    """
    return DEFAULT if value is None else str(value)


def described(values: Values) -> str:
    """Return settings on a line.

    >>> described({"dim": 50, "learning_rate": None})
    'dim 50, learning_rate default'
    """
    return ", ".join(f"{name} {cell(value)}" for name, value in values.items())


@dataclass(frozen=True)
class Scoreboard(Result):
    """A set that trainings were scored on.

    Attributes
    ----------
    name : str
    test : {"similarity", "analogies"}
    measure : {"spearman", "accuracy"}
    items : int
        Pairs or questions.
    """

    name: str
    test: str
    measure: str
    items: int

    @property
    def least(self) -> float:
        """The lowest score that there may be."""
        return -1.0 if self.measure == "spearman" else 0.0


@dataclass(frozen=True)
class Setting(Result):
    """Settings, and the scores of their trainings.

    Attributes
    ----------
    values : dict
        All settings that were given but the seed; None is the default.
    scores : tuple of float
        On each set, the mean over those seeds that have a score; NaN if none has.
    intervals : tuple of (float, float)
        95 % intervals of these means, by Student's t, within the range of the score; NaN for fewer than two seeds.
    covered : tuple of int
        Pairs or questions whose words were known, in the last training.
    errors : tuple of str
        What went wrong in trainings that have no score.
    """

    values: Values
    scores: tuple[float, ...]
    intervals: tuple[Interval, ...]
    covered: tuple[int, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Sweep(Result, Tabular):
    """Settings that were compared.

    Attributes
    ----------
    varied : tuple of str
        The settings that vary.
    seeds : int
        Trainings of each.
    sets : tuple of Scoreboard
        What was scored.
    chosen_by : str
        The name of the set by which the best was chosen.
    settings : tuple of Setting
        The best first.
    """

    varied: tuple[str, ...]
    seeds: int
    sets: tuple[Scoreboard, ...]
    chosen_by: str
    settings: tuple[Setting, ...]

    def __repr__(self) -> str:
        first = self.settings[0]
        shown = f"{first.scores[self.place]:.4f} on {self.chosen_by} with {self.described(first)}"
        return f"<Sweep of {len(self.settings)} settings and {self.seeds} seeds: {shown}>"

    @property
    def best(self) -> dict[str, Any]:
        """The arguments of `fastvec.train` that make the best vectors, as far as they were given."""
        return {name: value for name, value in self.settings[0].values.items() if value is not None}

    @property
    def place(self) -> int:
        """The place of the set that chose among `sets`."""
        return [each.name for each in self.sets].index(self.chosen_by)

    @property
    def n_close(self) -> int:
        """How many other settings have an interval that reaches the mean of the best."""
        best = self.settings[0].scores[self.place]
        return sum(each.intervals[self.place][1] >= best for each in self.settings[1:])

    @property
    def has_equal_coverage(self) -> bool:
        """Whether all settings that have scores cover as many items."""
        return len({each.covered for each in self.settings if not each.errors}) < 2

    def described(self, setting: Setting) -> str:
        """Return what varies in a setting on a line."""
        return described({name: setting.values[name] for name in self.varied}) or "as given"

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows: one for each setting, with mean and interval on each set."""
        headings = [*self.varied]
        for each in self.sets:
            headings += [each.name, f"{each.name} low", f"{each.name} high"]
        rows: list[Sequence[Any]] = []
        for setting in self.settings:
            scored = zip(setting.scores, setting.intervals, strict=True)
            scores = [number for score, interval in scored for number in (score, *interval)]
            rows.append([*(setting.values[name] for name in self.varied), *scores])
        return headings, rows
