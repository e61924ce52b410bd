r"""How scores look: tables with their settings below, for people, Markdown or LaTeX; CSV or JSON for programs.

A table that is wider than the terminal is narrowed step by step until it fits: headings are broken at their blanks,
columns that can be spared are left out, names are broken, intervals go to a second line, then are left out; at last
the table is printed in parts, each with the first column. What is left out is said. Output to a file or pipe is not
narrowed.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any, NamedTuple, TypeAlias

import click

from .tables import Column, column_of, print_json, show, table_lines, table_width, terminal_width, wrap

#: What the lines of a table become on paper.
FORMS = ("json", "csv", "markdown", "latex")
#: The columns of CSV.
_CSV = "vectors task set section measure limit items covered score low high".split()


class Score(NamedTuple):
    """A score with its 95 % interval, NaN where there is none; it is shown in percent where it is a fraction."""

    value: float
    interval: tuple[float, float] = (nan, nan)
    is_fraction: bool = True

    def parts(self) -> list[str]:
        """Return the value, and the ends of the interval where there is one, as text."""
        numbers = (self.value, *(() if isnan(self.interval[0]) else self.interval))
        return [percent(each) if self.is_fraction else f"{each:.2f}" for each in numbers]


#: A float is a p-value.
Cell: TypeAlias = str | int | float | Score


@dataclass
class ScoreTable:
    """A table, and what must be known to read it; `spare` are the columns that are left out first."""

    title: str
    columns: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spare: tuple[str, ...] = ()


def print_scores(form: str | None, results: Any, rows: Iterable[Sequence[Any]], tables: Sequence[ScoreTable]) -> None:
    """Print scores in one of `FORMS`, or None for text.

    Parameters
    ----------
    form : str or None
        The form.
    results : JSON value
        For JSON.
    rows : iterable
        For CSV: a value for each of its columns but the last three, then a `Score`.
    tables : sequence of ScoreTable
        For the others.
    """
    if form == "json":
        print_json(results)
    elif form == "csv":
        click.echo(_csv(rows), nl=False)
    else:
        lines: Callable[[ScoreTable], list[str]] = {"markdown": _markdown, "latex": _latex}.get(form or "", _text)
        for table in tables:
            click.echo("\n".join([*lines(table), ""]))


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_CSV)
    for *known, score in rows:
        numbers = (score.value, *score.interval)
        writer.writerow([*known, *("" if isnan(number) else f"{number:.6g}" for number in numbers)])
    return file.getvalue()


def _markdown(table: ScoreTable) -> list[str]:
    def line(cells: Sequence[Cell]) -> str:
        return "| " + " | ".join(shown(cell).replace("|", "\\|") for cell in cells) + " |"

    alignment = ["---"] + ["---:"] * (len(table.columns) - 1)
    return [f"### {table.title}", "", line(table.columns), line(alignment), *map(line, table.rows), "", *table.notes]


def _latex(table: ScoreTable) -> list[str]:
    """Return a tabular of the package booktabs, with the notes as comments."""

    def line(cells: Sequence[Cell]) -> str:
        return " & ".join(_escaped(shown(cell)) for cell in cells) + r" \\"

    columns = zip(table.columns, *table.rows, strict=True)
    alignment = "".join("l" if column_of(heading, cells, shown).is_left else "r" for heading, *cells in columns)
    return [
        f"% {table.title}",
        *(f"% {note}" for note in table.notes),
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        line(table.columns),
        r"\midrule",
        *map(line, table.rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]


def _escaped(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(sign, f"\\{sign}" if sign in "&%$#_{}" else sign) for sign in text)


def _text(table: ScoreTable) -> list[str]:
    width = terminal_width()
    narrowed, left_out = narrow(table, width)
    lines = wrap(table.title, width)
    for number, columns in enumerate(narrowed):
        lines += [""] if number else []
        lines += table_lines(columns)
    notes = [*table.notes]
    if left_out:
        notes.append(f"Not shown, as the terminal is narrow: {', '.join(left_out)}; see --csv or --json.")
    return lines + [line for note in notes for line in wrap(note, width)]


def narrow(table: ScoreTable, width: int | None) -> tuple[list[list[Column]], list[str]]:
    """Narrow a table to a width, by the steps that the module's docstring names.

    Return the columns of its parts, and the names of what was left out.
    """

    def laid_out(show_cell: Callable[[Cell], str], spare: tuple[str, ...] = ()) -> list[Column]:
        columns = zip(table.columns, *table.rows, strict=True)
        return [column_of(heading, cells, show_cell) for heading, *cells in columns if heading not in spare]

    def broken(columns: list[Column]) -> list[Column]:
        return [column._replace(heading=re.sub(r" |(?<=\w)(?=\.\w)", "\n", column.heading)) for column in columns]

    scores = [cell for row in table.rows for cell in row if isinstance(cell, Score)]
    intervals = ["intervals"] if any(len(score.parts()) > 1 for score in scores) else []
    steps: list[tuple[list[Column], list[str]]] = [
        (laid_out(shown), []),
        (broken(laid_out(shown)), []),
        (broken(laid_out(shown, table.spare)), list(table.spare)),
        (broken(laid_out(_names_broken, table.spare)), list(table.spare)),
        (broken(laid_out(_intervals_below, table.spare)), list(table.spare)),
        (broken(laid_out(_without_intervals, table.spare)), [*table.spare, *intervals]),
    ]
    for columns, left_out in steps:
        if width is None or table_width(columns) <= width:
            return [columns], left_out
    first, *others = steps[-2][0]
    parts = [[first]]
    for column in others:
        if len(parts[-1]) > 1 and table_width([*parts[-1], column]) > (width or 0):
            parts.append([first])
        parts[-1].append(column)
    return parts, list(table.spare)


def _names_broken(cell: Cell) -> str:
    return re.sub(" (?!-)", "\n", cell) if isinstance(cell, str) else shown(cell)


def _intervals_below(cell: Cell) -> str:
    return shown(cell).replace(" [", "\n[") if isinstance(cell, Score) else _names_broken(cell)


def _without_intervals(cell: Cell) -> str:
    return cell.parts()[0] if isinstance(cell, Score) else _names_broken(cell)


def shown(cell: Cell) -> str:
    """Return a cell as text.

    Examples
    --------
    >>> shown(Score(0.398, (0.371, 0.42))), shown(Score(1.5, is_fraction=False)), shown(19544)
    ('39.8 [37.1, 42.0]', '1.50', '19,544')
    """
    if isinstance(cell, float):
        return f"{cell:.2g}"
    if not isinstance(cell, Score):
        return show(cell)
    value, *interval = cell.parts()
    return f"{value} [{', '.join(interval)}]" if interval else value


def percent(value: float) -> str:
    """Return a fraction as a percentage with one decimal.

    Examples
    --------
    >>> percent(0.3976), percent(float("nan"))
    ('39.8', '-')
    """
    return "-" if isnan(value) else f"{100 * value:.1f}"
