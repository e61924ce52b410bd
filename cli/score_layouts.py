"""How the results of each test are laid out in tables, with the settings that they depend on below."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .score_tables import ScoreTable, percent, with_interval

if TYPE_CHECKING:
    from fastvec.evaluation import AnalogyResult, CategoryResult, OutlierResult, SimilarityResult

#: What the bootstrap resamples, in words: of analogies it depends on the cluster.
_RESAMPLED = {"similarity": "pairs", "categories": "words", "outliers": "groups"}
_CLUSTERS = {"pair": "word pairs within sections", "question": "questions", "section": "sections"}


def counts(part: Any) -> list[str]:
    """Return how many items there are, and how many are covered."""
    return [f"{part.questions:,}", f"{part.covered:,}"]


def limit_and_case(result: Any) -> tuple[str, str]:
    """Describe the vocabulary limit of a result, and whether case was folded."""
    limit = "none" if result.vocab_limit is None else f"{result.vocab_limit:,}"
    return f"{limit} ({result.vocab_size:,} words used)", f"case {'folded' if result.fold_case else 'kept'}"


def resamples(result: Any, resampled: str) -> str:
    """Describe how the intervals of a result were made."""
    bootstrap = result.bootstrap
    return f"In brackets: 95 % intervals from {bootstrap.draws:,} resamples of {resampled}, seed {bootstrap.seed}."


def _settings(result: Any) -> str:
    """Describe the settings of a result, for the note below its table."""
    limit, case = limit_and_case(result)
    items = "items with unknown words" if hasattr(result, "unknown") else "unknown words"
    policy = "counted as wrong" if getattr(result, "unknown", "skip") == "wrong" else "omitted"
    resampled = _RESAMPLED.get(result.task) or _CLUSTERS[result.bootstrap.cluster]
    return f"Vocabulary limit: {limit}; {case.replace(' ', ': ')}; {items}: {policy}. {resamples(result, resampled)}"


def analogy_tables(grids: "Sequence[Sequence[AnalogyResult]]") -> list[ScoreTable]:
    """Lay out the sections of each set of questions, with columns for each limit and method."""
    return [_analogy_table(grid) for grid in grids]


def _analogy_table(grid: "Sequence[AnalogyResult]") -> ScoreTable:
    first = grid[0]
    title = f"{first.dataset}: {first.overall.questions:,} analogy questions, accuracy in percent"
    columns = [["section", *(part.name for part in _parts(first))]]
    columns.append(["questions", *(f"{part.questions:,}" for part in _parts(first))])
    notes = []
    for size, group in groupby(grid, key=lambda result: result.vocab_size):
        results = list(group)
        columns.append([f"covered ({size:,} words)", *(f"{part.covered:,}" for part in _parts(results[0]))])
        for result in results:
            columns.append([result.method, *(with_interval(part.accuracy, part.interval) for part in _parts(result))])
        result = results[0]
        asked = result.overall.questions
        notes.append(
            f"{result.method}, {size:,} words: {result.correct:,} of {result.overall.covered:,} covered questions "
            f"right; {percent(result.correct / asked)} % of all {asked:,} if questions with unknown words count as "
            f"wrong. {_settings(result)}"
        )
    headings, *rows = map(list, zip(*columns, strict=True))
    return ScoreTable(title, headings, rows, notes)


def _parts(result: "AnalogyResult") -> list[Any]:
    return [*result.sections, *result.kinds, result.overall]


def similarity_tables(results: "Sequence[SimilarityResult]") -> list[ScoreTable]:
    """Lay out correlations."""
    columns = ["set", "pairs", "covered", "Spearman", "Pearson"]
    rows = [[each.dataset, *counts(each), *_cells(each)] for each in results]
    return [ScoreTable("similarity: correlation x 100", columns, rows, [_settings(results[0])])]


def category_tables(results: "Sequence[CategoryResult]") -> list[ScoreTable]:
    """Lay out purity and adjusted Rand index."""
    columns = ["set", "words", "covered", "classes", "purity", "± run", "adjusted Rand", "± run"]
    rows = []
    for each in results:
        purity, rand = _cells(each)
        spreads = percent(each.purity_spread), percent(each.adjusted_rand_spread)
        rows.append([each.dataset, *counts(each), str(each.classes), purity, spreads[0], rand, spreads[1]])
    notes = [f"Means of {results[0].runs} clusterings; ± run: their standard deviation.", _settings(results[0])]
    return [ScoreTable("categories: agreement of clusters and classes x 100", columns, rows, notes)]


def outlier_tables(results: "Sequence[OutlierResult]") -> list[ScoreTable]:
    """Lay out the groups of each set of outliers."""
    return [_outlier_table(result) for result in results]


def _outlier_table(result: "OutlierResult") -> ScoreTable:
    parts = (*result.sections, result.overall)
    rows = [[part.name, *counts(part), with_interval(part.accuracy, part.interval)] for part in parts]
    opp = with_interval(result.opp, result.opp_interval)
    notes = [f"OPP (outlier position percentage): {opp}.", _settings(result)]
    columns = ["group", "cases", "covered", "accuracy"]
    return ScoreTable(f"{result.dataset}: outliers found, in percent", columns, rows, notes)


def summary_table(results: Sequence[Any]) -> ScoreTable:
    """Lay out one line for each score of each set."""
    table = ScoreTable("scores x 100", ["set", "test", "items", "covered", "measure", "score"])
    settled: dict[str, str] = {}
    for each in results:
        settled.setdefault(each.task, f"{each.task.capitalize()}: {_settings(each)}")
        for name, part, measure, cell in _scores(each):
            table.rows.append([name, each.task, *counts(part), measure, cell])
    table.notes = list(settled.values())
    return table


def _scores(result: Any) -> list[tuple[str, Any, str, str]]:
    """Return the name, counts, measure and cell of each score of a result."""
    name = result.dataset
    if result.task == "analogies":
        parts = [(name, result.overall), *((f"{name}, {kind.name}", kind) for kind in result.kinds)]
        return [(title, part, result.method, with_interval(part.accuracy, part.interval)) for title, part in parts]
    if result.task == "outliers":
        accuracy, opp = with_interval(result.accuracy, result.interval), with_interval(result.opp, result.opp_interval)
        return [(name, result.overall, "accuracy", accuracy), (name, result.overall, "OPP", opp)]
    measures = [measure.replace("_", " ") for measure in result.measures]
    return [(name, result, measure, cell) for measure, cell in zip(measures, _cells(result), strict=True)]


def _cells(result: Any) -> list[str]:
    """Return each score that a result has measured, with its interval."""
    return [with_interval(getattr(result, name), getattr(result, f"{name}_interval")) for name in result.measures]
