"""The command that trains word vectors."""

import os
import shlex
from typing import Any

import click

from . import options
from .progress import Display
from .training_options import OUTPUT, TrainingCommand, training, training_source


@click.command(cls=TrainingCommand)
@training
@click.option(
    "--resume",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Resume from the checkpoints in this folder; SOURCE and the options may be omitted, and must be the same, but "
    "for more --epochs.",
)
@options.log_json
@options.quiet
def command(
    sources: tuple[str, ...],
    cooccurrence: str | None,
    output: str | None,
    resume: str | None,
    quiet: bool,
    log_json: str | None,
    **settings: Any,
) -> None:
    """Train word vectors from text.

    SOURCE is a file, a folder, a URL such as s3://bucket/*.txt, or - for the standard input; .gz, .bz2, .xz and .zst
    are decompressed. An option that the model has no use for is refused.

    \b
    Examples:
      fastvec train corpus.txt
      fastvec train corpus.txt --model glove --x-max 100 -o glove.txt.gz
      fastvec train corpus.txt --model ppmi-svd --dim 300 -o svd.safetensors
      fastvec train corpus.txt.gz --model cbow --dim 300 -o vectors.bin
      zcat *.gz | fastvec train - --lowercase --tokenizer words -o words.vec
      fastvec train corpus.txt --epochs 50 --checkpoint state
      fastvec train --resume state
    """  # noqa: D301 - click reads the backspace
    from fastvec.training.resources import check_program

    check_program()
    from fastvec import pipeline

    given = options.given(settings)
    if resume and "checkpoint" in given:
        raise click.UsageError("--resume DIR continues to save in DIR; omit --checkpoint")
    if resume and output is None:
        output = pipeline.saved_output(resume)
    output = output or options.unless_exists(OUTPUT)
    source = training_source(sources, cooccurrence, output, is_needed=not resume)
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
                click.echo(f"fastvec: stopped; to resume: fastvec train --resume {shlex.quote(folder)}", err=True)
            raise
        display.result = {"output": output, "words": len(wv), "dim": wv.dim}
    if not quiet:
        invalid = wv.metadata["corpus"]["invalid"]
        if invalid:
            click.echo(f"{invalid:,} words of the text were not valid UTF-8 (see --errors)", err=True)
        click.echo(f"trained in {display.elapsed}", err=True)
        click.echo(f"{output}: {len(wv):,} words, {wv.dim} dimensions", err=True)
