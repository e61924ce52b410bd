"""The command that shows nearest neighbours."""

from typing import TYPE_CHECKING, Any

import click

from . import asking

if TYPE_CHECKING:
    from fastvec import KeyedVectors

_minus = click.option("--minus", multiple=True, metavar="WORD", help="A word to subtract; may be given several times.")


@asking.question(_minus, *asking.near)
def command(
    wv: "KeyedVectors", words: list[str], minus: tuple[str, ...], method: Any, as_json: bool, **limits: Any
) -> None:
    """Show the words nearest to the sum of some words.

    Words that make up a phrase of the vectors are taken as that phrase: new york as new_york. Without a word, asks for
    some, or reads lines of them from the standard input.

    \b
    Example:
      fastvec similar vectors.safetensors king woman --minus man
    """  # noqa: D301 - click reads the backspace
    asking.show_near(wv.most_similar(words, asking.joined(wv, minus), method=method, **limits), method, as_json)
