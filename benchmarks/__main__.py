"""The command: `python -m benchmarks --help`."""

import json
import lzma
import os
import sys
import tempfile
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import click

from benchmarks.machine import commit, cores, machine, slug, versions
from benchmarks.modes import EPOCHS, GLOVE_EPOCHS, MIN_COUNT, MODES, NEGATIVE, SAMPLE, WINDOW
from benchmarks.run import ask, train
from benchmarks.table import Results, gains, render, replace_section, with_threads
from benchmarks.trainers import OLDER_CPUS, TRAINERS, Trainer
from benchmarks.turns import train_in_turns

Trainers = dict[str, Trainer]
ROOT = Path(__file__).parent.parent
PAGE = ROOT / "benchmarks/README.md"
CORPORA = (ROOT / "../shared/data/corpora/enwiki17m.txt.xz", ROOT / "data/sample.txt.xz")
SIMILARITY = ROOT / "../shared/data/eval/similarity"
SMALL_MODES = ("sg-ns-100", "cbow-ns-100", "sg-hs-100", "cbow-hs-100", "sg-sub-100", "cbow-sub-100")


def cut(source: Path, target: Path, limit: float) -> int:
    """Copy the first lines of a text, about `limit` words and at least one line; return their number of words."""
    words = 0
    opened = lzma.open(source) if source.suffix == ".xz" else source.open("rb")
    with opened as text, target.open("wb") as out:
        for line in text:
            if words >= limit:
                break
            words += len(line.split())
            out.write(line)
    return words


def choose(only: str) -> tuple[list[str], list[str]]:
    """Return the trainers and the modes that a comma-separated list names; all of a kind where it names none of it."""
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    for name in wanted:
        if name not in TRAINERS and name not in MODES:
            raise click.BadParameter(f"no {name!r} among {', '.join([*TRAINERS, *MODES])}", param_hint="--only")
    named = [name for name in TRAINERS if name in wanted], [name for name in MODES if name in wanted]
    return named[0] or list(TRAINERS), named[1] or list(MODES)


def report(run: dict[str, Any]) -> dict[str, Any]:
    speed = f"{run['words_per_second'] / 1e3:,.0f} k words/s" if "words_per_second" in run else "-"
    text = f"{run['mode']:12} {run['trainer']:15} {with_threads(run['threads'])}  {run.get('error', speed)}"
    click.echo(f"{text}  {run['wall_seconds']:.1f} s", err=True)
    return run


@click.group(invoke_without_command=True)
@click.option("--only", default="", metavar="NAMES", help="Trainers and modes to run, separated by commas.")
@click.option("--threads", default="1,all", show_default=True, metavar="LIST", help="Numbers of threads.")
@click.option("--rounds", default=3, show_default=True, help="Number of rounds; the trainers take turns in each.")
@click.option("--tokens", default=1_500_000, show_default=True, help="Words of the corpus to measure speed on.")
@click.option("--turns", default=4, show_default=True, help="Comparisons of thread counts per round.")
@click.option("--seconds", default=4.0, show_default=True, help="Stop slow programs after this much training.")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), help="Text, one sentence a line, plain or .xz.")
@click.option("--quick", is_flag=True, help="One round on 500,000 words with 1 thread and 100 dimensions.")
@click.option("--cpu-features", is_flag=True, help="Also run fastvec compiled for AVX2 only and for baseline x86-64.")
@click.option(
    "--accuracy",
    is_flag=True,
    help=f"Also train {EPOCHS} epochs on the whole corpus at 100 dimensions, and score the vectors.",
)
@click.option("--evaluation", default=SIMILARITY, type=click.Path(path_type=Path), help="Folder of similarity sets.")
@click.option("--output", type=click.Path(path_type=Path), help="File of results, instead of a new one in results.")
@click.pass_context
def main(context: click.Context, /, **options: Any) -> None:
    """Measure fastvec beside the other trainers that are installed.

    A run of all trainers and modes also puts its tables into benchmarks/README.md, unless --output is given.
    """
    if context.invoked_subcommand is None:
        measure(**options)


def measure(
    only: str, threads: str, rounds: int, turns: int, tokens: int, seconds: float, corpus: Path | None, quick: bool,
    cpu_features: bool, accuracy: bool, evaluation: Path, output: Path | None,
) -> None:  # fmt: skip
    every = TRAINERS | OLDER_CPUS
    names, modes = choose(only)
    names += OLDER_CPUS if cpu_features else []
    counts = sorted({cores() if n == "all" else int(n) for n in threads.split(",")})
    if quick:
        rounds, tokens, counts, modes = 1, min(tokens, 500_000), [1], [key for key in modes if key in SMALL_MODES]
    trainers = {name: every[name] for name in names if every[name].is_installed}
    source = corpus or next(path for path in CORPORA if path.exists())
    results: Results = {
        "date": date.today().isoformat(), "commit": commit(), "machine": machine(), "versions": versions(),
        "parameters": {"window": WINDOW, "negative": NEGATIVE, "sample": SAMPLE, "min_count": MIN_COUNT},
        "n_rounds": rounds, "seconds": seconds, "threads": counts, "modes": modes,
        "missing": [name for name in names if name not in trainers], "startup": [], "limits": [], "rounds": [],
        "turns": [], "accuracy": [],
    }  # fmt: skip
    target = output
    if not (output or quick):
        target = ROOT / f"benchmarks/results/{results['date']}-{slug(results['machine']['cpu'])}.json"
    # Programs take file names of at most 100 characters, so they run in the folder of their text.
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        start_up(results, trainers, folder, source)
        words = cut(source, folder / "corpus.txt", tokens)
        results["corpus"] = {"name": source.name, "words": words} | ask("contexts", directory=folder)
        for number in range(rounds):
            play_round(results, trainers, folder, number, seconds, turns)
            save(results, target)
        if accuracy:
            score(results, trainers, folder, cut(source, folder / "corpus.txt", float("inf")), evaluation)
            save(results, target)
    click.echo(render(results))
    if target and not (output or only):
        write_page(results, PAGE)


def start_up(results: Results, trainers: Trainers, folder: Path, source: Path) -> None:
    """Train each kind of mode with fastvec twice on a little text: the first run compiles for all later ones."""
    words = cut(source, folder / "corpus.txt", 1000)
    kinds = {key.rsplit("-", 1)[0] + "-100" for key in results["modes"]}
    for name in (name for name in trainers if name.startswith("fastvec")):
        for key in (key for key in SMALL_MODES if key in kinds):
            first, cached = (report(train(name, trainers[name], MODES[key], 1, folder, words, 1)) for _ in range(2))
            if "error" in cached:
                raise click.ClickException(cached["error"])
            results["startup"].append({"trainer": name, "mode": key, "first": first, "cached": cached})


def play_round(results: Results, trainers: Trainers, folder: Path, number: int, seconds: float, turns: int) -> None:
    """Measure the machine, then all trainers mode by mode, then the thread scaling of fastvec."""
    for n in results["threads"]:
        results["limits"].append({"threads": n} | ask("limits", str(n), directory=folder, threads=n))
    for key, (name, trainer), n in product(results["modes"], trainers.items(), results["threads"]):
        mode = MODES[key]
        if trainer.trains(mode) and (number == 0 or trainer.every_round):
            epochs = trainer.passes * (1 if mode.loss else GLOVE_EPOCHS)
            run = report(train(name, trainer, mode, n, folder, results["corpus"]["words"], epochs, seconds))
            results["rounds"].append(run | {"round": number})
    n = results["threads"][-1]
    if "fastvec" in trainers and n > 1:
        for key in results["modes"] * turns:
            runs = train_in_turns(
                "fastvec", trainers["fastvec"], MODES[key], [[1], [n], [1] * n], folder, results["corpus"]["words"]
            )
            results["turns"] += [run | {"round": number} for run in runs]
            shown = ", ".join(f"{gain:.2f} x" for gain in gains(results["turns"], key, n))
            click.echo(f"{key:12} {with_threads(n)} over one, and runs side by side: {shown}", err=True)


def score(results: Results, trainers: Trainers, folder: Path, words: int, evaluation: Path) -> None:
    """Train on the whole corpus and score the vectors."""
    for key, (name, trainer) in product(SMALL_MODES, trainers.items()):
        mode = MODES[key]
        if key in results["modes"] and trainer.trains(mode) and name in TRAINERS:
            run = train(name, trainer, mode, results["threads"][-1], folder, words, EPOCHS)
            run.pop("words_per_second", None)  # koan reports the progress of one epoch
            report(run)
            if "error" not in run:
                run["accuracy"] = ask("accuracy", str(evaluation.absolute()), directory=folder)
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
@click.option("--page", type=click.Path(path_type=Path, exists=True), help="Put the tables between its markers.")
def table(file: Path, page: Path | None) -> None:
    """Print the tables of a file of results."""
    results = json.loads(file.read_text())
    if page:
        write_page(results, page)
    else:
        click.echo(render(results))


def write_page(results: Results, page: Path) -> None:
    page.write_text(replace_section(page.read_text(), render(results)))
    click.echo(f"{page}", err=True)


if __name__ == "__main__":
    sys.exit(main())
