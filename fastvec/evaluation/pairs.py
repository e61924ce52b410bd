"""Pairs of words with people's scores of their similarity, from files of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_path
from fastvec.evaluation.files import Line, check_lines, read_lines, split_table


@dataclass(frozen=True, eq=False)
class ScoredPairs:
    """Pairs of words that people have scored.

    Attributes
    ----------
    name : str
        Of the set.
    words : tuple of str
        First and second words, pair after pair, twice as many as `scores`.
    scores : (n_pairs,) float64
        On any scale; greater for words that are more alike.
    """

    name: str
    words: tuple[str, ...]
    scores: NDArray[np.float64]

    def __repr__(self) -> str:
        return f"<ScoredPairs of {self.name}: {len(self):,} pairs of words>"

    def __len__(self) -> int:
        return len(self.scores)


def read_pairs(path: str | Path) -> ScoredPairs:
    """Read scored pairs: two words and, in the first column of numbers after them, the score.

    Tabs, semicolons, commas or white space separate columns, whichever the file uses. A first line without a number
    holds headings; lines that begin with # are comments.

    Raises
    ------
    FileError
        If the file cannot be read, is empty or has malformed lines.
    """
    check_path("path", path)
    path = Path(path)
    lines = [(number, line) for number, line in read_lines(path) if not line.startswith("#")]
    rows = split_table(lines)
    if len(lines) > 1 and _score_column(rows[:1]) is None and _score_column(rows[1:2]) is not None:
        del lines[0], rows[0]  # headings
    column = _score_column(rows)
    good = [_is_pair(row, column) for row in rows]
    check_lines(str(path), lines, good, "pair of words", "two words and a number")
    words = tuple(word for row in rows for word in row[:2])
    return ScoredPairs(path.stem, words, np.array([float(row[column or 2]) for row in rows]))


def as_pairs(given: str | Path | ScoredPairs) -> ScoredPairs:
    """Return pairs, or read those of a file."""
    return given if isinstance(given, ScoredPairs) else read_pairs(given)


def is_pairs(lines: Sequence[Line]) -> bool:
    """Return whether the first lines of a file look like scored pairs."""
    return _score_column(split_table(lines)) is not None


def _score_column(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the first column after two words that holds a number in one of the first rows."""
    for row in rows[:10]:
        for column, entry in enumerate(row[2:], 2):
            if _is_number(entry):
                return column
    return None


def _is_pair(row: Sequence[str], column: int | None) -> bool:
    return column is not None and len(row) > column and all(row[:2]) and _is_number(row[column])


def _is_number(entry: str) -> bool:
    try:
        return isfinite(float(entry))
    except ValueError:
        return False
