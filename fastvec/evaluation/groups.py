"""Words in classes, and groups of words with outliers, from files."""

import ast
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastvec.errors import FileError
from fastvec.evaluation.files import Line, malformed, read_lines, split_columns, split_table


@dataclass(frozen=True)
class Classes:
    """Words, each with its class; a word may come several times, with different classes."""

    name: str
    words: tuple[str, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.words)


def read_classes(path: str | Path) -> list[Classes]:
    """Read words with their classes: a word in the first column, its class in the second.

    Further columns are other classes of the same words, coarser ones say, and give a set each. Headings are known by a
    column called "word", which may then be any; lines below them that hold no word are passed over.

    Raises
    ------
    FileError
        If the file cannot be read, is empty, has malformed lines, or only one class.
    """
    path = Path(path)
    lines = read_lines(path)
    rows = split_table(lines)
    if "word" in rows[0]:
        place = rows[0].index("word")
        kept = [number for number, row in enumerate(rows) if number and (len(row) <= place or row[place])]
        lines = [lines[number] for number in kept]
        rows = [rows[number][place : place + 1] + rows[number][:place] + rows[number][place + 1 :] for number in kept]
    if not rows:
        raise FileError(f"{path} holds no word; expected a word and its class on each line")
    n_columns = max(2, len(rows[0]))
    bad = [line for line, row in zip(lines, rows, strict=True) if len(row) != n_columns or not all(row)]
    if bad:
        raise malformed(str(path), bad, len(lines), f"a word and {n_columns - 1} class{'es' * (n_columns > 2)}")
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
        A CSV file with the columns ``category``, ``outliers`` and ``words``, the last two written as Python lists; or
        a text file, or a folder of them, with a group's words, a blank line, and its outliers, a word a line
        (Camacho-Collados and Navigli 2016).

    Raises
    ------
    FileError
        If a file cannot be read, is empty or is malformed.
    """
    path = Path(path)
    if path.is_dir():
        parts = sorted(part for part in path.glob("*.txt*") if part.is_file())
        if not parts:
            raise FileError(f"{path} holds no .txt file; name a folder of groups with outliers")
        return [_read_group(part) for part in parts]
    lines = read_lines(path)
    return _read_table(path, lines) if is_outliers(lines) else [_read_group(path)]


def is_outliers(lines: Sequence[Line]) -> bool:
    """Tell whether the first lines of a file look like a table of groups with outliers."""
    return {"outliers", "words"} <= set(split_columns(lines[0][1], ","))


def _read_table(path: Path, lines: list[Line]) -> list[OutlierGroup]:
    groups, bad = [], []
    headings = split_columns(lines[0][1], ",")
    for (number, line), row in zip(lines[1:], csv.reader(line for _, line in lines[1:]), strict=False):
        entries = dict(zip(headings, row, strict=False))
        members, outliers = _listed(entries.get("words", "")), _listed(entries.get("outliers", ""))
        if len(members) < 2 or not outliers:
            bad.append((number, line))
            continue
        groups.append(OutlierGroup(entries.get("category", str(number)), members, outliers))
    if bad:
        raise malformed(str(path), bad, len(lines) - 1, "a category and lists of outliers and words")
    if not groups:
        raise FileError(f"{path} holds no group; expected lines below the headings")
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
        raise FileError(f"{path}: expected at least two words, a blank line, and outliers, a word a line")
    return OutlierGroup(path.stem, tuple(words[:gap]), tuple(words[gap:]))
