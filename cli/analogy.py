"""The command that answers analogies."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from fastvec.errors import DataError

from . import asking

if TYPE_CHECKING:
    from fastvec import KeyedVectors


def _three(words: Sequence[str]) -> list[str]:
    """Return the words of "A - B + C", or of "A B C"."""
    return [words[0], words[2], words[4]] if len(words) == 5 and (words[1], words[3]) == ("-", "+") else list(words)


def _check(words: Sequence[str]) -> None:
    if len(_three(words)) < 3:
        raise click.UsageError("An analogy needs three words.")


@asking.question(*asking.near, check_words=_check)
def command(wv: "KeyedVectors", words: list[str], method: Any, as_json: bool, **limits: Any) -> None:
    """Show the words for A - B + C: king - man + woman gives queen.

    VECTORS is vectors.safetensors if no file is named. Without words,
    asks for three, or reads lines of three from the standard input.

    \b
    Example:
      fastvec analogy vectors.safetensors king man woman
    """  # noqa: D301 - click reads the backspace
    if len(_three(words)) != 3:
        raise DataError(f"an analogy needs three words, not {' '.join(words)!r}")
    a, b, c = _three(words)
    asking.tell_made(wv, (a, b, c))
    asking.show_near(f"{a} - {b} + {c}", wv.analogy(a, b, c, method=method, **limits), method, as_json)
