"""The command ``fastvec vocab``."""

import sys
from typing import Any

import click

from fastvec.errors import FileError

from . import options
from .reading import reading_progress, source_paths


@click.command()
@options.sources
@click.option(
    "--output", "-o", default="-", show_default=True, metavar="FILE", help="Where to write; - is the standard output."
)
@options.vocabulary
@options.reading
@options.quiet
def command(
    sources: tuple[str, ...], output: str, min_count: int, max_vocab: int | None, quiet: bool, **reading: Any
) -> None:
    """Count the words of a text.

    SOURCE is a file, a folder, or - for the standard input; .gz, .bz2, .xz and .zst are decompressed. Writes lines of
    word, tab, count, the most frequent word first. `fastvec train --vocab` reads such a file.

    \b
    Example:
      fastvec vocab corpus.txt.gz -o vocab.tsv --min-count 10
    """  # noqa: D301 - click reads the backspace
    from fastvec.corpus import read_corpus

    with reading_progress(quiet) as progress:
        corpus = read_corpus(source_paths(sources), progress=progress, **reading)
    with corpus:
        vocabulary = corpus.vocabulary(min_count, max_vocab)
    if output == "-":
        _print("".join(vocabulary.lines()).encode())
    else:
        vocabulary.save(output)
    if not quiet:
        counts = f"{corpus.n_tokens:,} words, {corpus.n_types:,} distinct, {len(vocabulary):,} kept"
        click.echo(f"{corpus.name}: {counts}", err=True)
        if corpus.n_invalid:
            click.echo(f"{corpus.name}: {corpus.n_invalid:,} words were not valid UTF-8 (see --errors)", err=True)


def _print(data: bytes) -> None:
    """Write to stdout in UTF-8, whatever the terminal's encoding."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError(f"standard output: cannot write the vocabulary ({error.strerror})") from None
