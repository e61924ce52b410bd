"""How scores look: tables with their settings below, on a terminal or as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import click

_WIDTH = 200  # of tables that go to a file, where there is no terminal to ask


@dataclass
class ScoreTable:
    """A table of text, and what must be known to read it."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def print_tables(tables: Sequence[ScoreTable], *, markdown: bool) -> None:
    """Print tables, each with its notes."""
    for table in tables:
        if markdown:
            _print_markdown(table)
        else:
            _print_rich(table)


def _print_markdown(table: ScoreTable) -> None:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    alignment = ["---"] + ["---:"] * (len(table.columns) - 1)
    lines = [
        f"### {table.title}",
        "",
        line(table.columns),
        line(alignment),
        *map(line, table.rows),
        "",
        *table.notes,
        "",
    ]
    click.echo("\n".join(lines))


def _print_rich(table: ScoreTable) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console.width = _WIDTH
    shown = Table(title=Text(table.title), box=None, pad_edge=False, header_style="bold", title_justify="left")
    for number, column in enumerate(table.columns):
        shown.add_column(Text(column), justify="right" if number else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*map(Text, row))
    console.print(shown)
    for note in table.notes:
        console.print(Text(note))
    console.print()


def percent(value: float) -> str:
    """Give a fraction as a percentage with one decimal.

    Examples
    --------
    >>> percent(0.3976), percent(float("nan"))
    ('39.8', '-')
    """
    return "-" if isnan(value) else f"{100 * value:.1f}"


def with_interval(value: float, interval: tuple[float, float]) -> str:
    """Give a score with its interval.

    Examples
    --------
    >>> with_interval(0.398, (0.371, 0.42))
    '39.8 [37.1, 42.0]'
    """
    if isnan(interval[0]):
        return percent(value)
    return f"{percent(value)} [{percent(interval[0])}, {percent(interval[1])}]"


def settings(result: Any, resampled: str) -> str:
    """Say under which settings a result came about."""
    limit = "none" if result.vocab_limit is None else f"{result.vocab_limit:,}"
    case = "folded" if result.fold_case else "kept"
    parts = [f"Vocabulary limit: {limit} ({result.vocab_size:,} words used)", f"case: {case}"]
    if hasattr(result, "unknown"):
        parts.append(f"items with unknown words: {'left out' if result.unknown == 'skip' else 'counted as wrong'}")
    else:
        parts.append("unknown words: left out")
    draws, seed = result.bootstrap.draws, result.bootstrap.seed
    parts.append(f"[95 % intervals]: {draws:,} bootstrap resamples of {resampled}, seed {seed}")
    return "; ".join(parts) + "."
