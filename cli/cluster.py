"""The command that puts words into classes."""

import click

from fastvec.settings import Loading

from . import asking, options
from .tables import print_json


@click.command()
@asking.vectors
@options.number("-k", "--clusters", default=100, help="Number of classes.")
@options.options_of(Loading, only=["limit"])
@options.number("--iterations", default=25, help="Maximum number of iterations.")
@click.option("--seed", type=int, metavar="N", default=1, show_default=True, help="Seed for the initial centroids.")
@asking.as_json
def command(
    vectors: str, errors: str | None, clusters: int, limit: int | None, iterations: int, seed: int, as_json: bool
) -> None:
    """Put the words into classes (k-means), and print lines of word, tab, class.

    \b
    Example:
      fastvec cluster vectors.safetensors -k 500 --limit 20000 > classes.tsv
    """  # noqa: D301 - click reads the backspace
    import fastvec

    asking.check(vectors)
    wv = fastvec.load(vectors, **options.given({"limit": limit, "errors": errors}))
    classes = wv.cluster(clusters, iterations=iterations, seed=seed).tolist()
    if as_json:
        print_json(dict(zip(wv.words, classes, strict=True)))
    else:
        click.echo("\n".join(f"{word}\t{number}" for word, number in zip(wv.words, classes, strict=True)))
