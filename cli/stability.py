"""The command that compares the neighbours of words between trainings."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastvec.scoring import Stabilities
from fastvec.settings import GROUPS, MODELS

from . import options
from .eval_options import option_of, printing
from .progress import Display
from .reading import source_paths
from .score_tables import Score, ScoreTable, percent, print_scores
from .tables import terminal_width, wrap
from .training_options import ModelName, TrainingCommand, is_typed

if TYPE_CHECKING:
    from fastvec import KeyedVectors
    from fastvec.evaluation import Stability

_LEFT_OUT = ("output", "format", "checkpoint", "every")


@click.command(cls=TrainingCommand)
@options.sources
@options.number("--runs", default=3, least=2, help="How many trainings.")
@click.option("--bootstrap", is_flag=True, help="Train each on its own bootstrap sample of the lines.")
@options.together(*(option_of(each) for each in Stabilities.parameters.values()))
@options.number("-n", "--topn", default=20, least=0, help="Unstable words to show.")
@printing
@click.option("--model", type=ModelName(list(MODELS)), help="What to train.  [default: skipgram]")
@options.options_of(*GROUPS, omit=_LEFT_OUT)
@options.quiet
def command(
    sources: tuple[str, ...],
    runs: int,
    bootstrap: bool,
    limit: int | None,
    neighbours: int,
    least: float,
    topn: int,
    form: str | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Compare the nearest neighbours of words between trainings, and list words not to be trusted.

    SOURCE is text, which is trained several times with other seeds and the options of `fastvec train`; or two or more
    files of vectors.

    \b
    Examples:
      fastvec stability corpus.txt --runs 5
      fastvec stability corpus.txt --bootstrap --model cbow
      fastvec stability seed1.safetensors seed2.safetensors seed3.safetensors
    """  # noqa: D301 - click reads the backspace
    from fastvec import evaluation

    given = options.given(settings)
    with Display(quiet) as display:
        vectors = _load(sources, given)
        if not vectors:
            paths = source_paths(sources)
            vectors = evaluation.train_repeatedly(paths, runs=runs, bootstrap=bootstrap, progress=display, **given)
    found = evaluation.stability(vectors, limit=limit, neighbours=neighbours, least=least)
    print_scores(form, found.to_dict(), _csv_rows(sources, found), [_table(found)])
    unstable = found.unstable
    if form in (None, "markdown") and unstable and topn:
        shown = ", ".join(f"{word} ({percent(overlap)})" for word, overlap in unstable[:topn])
        more = "" if len(unstable) <= topn else f", and {len(unstable) - topn:,} more (--topn, --json)"
        click.echo("\n".join(wrap(f"Not to be trusted: {shown}{more}.", terminal_width())))


def _load(sources: tuple[str, ...], given: dict[str, Any]) -> "list[KeyedVectors]":
    """Return the vectors of files of vectors; an empty list if the first source is none."""
    import fastvec
    from fastvec.vectors.loading import is_vectors

    if not is_vectors(sources[0]):
        return []
    if len(sources) < 2:
        raise click.UsageError(f"{sources[0]} holds vectors: name two or more such files, or a text to train on.")
    asked = [f"--{name}" for name in ("runs", "bootstrap") if is_typed(name)]
    asked += [options.OPTIONS.get(name, f"--{name}") for name in given if name != "errors"]
    if asked:
        raise click.UsageError(f"{asked[0]} applies to text only, not to files of vectors; omit it.")
    read = {"errors": given["errors"]} if "errors" in given else {}
    return [fastvec.load(Path(path), **read) for path in sources]


def _csv_rows(sources: tuple[str, ...], found: "Stability") -> Iterator[list[Any]]:
    """Yield the rows of CSV: the overlap, and the share of unstable words, of each band."""
    for band in found.bands:
        section, size = f"{band.first} to {band.last}", band.last - band.first + 1
        for measure, value in (("overlap", band.overlap), ("unstable", band.unstable)):
            yield [" ".join(sources), "stability", "", section, measure, found.limit, size, size, Score(value)]


def _table(found: "Stability") -> ScoreTable:
    columns = ["words by frequency", "count", "overlap", "lowest tenth below", "not to be trusted"]
    rows: list[Sequence[Any]] = [
        [
            f"{band.first:,} to {band.last:,}",
            "-" if band.most is None else f"{band.most:,} to {band.least:,}",
            Score(band.overlap),
            Score(band.lowest),
            Score(band.unstable),
        ]
        for band in found.bands
    ]
    title = f"stability: overlap of the {found.neighbours} nearest neighbours x 100, {found.runs} vectors"
    notes = [
        f"Overlap: Jaccard (neighbours that both have / that one has), mean of all pairs of vectors, among the "
        f"{len(found.words):,} most frequent of {found.common:,} common words. "
        f"Not to be trusted: words with an overlap below {100 * found.least:g}, in percent."
    ]
    return ScoreTable(title, columns, [list(row) for row in rows], notes, ("count",))
