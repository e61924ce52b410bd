"""The command that puts words into classes."""

import click

from . import asking
from .tables import print_json


@click.command()
@asking.vectors
@click.option(
    "-k", "--clusters", type=click.IntRange(1), metavar="N", default=100, show_default=True, help="Number of classes."
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Take only the first, most frequent, N words.")
@click.option(
    "--iterations",
    type=click.IntRange(1),
    metavar="N",
    default=25,
    show_default=True,
    help="Maximum number of iterations.",
)
@click.option("--seed", type=int, metavar="N", default=1, show_default=True, help="Seed for the initial centroids.")
@asking.as_json
def command(vectors: str, clusters: int, limit: int | None, iterations: int, seed: int, as_json: bool) -> None:
    """Put the words into classes (k-means), and print lines of word, tab, class.

    \b
    Example:
      fastvec cluster vectors.safetensors -k 500 --limit 20000 > classes.tsv
    """  # noqa: D301 - click reads the backspace
    import fastvec

    asking.check(vectors)
    wv = fastvec.load(vectors, limit=limit)
    classes = wv.cluster(clusters, iterations=iterations, seed=seed).tolist()
    if as_json:
        print_json(dict(zip(wv.words, classes, strict=True)))
    else:
        click.echo("\n".join(f"{word}\t{number}" for word, number in zip(wv.words, classes, strict=True)))
