"""The command that shows nearest neighbours."""

from typing import Literal

import click

from . import asking
from .tables import print_json, print_table


@click.command()
@asking.vectors
@asking.words
@click.option("--minus", multiple=True, metavar="WORD", help="A word to be far from; may be given several times.")
@asking.topn
@click.option("--restrict-vocab", type=click.IntRange(1), metavar="N", help="Search only the first N words.")
@click.option(
    "--method",
    type=click.Choice(["add", "multiply"]),
    default="add",
    show_default=True,
    help="Add cosines (3CosAdd) or multiply them (3CosMul).",
)
@asking.as_json
def command(
    vectors: str,
    words: tuple[str, ...],
    minus: tuple[str, ...],
    topn: int,
    restrict_vocab: int | None,
    method: Literal["add", "multiply"],
    as_json: bool,
) -> None:
    """Show the words nearest to the sum of some words.

    Without a word, asks for some, or reads lines of them from the standard input.

    \b
    Example:
      fastvec similar vectors.safetensors king woman --minus man
    """  # noqa: D301 - click reads the backspace
    import fastvec

    wv = fastvec.load(vectors)

    def answer(given: list[str]) -> None:
        near = wv.most_similar(given, list(minus), topn, restrict_vocab=restrict_vocab, method=method)
        if as_json:
            print_json([{"word": word, "score": score} for word, score in near])
        else:
            print_table(["word", "cosine" if method == "add" else "score"], near)

    asking.ask(words, answer)
