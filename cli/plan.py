"""The command that estimates what training takes."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from . import options
from .progress import Display
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
    check_target(output)
    source = training_source(sources, cooccurrence)
    started = process_age()
    with Display(quiet) as display:
        found = plan(source, output=output, progress=display, **options.given(settings))
    if found.seconds:
        found = replace(found, seconds=found.seconds | {"start-up": started + found.seconds["start-up"]})
    (_print_json if as_json else _print_table)(found)
    found.check()


def _print_json(found: "Plan") -> None:
    from .tables import print_json

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


def _print_table(found: "Plan") -> None:
    from fastvec.errors import duration, megabytes
    from fastvec.training.resources import disk_room

    from .tables import print_facts, terminal_width

    about = "about " if found.is_sampled else ""
    rows = [
        ("text", f"{about}{found.n_tokens:,} words, {found.n_types:,} distinct, {found.n_words:,} to train"),
        ("memory", f"{megabytes(found.memory)} of {megabytes(found.available)} ({found.limit})"),
    ]
    for file in found.files:
        size, room = megabytes(file.size), megabytes(disk_room(file.folder))
        rows.append(("disk", f"{size} for {file.what}, of {room} free in {file.folder}"))
    rows += [("time", f"{duration(seconds)} for {phase}") for phase, seconds in found.seconds.items()]
    if found.total_seconds is not None:
        rows.append(("time", f"{duration(found.total_seconds)} in all"))
    print_facts(rows, terminal_width())
