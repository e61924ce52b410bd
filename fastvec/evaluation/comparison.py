"""The result of `compare`, with sentences that sum it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from fastvec.evaluation.bootstrap import Interval
from fastvec.evaluation.scores import Result, Scored
from fastvec.tabular import Tabular

_CERTAIN = 0.05  # p-value


@dataclass(frozen=True)
class Difference(Result):
    """The score of one set of vectors minus that of another.

    Attributes
    ----------
    first, second : int
        The vectors' places among those compared.
    value : float
        First score minus second.
    interval : (float, float)
        95 % bootstrap interval of the difference.
    p_value : float
        McNemar's for accuracy, of the paired bootstrap for a correlation; two-sided.
    """

    first: int
    second: int
    value: float
    interval: Interval
    p_value: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes 0 and the p-value is below 0.05."""
        return self.p_value < _CERTAIN and (self.interval[0] > 0 or self.interval[1] < 0)


@dataclass(frozen=True)
class Match(Result):
    """The scores of all vectors on one set of questions.

    Attributes
    ----------
    test : {"analogies", "similarity"}
        What was tested.
    dataset : str
        Name of the set, and of the kind of questions if there are several.
    questions, covered : int
        Questions or pairs of the set, and those whose words all vectors have.
    measure : {"accuracy", "spearman"}
        The kind of score.
    scores : tuple of float
        One for each set of vectors.
    intervals : tuple of (float, float)
        Their 95 % bootstrap intervals.
    differences : tuple of Difference
        One for each two sets of vectors.
    """

    test: str
    dataset: str
    questions: int
    covered: int
    measure: str
    scores: tuple[float, ...]
    intervals: tuple[Interval, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Overlap(Result):
    """The fraction of nearest neighbours, in [0, 1], that two vectors share, mean over `words` words."""

    first: int
    second: int
    neighbours: int
    words: int
    shared: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Comparison(Scored, Tabular):
    """Several vectors compared.

    Attributes
    ----------
    names : tuple of str
        Names of the vectors.
    sizes : tuple of int
        Their numbers of words.
    common : int
        Number of words that all have, once folded.
    limit, vocab_size, fold_case, bootstrap
        The settings, as in all results; answers and neighbours were sought among the first `vocab_size` common words.
    method : str
        How analogies were answered.
    neighbours : int
        As given; fewer are compared where there are fewer words.
    matches : tuple of Match
        Scores by test set.
    overlaps : tuple of Overlap
        One for each two sets of vectors.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    common: int
    method: str
    neighbours: int
    matches: tuple[Match, ...]
    overlaps: tuple[Overlap, ...]

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.names)}: {len(self.matches)} scores, {self.common:,} words in common>"

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows: one for each set, with the scores of all vectors."""
        return ("set", "measure", "covered", "questions", *self.names), [
            (each.dataset, each.measure, each.covered, each.questions, *each.scores) for each in self.matches
        ]

    def sentences(self) -> list[str]:
        """Return sentences that say which vectors are better at what."""
        lines = []
        for pair in combinations(range(len(self.names)), 2):
            tied = []
            for match in self.matches:
                found = next(each for each in match.differences if (each.first, each.second) == pair)
                if found.is_clear:
                    lines.append(self._clear(match, found))
                else:
                    tied.append(f"{match.dataset} ({_percent(found.value)})")
            if tied:
                first, second = (self.names[number] for number in pair)
                lines.append(f"No difference shown between {first} and {second} on " + ", ".join(tied) + ".")
        for overlap in self.overlaps:
            lines.append(
                f"{self.names[overlap.first]} and {self.names[overlap.second]} share "
                f"{overlap.shared * overlap.neighbours:.1f} of a word's {overlap.neighbours} nearest neighbours."
            )
        return lines

    def _clear(self, match: Match, found: Difference) -> str:
        better, worse = (found.first, found.second) if found.value > 0 else (found.second, found.first)
        low, high = sorted(abs(bound) for bound in found.interval)
        test = "McNemar" if match.measure == "accuracy" else "paired bootstrap"
        p_value = "< 0.001" if found.p_value < 0.001 else f"= {found.p_value:.3f}"
        return (
            f"{self.names[better]} is better than {self.names[worse]} at {match.test}, {match.dataset}: "
            f"{100 * match.scores[better]:.1f} against {100 * match.scores[worse]:.1f} "
            f"(by {100 * low:.1f} to {100 * high:.1f}; {test} p {p_value})."
        )


def _percent(value: float) -> str:
    return f"{100 * value:+.1f}"
