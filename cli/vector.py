"""The command that prints vectors."""

from typing import TYPE_CHECKING

import click

from . import asking
from .tables import print_json

if TYPE_CHECKING:
    from fastvec import KeyedVectors


@asking.question(is_word=True)
def command(wv: "KeyedVectors", words: list[str], as_json: bool) -> None:
    """Print words with their vectors, one in each line.

    VECTORS is vectors.safetensors if no file is named. Without words, asks for some, or reads them from the standard
    input. Vectors with n-grams, of --subwords or fastText, answer any word.

    \b
    Example:
      fastvec vector vectors.safetensors king queen
    """  # noqa: D301 - click reads the backspace
    (word,) = words
    asking.tell_made(wv, words)
    numbers = [str(number) for number in wv[word]]  # the shortest that give the same float32
    if as_json:
        print_json({"word": word, "vector": [float(number) for number in numbers]})
    else:
        click.echo(" ".join([word, *numbers]))
