"""The command that counts co-occurrences."""

from typing import Any

import click

from . import options
from .progress import Display
from .reading import source_paths


@click.command()
@options.sources
@click.option("--output", "-o", default="counts.npz", show_default=True, metavar="FILE", help="Where to write.")
@click.option("--window", type=int, default=10, show_default=True, metavar="N", help="Largest distance, in words.")
@options.counting
@click.option(
    "--sample",
    type=float,
    default=0.0,
    show_default=True,
    metavar="N",
    help="Relative frequency above which words are thinned out; 0 keeps all.",
)
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="Seed of --sample.")
@options.vocabulary
@options.threads
@options.reading
@click.option("--log-json", default=None, metavar="FILE", help="Write the progress to FILE, a line of JSON a second.")
@options.quiet
def command(
    sources: tuple[str, ...],
    output: str,
    min_count: int,
    max_vocab: int | None,
    tokenizer: str,
    lowercase: bool,
    errors: str,
    cache_dir: str | None,
    cache: bool,
    log_json: str | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Count how often words stand near each other.

    SOURCE is a file, a folder, or - for the standard input; .gz, .bz2, .xz and .zst are decompressed. Writes a sparse
    matrix, words by contexts, that `fastvec train --cooccurrence` reads, and scipy.sparse.load_npz too.

    \b
    Example:
      fastvec cooccurrence corpus.txt -o counts.npz --window 5
      fastvec train --cooccurrence counts.npz --model ppmi-svd
    """  # noqa: D301 - click reads the backspace
    from fastvec.cooccurrence import count_cooccurrence
    from fastvec.corpus import read_corpus
    from fastvec.disk.atomic import check_folder
    from fastvec.training.progress import Progress

    check_folder(output)
    given = {name: value for name, value in settings.items() if value is not None}
    with Display(quiet, log_json) as display:
        corpus = read_corpus(
            source_paths(sources),
            tokenizer=tokenizer,
            lowercase=lowercase,
            errors=errors,
            cache_dir=cache_dir,
            cache=cache,
            progress=display.reading,
        )
        with corpus:
            counts = count_cooccurrence(corpus, corpus.vocabulary(min_count, max_vocab), progress=display, **given)
        display(Progress("saving"))
        counts.save(output)
    if not quiet:
        click.echo(f"{output}: {len(counts.vocabulary):,} words, {counts.data.size:,} cells", err=True)
        if corpus.n_invalid:
            click.echo(f"{corpus.name}: {corpus.n_invalid:,} words were not valid UTF-8 (see --errors)", err=True)
