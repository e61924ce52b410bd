"""The command: `python -m benchmarks --help`."""

import json
import lzma
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import click

from benchmarks.large import with_new_words
from benchmarks.machine import commit, cores, machine, share_of_cores, slug, usable, versions
from benchmarks.modes import EPOCHS, MIN_COUNT, MODES, NEGATIVE, SAMPLE, WINDOW
from benchmarks.plot import draw
from benchmarks.run import ask, run_child, train
from benchmarks.table import PICTURE, QUIET, Results, gain, render, render_brief, replace_section, with_threads
from benchmarks.trainers import OLDER_CPUS, TRAINERS, Trainer, environment, python_child
from benchmarks.turns import train_in_turns
from benchmarks.uses import USES, Use

Trainers = dict[str, Trainer]
ROOT = Path(__file__).parent.parent
PAGE = ROOT / "benchmarks/README.md"
CORPORA = (ROOT / "../shared/data/corpora/enwiki17m.txt.xz", ROOT / "data/sample.txt.xz")
SIMILARITY = ROOT / "../shared/data/eval/similarity"
#: Modes that are scored; those with n-grams, and their peers, take longest.
SCORED = (
    "sg-ns-100",
    "cbow-ns-100",
    "sg-hs-100",
    "cbow-hs-100",
    "sg-sub-100",
    "cbow-sub-100",
    "glove-100",
    "ppmi-svd-100",
)


#: Modes that are trained with each number of threads, and side by side.
SCALED = ("sg-ns-300", "cbow-ns-300", *SCORED[:-1], "dbow-100")


class Sizes(NamedTuple):
    """How much is measured: new words, words that gensim trains on, vectors that are loaded."""

    tail_words: int = 1_100_000
    part_words: int = 1_000_000
    vectors: int = 100_000


#: Programs that are not scored: they take too long on the whole text, or train as another does.
UNSCORED = ("scipy", "glove-python", "koan")
#: Seconds above which a use takes part in the first round only.
SLOW = 4.0
QUICK = Sizes(20_000, 100_000, 10_000)


def lines_of(source: Path) -> Iterator[bytes]:
    """Yield the lines of a text, plain or .xz."""
    with lzma.open(source) if source.suffix == ".xz" else source.open("rb") as text:
        yield from text


def cut(lines: Iterable[bytes], target: Path, limit: float = float("inf")) -> int:
    """Write the first lines of a text, about `limit` words and at least one line; return their number of words."""
    words = 0
    target.parent.mkdir(exist_ok=True)
    with target.open("wb") as out:
        for line in lines:
            if words >= limit:
                break
            words += len(line.split())
            out.write(line)
    return words


def choose(only: str) -> tuple[list[str], list[str]]:
    """Return the programs and the measurements that a comma-separated list names; all of a kind where it has none."""
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    every = [*MODES, *USES]
    for name in wanted:
        if name not in TRAINERS and name not in every:
            raise click.BadParameter(f"no {name!r} among {', '.join([*TRAINERS, *every])}", param_hint="--only")
    named = [name for name in TRAINERS if name in wanted], [name for name in every if name in wanted]
    return named[0] or list(TRAINERS), named[1] or every


def report(run: dict[str, Any]) -> dict[str, Any]:
    speed = f"{run['per_second']:12,.0f} /s" if "per_second" in run else "-"
    text = f"{run['mode']:14} {run['trainer']:15} {with_threads(run['threads']):9}  {run.get('error', speed)}"
    click.echo(f"{text}  {run['wall_seconds']:.1f} s", err=True)
    return run


@click.group(invoke_without_command=True)
@click.option("--only", default="", metavar="NAMES", help="Programs and measurements, separated by commas.")
@click.option("--threads", default="1,all", show_default=True, metavar="LIST", help="Numbers of threads.")
@click.option("--rounds", default=3, show_default=True, help="Number of rounds; the trainers take turns in each.")
@click.option("--tokens", default=1_500_000, show_default=True, help="Words of the corpus to measure speed on.")
@click.option("--turns", default=1, show_default=True, help="Comparisons of thread counts per round.")
@click.option("--seconds", default=3.0, show_default=True, help="Stop slow programs after this much training.")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), help="Text, one sentence a line, plain or .xz.")
@click.option("--quick", is_flag=True, help="One round on 300,000 words with 1 thread and 100 dimensions.")
@click.option("--cpu-features", is_flag=True, help="Also run fastvec compiled for AVX2 only and for baseline x86-64.")
@click.option(
    "--accuracy",
    is_flag=True,
    help=f"Also train {EPOCHS} epochs on the whole corpus at 100 dimensions, and score the vectors.",
)
@click.option(
    "--sets", default=SIMILARITY, type=click.Path(path_type=Path), help="Folder of similarity sets to score on."
)
@click.option("--output", type=click.Path(path_type=Path), help="File of results, instead of a new one in results.")
@click.pass_context
def main(context: click.Context, /, **options: Any) -> None:
    """Measure fastvec beside the other programs that are installed.

    A run of everything also puts its tables into benchmarks/README.md and README.md, unless --output is given.
    """
    if context.invoked_subcommand is None:
        measure(**options)


def measure(
    only: str, threads: str, rounds: int, turns: int, tokens: int, seconds: float, corpus: Path | None, quick: bool,
    cpu_features: bool, accuracy: bool, sets: Path, output: Path | None,
) -> None:  # fmt: skip
    every = TRAINERS | OLDER_CPUS
    names, keys = choose(only)
    names += OLDER_CPUS if cpu_features else []
    counts, sizes = sorted({cores() if n == "all" else int(n) for n in threads.split(",")}), Sizes()
    if quick:
        rounds, tokens, counts, sizes = 1, min(tokens, 300_000), [1], QUICK
        keys = [key for key in keys if not key.endswith("-300")]
    trainers = {name: every[name] for name in names if every[name].is_installed}
    source = corpus or next(path for path in CORPORA if path.exists())
    results: Results = {
        "date": date.today().isoformat(), "commit": commit(), "machine": machine(), "versions": versions(),
        "parameters": {"window": WINDOW, "negative": NEGATIVE, "sample": SAMPLE, "min_count": MIN_COUNT},
        "n_rounds": rounds, "seconds": seconds, "threads": counts, "modes": keys, "sizes": sizes._asdict(),
        "missing": [name for name in names if name not in trainers], "shares_of_cores": [share_of_cores()],
        "startup": [], "limits": [], "rounds": [], "turns": [], "accuracy": [],
    }  # fmt: skip
    target = output
    if not (output or quick):
        target = ROOT / f"benchmarks/results/{results['date']}-{slug(results['machine']['cpu'])}.json"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        start_up(results, trainers, folder, source)
        words = prepare(results, folder, source, tokens, sizes)
        for number in range(rounds):
            play_round(results, trainers, folder, words, number, turns)
            save(results, target)
        if accuracy:
            score(results, trainers, folder / "whole", words["whole"], sets)
    results["shares_of_cores"].append(share_of_cores())
    save(results, target)
    if min(results["shares_of_cores"]) < QUIET:
        click.echo(f"{results['shares_of_cores']}: other programs took part of the cores", err=True)
    click.echo(render(results))
    if target and not (output or only):
        write_page(results, PAGE)


def start_up(results: Results, trainers: Trainers, folder: Path, source: Path) -> None:
    """Train each kind of mode with fastvec twice on a little text: the first run compiles for all later ones."""
    words = cut(lines_of(source), folder / "little/corpus.txt", 20_000)
    wanted = {MODES[key].trained_by for key in results["modes"] if key in MODES}
    modes = [mode for mode in MODES.values() if mode.trained_by in wanted and mode.dim == 100 and not mode.is_large]
    for (name, trainer), mode in product(trainers.items(), modes):
        if trainer.is_fastvec:
            first, cached = (report(train(name, trainer, mode, 1, folder / "little", words, 1)) for _ in range(2))
            if "error" in cached:
                raise click.ClickException(cached["error"])
            results["startup"].append({"trainer": name, "mode": mode.key, "first": first, "cached": cached})


def prepare(results: Results, folder: Path, source: Path, tokens: int, sizes: Sizes) -> dict[str, int]:
    """Write the texts and vectors that are needed; return the words of each text."""
    keys = results["modes"]
    words = {"usual": cut(lines_of(source), folder / "usual/corpus.txt", tokens)}
    results["corpus"] = {"name": source.name, "words": words["usual"]} | ask("contexts", directory=folder / "usual")
    whole, large = folder / "whole/corpus.txt", folder / "large/corpus.txt"
    words["whole"] = cut(lines_of(source), whole, words["usual"] if sizes is QUICK else float("inf"))
    if any(key in MODES and MODES[key].is_large for key in keys):
        words["large"] = cut(with_new_words(lines_of(whole), sizes.tail_words), large)
        cut(lines_of(large), folder / "large/part.txt", sizes.part_words)
        results["sizes"]["large_words"] = words["large"]
    if any(key in USES for key in keys):
        ask("prepare", str(sizes.vectors), directory=folder / "usual", threads=cores(), module="uses")
    return words


def play_round(
    results: Results, trainers: Trainers, folder: Path, words: dict[str, int], number: int, turns: int
) -> None:
    """Measure the machine, then all programs one measurement after another, then the thread scaling of fastvec."""
    counts = results["threads"]
    for n in counts:
        results["limits"].append({"threads": n} | ask("limits", str(n), directory=folder / "usual", threads=n))
    modes = [MODES[key] for key in results["modes"] if key in MODES]
    for mode, (name, trainer), n in product(modes, trainers.items(), counts):
        if trainer.plays(mode, number):
            limit = 0 if trainer.is_fastvec and not mode.is_large else results["seconds"]
            epochs = mode.epochs(trainer.passes)
            run = report(train(name, trainer, mode, n, folder / mode.text, words[mode.text], epochs, limit))
            results["rounds"].append(run | {"round": number})
    uses = [USES[key] for key in results["modes"] if key in USES]
    for use, (name, trainer), n in product(uses, trainers.items(), counts):
        runs = [run for run in results["rounds"] if (run["mode"], run["trainer"]) == (use.key, name)]
        earlier = [run["wall_seconds"] for run in runs if run["round"] < number]
        if name in use.tools and max(earlier, default=0.0) <= SLOW:
            results["rounds"].append(report(run_use(use, name, trainer, n, folder)) | {"round": number})
    n = counts[-1]
    if "fastvec" in trainers and n > 1:
        for mode in (mode for mode in modes * turns if mode.key in SCALED):
            groups = [[1], *([many] for many in counts if many > 1), [1] * n]
            runs = train_in_turns("fastvec", trainers["fastvec"], mode, groups, folder / "usual", words["usual"])
            results["turns"] += [run | {"round": number} for run in runs]
            found = (gain(results["turns"], mode.key, group) for group in groups[1:])
            shown = ", ".join(f"{ratio:.2f} x" for ratio in found)
            click.echo(f"{mode.key:14} more threads over one, and runs side by side: {shown}", err=True)


def run_use(use: Use, name: str, trainer: Trainer, threads: int, folder: Path) -> dict[str, Any]:
    """Measure a use of a program on some of the cores."""
    run = run_child(
        python_child(use.key, name, module="uses"), folder / use.text,
        environment(trainer, name, folder / use.text, threads), pinned=usable()[:threads],
    )  # fmt: skip
    run.pop("output")
    return {"trainer": name, "mode": use.key, "threads": threads} | run


def score(results: Results, trainers: Trainers, folder: Path, words: int, sets: Path) -> None:
    """Train on the whole corpus and score the vectors."""
    for key, (name, trainer) in product(SCORED, trainers.items()):
        mode = MODES[key]
        if key in results["modes"] and trainer.trains(mode) and name in TRAINERS and name not in UNSCORED:
            run = train(name, trainer, mode, results["threads"][-1], folder, words, mode.epochs(EPOCHS))
            run.pop("per_second", None)  # koan reports the progress of one epoch
            report(run)
            if "error" not in run:
                run["accuracy"] = ask("accuracy", str(sets.absolute()), directory=folder)
            results["accuracy"].append(run)


def save(results: Results, target: Path | None) -> None:
    if target is None:
        return
    target.parent.mkdir(exist_ok=True)
    temporary = target.with_name(target.name + ".tmp")
    temporary.write_text(json.dumps(results, indent=1) + "\n")
    os.replace(temporary, target)
    click.echo(f"{target}", err=True)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--page",
    type=click.Path(path_type=Path, exists=True),
    help="Put the tables between the markers of this page and of the README above.",
)
def table(file: Path, page: Path | None) -> None:
    """Print the tables of a file of results."""
    results = json.loads(file.read_text())
    if page:
        write_page(results, page)
    else:
        click.echo(render(results))


def write_page(results: Results, page: Path) -> None:
    readme = page.parent.parent / "README.md"
    texts = {
        page: replace_section(page.read_text(), "benchmark", render(results)),
        readme: replace_section(readme.read_text(), "speed", render_brief(results)),
    }
    picture = page.parent / PICTURE
    picture.parent.mkdir(exist_ok=True)
    draw(results, picture)
    for path, text in texts.items():
        path.write_text(text)
    click.echo(f"{page}", err=True)


if __name__ == "__main__":
    sys.exit(main())
