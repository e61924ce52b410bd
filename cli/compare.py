"""The command that compares vectors."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastvec.errors import FileError
from fastvec.scoring import Comparing

from . import eval_options as options
from .options import loading
from .score_layouts import limit_and_case, resamples
from .score_tables import Cell, Score, ScoreTable, print_scores
from .tables import terminal_width, wrap

if TYPE_CHECKING:
    from fastvec.evaluation import Comparison


@click.command()
@click.argument("vectors", type=click.Path(), nargs=-1, required=True, metavar="A B [C]...")
@options.data(
    "Analogies or scored pairs of words, or a folder of them; may be given several times. "
    "Google's analogies without it."
)
@options.scoring(Comparing, omit=("cluster",))
@loading
def command(
    vectors: tuple[str, ...], data: tuple[str, ...], form: str | None, errors: str | None, **settings: Any
) -> None:
    """Compare vectors, in files of any formats, on the questions that all of them know.

    \b
    Example:
      fastvec compare old.bin new.safetensors --data wordsim353.csv --data google
    """  # noqa: D301 - click reads the backspace
    from fastvec import evaluation

    from .evaluations import load

    if len(vectors) < 2:
        raise click.UsageError("compare needs at least two files of vectors.")
    for path in vectors:  # before work is done for the others
        if not Path(path).exists():
            raise FileError(f"{path}: No such file or directory")
    sets, _ = evaluation.find_sets(data or ("google",))
    unused = [str(path) for path in (*sets["categories"], *sets["outliers"], *sets["bias"])]
    if unused:
        click.echo(f"Only analogies and scored pairs are compared, not {', '.join(unused)}", err=True)
    questions = [evaluation.read_questions(path) for path in sets["analogies"]]
    pairs = [evaluation.read_pairs(path) for path in sets["similarity"]]
    loaded = [load(path, errors=errors) for path in vectors]
    comparison = evaluation.compare(loaded, questions, pairs, names=_names(vectors), **settings)
    sentences = comparison.sentences()
    results = comparison.to_dict() | {"sentences": sentences}
    print_scores(form, results, _csv_rows(comparison), _tables(comparison))
    if form in (None, "markdown"):
        width = terminal_width()
        click.echo("\n".join(line for sentence in sentences for line in wrap(f"- {sentence}", width, "  ")))


def _names(paths: tuple[str, ...]) -> list[str]:
    """Call files by their last names, unless two have the same."""
    short = [Path(path).name for path in paths]
    return short if len(set(short)) == len(short) else list(paths)


def _tables(comparison: "Comparison") -> list[ScoreTable]:
    names = comparison.names
    columns = ["set", "test", "items", "covered", *names]
    scores = ScoreTable("scores x 100 on identical questions", columns, spare=("test", "items"))
    differences = ScoreTable("differences x 100", ["set", "vectors", "difference", "p"])
    for match in comparison.matches:
        cells: list[Cell] = [Score(*each) for each in zip(match.scores, match.intervals, strict=True)]
        scores.rows.append([match.dataset, match.measure, match.questions, match.covered, *cells])
        for each in match.differences:
            pair, difference = f"{names[each.first]} - {names[each.second]}", Score(each.value, each.interval)
            differences.rows.append([match.dataset, pair, difference, each.p_value])
    sizes = ", ".join(f"{name} {size:,}" for name, size in zip(names, comparison.sizes, strict=True))
    limit, case = limit_and_case(comparison)
    scores.notes = [
        f"Words: {sizes}; {comparison.common:,} in common, {case}.",
        f"Analogies: {comparison.method}; vocabulary limit: {limit}. "
        "Items with a word that some vectors lack: omitted.",
        resamples(comparison, "word pairs"),
    ]
    differences.notes = [
        "p: McNemar's exact test for accuracies, which takes questions for independent; paired bootstrap for "
        "correlations. A difference is called clear if p < 0.05 and the interval excludes 0."
    ]
    return [scores, differences]


def _csv_rows(comparison: "Comparison") -> Iterator[list[Any]]:
    """Yield the scores of all vectors, then the differences, as rows of CSV."""
    names = comparison.names
    for match in comparison.matches:
        known = [match.test, match.dataset, ""]
        numbers = [comparison.limit, match.questions, match.covered]
        for name, score, interval in zip(names, match.scores, match.intervals, strict=True):
            yield [name, *known, match.measure, *numbers, Score(score, interval)]
        for each in match.differences:
            pair, difference = f"{names[each.first]} - {names[each.second]}", Score(each.value, each.interval)
            yield [pair, *known, f"difference of {match.measure}", *numbers, difference]
