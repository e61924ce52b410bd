"""The command that searches for settings of training."""

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from fastvec.scoring import Analogies
from fastvec.settings import GROUPS, MODELS, VARIED

from . import eval_options, options
from .eval_options import option_of, printing
from .progress import Display
from .reading import source_paths
from .score_tables import Cell, Score, ScoreTable, print_scores
from .spoken import spoken
from .streams import Text
from .tables import show, terminal_width, wrap
from .training_options import ModelName, TrainingCommand, as_options

if TYPE_CHECKING:
    from fastvec.evaluation import Sweep

_LEFT_OUT = ("output", "format", "checkpoint", "every")
_SCORING = ("limit", "method", "unknown", "fold_case")
_NAMED = 5  # errors that notes tell


class SweepCommand(TrainingCommand):
    """A command whose options take several values."""

    varied = VARIED


@click.command(cls=SweepCommand)
@options.sources
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FILE.csv",
    default="sweep.csv",
    show_default=True,
    help="Where each training is kept with its scores; what the file holds is not trained again.",
)
@eval_options.similarity
@eval_options.analogies
@click.option(
    "--choose-by",
    type=Text(),
    metavar="NAME",
    help="The set by which settings are ordered, as the table names it.  [default: the first of --similarity, else of "
    "--analogies]",
)
@options.number("--seeds", default=3, help="Trainings of each setting.")
@options.number("--random", help="Try N settings of the grid, drawn by --seed.")
@options.number("--jobs", default=1, help="Train N at a time, each with one thread.")
@options.together(*(option_of(Analogies.parameters[name]) for name in _SCORING))
@click.option("--plot", type=click.Path(), metavar="FILE.png", help="Draw a bar chart of the settings.")
@printing
@click.option(
    "--model",
    type=options.Several(ModelName(list(MODELS))),
    metavar=f"{'|'.join(MODELS)},...",
    help="What to train.  [default: skipgram]",
)
@options.options_of(*GROUPS, omit=_LEFT_OUT, varied=VARIED)
@options.quiet
def command(
    sources: tuple[str, ...],
    output: str,
    similarity: tuple[str, ...],
    analogies: tuple[str, ...],
    plot: str | None,
    form: str | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Train with each combination of settings and several seeds, and score the vectors.

    Options of `fastvec train` take several values with commas between, of which "default" is one. The text is read
    once. A sweep that was stopped goes on when the same command is given again, which may have more values and --seeds.

    \b
    Examples:
      fastvec sweep corpus.txt --dim 50,100 --window 5,10 --similarity wordsim353.csv
      fastvec sweep corpus.txt --model skipgram,glove --analogies google --seeds 5 -o models.csv
      fastvec sweep corpus.txt --lr 0.01,0.025,0.05 --epochs 1,5,15 --random 4 --similarity wordsim353.csv --jobs 4
    """  # noqa: D301 - click reads the backspace
    from fastvec.evaluation.chart import check_chart, draw_sweep
    from fastvec.pipeline.sweeping import sweep

    from .evaluations import named_sets

    if plot:
        check_chart(plot)
    sets = {"similarity": similarity, "analogies": analogies}
    read: dict[str, Any] = {task: named_sets(task, paths) for task, paths in sets.items() if paths}
    asked = {name: settings.pop(name) for name in (*_SCORING, "choose_by", "seeds", "random", "jobs")}
    given = options.given(settings)
    grid = {name: given.pop(name) for name in VARIED if len(given.get(name, ())) > 1}
    given = options.given({name: value[0] if name in VARIED else value for name, value in given.items()})
    paths = source_paths(sources, output)
    with Display(quiet) as display:
        try:
            found = sweep(paths, grid, output=output, progress=display, **read, **asked, **given)
        except KeyboardInterrupt:
            display.end()  # the bar
            click.echo("fastvec: stopped; the same command goes on", err=True)
            raise
    train = shlex.join(["fastvec", "train", *sources, *as_options(found.best | given)])
    print_scores(form, found.to_dict() | {"best": found.best, "command": train}, _csv_rows(found), [_table(found)])
    if form in (None, "markdown"):
        lines = [f"The best by {found.chosen_by}:", f"  {train}"] if found.varied else []
        click.echo("\n".join(line for each in lines for line in wrap(each, terminal_width(), "    ")))
    if plot:
        draw_sweep(found, plot)
    if len(found.settings) > 1:
        click.echo(
            f"fastvec: the best was chosen by its score on {found.chosen_by}, which is optimistic therefore; score the "
            "vectors that you train with it on a set that you held out (fastvec eval)",
            err=True,
        )


def _csv_rows(found: "Sweep") -> Iterator[list[Any]]:
    """Yield the rows of CSV: each set of each setting."""
    for each in found.settings:
        for at, board in enumerate(found.sets):
            score = Score(each.scores[at], each.intervals[at])
            known = [found.described(each), board.test, board.name, "", board.measure]
            yield [*known, "", board.items, each.covered[at], score]


def _table(found: "Sweep") -> ScoreTable:
    from fastvec.evaluation.sweeps import cell

    columns = [_heading(name) for name in found.varied] or ["settings"]
    rows: list[list[Cell]] = []
    for each in found.settings:
        own = [each.values[name] for name in found.varied]
        values: Sequence[Cell] = [show(value) if isinstance(value, bool) else cell(value) for value in own] or [
            "as given"
        ]
        rows.append([*values, *(Score(*pair) for pair in zip(each.scores, each.intervals, strict=True))])
    seeds = "one seed" if found.seeds == 1 else f"{found.seeds} seeds"
    many = "1 setting" if len(rows) == 1 else f"{len(rows):,} settings"
    title = f"sweep: {many}, scores x 100, mean of {seeds}"
    covered = [f"{each.name}: {each.test}, {each.items:,} items" for each in found.sets]
    notes = ["; ".join(covered) + "."]
    if found.seeds > 1:
        notes.append("In brackets: 95 % intervals of the mean over seeds (Student's t).")
    if found.n_close and found.seeds > 1:
        notes.append(f"Other settings whose intervals reach the mean of the first: {found.n_close:,}; see --seeds.")
    if not found.has_equal_coverage:
        notes.append("The settings know different words, so their scores are of different items; see --unknown wrong.")
    failed = [each for each in found.settings if each.errors]
    notes += [spoken(f"{found.described(each)}: {each.errors[0]}") for each in failed[:_NAMED]]
    if len(failed) > _NAMED:
        notes.append(f"{len(failed) - _NAMED:,} other settings failed too.")
    return ScoreTable(title, [*columns, *(each.name for each in found.sets)], rows, notes)


def _heading(name: str) -> str:
    """Return the option of a setting without dashes, or its name if it has several."""
    each = next(group.parameters[name] for group in GROUPS if name in group.parameters)
    return options.OPTIONS[name][2:] if None in each.flags.values() else name
