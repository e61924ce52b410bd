"""The command that finds the odd one out."""

from typing import TYPE_CHECKING

import click

from . import asking
from .tables import print_json

if TYPE_CHECKING:
    from fastvec import KeyedVectors


@asking.question()
def command(wv: "KeyedVectors", words: list[str], as_json: bool) -> None:
    """Show the word that does not go with the others, after a tab.

    VECTORS is vectors.safetensors if no file is named. Without words,
    asks for some, or reads lines of them from the standard input.

    \b
    Example:
      fastvec odd vectors.safetensors breakfast cereal dinner lunch
    """  # noqa: D301 - click reads the backspace
    asking.tell_made(wv, words)
    word = wv.doesnt_match(words)
    if as_json:
        print_json({"query": words, "word": word})
    else:
        click.echo(f"{' '.join(words)}\t{word}")
