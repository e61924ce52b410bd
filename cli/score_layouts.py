"""How the results of each test are laid out in tables, with the settings that they depend on below."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from .score_tables import Cell, Score, ScoreTable, percent, shown

if TYPE_CHECKING:
    from fastvec.evaluation import AnalogyResult, BiasResult, CategoryResult, OutlierResult, SimilarityResult

#: What the bootstrap resamples, in words: of analogies it depends on the cluster.
_RESAMPLED = {"similarity": "pairs", "categories": "words", "outliers": "groups", "bias": "targets"}
_NAMED = 5  # words that a note names
_CLUSTERS = {"pair": "word pairs within sections", "question": "questions", "section": "sections"}


class Measured(NamedTuple):
    """One score of a result."""

    section: str  #: The part of the set; empty for the whole.
    measure: str
    items: int
    covered: int
    score: Score


def limit_and_case(result: Any) -> tuple[str, str]:
    """Describe the vocabulary limit of a result, and whether case was folded."""
    limit = "none" if result.limit is None else f"{result.limit:,}"
    return f"{limit} ({result.vocab_size:,} words used)", f"case {'folded' if result.fold_case else 'kept'}"


def resamples(result: Any, resampled: str) -> str:
    """Describe how the intervals of a result were made."""
    bootstrap = result.bootstrap
    if not bootstrap.draws:
        return "No intervals."
    return f"In brackets: 95 % intervals from {bootstrap.draws:,} resamples of {resampled}, seed {bootstrap.seed}."


def _settings(result: Any, *, with_limit: bool = True) -> str:
    """Describe the settings of a result, for the note below its table."""
    limit, case = limit_and_case(result)
    items = "items with unknown words" if hasattr(result, "unknown") else "unknown words"
    policy = "counted as wrong" if getattr(result, "unknown", "skip") == "wrong" else "omitted"
    resampled = _RESAMPLED.get(result.task) or _CLUSTERS[result.bootstrap.cluster]
    told = f"Vocabulary limit: {limit}; " if with_limit else ""
    return f"{told}{case.replace(' ', ': ')}; {items}: {policy}. {resamples(result, resampled)}"


def analogy_tables(grids: "Sequence[Sequence[AnalogyResult]]") -> list[ScoreTable]:
    """Lay out the sections of each set of questions, with columns for each limit and method."""
    return [_analogy_table(grid) for grid in grids]


def _analogy_table(grid: "Sequence[AnalogyResult]") -> ScoreTable:
    first = grid[0]
    title = f"{first.dataset}: {first.overall.questions:,} analogy questions, accuracy in percent"
    columns: list[list[Cell]] = [["section", *(part.name for part in _parts(first))]]
    columns.append(["questions", *(part.questions for part in _parts(first))])
    notes = []
    for size, group in groupby(grid, key=lambda result: result.vocab_size):
        results = list(group)
        columns.append([f"covered ({size:,} words)", *(part.covered for part in _parts(results[0]))])
        for result in results:
            columns.append([result.method, *(Score(part.accuracy, part.interval) for part in _parts(result))])
        result = results[0]
        asked = result.overall.questions
        notes.append(
            f"{result.method}, {size:,} words: {result.correct:,} of {result.overall.covered:,} covered questions "
            f"right; {percent(result.correct / asked)} % of all {asked:,} if questions with unknown words count as "
            f"wrong. {_settings(result)}"
        )
    headings, *rows = map(list, zip(*columns, strict=True))
    return ScoreTable(title, [str(heading) for heading in headings], rows, notes, ("questions",))


def _parts(result: "AnalogyResult") -> list[Any]:
    return [*result.sections, *result.kinds, result.overall]


def named(result: Any) -> str:
    """Return the name of a set, and whether words that are unknown had the vectors of their n-grams."""
    return f"{result.dataset}, with n-grams" if getattr(result, "ngrams", False) else str(result.dataset)


def similarity_tables(results: "Sequence[SimilarityResult]") -> list[ScoreTable]:
    """Lay out correlations."""
    columns = ["set", "pairs", "covered", "Spearman", "Pearson"]
    rows: list[list[Cell]] = [[named(each), each.questions, each.covered, *_scores(each)] for each in results]
    return [ScoreTable("similarity: correlation x 100", columns, rows, [_settings(results[0])], ("pairs",))]


def category_tables(results: "Sequence[CategoryResult]") -> list[ScoreTable]:
    """Lay out purity and adjusted Rand index."""
    columns = ["set", "words", "covered", "classes", "purity", "± run", "adjusted Rand", "± run"]
    rows: list[list[Cell]] = []
    for each in results:
        purity, rand = _scores(each)
        spreads = Score(each.purity_spread), Score(each.adjusted_rand_spread)
        rows.append([each.dataset, each.questions, each.covered, each.classes, purity, spreads[0], rand, spreads[1]])
    notes = [f"Means of {results[0].runs} clusterings; ± run: their standard deviation.", _settings(results[0])]
    title = "categories: agreement of clusters and classes x 100"
    return [ScoreTable(title, columns, rows, notes, ("words", "classes"))]


def outlier_tables(results: "Sequence[OutlierResult]") -> list[ScoreTable]:
    """Lay out the groups of each set of outliers."""
    return [_outlier_table(result) for result in results]


def _outlier_table(result: "OutlierResult") -> ScoreTable:
    parts = (*result.sections, result.overall)
    rows: list[list[Cell]] = [
        [part.name, part.questions, part.covered, Score(part.accuracy, part.interval)] for part in parts
    ]
    opp = shown(Score(result.opp, result.opp_interval))
    notes = [f"OPP (outlier position percentage): {opp}.", _settings(result)]
    columns = ["group", "cases", "covered", "accuracy"]
    return ScoreTable(f"{result.dataset}: outliers found, in percent", columns, rows, notes, ("cases",))


def bias_tables(results: "Sequence[BiasResult]") -> list[ScoreTable]:
    """Lay out effect sizes with their p-values."""
    columns = ["set", "targets", "attributes", "words", "covered", "effect size d", "p"]
    rows: list[list[Cell]] = []
    notes = ["d: association of the first targets with the first attributes, less that of the second, from -2 to 2."]
    for each in results:
        targets, attributes = (" / ".join(each.groups[k : k + 2]) for k in (0, 2))
        rows.append([each.dataset, targets, attributes, each.questions, each.covered, *_scores(each), each.p_value])
        if each.missing:
            named = ", ".join(each.missing[:_NAMED]) + (", ..." if len(each.missing) > _NAMED else "")
            notes.append(f"{each.dataset}: {len(each.missing):,} words unknown: {named}.")
    sampled = max(each.permutations for each in results)
    of = f"; where there are more than {sampled:,} splits of the targets, from so many" if sampled else ""
    notes += [f"p: permutation test, one-sided{of}.", _settings(results[0])]
    title = "bias: association of targets with attributes (WEAT)"
    return [ScoreTable(title, columns, rows, notes, ("words",))]


def summary_table(results: Sequence[Any]) -> ScoreTable:
    """Lay out one line for each score of each set."""
    table = ScoreTable(_title(results), ["set", "test", "items", "covered", "measure", "score"], spare=("items",))
    for each in results:
        for part in measured(each):
            name = " ".join(filter(None, (named(each), part.section)))
            table.rows.append([name, each.task, part.items, part.covered, part.measure, part.score])
    table.notes = _notes(results)
    return table


def files_table(by_file: Mapping[str, Sequence[Any]]) -> ScoreTable:
    """Lay out a column for each file of vectors, and a line for each score of each set, below what is covered.

    A limit that leaves all words of a file was not tested with it; its scores are those of all words.
    """
    found: dict[tuple[str, str, int], dict[int | None, dict[str, Cell]]] = {}
    for file, results in by_file.items():
        for each in results:
            for part in measured(each):
                name = " ".join(filter(None, (named(each), part.section)))
                for measure, cell in (("covered", part.covered), (part.measure, part.score)):
                    found.setdefault((name, measure, part.items), {}).setdefault(each.limit, {})[file] = cell
    order = list(dict.fromkeys(name for name, _, _ in found))
    table = ScoreTable(
        _title(each for results in by_file.values() for each in results),
        ["set", "words", "measure", "items", *by_file],
        spare=("items",),
    )
    for name in order:
        limits = {limit: None for (own, _, _), cells in found.items() if own == name for limit in cells}
        for limit in sorted(limits, key=lambda limit: (limit is None, limit)):
            for (own, measure, items), cells in found.items():
                if own == name:
                    of_all = cells.get(None, {})
                    scores = [cells.get(limit, {}).get(file, of_all.get(file, "-")) for file in by_file]
                    table.rows.append([name, "all" if limit is None else f"{limit:,}", measure, items, *scores])
    table.notes = _notes([each for results in by_file.values() for each in results], with_limit=False)
    table.notes.append("Words: the most frequent ones that were used.")
    return table


def _notes(results: Iterable[Any], *, with_limit: bool = True) -> list[str]:
    settled: dict[str, str] = {}
    for each in results:
        told = _settings(each, with_limit=with_limit)
        settled.setdefault(each.task, f"{each.task.capitalize()}: {told[0].lower()}{told[1:]}")
    return list(settled.values())


def _title(results: Iterable[Any]) -> str:
    """Return the title of a table of scores; effect sizes are not in percent."""
    are_fractions = [result.task != "bias" for result in results]
    return (
        "scores x 100" + ("" if all(are_fractions) else "; effect sizes as they are")
        if any(are_fractions)
        else "scores"
    )


def csv_rows(by_file: Mapping[str, Sequence[Any]]) -> Iterator[list[Any]]:
    """Yield the rows of CSV, as `print_scores` takes them: each score of each section of each set."""
    for file, results in by_file.items():
        for each in results:
            known = [file, each.task, named(each)]
            for part in measured(each, with_sections=True):
                numbers = [each.limit, part.items, part.covered, part.score]
                yield [*known, part.section, part.measure, *numbers]


def measured(result: Any, *, with_sections: bool = False) -> list[Measured]:
    """Return the scores of a result: of the whole and of each kind of questions, and of sections if that is asked."""
    if result.task in ("analogies", "outliers"):
        parts = [("", result.overall), *((kind.name, kind) for kind in getattr(result, "kinds", ()))]
        parts += [(part.name, part) for part in result.sections] if with_sections else []
        measure = getattr(result, "method", "accuracy")
        found = [
            Measured(name, measure, part.questions, part.covered, Score(part.accuracy, part.interval))
            for name, part in parts
        ]
        if result.task == "outliers":
            found.insert(1, found[0]._replace(measure="OPP", score=Score(result.opp, result.opp_interval)))
        return found
    scores = dict(zip(result.measures, _scores(result), strict=True))
    if result.task == "bias":
        scores["p"] = Score(result.p_value, is_fraction=False)
    return [
        Measured("", measure.replace("_", " "), result.questions, result.covered, score)
        for measure, score in scores.items()
    ]


def _scores(result: Any) -> list[Score]:
    """Return each score that a result has measured."""
    is_fraction = result.task != "bias"
    return [Score(getattr(result, name), getattr(result, f"{name}_interval"), is_fraction) for name in result.measures]
