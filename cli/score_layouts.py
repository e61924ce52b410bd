"""How the results of each test are laid out in tables."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .score_tables import ScoreTable, percent, settings, with_interval

if TYPE_CHECKING:
    from fastvec.evaluation import AnalogyResult, CategoryResult, OutlierResult, SimilarityResult

#: What the bootstrap resamples of analogy questions, in words.
RESAMPLED = {"pair": "word pairs within sections", "question": "questions", "section": "sections"}


def analogy_table(grid: "Sequence[AnalogyResult]") -> ScoreTable:
    """Lay out the sections of one set of questions, with columns for each limit and method."""
    first = grid[0]
    title = f"{first.dataset}: {first.overall.questions:,} analogy questions, accuracy in percent"
    columns = [["section", *(part.name for part in _parts(first))]]
    columns.append(["questions", *(f"{part.questions:,}" for part in _parts(first))])
    notes = []
    for size, group in groupby(grid, key=lambda result: result.vocab_size):
        results = list(group)
        columns.append([f"covered ({size:,} words)", *(f"{part.covered:,}" for part in _parts(results[0]))])
        for result in results:
            scores = (with_interval(part.accuracy, part.interval) for part in _parts(result))
            columns.append([result.method, *scores])
        result = results[0]
        asked = result.overall.questions
        notes.append(
            f"{result.method}, {size:,} words: {result.correct:,} of {result.overall.covered:,} covered questions "
            f"right; {percent(result.correct / asked)} % of all {asked:,} if questions with unknown words count as "
            f"wrong. {settings(result, RESAMPLED[result.bootstrap.cluster])}"
        )
    headings, *rows = map(list, zip(*columns, strict=True))
    return ScoreTable(title, headings, rows, notes)


def _parts(result: "AnalogyResult") -> list[Any]:
    return [*result.sections, *result.kinds, result.overall]


def similarity_table(results: "Sequence[SimilarityResult]") -> ScoreTable:
    """Lay out correlations."""
    table = ScoreTable("similarity: correlation x 100", ["set", "pairs", "covered", "Spearman", "Pearson"])
    for each in results:
        spearman = with_interval(each.spearman, each.spearman_interval)
        pearson = with_interval(each.pearson, each.pearson_interval)
        table.rows.append([each.dataset, f"{each.questions:,}", f"{each.covered:,}", spearman, pearson])
    table.notes.append(settings(results[0], "pairs"))
    return table


def category_table(results: "Sequence[CategoryResult]") -> ScoreTable:
    """Lay out purity and adjusted Rand index."""
    columns = ["set", "words", "covered", "classes", "purity", "± run", "adjusted Rand", "± run"]
    table = ScoreTable("categories: agreement of clusters and classes x 100", columns)
    for each in results:
        table.rows.append(
            [
                each.dataset,
                f"{each.questions:,}",
                f"{each.covered:,}",
                str(each.classes),
                with_interval(each.purity, each.purity_interval),
                percent(each.purity_spread),
                with_interval(each.adjusted_rand, each.adjusted_rand_interval),
                percent(each.adjusted_rand_spread),
            ]
        )
    table.notes.append(f"Means of {results[0].runs} clusterings; ± run: their standard deviation.")
    table.notes.append(settings(results[0], "words"))
    return table


def outlier_table(result: "OutlierResult") -> ScoreTable:
    """Lay out the groups of one set of outliers."""
    table = ScoreTable(f"{result.dataset}: outliers found, in percent", ["group", "cases", "covered", "accuracy"])
    for part in (*result.sections, result.overall):
        accuracy = with_interval(part.accuracy, part.interval)
        table.rows.append([part.name, f"{part.questions:,}", f"{part.covered:,}", accuracy])
    table.notes.append(f"OPP (outlier position percentage): {with_interval(result.opp, result.opp_interval)}.")
    table.notes.append(settings(result, "groups"))
    return table


def summary_table(results: Sequence[Any]) -> ScoreTable:
    """Lay out one line for each score of each set."""
    table = ScoreTable("scores x 100", ["set", "test", "items", "covered", "measure", "score"])
    settled: dict[str, str] = {}
    for each in results:
        resampled = {"similarity": "pairs", "categories": "words", "outliers": "groups"}
        what = resampled.get(each.task) or RESAMPLED[each.bootstrap.cluster]
        settled.setdefault(each.task, f"{each.task.capitalize()}: {settings(each, what)}")
        for name, part, measure, value, interval in _measures(each):
            counts = [f"{part.questions:,}", f"{part.covered:,}"]
            table.rows.append([name, each.task, *counts, measure, with_interval(value, interval)])
    table.notes = list(settled.values())
    return table


def _measures(result: Any) -> list[tuple[str, Any, str, float, tuple[float, float]]]:
    """Return name, counts, measure, value and interval of each score of a result."""
    name = result.dataset
    if result.task == "analogies":
        parts = [(name, result.overall), *((f"{name}, {kind.name}", kind) for kind in result.kinds)]
        return [(title, part, result.method, part.accuracy, part.interval) for title, part in parts]
    if result.task == "outliers":
        return [
            (name, result.overall, "accuracy", result.accuracy, result.interval),
            (name, result.overall, "OPP", result.opp, result.opp_interval),
        ]
    measures = ("spearman", "pearson") if result.task == "similarity" else ("purity", "adjusted_rand")
    return [
        (name, result, measure.replace("_", " "), getattr(result, measure), getattr(result, f"{measure}_interval"))
        for measure in measures
    ]
