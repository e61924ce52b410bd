"""The command that measures what harms the use of vectors."""

import click

from . import asking, options
from .tables import print_facts, print_json, show, terminal_width


@click.command()
@asking.vectors
@options.number("--limit", default=10_000, help="Look for hubs among the first, most frequent, N words.")
@options.number("--neighbours", default=10, help="Count how often a word is among the N nearest neighbours of others.")
@asking.as_json
def command(vectors: str, errors: str | None, limit: int, neighbours: int, as_json: bool) -> None:
    """Measure what harms the use of vectors, and say what it means.

    Whether all vectors point one way, words that are near to very many (hubs), frequency in lengths and directions,
    repeated rows, rows of zeros, and numbers that are not finite.

    \b
    Example:
      fastvec health vectors.safetensors
    """  # noqa: D301 - click reads the backspace
    import fastvec

    asking.check(vectors)
    health = fastvec.load(vectors, **options.given({"errors": errors})).health(limit=limit, neighbours=neighbours)
    if as_json:
        print_json(health.to_dict())
    else:
        facts = [(each.name, f"{show(each.value)}  {each.meaning}") for each in health.findings()]
        print_facts(facts, terminal_width())
