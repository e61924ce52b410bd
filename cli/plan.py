"""The command that estimates what training takes."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from . import options
from .progress import Display
from .tables import print_facts, print_json, terminal_width
from .training_options import OUTPUT, TrainingCommand, training, training_source

if TYPE_CHECKING:
    from fastvec.pipeline.planning import Plan


@click.command(cls=TrainingCommand)
@training
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.quiet
def command(
    sources: tuple[str, ...], cooccurrence: str | None, output: str | None, as_json: bool, quiet: bool, **settings: Any
) -> None:
    """Estimate the memory, disk and time that training takes.

    Takes the options of `fastvec train`. Reads the text, and caches it for the training; of more than 512 MB only a
    part. Then trains on a sample for a few seconds. The exit code is 1 if the training does not fit.

    \b
    Example:
      fastvec plan corpus.txt --model glove --dim 300
    """  # noqa: D301 - click reads the backspace
    from fastvec.training.resources import check_program, process_age

    check_program()
    from fastvec.pipeline.planning import plan
    from fastvec.vectors import check_target

    output = output or OUTPUT
    check_target(output, settings["format"])
    source = training_source(sources, cooccurrence, output)
    started = process_age()
    with Display(quiet) as display:
        found = plan(source, output=output, progress=display, **options.given(settings))
    if found.seconds:
        found = replace(found, seconds=found.seconds | {"start-up": started + found.seconds["start-up"]})
    if as_json:
        _print_json(found)
    else:
        print_facts(found.table()[1], terminal_width())
    found.check()


def _print_json(found: "Plan") -> None:
    files = [{"what": file.what, "folder": str(file.folder), "bytes": file.size} for file in found.files]
    print_json(
        {
            "words": found.n_words,
            "tokens": found.n_tokens,
            "types": found.n_types,
            "is_sampled": found.is_sampled,
            "memory": found.memory,
            "available_memory": found.available,
            "memory_limit": found.limit,
            "disk": found.disk,
            "files": files,
            "seconds": found.seconds,
            "total_seconds": found.total_seconds,
        }
    )
