"""The command that counts co-occurrences."""

from typing import Any

import click

from fastvec.settings import Reading, Words

from . import options
from .progress import Display
from .reading import source_paths

_OUTPUT = "counts.npz"


@click.command(cls=options.SectionedCommand)
@options.sources
@click.option(
    "--output",
    "-o",
    type=click.Path(),
    metavar="FILE",
    help=f"Where to write.  [default: {_OUTPUT}, unless it exists]",
)
@options.pairs
@options.counting
@options.memory
@options.vocabulary
@options.threads
@options.reading
@options.log_json
@options.quiet
def command(
    sources: tuple[str, ...], output: str | None, pairs: bool | None, log_json: str | None, quiet: bool, **settings: Any
) -> None:
    """Count how often words stand near each other.

    SOURCE is a file, a folder, a URL such as s3://bucket/*.txt, or - for the standard input; .gz, .bz2, .xz and .zst
    are decompressed. Writes a sparse matrix, words by contexts, that `fastvec train --cooccurrence` reads, and
    scipy.sparse.load_npz too.

    \b
    Examples:
      fastvec cooccurrence corpus.txt -o counts.npz --window 5
      fastvec train --cooccurrence counts.npz --model ppmi-svd
      fastvec cooccurrence --pairs dependencies.txt -o counts.npz
    """  # noqa: D301 - click reads the backspace
    from fastvec.cooccurrence import count_cooccurrence
    from fastvec.cooccurrence.matrix import check_target
    from fastvec.cooccurrence.pairs import count_pairs
    from fastvec.corpus import read_corpus
    from fastvec.training.progress import Progress

    output = output or options.unless_exists(_OUTPUT)
    check_target(output)
    given = options.given(settings)
    reading, words = (
        {name: given.pop(name) for name in group.parameters if name in given} for group in (Reading, Words)
    )
    with Display(quiet, log_json) as display:
        paths, threads = source_paths(sources, output), given.get("threads")
        weights = words.pop("weights", None)
        if pairs:
            given.pop("threads", None)
            if weights is not None:
                raise click.UsageError("--weights does not apply to --pairs, which have weights themselves; omit it")
            if given:
                option = options.OPTIONS.get(next(iter(given)), next(iter(given)))
                raise click.UsageError(f"{option} does not apply to --pairs, which have no windows; omit it")
            counts = count_pairs(paths, threads=threads, progress=display.reading, **words, **reading)
        else:
            text = read_corpus(paths, threads=threads, progress=display.reading, **reading)
            with text, text if weights is None else text.weighted(weights) as corpus:
                counts = count_cooccurrence(corpus, corpus.vocabulary(**words), progress=display, **given)
        display(Progress("saving"))
        counts.save(output)
        display.result = {"output": output, "words": len(counts.vocabulary), "cells": counts.data.size}
    if not quiet:
        click.echo(f"{output}: {len(counts.vocabulary):,} words, {counts.data.size:,} cells", err=True)
        if invalid := counts.facts["invalid"]:
            click.echo(f"{invalid:,} words were not valid UTF-8 (see --errors)", err=True)
