"""The command that compares vectors."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .eval import load
from .eval_options import VocabLimit, as_limit, common
from .score_tables import ScoreTable, print_tables, with_interval
from .tables import print_json

if TYPE_CHECKING:
    from fastvec.evaluation import Comparison


@click.command()
@click.argument("vectors", type=click.Path(), nargs=-1, required=True, metavar="A B [C]...")
@click.option(
    "--data",
    multiple=True,
    metavar="PATH",
    help="Analogies or scored pairs of words, or a folder of them; may be given several times. "
    "Google's analogies without it.",
)
@click.option(
    "--vocab-limit",
    type=VocabLimit(),
    default="30000",
    show_default=True,
    help="Answers and neighbours are sought among the first N words that all vectors have.",
)
@click.option(
    "--method",
    type=click.Choice(["3cosadd", "3cosmul", "nearest"]),
    default="3cosadd",
    show_default=True,
    help="How to answer analogies.",
)
@common
def command(
    vectors: tuple[str, ...],
    data: tuple[str, ...],
    vocab_limit: int | str,
    method: str,
    fold_case: bool,
    draws: int,
    seed: int,
    as_json: bool,
    markdown: bool,
) -> None:
    """Compare vectors, in files of any formats, on the questions that all of them know.

    \b
    Example:
      fastvec compare old.bin new.safetensors --data wordsim353.csv --data google
    """  # noqa: D301 - click reads the backspace
    from fastvec import evaluation

    if len(vectors) < 2:
        raise click.UsageError("compare needs at least two files of vectors.")
    bootstrap = evaluation.Bootstrap(draws, seed)
    sets, _ = evaluation.find_sets(data or ("google",))
    unused = [str(path) for path in (*sets["categories"], *sets["outliers"])]
    if unused:
        click.echo(f"Only analogies and scored pairs are compared, not {', '.join(unused)}", err=True)
    questions = [evaluation.read_questions(path) for path in sets["analogies"]]
    pairs = [evaluation.read_pairs(path) for path in sets["similarity"]]
    comparison = evaluation.compare(
        [load(path) for path in vectors],
        questions,
        pairs,
        names=_names(vectors),
        vocab_limit=as_limit(vocab_limit),
        method=method,
        fold_case=fold_case,
        bootstrap=bootstrap,
    )
    if as_json:
        print_json(comparison.to_dict() | {"sentences": comparison.sentences()})
        return
    print_tables(_tables(comparison), markdown=markdown)
    for sentence in comparison.sentences():
        click.echo(f"- {sentence}")


def _names(paths: tuple[str, ...]) -> list[str]:
    """Call files by their last names, unless two have the same."""
    short = [Path(path).name for path in paths]
    return short if len(set(short)) == len(short) else list(paths)


def _tables(comparison: "Comparison") -> list[ScoreTable]:
    names = comparison.names
    scores = ScoreTable("scores x 100 on identical questions", ["set", "test", "items", "covered", *names])
    differences = ScoreTable("differences x 100", ["set", "vectors", "difference", "p"])
    for match in comparison.matches:
        cells = [with_interval(*each) for each in zip(match.scores, match.intervals, strict=True)]
        scores.rows.append([match.dataset, match.measure, f"{match.questions:,}", f"{match.covered:,}", *cells])
        for each in match.differences:
            pair = f"{names[each.first]} - {names[each.second]}"
            shown = with_interval(each.value, each.interval)
            differences.rows.append([match.dataset, pair, shown, f"{each.p_value:.2g}"])
    sizes = ", ".join(f"{name} {size:,}" for name, size in zip(names, comparison.sizes, strict=True))
    limit = "none" if comparison.vocab_limit is None else f"{comparison.vocab_limit:,}"
    bootstrap = comparison.bootstrap
    scores.notes = [
        f"Words: {sizes}; {comparison.common:,} in common, case {'folded' if comparison.fold_case else 'kept'}.",
        f"Analogies: {comparison.method}; vocabulary limit: {limit} ({comparison.vocab_size:,} words used). "
        "Items with a word that some vectors lack: left out.",
        f"[95 % intervals]: {bootstrap.draws:,} bootstrap resamples of word pairs, seed {bootstrap.seed}.",
    ]
    differences.notes = [
        "p: McNemar's exact test of accuracies, which takes questions for independent; paired bootstrap of "
        "correlations. A difference is called clear where p < 0.05 and the interval leaves out 0."
    ]
    return [scores, differences]
