"""How scores look: tables with their settings below, on a terminal or as Markdown; or JSON.

A table that is wider than the terminal is folded at the blanks of its headings, then also before its intervals. If that
is not enough, it is printed in parts, each with the first column. Output to a file or pipe is not folded.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from math import isnan
from typing import Any

import click
from rich.cells import cell_len  # a Chinese character takes two columns
from rich.console import Console

from .tables import print_json

_GAP = "  "  # between columns


@dataclass
class ScoreTable:
    """A table of text, and what must be known to read it."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def print_scores(scores: Any, tables: Sequence[ScoreTable], form: str | None) -> None:
    """Print the scores if the form is "json", else the tables, in Markdown if it is "markdown"."""
    if form == "json":
        print_json(scores)
        return
    for table in tables:
        if form == "markdown":
            _print_markdown(table)
        else:
            _print_text(table)


def _print_markdown(table: ScoreTable) -> None:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    alignment = ["---"] + ["---:"] * (len(table.columns) - 1)
    head = [f"### {table.title}", "", line(table.columns), line(alignment)]
    click.echo("\n".join([*head, *map(line, table.rows), "", *table.notes, ""]))


def _print_text(table: ScoreTable) -> None:
    console = Console()
    width = console.width if console.is_terminal else None
    lines = _wrap(table.title, width)
    folded = fold_columns([list(column) for column in zip(table.columns, *table.rows, strict=True)], width)
    for number, columns in enumerate(folded):
        lines += [""] if number else []
        widths = [_width(column) for column in columns]
        heading, *rows = (_lines(row, widths) for row in zip(*columns, strict=True))
        lines += [click.style(line, bold=True) for line in heading]
        lines += [line for row in rows for line in row]
    lines += [line for note in table.notes for line in _wrap(note, width)]
    click.echo("\n".join([*lines, ""]))


def _wrap(text: str, width: int | None) -> list[str]:
    """Break a line at its blanks, but not between a number and its percent sign."""
    if width is None:
        return [text]
    return [line.replace("\xa0", " ") for line in textwrap.wrap(text.replace(" %", "\xa0%"), width)]


def fold_columns(columns: list[list[str]], width: int | None) -> list[list[list[str]]]:
    """Fold a table to a width, by the steps that the module's docstring names, and return its parts.

    Parameters
    ----------
    columns : list of list of str
        The cells of each column, the heading first.
    width : int or None
        Characters of a line; None for no limit.
    """
    if width is None or _total(columns) <= width:
        return [columns]
    columns = [[heading.replace(" ", "\n"), *cells] for heading, *cells in columns]
    if _total(columns) > width:
        columns = [[heading, *(cell.replace(" [", "\n[") for cell in cells)] for heading, *cells in columns]
    first, *others = columns
    parts = [[first]]
    for column in others:
        if len(parts[-1]) > 1 and _total([*parts[-1], column]) > width:
            parts.append([first])
        parts[-1].append(column)
    return parts


def _total(columns: Sequence[Sequence[str]]) -> int:
    return sum(map(_width, columns)) + len(_GAP) * (len(columns) - 1)


def _width(cells: Sequence[str]) -> int:
    return max(cell_len(line) for cell in cells for line in cell.split("\n"))


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the lines of a row, its first cell to the left and the others to the right."""
    lines = []
    for pieces in zip_longest(*(cell.split("\n") for cell in row), fillvalue=""):
        blanks = [" " * (width - cell_len(piece)) for width, piece in zip(widths, pieces, strict=True)]
        padded = [blank + piece for blank, piece in zip(blanks, pieces, strict=True)]
        lines.append(_GAP.join([pieces[0] + blanks[0], *padded[1:]]).rstrip())
    return lines


def percent(value: float) -> str:
    """Return a fraction as a percentage with one decimal.

    Examples
    --------
    >>> percent(0.3976), percent(float("nan"))
    ('39.8', '-')
    """
    return "-" if isnan(value) else f"{100 * value:.1f}"


def with_interval(value: float, interval: tuple[float, float]) -> str:
    """Return a score with its interval.

    Examples
    --------
    >>> with_interval(0.398, (0.371, 0.42))
    '39.8 [37.1, 42.0]'
    """
    if isnan(interval[0]):
        return percent(value)
    return f"{percent(value)} [{percent(interval[0])}, {percent(interval[1])}]"
