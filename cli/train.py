"""The command that trains word vectors."""

import os
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import click

from fastvec.errors import MachineError
from fastvec.settings import Cluster

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
@options.options_of(Cluster)
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
      fastvec train corpus.txt --subwords 3-6 --save-context -o subwords.bin
      fastvec train corpus.txt.gz --model cbow --dim 300 -o vectors.bin
      zcat *.gz | fastvec train - --lowercase --tokenizer words -o words.vec
      fastvec train --pairs dependencies.txt -o words.safetensors
      fastvec train corpus.txt --epochs 50 --checkpoint state
      fastvec train --resume state
      fastvec train 's3://bucket/*.zst' --cluster tcp://host:8786 --shards 16
    """  # noqa: D301 - click reads the backspace
    from fastvec.training.resources import check_program

    check_program()
    from fastvec.vectors.formats import find_format, lacks_contexts, left_out

    given = options.given(settings)
    cluster = _cluster(given)
    if resume and "checkpoint" in given:
        raise click.UsageError("--resume DIR continues to save in DIR; omit --checkpoint")
    if cluster.cluster and cooccurrence:
        raise click.UsageError("--cooccurrence has been counted; omit --cluster")
    folder = resume or settings["checkpoint"]
    with ExitStack() as stack:
        train, continued, saved_output = _functions(cluster.cluster, stack)
        if resume and output is None:
            output, format = saved_output(resume)
            if format is not None:
                given.setdefault("format", format)
        output = output or options.unless_exists(OUTPUT)
        source = training_source(sources, cooccurrence, output, is_needed=not resume)
        display = stack.enter_context(Display(quiet, log_json))
        try:
            if resume:
                wv = continued(resume, source, output=output, progress=display, **given)
            else:
                wv = train(source, output=output, progress=display, **given)
        except KeyboardInterrupt:
            if folder and os.path.exists(os.path.join(folder, "run.json")):
                display.end()  # the bar
                on = f" --cluster {cluster.cluster}" if cluster.cluster else ""
                click.echo(f"fastvec: stopped; to resume: fastvec train{on} --resume {shlex.quote(folder)}", err=True)
            raise
        display.result = {"output": output, "words": len(wv), "dim": wv.dim}
    if not quiet:
        invalid = wv.metadata["corpus"]["invalid"]
        if invalid:
            click.echo(f"{invalid:,} words of the text were not valid UTF-8 (see --errors)", err=True)
        kind = find_format(output, given.get("format"), wv.ngrams).name
        lost = [part for part in left_out(wv, kind) if "n-grams" in part]
        if lost:
            click.echo(f"fastvec: {output} cannot hold the {lost[0]}, which are omitted", err=True)
        if lacks_contexts(wv, kind):
            click.echo(f"fastvec: {output} has zeros for the context vectors; --save-context keeps them", err=True)
        click.echo(f"trained in {display.elapsed}", err=True)
        click.echo(f"{output}: {len(wv):,} words, {wv.dim} dimensions", err=True)


def _cluster(given: dict[str, Any]) -> Cluster:
    """Check the options of a cluster, and remove them from those given where there is none."""
    cluster = Cluster(**{name: given[name] for name in Cluster.parameters if name in given})
    if given.pop("cluster", None) is None:
        for name in Cluster.parameters:
            if name in given:
                raise click.UsageError(f"{options.OPTIONS[name]} applies with --cluster only; omit it")
    return cluster


def _functions(
    cluster: str | None, stack: ExitStack
) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """Return the functions that train, resume, and say where an interrupted training writes."""
    if cluster is None:
        from fastvec import pipeline

        return pipeline.train, pipeline.resume, pipeline.saved_output
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")  # in the workers too; what matters is raised
    try:
        from fastvec import distributed
    except ImportError as error:
        raise MachineError(str(error)) from None
    client = stack.enter_context(distributed.connect(cluster))
    return partial(distributed.train, client), partial(distributed.resume, client), distributed.saved_output
