"""The command that shows what a file of vectors holds."""

from typing import Any

import click

from . import asking
from .tables import print_json


@click.command()
@asking.vectors
@asking.as_json
def command(vectors: str, as_json: bool) -> None:
    """Show what the file VECTORS holds: format, shape, parameters, first words.

    \b
    Example:
      fastvec info vectors.safetensors
    """  # noqa: D301 - click reads the backspace
    from fastvec.vectors.loading import describe

    facts = describe(vectors)
    if as_json:
        print_json(facts)
        return
    for name, value in _lines(facts):
        click.echo(f"{name:<26} {value}")


def _lines(facts: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Flatten nested facts: {"a": {"b": 1}} becomes [("a.b", "1")]."""
    lines = []
    for name, value in facts.items():
        if isinstance(value, dict):
            lines += _lines(value, f"{prefix}{name}.")
        else:
            shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
            lines.append((prefix + name, " ".join(map(str, shown)) if isinstance(shown, list) else str(shown)))
    return lines
