"""The command that estimates what training takes."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from fastvec.errors import duration

from . import options
from .progress import Display
from .tables import print_facts, print_json, terminal_width
from .training_options import OUTPUT, TrainingCommand, training, training_source

if TYPE_CHECKING:
    from fastvec.pipeline.planning import Plan


@click.command(cls=TrainingCommand)
@training
@options.number(
    "--machines",
    least=2,
    help="Estimate the time on N machines like this one too, each with as many threads (see fastvec train --cluster).",
)
@click.option(
    "--network",
    type=click.FloatRange(0, min_open=True),
    default=10,
    show_default=True,
    metavar="GBIT",
    help="Gigabits a second that the network of each machine moves.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.quiet
def command(
    sources: tuple[str, ...],
    cooccurrence: str | None,
    output: str | None,
    machines: int | None,
    network: float,
    as_json: bool,
    quiet: bool,
    **settings: Any,
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
    several = found.on_machines(machines, gigabits=network) if machines and found.seconds else {}
    if as_json:
        _print_json(found, several)
    else:
        rows = [*found.table()[1], *(_compare(found, several, machines or 0) if several else [])]
        print_facts(rows, terminal_width())
    found.check()


def _compare(found: "Plan", several: dict[str, float], machines: int) -> list[tuple[str, str]]:
    """Return rows on the time on several machines, and whether they pay."""
    one, many = sum(found.seconds.values()), sum(several.values())
    verdict = f"they are {one / many:.1f} times as fast as one" if many < one else "one is faster"
    parts = ", ".join(f"{duration(seconds)} for {phase}" for phase, seconds in several.items())
    return [(f"{machines} machines", parts), (f"{machines} machines", f"{duration(many)} in all: {verdict}")]


def _print_json(found: "Plan", several: dict[str, float]) -> None:
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
        | ({"seconds_on_machines": several} if several else {})
    )
