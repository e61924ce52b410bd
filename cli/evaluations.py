"""The tests of `fastvec eval`: how the sets of each are read, scored and shown.

This module imports the library, so commands import it when they run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

import fastvec
from fastvec import evaluation
from fastvec.errors import FileError, InputError
from fastvec.vectors import check_target

from . import asking
from .options import given
from .score_layouts import analogy_tables, bias_tables, category_tables, outlier_tables, similarity_tables
from .score_tables import ScoreTable


@dataclass(frozen=True)
class Evaluation:
    """A kind of test.

    Attributes
    ----------
    items : str
        What its files hold, in words.
    read : callable
        From a path to the sets of the file.
    score : callable
        From vectors, a set, and settings by name, to the list of results.
    tables : callable
        From the results of each set to tables.
    source : str
        Where there are sets, if none comes with fastvec.
    bundled : str
        The name of the set that is used if none is named.
    """

    items: str
    read: Callable[[Path], Sequence[Any]]
    score: Callable[..., list[Any]]
    tables: Callable[[Sequence[Sequence[Any]]], list[ScoreTable]]
    source: str = ""
    bundled: str = ""


def _score_analogies(wv: fastvec.KeyedVectors, questions: Any, limits: Sequence[int | None], **settings: Any) -> Any:
    """Score at limits that leave different numbers of words; of two that leave all, None is kept."""
    by_size: dict[int, int | None] = {}
    for limit in limits:
        size = len(wv) if limit is None else min(limit, len(wv))
        by_size[size] = limit if limit is None else by_size.get(size, limit)
    return evaluation.analogy_grid(wv, questions, list(by_size.values()), **settings)


def _single(
    items: str, read: Callable[[Path], Sequence[Any]], score: Callable[..., Any], tables: Any, **sets: str
) -> Evaluation:
    """Make a test with one result for each set."""

    def score_one(*given: Any, **settings: Any) -> list[Any]:
        return [score(*given, **settings)]

    return Evaluation(items, read, score_one, _flat(tables), **sets)


def _flat(tables: Callable[[Sequence[Any]], list[ScoreTable]]) -> Callable[[Sequence[Sequence[Any]]], list[ScoreTable]]:
    """Let a function that takes all results take those of each set."""
    return lambda results: tables([each for some in results for each in some])


def _score_pairs(wv: fastvec.KeyedVectors, pairs: Any, **settings: Any) -> list[Any]:
    """Score with the words that are known and, where there are n-grams, with all."""
    ways = (False,) if wv.subwords is None else (False, True)
    return [evaluation.similarity(wv, pairs, ngrams=ngrams, **settings) for ngrams in ways]


_BENCHMARKS = "https://github.com/vecto-ai/word-benchmarks"

EVALUATIONS = {
    "analogies": Evaluation(
        "analogy questions",
        lambda path: [evaluation.read_questions(path)],
        _score_analogies,
        analogy_tables,
        bundled="google",
    ),
    "similarity": Evaluation(
        "word pairs with scores",
        lambda path: [evaluation.read_pairs(path)],
        _score_pairs,
        _flat(similarity_tables),
        "https://github.com/mfaruqui/eval-word-vectors (data/word-sim)",
    ),
    "categories": _single(
        "words with classes",
        evaluation.read_classes,
        evaluation.categories,
        category_tables,
        source=f"{_BENCHMARKS} (word-categorization)",
    ),
    "outliers": _single(
        "groups with outliers",
        lambda path: [path],
        evaluation.outliers,
        outlier_tables,
        source=f"{_BENCHMARKS} (outlier-detection)",
    ),
    "bias": _single(
        "association tests", evaluation.read_associations, evaluation.bias, bias_tables, bundled=evaluation.WEAT
    ),
}


def named_sets(task: Any, data: Sequence[str]) -> list[Any]:
    """Read the sets of a test from files, and from those files in folders that hold such sets.

    A folder of analogies is one set. If none is named, those that come with fastvec are used.
    """
    test = EVALUATIONS[task]
    if not data and not test.bundled:
        raise InputError(f"no {test.items} come with fastvec: get some from {test.source}, and name a file with --data")
    sets: list[Any] = []
    for path in map(Path, data or [test.bundled]):
        has_sets = path.is_dir() and task != "analogies"
        found = evaluation.find_sets([path])[0][task] if has_sets else [path]
        if not found:
            raise FileError(f"{path} holds no file of {test.items}")
        sets += [each for part in found for each in test.read(part)]
    return sets


def load(path: str, save: bool = False, errors: str | None = None) -> fastvec.KeyedVectors:
    """Load vectors, after checking that they can be saved again if that is asked; `errors` is as in `fastvec.load`."""
    asking.check(path)
    if save and check_target(path) != "safetensors":
        raise InputError(f"{path}: only .safetensors files keep scores; convert the vectors first")
    return fastvec.load(path, **given({"errors": errors}))


def keep(wv: fastvec.KeyedVectors, path: str, results: Sequence[Any]) -> None:
    """Save the results in the file of the vectors."""
    evaluation.record(wv, results)
    wv.save(path)
    click.echo(f"Kept {len(results)} results in {path}", err=True)
