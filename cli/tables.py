"""How results look: tables and lists that fit the terminal, for people; JSON for programs.

Output to a file or pipe has one line for each row, without blanks at its end.
"""

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import click
from rich.cells import cell_len  # a Chinese character takes two columns

_GAP = "  "  # between columns


def terminal_width() -> int | None:
    """Return the columns of the terminal to which results go; None for a file or pipe, whose lines have no limit."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_json(value: Any) -> None:
    """Print a value as JSON on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under headings, decimals with four places."""
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    made = [column_of(heading, list(column), show) for heading, column in zip(columns, cells, strict=True)]
    click.echo("\n".join(table_lines(made)))


def print_facts(facts: Iterable[Sequence[Any]], width: int | None, indent: str = "", *, least: int = 0) -> None:
    """Print names and values in two columns; a value that is too long for the line is wrapped beside its name.

    `least` is the least width of the names, for facts that are printed one by one.
    """
    rows = [(name, show(value)) for name, value in facts]
    start = len(indent) + max((cell_len(name) for name, _ in rows), default=0) + len(_GAP)
    start = max(start, len(indent) + least + len(_GAP))
    for name, value in rows:
        first, *others = wrap(value, width and max(width - start, 20)) or [""]
        click.echo((indent + name + " " * (start - len(indent) - cell_len(name)) + first).rstrip())
        for line in others:
            click.echo(" " * start + line)


def show(value: Any) -> str:
    """Return a value as tables show it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def wrap(text: str, width: int | None, indent: str = "") -> list[str]:
    """Break a line at its blanks, and what is too long at slashes and hyphens; later lines begin with an indent.

    A number stays with its percent sign.
    """
    if width is None or cell_len(text) <= width:
        return [text]
    lines = [""]
    for word in text.replace(" %", "\xa0%").split(" "):
        pieces = re.findall(r"[^/-]*[/-]?", word) if cell_len(word) > width - len(indent) else [word]
        gap = " "
        for piece in filter(None, pieces):
            gap = "" if lines[-1].strip() == "" else gap
            if lines[-1].strip() and cell_len(lines[-1] + gap + piece) > width:
                lines.append(indent)
                gap = ""
            lines[-1] += gap + piece
            gap = ""
    return [line.replace("\xa0", " ") for line in lines]


class Column(NamedTuple):
    """A column of text; a cell may have several lines."""

    heading: str
    cells: list[str]
    is_left: bool  #: Whether its cells begin at its left side, as names do, and numbers do not.

    @property
    def width(self) -> int:
        """The width of the widest line."""
        return max(cell_len(line) for cell in (self.heading, *self.cells) for line in cell.split("\n"))


def column_of(heading: str, values: Sequence[Any], show_cell: Callable[[Any], str]) -> Column:
    """Return a column of values; those that are not all strings are numbers."""
    return Column(heading, [*map(show_cell, values)], all(isinstance(value, str) for value in values))


def table_lines(columns: Sequence[Column]) -> list[str]:
    """Return the lines of a table, the headings in bold."""
    heading = _row_lines([column.heading for column in columns], columns)
    rows = [_row_lines(row, columns) for row in zip(*(column.cells for column in columns), strict=True)]
    return [*(click.style(line, bold=True) for line in heading), *(line for row in rows for line in row)]


def table_width(columns: Sequence[Column]) -> int:
    """Return how wide a table of these columns is."""
    return sum(column.width for column in columns) + len(_GAP) * (len(columns) - 1)


def _row_lines(row: Sequence[str], columns: Sequence[Column]) -> list[str]:
    lines = []
    for pieces in zip_longest(*(cell.split("\n") for cell in row), fillvalue=""):
        padded = []
        for piece, column in zip(pieces, columns, strict=True):
            blanks = " " * (column.width - cell_len(piece))
            padded.append(piece + blanks if column.is_left else blanks + piece)
        lines.append(_GAP.join(padded).rstrip())
    return lines
