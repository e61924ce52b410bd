"""How results look: a table for people, JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import click

_WIDTH = 10_000  # where no terminal sets one, so that a long word is not broken into lines


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under headings, numbers to the right and decimals with four places."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = [list(row) for row in rows]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        is_number = all(isinstance(row[number], (int, float)) for row in rows)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(value)) for value in row))
    console = Console()
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(table)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def print_json(value: Any) -> None:
    """Print a value as JSON on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))
