"""The command that trains word vectors."""

import os
import shlex
from typing import Any

import click

from . import options
from .progress import Display
from .training_options import is_typed, training, training_source


@click.command()
@training
@click.option(
    "--resume",
    default=None,
    metavar="DIR",
    help="Go on from the checkpoints in this folder; SOURCE and the options need not be given again, and must be the "
    "same, but for more --epochs.",
)
@click.option("--log-json", default=None, metavar="FILE", help="Write the progress to FILE, a line of JSON a second.")
@options.quiet
def command(
    sources: tuple[str, ...],
    cooccurrence: str | None,
    output: str,
    resume: str | None,
    quiet: bool,
    log_json: str | None,
    **settings: Any,
) -> None:
    """Train word vectors from text.

    SOURCE is a file, a folder, or - for the standard input; .gz, .bz2, .xz and .zst are decompressed. An option that
    the model has no use for is refused.

    \b
    Examples:
      fastvec train corpus.txt
      fastvec train corpus.txt --model glove --x-max 100
      fastvec train corpus.txt --model ppmi-svd --dim 300
      fastvec train corpus.txt.gz --model cbow --dim 300 -o vectors.bin
      zcat *.gz | fastvec train - --lowercase --tokenizer words
      fastvec train corpus.txt --epochs 50 --checkpoint state
      fastvec train --resume state
    """  # noqa: D301 - click reads the backspace
    from fastvec.training.resources import check_program

    check_program()
    from fastvec import pipeline

    given = {name: value for name, value in settings.items() if value is not None}
    if resume:
        given = {name: value for name, value in given.items() if is_typed(name)}
        if "checkpoint" in given:
            raise click.UsageError("--resume DIR goes on saving in DIR: leave --checkpoint out")
        if not is_typed("output"):
            output = pipeline.saved_output(resume) or output
    source = training_source(sources, cooccurrence, is_needed=not resume)
    folder = resume or settings["checkpoint"]
    with Display(quiet, log_json) as display:
        try:
            if resume:
                wv = pipeline.resume(resume, source, output=output, progress=display, **given)
            else:
                wv = pipeline.train(source, output=output, progress=display, **given)
        except KeyboardInterrupt:
            if folder and os.path.exists(os.path.join(folder, "run.json")):
                display.end()  # the bar
                click.echo(f"fastvec: stopped; to go on: fastvec train --resume {shlex.quote(folder)}", err=True)
            raise
    if not quiet:
        invalid = wv.metadata["corpus"]["invalid"]
        if invalid:
            click.echo(f"{invalid:,} words of the text were not valid UTF-8 (see --errors)", err=True)
        click.echo(f"{output}: {len(wv):,} words, {wv.dim} dimensions", err=True)
