"""The commands that score vectors."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from . import eval_options as options
from .score_layouts import RESAMPLED, analogy_table, category_table, outlier_table, similarity_table, summary_table
from .score_tables import print_tables
from .tables import print_json

if TYPE_CHECKING:
    from fastvec import KeyedVectors


@click.group()
def command() -> None:
    """Score vectors on analogies, similarity, categories and outliers, with 95 % intervals.

    VECTORS is vectors.safetensors where none is named.
    """


@command.command()
@options.vectors
@options.data
@click.option(
    "--vocab-limit",
    type=options.VocabLimit(),
    multiple=True,
    default=["30000", "300000", "all"],
    show_default="30000, 300000 and all",
    help="Answers are sought among the first, most frequent, N words; may be given several times.",
)
@click.option(
    "--method",
    type=click.Choice(["3cosadd", "3cosmul", "nearest"]),
    multiple=True,
    default=["3cosadd", "nearest"],
    show_default="3cosadd and nearest",
    help="How to answer; `nearest` gives the neighbour of the third word, to show what the offset adds. "
    "May be given several times.",
)
@options.unknown
@click.option(
    "--cluster",
    type=click.Choice(list(RESAMPLED)),
    default="pair",
    show_default=True,
    help="What the bootstrap resamples: pairs of words, which questions share; questions; or sections.",
)
@options.common
@click.option("--plot", type=click.Path(), metavar="FILE.png", help="Draw a bar chart of the sections.")
@options.save
def analogies(
    vectors: str,
    data: tuple[str, ...],
    vocab_limit: tuple[int | str, ...],
    method: tuple[str, ...],
    unknown: Any,
    cluster: Any,
    fold_case: bool,
    draws: int,
    seed: int,
    as_json: bool,
    markdown: bool,
    plot: str | None,
    save: bool,
) -> None:
    """Answer "Athens is to Greece as Baghdad is to what?".

    Without --data these are Google's 19,544 questions; `--data ca8` gives 17,813 Chinese ones. Files are in the format
    of questions-words.txt, folders may be BATS.

    \b
    Example:
      fastvec eval analogies vectors.safetensors --vocab-limit 30000
    """  # noqa: D301 - click reads the backspace
    from fastvec.errors import InputError
    from fastvec.evaluation import Bootstrap, analogy_grid, draw_sections, read_questions

    if plot and len(data) > 1:
        raise InputError("--plot draws one set of questions; name one with --data")
    bootstrap = Bootstrap(draws, seed, cluster)
    sets = [read_questions(path) for path in data or ("google",)]
    wv = load(vectors, save)
    limits = _different(wv, map(options.as_limit, vocab_limit))
    results = [
        analogy_grid(wv, questions, limits, method, unknown, fold_case=fold_case, bootstrap=bootstrap)
        for questions in sets
    ]
    _finish(wv, vectors, [each for grid in results for each in grid], save, as_json)
    if not as_json:
        print_tables([analogy_table(grid, len(method)) for grid in results], markdown=markdown)
    if plot:  # last, as it may fail
        draw_sections(results[0][: len(method)], plot)


@command.command()
@options.vectors
@options.data
@options.limit("all")
@options.unknown
@options.common
@options.save
def similarity(
    vectors: str,
    data: tuple[str, ...],
    vocab_limit: int | str,
    unknown: Any,
    fold_case: bool,
    draws: int,
    seed: int,
    as_json: bool,
    markdown: bool,
    save: bool,
) -> None:
    """Correlate cosines with people's scores of word pairs (WordSim-353, SimLex-999, MEN and such).

    No set comes with fastvec, for their licences; data/README.md says where they are.

    \b
    Example:
      fastvec eval similarity vectors.safetensors --data wordsim353.csv
    """  # noqa: D301 - click reads the backspace
    from fastvec import evaluation

    bootstrap = evaluation.Bootstrap(draws, seed)
    sets = [evaluation.read_pairs(path) for path in _paths(data, "similarity", "pairs of words with scores")]
    wv = load(vectors, save)
    limit = options.as_limit(vocab_limit)
    results = [
        evaluation.similarity(wv, pairs, limit, unknown, fold_case=fold_case, bootstrap=bootstrap) for pairs in sets
    ]
    _finish(wv, vectors, results, save, as_json)
    if not as_json:
        print_tables([similarity_table(results)], markdown=markdown)


@command.command()
@options.vectors
@options.data
@options.limit("all")
@click.option("--runs", type=int, default=10, show_default=True, help="Clusterings, each from another seed.")
@options.common
@options.save
def categories(
    vectors: str,
    data: tuple[str, ...],
    vocab_limit: int | str,
    runs: int,
    fold_case: bool,
    draws: int,
    seed: int,
    as_json: bool,
    markdown: bool,
    save: bool,
) -> None:
    """Cluster words, and compare the clusters with their classes (AP, BLESS, Battig, ESSLLI and such).

    \b
    Example:
      fastvec eval categories vectors.safetensors --data AP.tsv
    """  # noqa: D301 - click reads the backspace
    from fastvec import evaluation

    bootstrap = evaluation.Bootstrap(draws, seed)
    paths = _paths(data, "categories", "words with classes")
    sets = [classes for path in paths for classes in evaluation.read_classes(path)]
    wv = load(vectors, save)
    limit = options.as_limit(vocab_limit)
    results = [
        evaluation.categories(wv, classes, limit, runs=runs, fold_case=fold_case, bootstrap=bootstrap)
        for classes in sets
    ]
    _finish(wv, vectors, results, save, as_json)
    if not as_json:
        print_tables([category_table(results)], markdown=markdown)


@command.command()
@options.vectors
@options.data
@options.limit("all")
@options.unknown
@options.common
@options.save
def outliers(
    vectors: str,
    data: tuple[str, ...],
    vocab_limit: int | str,
    unknown: Any,
    fold_case: bool,
    draws: int,
    seed: int,
    as_json: bool,
    markdown: bool,
    save: bool,
) -> None:
    """Find the word that does not belong to a group (8-8-8).

    \b
    Example:
      fastvec eval outliers vectors.safetensors --data 8-8-8.csv
    """  # noqa: D301 - click reads the backspace
    from fastvec import evaluation

    bootstrap = evaluation.Bootstrap(draws, seed)
    paths = _paths(data, "outliers", "groups with outliers")
    wv = load(vectors, save)
    limit = options.as_limit(vocab_limit)
    results = [
        evaluation.outliers(wv, path, limit, unknown, fold_case=fold_case, bootstrap=bootstrap) for path in paths
    ]
    _finish(wv, vectors, results, save, as_json)
    if not as_json:
        print_tables([outlier_table(each) for each in results], markdown=markdown)


@command.command(name="all")
@options.vectors
@options.data
@options.limit("30000")
@options.unknown
@options.common
@options.save
def everything(
    vectors: str,
    data: tuple[str, ...],
    vocab_limit: int | str,
    unknown: Any,
    fold_case: bool,
    draws: int,
    seed: int,
    as_json: bool,
    markdown: bool,
    save: bool,
) -> None:
    """Score vectors on every test set found in --data, and on Google's analogies.

    What a file tests is told from its content. The vocabulary limit is that of analogies; the other tests use all
    words. A set that is not covered is said to be so, and the others go on.

    \b
    Example:
      fastvec eval all vectors.safetensors --data ~/testsets
    """  # noqa: D301 - click reads the backspace
    from fastvec import evaluation
    from fastvec.errors import InputError

    bootstrap = evaluation.Bootstrap(draws, seed)
    sets, others = evaluation.find_sets(data)
    if others:
        click.echo(f"Not test sets: {', '.join(map(str, others))}", err=True)
    questions = [evaluation.read_questions(path) for path in sets["analogies"]]
    if not any(len(each) == 19_544 for each in questions):
        questions.insert(0, evaluation.read_questions())
    pairs = [evaluation.read_pairs(path) for path in sets["similarity"]]
    classes = [each for path in sets["categories"] for each in evaluation.read_classes(path)]
    wv = load(vectors, save)
    shared: dict[str, Any] = {"fold_case": fold_case, "bootstrap": bootstrap}
    limit = options.as_limit(vocab_limit)
    tests: list[Callable[[], Any]] = [
        *(
            lambda each=each: evaluation.analogy_grid(wv, each, [limit], unknown=unknown, **shared)[0]
            for each in questions
        ),
        *(lambda each=each: evaluation.similarity(wv, each, None, unknown, **shared) for each in pairs),
        *(lambda each=each: evaluation.categories(wv, each, **shared) for each in classes),
        *(lambda each=each: evaluation.outliers(wv, each, None, unknown, **shared) for each in sets["outliers"]),
    ]
    results, failures = [], []
    for test in tests:
        try:
            results.append(test())
        except InputError as error:
            failures.append(error)
    for failure in failures:
        click.echo(f"fastvec: {failure}", err=True)
    if not results:
        sys.exit(1)
    _finish(wv, vectors, results, save, as_json)
    if not as_json:
        print_tables([summary_table(results)], markdown=markdown)


def load(path: str, save: bool = False) -> "KeyedVectors":
    """Load vectors, and see first whether they could be saved again."""
    from pathlib import Path

    import fastvec
    from fastvec.errors import FileError, InputError
    from fastvec.vectors import check_target

    if path == options.DEFAULT and not Path(path).exists():
        raise FileError(f"{path} is not in this folder; name a file of vectors, or make one with: fastvec train")
    if save and check_target(path) != "safetensors":
        raise InputError(f"{path}: only .safetensors files keep scores; convert the vectors first")
    return fastvec.load(path)


def _paths(data: Sequence[str], task: Any, what: str) -> list[Any]:
    """Give the files that test something, of those named or in the folders named."""
    from pathlib import Path

    from fastvec.errors import FileError, InputError
    from fastvec.evaluation import find_sets

    if not data:
        raise InputError(f"no {what} come with fastvec: name a file with --data (data/README.md says where they are)")
    found: list[Path] = []
    for path in map(Path, data):
        inside = find_sets([path])[0][task] if path.is_dir() else [path]
        if not inside:
            raise FileError(f"{path} holds no file of {what}")
        found += inside
    return found


def _different(wv: "KeyedVectors", limits: Iterable[int | None]) -> list[int | None]:
    """Leave out limits that come to the same number of words."""
    chosen: dict[int, int | None] = {}
    for limit in limits:
        size = len(wv) if limit is None else min(limit, len(wv))
        # Where a limit is above the vocabulary, "all" says what is meant.
        chosen[size] = limit if size not in chosen or limit is None else chosen[size]
    return list(chosen.values())


def _finish(wv: "KeyedVectors", path: str, results: Sequence[Any], save: bool, as_json: bool) -> None:
    from fastvec.evaluation import record

    if save:
        record(wv, results)
        wv.save(path)
        click.echo(f"Kept {len(results)} results in {path}", err=True)
    if as_json:
        print_json([result.to_dict() for result in results])
