"""The command that answers analogies."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from fastvec.errors import InputError

from . import asking

if TYPE_CHECKING:
    from fastvec import KeyedVectors


def _check(words: Sequence[str]) -> None:
    if len(words) < 3:
        raise click.UsageError("An analogy needs three words.")


@asking.question(*asking.near, check=_check)
def command(wv: "KeyedVectors", words: list[str], method: Any, as_json: bool, **limits: Any) -> None:
    """Show the words for A - B + C: king - man + woman gives queen.

    Without words, asks for three, or reads lines of three from the standard input.

    \b
    Example:
      fastvec analogy vectors.safetensors king man woman
    """  # noqa: D301 - click reads the backspace
    if len(words) != 3:
        raise InputError(f"an analogy needs three words, not {len(words)}")
    a, b, c = words
    asking.show_near(wv.analogy(a, b, c, method=method, **limits), method, as_json)
