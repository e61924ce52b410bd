"""The command that finds the odd one out."""

import click

from . import asking
from .tables import print_json


@click.command()
@asking.vectors
@asking.words
@asking.as_json
def command(vectors: str, words: tuple[str, ...], as_json: bool) -> None:
    """Show the word that does not go with the others.

    Without words, asks for some, or reads lines of them from the standard input.

    \b
    Example:
      fastvec odd vectors.safetensors breakfast cereal dinner lunch
    """  # noqa: D301 - click reads the backspace
    import fastvec

    wv = fastvec.load(vectors)

    def answer(given: list[str]) -> None:
        word = wv.doesnt_match(given)
        if as_json:
            print_json({"word": word})
        else:
            click.echo(word)

    asking.ask(words, answer)
