"""The command that answers analogies."""

from typing import Literal

import click

from . import asking
from .tables import print_json, print_table


@click.command()
@asking.vectors
@asking.words
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
    topn: int,
    restrict_vocab: int | None,
    method: Literal["add", "multiply"],
    as_json: bool,
) -> None:
    """Show the words for A - B + C: king - man + woman gives queen.

    Without words, asks for three, or reads lines of three from the standard input.

    \b
    Example:
      fastvec analogy vectors.safetensors king man woman
    """  # noqa: D301 - click reads the backspace
    import fastvec

    if words and len(words) != 3:
        raise click.UsageError("An analogy needs three words.")
    wv = fastvec.load(vectors)

    def answer(given: list[str]) -> None:
        if len(given) != 3:
            raise fastvec.InputError(f"an analogy needs three words, not {len(given)}")
        near = wv.analogy(given[0], given[1], given[2], topn, restrict_vocab=restrict_vocab, method=method)
        if as_json:
            print_json([{"word": word, "score": score} for word, score in near])
        else:
            print_table(["word", "cosine" if method == "add" else "score"], near)

    asking.ask(words, answer)
