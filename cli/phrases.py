"""The command ``fastvec phrases``."""

from typing import Any

import click

from . import options
from .progress import Display
from .reading import source_paths


@click.command()
@options.sources
@click.option(
    "--output", "-o", default="-", show_default=True, metavar="FILE", help="Where to write; - is the standard output."
)
@click.option(
    "--min-count", type=int, default=5, show_default=True, metavar="N", help="Leave out phrases that occur fewer times."
)
@click.option(
    "--scoring",
    default="word2phrase",
    show_default=True,
    metavar="word2phrase|npmi",
    help="Score of two words: how many times more often than by chance they stand together, once --min-count is taken "
    "off; or their normalised pointwise mutual information, from -1 to 1.",
)
@click.option(
    "--threshold",
    type=float,
    default=None,
    show_default="100, with npmi 0.5",
    metavar="N",
    help="Score above which two words are a phrase: the lower, the more phrases.",
)
@click.option(
    "--passes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Number of passes; N passes find phrases of up to 2^N words.",
)
@click.option("--delimiter", default="_", show_default=True, metavar="TEXT", help="Stands between the words.")
@click.option("--list", "table", default=None, metavar="FILE", help="Write the phrases, their counts and scores too.")
@options.memory
@options.threads
@options.reading
@options.quiet
def command(
    sources: tuple[str, ...],
    output: str,
    min_count: int,
    scoring: str,
    threshold: float | None,
    passes: int,
    delimiter: str,
    table: str | None,
    memory: int | None,
    threads: int | None,
    quiet: bool,
    **reading: Any,
) -> None:
    """Join words that belong together: "new york" becomes "new_york".

    SOURCE is a file, a folder, or - for the standard input; .gz, .bz2, .xz and .zst are decompressed. Writes the text,
    a sentence a line, with each phrase as one word. --list writes lines of phrase, count and score with tabs between.

    \b
    Example:
      fastvec phrases corpus.txt -o phrased.txt --passes 2
      fastvec train phrased.txt
    """  # noqa: D301 - click reads the backspace
    from contextlib import ExitStack

    from fastvec.corpus import read_corpus
    from fastvec.disk.atomic import check_folder, replacing
    from fastvec.phrases import check_delimiter, find_phrases, join_phrases

    check_delimiter(delimiter)
    for path in (output, table):
        if path not in ("-", None):
            check_folder(path)
    lines = []
    with ExitStack() as stack:
        with Display(quiet) as display:
            corpus = stack.enter_context(
                read_corpus(source_paths(sources), progress=display.reading, **options.given(reading))
            )
            for _ in range(passes):
                phrases = find_phrases(
                    corpus, min_count=min_count, threshold=threshold, scoring=scoring, memory=memory, threads=threads,
                    progress=display,
                )  # fmt: skip
                if not phrases:
                    break
                lines += [f"{a}{delimiter}{b}\t{count}\t{score:.6g}\n" for a, b, count, score in phrases]
                corpus = stack.enter_context(join_phrases(corpus, phrases, delimiter))
                if corpus.n_types < 2:
                    break
        if output == "-":
            for piece in corpus.text():
                click.echo(piece, nl=False)
        else:
            with replacing(output) as file:
                file.writelines(corpus.text())
        if table is not None:
            with replacing(table) as file:
                file.writelines(line.encode() for line in lines)
    if not quiet:
        click.echo(f"{corpus.name}: {len(lines):,} phrases, {corpus.n_tokens:,} words with them", err=True)
