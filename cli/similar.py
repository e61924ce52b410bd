"""The command that shows nearest neighbours."""

import click

from .tables import print_json, print_table


@click.command()
@click.argument("vectors", type=click.Path())
@click.argument("words", nargs=-1, required=True)
@click.option("--minus", "minus", multiple=True, metavar="WORD", help="A word to subtract; may be given several times.")
@click.option("-n", "--topn", type=click.IntRange(1), default=10, show_default=True, help="Neighbours to show.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(vectors: str, words: tuple[str, ...], minus: tuple[str, ...], topn: int, as_json: bool) -> None:
    """Show the words whose vectors are nearest to the sum of WORDS.

    \b
    Example:
      fastvec similar vectors.safetensors king woman --minus man
    """  # noqa: D301 - click reads the backspace
    import fastvec

    neighbours = fastvec.load(vectors).most_similar(list(words), list(minus), topn=topn)
    if as_json:
        print_json([{"word": word, "cosine": cosine} for word, cosine in neighbours])
    else:
        print_table(["word", "cosine"], neighbours)
