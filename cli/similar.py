"""The command that shows nearest neighbours."""

from typing import TYPE_CHECKING, Any

import click

from . import asking
from .streams import Text

if TYPE_CHECKING:
    from fastvec import KeyedVectors

_minus = click.option(
    "--minus", type=Text(), multiple=True, metavar="WORD", help="A word to subtract; may be given several times."
)


@asking.question(_minus, *asking.near)
def command(
    wv: "KeyedVectors", words: list[str], minus: tuple[str, ...], method: Any, as_json: bool, **limits: Any
) -> None:
    """Show the words nearest to the sum of some words.

    VECTORS is vectors.safetensors if no file is named. A word after a lone - is subtracted; a colon and a number after
    a word weigh it. Words that make up a phrase of the vectors are taken as that phrase: new york as new_york;
    so is King as king where only that is there. Without a word, asks for some, or reads lines of them from the standard
    input.

    \b
    Examples:
      fastvec similar vectors.safetensors king
      fastvec similar king - man + woman
      fastvec similar apple:2 fruit:-0.5
    """  # noqa: D301 - click reads the backspace
    added, subtracted = asking.weighted(wv, words)
    others = asking.joined(wv, minus)
    asking.tell_made(wv, [*(word for word, _ in (*added, *subtracted)), *others])
    asked = " - ".join([" ".join(words), *others])
    near = wv.most_similar(added, [*subtracted, *others], method=method, **limits)
    asking.show_near(asked, near, method, as_json)
