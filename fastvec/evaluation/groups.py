"""Words in classes, and groups of words with outliers, from files."""

import ast
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastvec.checks import check_path
from fastvec.errors import FileError
from fastvec.evaluation.files import Line, check_lines, read_lines, split_columns, split_table, text_files


@dataclass(frozen=True)
class Classes:
    """Words, each with its class; a word may occur several times, with different classes."""

    name: str
    words: tuple[str, ...]
    labels: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Classes of {self.name}: {len(self):,} words in {len(set(self.labels)):,} classes>"

    def __len__(self) -> int:
        return len(self.words)


def read_classes(path: str | Path) -> list[Classes]:
    """Read words with their classes: a word in the first column, its class in the second.

    Each further column holds other classes of the same words, and makes a set of its own. If the first line has a
    column called "word", it holds headings: words are in that column, and lines without a word are ignored.

    Raises
    ------
    FileError
        If the file cannot be read, is empty, has malformed lines, or only one class.
    """
    check_path("path", path)
    path = Path(path)
    lines = read_lines(path)
    rows = split_table(lines)
    if "word" in rows[0]:
        place = rows[0].index("word")
        kept = [number for number, row in enumerate(rows) if number and (len(row) <= place or row[place])]
        lines = [lines[number] for number in kept]
        rows = [rows[number][place : place + 1] + rows[number][:place] + rows[number][place + 1 :] for number in kept]
    n_columns = max([2, *map(len, rows[:1])])
    good = [len(row) == n_columns and all(row) for row in rows]
    check_lines(str(path), lines, good, "word", f"a word and {n_columns - 1} class{'es' * (n_columns > 2)}")
    words, *columns = zip(*rows, strict=True)
    sets = []
    for number, labels in enumerate(columns, 1):
        name = path.stem if len(columns) == 1 else f"{path.stem}, column {number}"
        if len(set(labels)) < 2:
            raise FileError(f"{path}, column {number + 1}: all words have the class {labels[0]!r}; two are needed")
        sets.append(Classes(name, words, labels))
    return sets


@dataclass(frozen=True)
class OutlierGroup:
    """Words that belong together, and words that do not belong to them."""

    name: str
    members: tuple[str, ...]
    outliers: tuple[str, ...]


def read_outliers(path: str | Path) -> list[OutlierGroup]:
    """Read groups with outliers.

    Parameters
    ----------
    path : str or path
        A CSV file with the columns ``category``, ``outliers`` and ``words``, the last two as Python lists; or a text
        file, or a folder of them, with a group's words, a blank line, and its outliers, one word a line
        (Camacho-Collados and Navigli 2016).

    Raises
    ------
    FileError
        If a file cannot be read, is empty or is malformed.
    """
    check_path("path", path)
    path = Path(path)
    if path.is_dir():
        return [_read_group(part) for part in text_files(path, "groups with outliers")]
    lines = read_lines(path)
    return _read_table(path, lines) if is_outliers(lines) else [_read_group(path)]


def is_outliers(lines: Sequence[Line]) -> bool:
    """Return whether the first lines of a file look like a table of groups with outliers."""
    return {"outliers", "words"} <= set(split_columns(lines[0][1], ","))


def _read_table(path: Path, lines: list[Line]) -> list[OutlierGroup]:
    headings, lines = split_columns(lines[0][1], ","), lines[1:]
    groups = []
    for number, line in lines:
        try:
            entries = dict(zip(headings, next(csv.reader([line])), strict=False))
        except csv.Error:
            entries = {}
        members, outliers = _listed(entries.get("words", "")), _listed(entries.get("outliers", ""))
        groups.append(OutlierGroup(entries.get("category", str(number)), members, outliers))
    good = [len(group.members) > 1 and len(group.outliers) > 0 for group in groups]
    check_lines(str(path), lines, good, "group", "a category and lists of outliers and words")
    return groups


def _listed(text: str) -> tuple[str, ...]:
    try:
        words = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return ()
    return tuple(word for word in words if isinstance(word, str) and word) if isinstance(words, list) else ()


def _read_group(path: Path) -> OutlierGroup:
    lines = read_lines(path)
    numbers = [number for number, _ in lines]
    gap = next((place for place in range(1, len(lines)) if numbers[place] > numbers[place - 1] + 1), 0)
    words = [line for _, line in lines]
    if gap < 2:
        raise FileError(f"{path}: expected at least two words, a blank line, and outliers, one word a line")
    return OutlierGroup(path.stem, tuple(words[:gap]), tuple(words[gap:]))
