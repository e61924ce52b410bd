"""The command ``fastvec vocab``."""

from typing import Any

import click

from . import options
from .progress import Display
from .reading import source_paths


@click.command(cls=options.SectionedCommand)
@options.sources
@options.output("Where to write; - is the standard output.")
@options.vocabulary
@options.threads
@options.reading
@options.quiet
def command(
    sources: tuple[str, ...],
    output: str,
    min_count: int | None,
    max_vocab: int | None,
    weights: str | None,
    threads: int | None,
    quiet: bool,
    **reading: Any,
) -> None:
    """Count the words of a text.

    SOURCE is a file, a folder, a URL such as s3://bucket/*.txt, or - for the standard input; .gz, .bz2, .xz and .zst
    are decompressed. Writes lines of word, tab, count, the most frequent word first. `fastvec train --vocab` reads such
    a file.

    \b
    Example:
      fastvec vocab corpus.txt.gz -o vocab.tsv --min-count 10
    """  # noqa: D301 - click reads the backspace
    from fastvec.corpus import read_corpus
    from fastvec.disk.atomic import check_folder

    if output != "-":
        check_folder(output)
    with Display(quiet) as display:
        corpus = read_corpus(
            source_paths(sources, output), threads=threads, progress=display.reading, **options.given(reading)
        )
    with corpus, corpus if weights is None else corpus.weighted(weights) as counted:
        vocabulary = counted.vocabulary(**options.given({"min_count": min_count, "max_vocab": max_vocab}))
    if output == "-":
        click.echo("".join(vocabulary.lines()).encode(), nl=False)  # UTF-8, whatever the terminal's encoding
    else:
        vocabulary.save(output)
    if not quiet:
        counts = f"{corpus.n_tokens:,} words, {corpus.n_types:,} distinct, {len(vocabulary):,} kept"
        click.echo(f"{corpus.name}: {counts}", err=True)
        if corpus.n_invalid:
            click.echo(f"{corpus.name}: {corpus.n_invalid:,} words were not valid UTF-8 (see --errors)", err=True)
