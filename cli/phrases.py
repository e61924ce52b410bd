"""The command ``fastvec phrases``."""

import os
from typing import Any

import click

from fastvec.settings import Phrasing, Reading

from . import options
from .progress import Display
from .reading import source_paths


@click.command(cls=options.SectionedCommand)
@options.sources
@options.output("Where to write the text; - is the standard output.")
@click.option(
    "--save",
    type=click.Path(),
    metavar="FILE",
    help="Write the phrases too, with their counts and scores, for --apply and for `fastvec train --phrases`.",
)
@click.option(
    "--apply",
    type=click.Path(),
    metavar="FILE",
    help="Join the phrases of this file, from --save, instead of finding some. The text is split as the one in which "
    "they were found, unless the options say otherwise.",
)
@options.phrasing
@options.memory
@options.threads
@options.reading
@options.quiet
def command(
    sources: tuple[str, ...],
    output: str,
    save: str | None,
    apply: str | None,
    memory: int | None,
    threads: int | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Join words that belong together: "new york" becomes "new_york".

    SOURCE is a file, a folder, a URL such as s3://bucket/*.txt, or - for the standard input; .gz, .bz2, .xz and .zst
    are decompressed. Writes the text, a sentence a line, with each phrase as one word.

    \b
    Examples:
      fastvec phrases corpus.txt -o phrased.txt --passes 2 --save phrases.tsv
      fastvec phrases --apply phrases.tsv other.txt -o other-phrased.txt
      fastvec train corpus.txt --phrases phrases.tsv
    """  # noqa: D301 - click reads the backspace
    from fastvec import Phrases, find_phrases, join_phrases
    from fastvec.corpus import read_corpus
    from fastvec.disk.atomic import check_folder, replacing

    given = options.given(settings)
    finding, reading = (
        {name: given[name] for name in group.parameters if name in given} for group in (Phrasing, Reading)
    )
    if apply and (finding or save):
        refused = options.OPTIONS[next(iter(finding))] if finding else "--save"
        raise click.UsageError(f"{refused} is for finding phrases, which --apply does not do; omit one of them.")
    if output != "-":
        check_folder(output)
    if save is not None:
        check_folder(save)
        if os.path.realpath(save) == os.path.realpath(output):
            raise click.UsageError("-o and --save name the same file.")
    Phrasing(**finding)  # refuses what cannot be before the text is read
    phrases = Phrases.load(apply) if apply else None
    if phrases is not None:
        reading = {name: value for name, value in phrases.options.items() if value is not None} | reading
    with Display(quiet) as display:
        corpus = read_corpus(source_paths(sources, output, save), threads=threads, progress=display.reading, **reading)
        if phrases is None:
            phrases = find_phrases(corpus, memory=memory, threads=threads, progress=display, **finding)
    with corpus, join_phrases(corpus, phrases) as joined:
        if output == "-":
            for piece in joined.text():
                click.echo(piece, nl=False)
        else:
            with replacing(output) as file:
                file.writelines(joined.text())
        if save:
            phrases.save(save)
        if not quiet:
            told = f"{len(phrases):,} phrases, {joined.n_tokens:,} words after joining, {corpus.n_tokens:,} before"
            click.echo(f"{corpus.name}: {told}", err=True)
