"""The sets on which the trainings of a sweep are scored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, NamedTuple

import numpy as np

from fastvec.checks import as_list
from fastvec.errors import DataError, InputError
from fastvec.evaluation import Bootstrap, analogies, similarity
from fastvec.evaluation.pairs import ScoredPairs, as_pairs
from fastvec.evaluation.questions import Questions, as_questions
from fastvec.evaluation.sweeps import Scoreboard
from fastvec.scoring import Analogies
from fastvec.vectors import KeyedVectors

#: What a file of results has on each set.
MEASURED = ("score", "covered")


class Scored(NamedTuple):
    """What was measured on one set; NaN and 0 if it is not covered."""

    score: float = nan
    covered: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of a training: words, what was measured on each set, and what went wrong."""

    words: int
    measured: tuple[Scored, ...]
    error: str = ""

    @classmethod
    def of(cls, cells: Sequence[str]) -> "Outcome":
        """Return what `cells` were made of."""
        words, *numbers, error = cells
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return cls(int(words), tuple(Scored(float(score or "nan"), int(covered)) for score, covered in pairs), error)

    @property
    def cells(self) -> list[str]:
        """All as text."""
        pairs = [("" if isnan(each.score) else repr(each.score), str(each.covered)) for each in self.measured]
        return [str(self.words), *(text for pair in pairs for text in pair), self.error]

    @property
    def scores(self) -> tuple[float, ...]:
        """The score on each set."""
        return tuple(each.score for each in self.measured)

    @property
    def covered(self) -> tuple[int, ...]:
        """The items of each set whose words are known."""
        return tuple(each.covered for each in self.measured)

    def told(self, names: Sequence[str]) -> str:
        """Return it on a line, scores x 100."""
        shown = [f"{name} {100 * score:.1f}" for name, score in zip(names, self.scores, strict=True) if score == score]
        return ", ".join([*shown, *filter(None, [self.error])])


@dataclass(frozen=True)
class Tests:
    """Sets, and how they are scored."""

    __test__ = False  # for pytest

    pairs: tuple[ScoredPairs, ...]
    questions: tuple[Questions, ...]
    scoring: Analogies

    @classmethod
    def of(cls, pairs: Any, questions: Any, **scoring: Any) -> "Tests":
        """Read sets; each argument is one, or a list of them."""
        made = cls(
            tuple(map(as_pairs, as_list("similarity", pairs, ScoredPairs))),
            tuple(map(as_questions, as_list("analogies", questions, Questions))),
            Analogies(bootstrap=Bootstrap(draws=0), **scoring),
        )
        if not made.names:
            raise InputError(
                "a sweep needs a set to score on: give similarity or analogies, of which google is bundled"
            )
        for name in made.names:
            if made.names.count(name) > 1:
                raise InputError(f"two sets are called {name}; rename the file of one")
        return made

    @property
    def names(self) -> list[str]:
        """Of the sets."""
        return [each.name for each in self.boards]

    @property
    def boards(self) -> tuple[Scoreboard, ...]:
        """What is known of the sets."""
        pairs = [Scoreboard(each.name, "similarity", "spearman", len(each)) for each in self.pairs]
        return (*pairs, *(Scoreboard(each.name, "analogies", "accuracy", len(each)) for each in self.questions))

    @property
    def checksum(self) -> str:
        """Of what the sets hold, and how they are scored."""
        digest = hashlib.sha256(repr(self.scoring).encode())
        sets: tuple[ScoredPairs | Questions, ...] = (*self.pairs, *self.questions)
        for each in sets:
            for value in vars(each).values():
                plain = value.tolist() if isinstance(value, np.ndarray) else value
                digest.update(repr(plain).encode(errors="surrogateescape"))
        return digest.hexdigest()[:16]

    @property
    def unscored(self) -> tuple[Scored, ...]:
        """What is measured where there are no vectors."""
        return (Scored(),) * len(self.names)

    def score(self, wv: KeyedVectors) -> Outcome:
        """Score vectors on all sets."""
        how, measured, errors = self.scoring, [], []
        shared: dict[str, Any] = {"unknown": how.unknown, "fold_case": how.fold_case, "bootstrap": how.bootstrap}
        sets: tuple[ScoredPairs | Questions, ...] = (*self.pairs, *self.questions)
        for each in sets:
            try:
                if isinstance(each, ScoredPairs):
                    close = similarity(wv, each, **shared)
                    measured.append(Scored(close.spearman, close.covered))
                else:
                    right = analogies(wv, each, how.limit, how.method, **shared)
                    measured.append(Scored(right.accuracy, right.overall.covered))
            except DataError as error:
                measured.append(Scored())
                errors.append(str(error))
        return Outcome(len(wv), tuple(measured), "; ".join(errors))
