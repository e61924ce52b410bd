"""The command that writes a page on vectors."""

import os
from pathlib import Path
from typing import Any

import click

from . import asking, eval_options, options
from .streams import Text


@click.command()
@click.argument("vectors", type=click.Path(), nargs=-1, metavar="[VECTORS]...")
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE", help="The page.  [default: report.html, unless it exists]"
)
@eval_options.analogies
@eval_options.similarity
@click.option(
    "--words", type=Text(), multiple=True, metavar="WORDS", help='Words whose neighbours to show, such as "king queen".'
)
@options.number("--map-words", default=1000, least=2, help="Show the N most frequent words on the map.")
@click.option(
    "--layout",
    type=click.Choice(["pca", "umap"]),
    default="pca",
    show_default=True,
    help="How places on the map are found; umap needs the package umap-learn.",
)
@click.option(
    "--log",
    "logs",
    type=click.Path(),
    multiple=True,
    metavar="FILE",
    help="A log of `fastvec train --log-json`, of which the losses are drawn; one for each of VECTORS, in their order.",
)
@options.loading
def command(
    vectors: tuple[str, ...], output: str | None, words: tuple[str, ...], errors: str | None, **settings: Any
) -> None:
    """Write a page of HTML on VECTORS: training, scores, neighbours, a map, health.

    The page needs no network. Of several files, it shows their settings and scores side by side.

    \b
    Example:
      fastvec report vectors.safetensors --analogies google --words "king queen" -o report.html
    """  # noqa: D301 - click reads the backspace
    import fastvec
    from fastvec.report import write_report

    from .evaluations import named_sets

    output = output or options.unless_exists("report.html")
    paths = vectors or (asking.DEFAULT,)
    for path in paths:
        asking.check(path)
        if os.path.realpath(path) == os.path.realpath(output):
            raise click.UsageError(f"{output} holds the vectors, and would be overwritten; name another file to write.")
    names = [Path(path).name for path in paths]
    asked = [word for given in words for word in given.split()]
    for task in ("analogies", "similarity"):
        settings[task] = named_sets(task, settings[task]) if settings[task] else []
    loaded = [fastvec.load(path, **options.given({"errors": errors})) for path in paths]
    write_report(loaded, output, names=names, words=asked, **settings)
    click.echo(f"{output}: {Path(output).stat().st_size:,} bytes", err=True)
