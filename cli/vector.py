"""The command that prints vectors."""

import click

from . import asking
from .tables import print_json


@click.command()
@asking.vectors
@asking.words
@asking.as_json
def command(vectors: str, words: tuple[str, ...], as_json: bool) -> None:
    """Print words with their vectors, one in each line.

    Without words, asks for some, or reads them from the standard input. A fastText .bin gives vectors for any word.

    \b
    Example:
      fastvec vector vectors.safetensors king queen
    """  # noqa: D301 - click reads the backspace
    import fastvec

    wv = fastvec.load(vectors)

    def answer(given: list[str]) -> None:
        for word in given:
            numbers = [str(number) for number in wv[word]]  # the shortest that give the same float32
            if as_json:
                print_json({"word": word, "vector": [float(number) for number in numbers]})
            else:
                click.echo(" ".join([word, *numbers]))

    asking.ask(words, answer)
