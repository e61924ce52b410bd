"""The commands that score vectors."""

import sys
from typing import Any

import click

from . import eval_options as options
from .score_layouts import summary_table
from .score_tables import print_scores


@click.group()
def command() -> None:
    """Score vectors on analogies, similarity, categories and outliers, with 95 % intervals.

    VECTORS is vectors.safetensors if no file is named.
    """


@command.command(short_help='Answer "Athens is to Greece as Baghdad is to what?".')
@options.vectors
@options.data()
@options.limit(
    ["30000", "300000", "all"],
    "Seek answers among the first, most frequent, N words; may be given several times.",
)
@options.method(
    ["3cosadd", "nearest"],
    "How to answer; `nearest` gives the neighbour of the third word, to show what the offset adds. "
    "May be given several times.",
)
@options.unknown
@options.cluster
@options.common
@click.option("--plot", type=click.Path(), metavar="FILE.png", help="Draw a bar chart of the sections.")
@options.save
def analogies(plot: str | None, **given: Any) -> None:
    """Answer "Athens is to Greece as Baghdad is to what?".

    Without --data these are Google's 19,544 questions; `--data ca8` gives 17,813 Chinese ones. Files are in the format
    of questions-words.txt, folders may be BATS.

    \b
    Example:
      fastvec eval analogies vectors.safetensors --vocab-limit 30000
    """  # noqa: D301 - click reads the backspace
    from fastvec.errors import InputError
    from fastvec.evaluation.chart import check_chart, draw_sections

    if plot:
        if len(given["data"]) > 1:
            raise InputError("--plot draws one set of questions; name one with --data")
        check_chart(plot)
    results = _evaluate("analogies", **given)[0]
    if plot:
        draw_sections([each for each in results if each.vocab_size == results[0].vocab_size], plot)


@command.command(short_help="Correlate cosines with people's scores of word pairs.")
@options.vectors
@options.data()
@options.limit("all")
@options.unknown
@options.common
@options.save
def similarity(**given: Any) -> None:
    """Correlate cosines with people's scores of word pairs (WordSim-353, SimLex-999, MEN and such).

    No set comes with fastvec, for their licences; data/README.md says where they are.

    \b
    Example:
      fastvec eval similarity vectors.safetensors --data wordsim353.csv
    """  # noqa: D301 - click reads the backspace
    _evaluate("similarity", **given)


@command.command(short_help="Cluster words, and compare clusters with classes.")
@options.vectors
@options.data()
@options.limit("all")
@click.option("--runs", type=int, default=10, show_default=True, help="Clusterings, each from another seed.")
@options.common
@options.save
def categories(**given: Any) -> None:
    """Cluster words, and compare the clusters with their classes (AP, BLESS, Battig, ESSLLI and such).

    \b
    Example:
      fastvec eval categories vectors.safetensors --data AP.tsv
    """  # noqa: D301 - click reads the backspace
    _evaluate("categories", **given)


@command.command(short_help="Find the word that does not belong to a group.")
@options.vectors
@options.data()
@options.limit("all")
@options.unknown
@options.common
@options.save
def outliers(**given: Any) -> None:
    """Find the word that does not belong to a group (8-8-8).

    \b
    Example:
      fastvec eval outliers vectors.safetensors --data 8-8-8.csv
    """  # noqa: D301 - click reads the backspace
    _evaluate("outliers", **given)


@command.command(name="all", short_help="Run every test whose sets --data holds, and Google's analogies.")
@options.vectors
@options.data()
@options.limit("30000")
@options.unknown
@options.common
@options.save
def everything(
    vectors: str,
    data: tuple[str, ...],
    vocab_limit: int | None,
    unknown: str,
    save: bool,
    form: str | None,
    **settings: Any,
) -> None:
    """Score vectors on every test set found in --data, and on Google's analogies.

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
    wv = load(vectors, save)
    results, failures = [], []
    for task, each in ((task, each) for task, inside in sets.items() for each in inside):
        own: dict[str, Any] = {} if task == "categories" else {"unknown": unknown}
        if task == "analogies":
            own["vocab_limits"] = [vocab_limit]
        try:
            results += EVALUATIONS[task].score(wv, each, **own, **settings)
        except InputError as error:
            failures.append(error)
    for failure in failures:
        click.echo(f"fastvec: {failure}", err=True)
    if not results:
        sys.exit(1)
    if save:
        keep(wv, vectors, results)
    print_scores([each.to_dict() for each in results], [summary_table(results)], form)


def _evaluate(
    task: str, vectors: str, data: tuple[str, ...], save: bool, form: str | None, **settings: Any
) -> list[list[Any]]:
    """Score vectors by one test, with its settings for the library; print and return the results of each set."""
    from .evaluations import EVALUATIONS, keep, load, named_sets

    test = EVALUATIONS[task]
    sets = named_sets(task, data)
    wv = load(vectors, save)
    results = [test.score(wv, each, **settings) for each in sets]
    flat = [each for inside in results for each in inside]
    if save:
        keep(wv, vectors, flat)
    print_scores([each.to_dict() for each in flat], test.tables(results), form)
    return results
