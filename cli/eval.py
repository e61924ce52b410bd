"""The commands that score vectors."""

import sys
from collections.abc import Callable
from typing import Any

import click

from fastvec.scoring import USUAL_LIMITS, USUAL_METHODS, Analogies, Associations, Categories, Scoring, ScoringItems

from . import eval_options as options
from .asking import DEFAULT
from .score_layouts import csv_rows, files_table, summary_table
from .score_tables import ScoreTable, print_scores
from .suggestions import Commands


@click.group(cls=Commands)
def command() -> None:
    """Score vectors on analogies, similarity, categories, outliers and bias, with 95 % intervals.

    VECTORS are one or more files; vectors.safetensors if none is named. Of several files, the scores are side by side.
    """


def _test(
    group: type[Scoring], name: str | None = None, omit: tuple[str, ...] = ("cluster",), **several: list[str]
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a function that scores vectors; the first line of its docstring sums it up."""

    def decorate(function: Callable[..., None]) -> click.Command:
        summary = (function.__doc__ or "").partition("\n")[0]
        scored = options.scored(options.scoring(group, omit, **several)(function))
        return command.command(name=name or function.__name__, short_help=summary)(scored)

    return decorate


@_test(Analogies, omit=(), limit=[str(limit or "all") for limit in USUAL_LIMITS], method=list(USUAL_METHODS))
@click.option("--plot", type=click.Path(), metavar="FILE.png", help="Draw a bar chart of the sections.")
def analogies(plot: str | None, **given: Any) -> None:
    """Answer "Athens is to Greece as Baghdad is to what?".

    Without --data these are Google's 19,544 questions; `--data ca8` gives 17,813 Chinese ones. Files are in the format
    of questions-words.txt, folders may be BATS.

    \b
    Example:
      fastvec eval analogies vectors.safetensors --limit 30000
    """  # noqa: D301 - click reads the backspace
    from fastvec.errors import InputError
    from fastvec.evaluation.chart import check_chart, draw_sections

    if plot:
        if len(given["data"]) > 1 or len(given["vectors"]) > 1:
            raise InputError("--plot draws one file of vectors and one set of questions; name one with --data")
        check_chart(plot)
    results = _evaluate("analogies", **given)[0]
    if plot:
        draw_sections([each for each in results if each.vocab_size == results[0].vocab_size], plot)


@_test(ScoringItems)
def similarity(**given: Any) -> None:
    """Correlate cosines with people's scores of word pairs.

    Known sets are WordSim-353, SimLex-999 and MEN. Their licences do not let fastvec include them;
    https://github.com/mfaruqui/eval-word-vectors has them in data/word-sim.

    \b
    Example:
      fastvec eval similarity vectors.safetensors --data wordsim353.csv
    """  # noqa: D301 - click reads the backspace
    _evaluate("similarity", **given)


@_test(Categories)
def categories(**given: Any) -> None:
    """Cluster words, and compare clusters with classes.

    Known sets are AP, BLESS, Battig and ESSLLI.

    \b
    Example:
      fastvec eval categories vectors.safetensors --data AP.tsv
    """  # noqa: D301 - click reads the backspace
    _evaluate("categories", **given)


@_test(ScoringItems)
def outliers(**given: Any) -> None:
    """Find the word that does not belong to a group.

    A known set is 8-8-8.

    \b
    Example:
      fastvec eval outliers vectors.safetensors --data 8-8-8.csv
    """  # noqa: D301 - click reads the backspace
    _evaluate("outliers", **given)


@_test(Associations)
def bias(**given: Any) -> None:
    """Test whether words go with others that they should not (WEAT).

    Without --data these are the ten tests of Caliskan et al. (2017), such as male and female names with career and
    family. Own tests are files with four lines "group: word word ..." below a line ": name", targets first.

    \b
    Example:
      fastvec eval bias vectors.safetensors
    """  # noqa: D301 - click reads the backspace
    _evaluate("bias", **given)


@_test(Analogies, "all", omit=("method", "cluster"))
def everything(
    vectors: tuple[str, ...],
    data: tuple[str, ...],
    limit: int | None,
    unknown: str,
    errors: str | None,
    save: bool,
    form: str | None,
    **settings: Any,
) -> None:
    """Run every test whose sets --data holds, and Google's analogies.

    The content of a file tells what it tests. The vocabulary limit applies to analogies; the other tests use all words.
    A set that is not covered is reported, and the others go on.

    \b
    Example:
      fastvec eval all vectors.safetensors --data ~/testsets
    """  # noqa: D301 - click reads the backspace
    from fastvec.errors import InputError
    from fastvec.evaluation import find_sets, read_questions

    from .evaluations import EVALUATIONS, keep, load

    found, others = find_sets(data)
    if others:
        click.echo(f"Not test sets: {', '.join(map(str, others))}", err=True)
    sets = {task: [each for path in paths for each in EVALUATIONS[task].read(path)] for task, paths in found.items()}
    if not any(len(each) == 19_544 for each in sets["analogies"]):
        sets["analogies"].insert(0, read_questions())
    by_file: dict[str, list[Any]] = {}
    failures = []
    for path in vectors or (DEFAULT,):
        wv, results = load(path, save, errors), []
        for task, each in ((task, each) for task, inside in sets.items() for each in inside):
            own: dict[str, Any] = {} if task in ("categories", "bias") else {"unknown": unknown}
            if task == "analogies":
                own["limits"] = [limit]
            try:
                results += EVALUATIONS[task].score(wv, each, **own, **settings)
            except InputError as error:
                failures.append(f"{path}: {error}" if len(vectors) > 1 else str(error))
        if save and results:
            keep(wv, path, results)
        by_file[path] = results
    for failure in failures:
        click.echo(f"fastvec: {failure}", err=True)
    if not any(by_file.values()):
        sys.exit(1)
    _print(form, by_file, lambda results: [summary_table(results)])


def _evaluate(
    task: str,
    vectors: tuple[str, ...],
    data: tuple[str, ...],
    errors: str | None,
    save: bool,
    form: str | None,
    **settings: Any,
) -> list[list[Any]]:
    """Score vectors by one test, with its settings for the library; print and return the results of each set.

    Of several files, the results are those of the last one.
    """
    from fastvec.errors import DataError

    from .evaluations import EVALUATIONS, keep, load, named_sets

    test = EVALUATIONS[task]
    sets = named_sets(task, data)
    by_file = {}
    for path in vectors or (DEFAULT,):
        wv = load(path, save, errors)
        results, failures = [], []
        for each in sets:
            try:
                results.append(test.score(wv, each, **settings))
            except DataError as error:  # one of several sets is not covered
                failures.append(error)
        if not results:
            raise failures[0]
        for failure in failures:
            click.echo(f"fastvec: {path}: {failure}" if len(vectors) > 1 else f"fastvec: {failure}", err=True)
        by_file[path] = [each for inside in results for each in inside]
        if save:
            keep(wv, path, by_file[path])
    _print(form, by_file, lambda _: test.tables(results))
    return results


def _print(form: str | None, by_file: dict[str, list[Any]], tables: Callable[[list[Any]], list[ScoreTable]]) -> None:
    """Print results: in the tables of their test, or of several files in one table."""
    flat = [each.to_dict() | {"vectors": path} for path, results in by_file.items() for each in results]
    laid_out = [files_table(by_file)] if len(by_file) > 1 else tables(*by_file.values())
    print_scores(form, flat, csv_rows(by_file), laid_out)
