"""The tables of a file of results, in Markdown."""

import math
from collections import defaultdict
from itertools import product
from statistics import median
from typing import Any

from benchmarks.modes import EPOCHS, GLOVE_WINDOW, MODES, NEGATIVE
from benchmarks.trainers import OLDER_CPUS, TRAINERS
from benchmarks.turns import TURN

START, END = "<!-- benchmark:start -->", "<!-- benchmark:end -->"
Results = dict[str, Any]
EVERY = TRAINERS | OLDER_CPUS


def replace_section(text: str, section: str) -> str:
    """Put `section` between the two markers of `text`.

    Raises
    ------
    ValueError
        If there are not both markers, in order.
    """
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"no {START} followed by {END}")
    return f"{before}{START}\n{section.strip()}\n{END}{after}"


def speeds(runs: list[dict[str, Any]]) -> dict[tuple[str, str, int], dict[int, float]]:
    """Return the words per second in each round, by mode, trainer and number of threads."""
    found: dict[tuple[str, str, int], dict[int, float]] = defaultdict(dict)
    for run in runs:
        if "words_per_second" in run and "error" not in run:
            found[run["mode"], run["trainer"], run["threads"]][run["round"]] = run["words_per_second"]
    return dict(found)


def render(results: Results) -> str:
    """Return all tables."""
    parts = [
        _head(results),
        _speed_table(results),
        _threads_table(results),
        _limits(results),
        _startup_table(results),
        _notes(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(header: list[str], rows: list[list[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rule, *rows])


def is_far(turn: dict[str, Any], latencies: list[float]) -> bool | None:
    """Return whether the cores were far apart in a turn: above twice the least latency; None if only for part of it."""
    far = {latency > 2 * min(latencies) for latency in turn.get("latency", ()) if latency is not None}
    return None if len(far) == 2 else far == {True}


def latencies(turns: list[dict[str, Any]]) -> list[float]:
    """Return all cache-line transfer times, before and after each turn, in nanoseconds."""
    return [latency for turn in turns for latency in turn.get("latency", ()) if latency is not None]


def gains(turns: list[dict[str, Any]], mode: str, n: int) -> tuple[float, float]:
    """Return the gain of n threads over one, and that of n trainings side by side; NaN where there is no turn.

    They are ratios of medians, since the host of a virtual machine may stop it for a second in some turn.
    """

    def speed(threads: list[int]) -> float:
        runs = [run for run in turns if (run["mode"], run["threads"]) == (mode, threads)]
        return median([run["done"] / run["seconds"] for run in runs]) if runs else math.nan

    return speed([n]) / speed([1]), speed([1] * n) / speed([1])


def with_threads(n: int) -> str:
    """Return a number of threads as text."""
    return "1 thread" if n == 1 else f"{n} threads"


def _ratio(ours: dict[int, float], theirs: dict[int, float]) -> str:
    """Return the ratio of the best speeds in the rounds that both took part in."""
    both = ours.keys() & theirs.keys()
    return f"{max(ours[turn] for turn in both) / max(theirs[turn] for turn in both):.1f} x" if both else "-"


def _thousands(rounds: dict[int, float]) -> str:
    if not rounds:
        return "-"
    values = rounds.values()
    best, middle = f"{max(values) / 1e3:,.0f} k", f"{median(values) / 1e3:,.0f} k"
    return best if len(values) == 1 else f"{best} ({middle})"


def _megabytes(values: list[float]) -> str:
    return f"{max(values) / 1e6:,.0f}" if values else "-"


def _head(results: Results) -> str:
    machine, corpus = results["machine"], results["corpus"]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    return (
        f"{machine['cpu']} ({machine['simd']}), {machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB; "
        f"{results['date']}, commit {results['commit']}; {versions}. Text: {corpus['words']:,} words of "
        f"{corpus['name']}.\n\n"
        "Speed is in thousands of words of text per second of training, without reading and compiling: the best of "
        f"{results['n_rounds']} rounds, in which the trainers take turns, with the median in parentheses. Speed-up is "
        f"fastvec's best speed divided by that trainer's, with {with_threads(results['threads'][0])}."
    )


def _speed_table(results: Results) -> str:
    found, counts, rows = speeds(results["rounds"]), results["threads"], []
    scored = {(run["mode"], run["trainer"]): run["accuracy"] for run in results["accuracy"] if "accuracy" in run}
    sets = list(dict.fromkeys(name for scores in scored.values() for name in scores))
    for key, name in dict.fromkeys((run["mode"], run["trainer"]) for run in results["rounds"]):
        runs = [run for run in results["rounds"] if (run["mode"], run["trainer"]) == (key, name)]
        one = found.get((key, name, counts[0]), {})
        ours = found.get((key, "fastvec", counts[0]), {})
        rows.append(
            [
                MODES[key].title,
                EVERY[name].title,
                *(_thousands(found.get((key, name, n), {})) for n in counts),
                _ratio(ours, one),
                _megabytes([run["peak_bytes"] for run in runs if "error" not in run]),
                _megabytes([run["peak_bytes"] - run["matrix_bytes"] for run in runs if "matrix_bytes" in run]),
                *(f"{100 * scored[key, name][of]:.1f}" if (key, name) in scored else "-" for of in sets),
            ]
        )
    speed = map(with_threads, counts)
    return _table(["mode", "trainer", *speed, "speed-up", "peak MB", "peak MB without the weights", *sets], rows)


def _threads_table(results: Results) -> str:
    turns = results.get("turns", [])
    if not turns:
        return ""
    n, found, rows = max(len(run["threads"]) for run in turns), latencies(turns), []
    for key, far in product(dict.fromkeys(run["mode"] for run in turns), (False, True)):
        part = [turn for turn in turns if turn["mode"] == key and is_far(turn, found) is far]
        if part:
            shown = ["-" if math.isnan(gain) else f"{gain:.2f} x" for gain in gains(part, key, n)]
            line = f"{median(latencies(part)):.0f} ns" if latencies(part) else "-"
            rows.append([MODES[key].title, line, *shown, f"{sum(turn['seconds'] for turn in part):.0f} s"])
    text = (
        f"Thread scaling. Runs with 1 thread, with {n} threads, and {n} 1-thread runs side by side alternate every "
        f"{TURN:g} s; the table gives ratios of median speeds. Runs side by side share nothing, so their gain is what "
        "the machine offers. A cache-line transfer between cores that share a cache is several times faster than one "
        "between other cores. The host of a virtual machine may move its cores from one case to the other; the table "
        "separates the two."
    )
    header = ["mode", "cache-line transfer", f"{n} threads / 1", f"{n} runs / 1", "measured for"]
    return text + "\n\n" + _table(header, rows)


def _limits(results: Results) -> str:
    best: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for run in results["limits"]:
        for name in ("flops_per_second", "bytes_per_second"):
            best[run["threads"]][name] = max(best[run["threads"]][name], run.get(name, 0))
    found = speeds(results["rounds"])
    keys = [key for key in results["modes"] if key.startswith("sg-ns")]
    per_word = 6 * (NEGATIVE + 1) * results["corpus"]["pairs"] / results["corpus"]["words"]  # and dimension
    rows = []
    for n, limit in best.items():
        row = [with_threads(n), f"{limit['flops_per_second'] / 1e9:,.0f}"]
        row.append(f"{limit['bytes_per_second'] / 1e9:,.1f}")
        for key in keys:
            speed = max(found.get((key, "fastvec", n), {0: 0.0}).values())
            row.append(f"{speed * per_word * MODES[key].dim / limit['flops_per_second']:.0%}")
        rows.append(row)
    shares = [f"fraction at {MODES[key].dim} dimensions" for key in keys]
    text = (
        "Machine limits: the speed of a product of large single-precision matrices and of a copy (bytes read and "
        "written). The last columns are the fraction of the former that fastvec's skip-gram with negative sampling "
        "reaches in useful multiply-adds."
    )
    return text + "\n\n" + _table(["", "product, Gflop/s", "copy, GB/s", *shares], rows) if rows else ""


def _startup_table(results: Results) -> str:
    names = ("first", "cached")
    rows = []
    for start in results["startup"]:
        row = [f"{EVERY[start['trainer']].title}: {start['mode']}"]
        row += [f"{start[which][of]:.1f}" for which in names for of in ("wall_seconds", "compile_seconds")]
        rows.append(row)
    header = [f"{which} run, {of}" for which in names for of in ("total", "compiling")]
    return "Start-up: seconds to train on 1,000 words.\n\n" + _table(["", *header], rows) if rows else ""


def _notes(results: Results) -> str:
    used = dict.fromkeys(run["trainer"] for run in results["rounds"] + results["accuracy"])
    lines = [f"- {EVERY[name].title}: timed {EVERY[name].timing}." for name in used if name not in OLDER_CPUS]
    lines += [
        "- gensim, word2vec.c and fastText read the text while they train; fastvec, pWord2Vec and koan read it before.",
        f"- Programs that report their progress are stopped after {results['seconds']:g} seconds of training.",
        f"- fastvec makes {TRAINERS['fastvec'].passes} passes over the text, so that it trains for a second or more "
        f"({OLDER_CPUS['fastvec-avx2'].passes} passes when compiled for older machines); the others make one.",
        "- fastvec, gensim and pWord2Vec take part in every round; the others are slow and take part in the first.",
    ]
    if "glove-100" in results["modes"]:
        lines.append(f"- GloVe: words of text per second of an epoch, window {GLOVE_WINDOW}, without counting.")
    lines += [f"- {EVERY[name].title}: not installed." for name in results["missing"]]
    failed = {
        f"- {EVERY[run['trainer']].title} failed ({run['mode']}, {with_threads(run['threads'])}): {run['error']}"
        for run in results["rounds"] + results["accuracy"]
        if "error" in run
    }
    if results["accuracy"]:
        lines.append(
            f"- Accuracy: after {EPOCHS} epochs of the whole text, {results['threads'][-1]} threads, each trainer at "
            "its own learning rate; analogies among the first 30,000 words (%), Spearman's correlation x 100 on pairs."
        )
    return "\n".join(lines + sorted(failed))
