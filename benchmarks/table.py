"""The tables of a file of results, in Markdown."""

import math
from collections import defaultdict
from itertools import product
from statistics import median
from typing import Any

from benchmarks.modes import EPOCHS, MODES, NEGATIVE
from benchmarks.trainers import OLDER_CPUS, TRAINERS
from benchmarks.turns import TURN
from benchmarks.uses import LOADING, SCORING, SEARCHING, TEXT, USES

Results = dict[str, Any]
#: Where the picture is, beside the page.
PICTURE = "results/speed.svg"
EVERY = TRAINERS | OLDER_CPUS
#: The least fraction of a core that a busy process gets on a machine that does nothing else.
QUIET = 0.95
#: What the README shows.
_BRIEF = (
    "sg-ns-300", "sg-ns-100", "cbow-ns-300", "cbow-ns-100", "sg-hs-100", "cbow-hs-100", "sg-sub-100", "cbow-sub-100",
    "glove-100", "dbow-100", "sg-large-300",
)  # fmt: skip
_BRIEF_PROGRAMS = ("fastvec", "gensim", "fasttext", "word2vec", "pword2vec", "glove")
TRAINING, LARGE = "Training", "A million words"
#: The measurements, by the section that shows them.
GROUPS: dict[str, list[str]] = {
    TRAINING: [key for key, mode in MODES.items() if not mode.is_large],
    LARGE: [key for key, mode in MODES.items() if mode.is_large],
}
for _use in USES.values():
    GROUPS.setdefault(_use.group, []).append(_use.key)
_ABOUT = {
    TRAINING: "Words of text per second of training, without reading and compiling. Window 5, 5 noise words, "
    "subsampling 1e-3, words that occur 5 times or more; n-grams of 3 to 6 characters, 2,000,000 buckets (floret: "
    "200,000, two for each). GloVe: window 10, without counting. PPMI-SVD: window 10, all from text to vectors.",
    LARGE: "The corpus with a new word after each of its own, by Zipf's law ({large_words:,} words of text; more than "
    "{tail_words:,} different ones that occur 5 times or more). All learn all words; gensim then trains on the "
    "first {part_words:,} of the text, and the others are stopped after some seconds; the first words, "
    "which fetch the memory, are not timed.",
    TEXT: "Text into a vocabulary and word ids (gensim and GloVe C: a vocabulary alone), and co-occurrences within 10 "
    "words (GloVe C: one thread only).",
    LOADING: "{vectors:,} vectors of 300 numbers, from files that the system has in memory; the fastText model has "
    "100 dimensions and 200,000 buckets.",
    SEARCHING: "Among {vectors:,} vectors of 300 numbers. gensim answers one query at a time.",
    SCORING: "With vectors of 100 dimensions of the text: analogies among the 30,000 most frequent words; fastvec's "
    "scores have intervals, gensim's have none. A text is a paragraph.",
}


def title(key: str) -> str:
    """Return the title of a measurement."""
    return MODES[key].title if key in MODES else USES[key].title


def replace_section(text: str, name: str, section: str) -> str:
    """Put `section` between the two markers of that name.

    Raises
    ------
    ValueError
        If there are not both markers, in order.
    """
    first, last = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    before, start, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not (start and end):
        raise ValueError(f"no {first} followed by {last}")
    return f"{before}{first}\n{section.strip()}\n{last}{after}"


def speeds(runs: list[dict[str, Any]]) -> dict[tuple[str, str, int], dict[int, float]]:
    """Return the speed in each round, by measurement, program and number of threads."""
    found: dict[tuple[str, str, int], dict[int, float]] = defaultdict(dict)
    for run in runs:
        if "per_second" in run and "error" not in run:
            found[run["mode"], run["trainer"], run["threads"]][run["round"]] = run["per_second"]
    return dict(found)


def render(results: Results) -> str:
    """Return all tables."""
    parts = [
        _head(results),
        f"![How many times as fast fastvec is as each other program]({PICTURE}?raw=true)",
        *(_group(results, group) for group in GROUPS),
        _accuracy_table(results),
        _threads_table(results),
        _limits(results),
        _startup_table(results),
        _notes(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def render_brief(results: Results) -> str:
    """Return the table of the README, whose rows link to those of the page."""
    found, n = speeds(results["rounds"]), results["threads"][0]
    rows = []
    for key in (key for key in _BRIEF if (key, "fastvec", n) in found):
        best = [max(found.get((key, name, n), {0: 0.0}).values()) for name in _BRIEF_PROGRAMS]
        rows.append([f"[{title(key)}](benchmarks/README.md#{key})", *(f"{v / 1e3:,.0f}" if v else "" for v in best)])
    text = (
        f"Thousands of words of text per second of training, {with_threads(n)}, on {results['machine']['cpu']} "
        f"({results['machine']['simd']}), {results['date']}:"
    )
    return f"{text}\n\n{_table(['', *(EVERY[name].title for name in _BRIEF_PROGRAMS)], rows)}"


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


def gain(turns: list[dict[str, Any]], mode: str, group: list[int]) -> float:
    """Return how many times as fast trainings with these threads are as one with one thread; NaN without turns.

    It is a ratio of medians, since the host of a virtual machine may stop it for a second in some turn.
    """

    def speed(threads: list[int]) -> float:
        runs = [run for run in turns if (run["mode"], run["threads"]) == (mode, threads)]
        return median([run["done"] / run["seconds"] for run in runs]) if runs else math.nan

    return speed(group) / speed([1])


def with_threads(n: int) -> str:
    """Return a number of threads as text."""
    return "1 thread" if n == 1 else f"{n} threads"


def ratio(ours: dict[int, float], theirs: dict[int, float]) -> float:
    """Return the ratio of the best speeds in the rounds that both took part in; NaN if there is none."""
    both = ours.keys() & theirs.keys()
    return max(ours[turn] for turn in both) / max(theirs[turn] for turn in both) if both else math.nan


def _number(value: float) -> str:
    """Return a speed with at least three digits.

    >>> [_number(value) for value in (2.345, 1234.5, 12345, 1234567)]
    ['2.35', '1,234', '12.3 k', '1,235 k']
    """
    if value >= 100_000:
        return f"{value / 1e3:,.0f} k"
    return f"{value / 1e3:.1f} k" if value >= 10_000 else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _best(rounds: dict[int, float]) -> str:
    if not rounds:
        return "-"
    values = rounds.values()
    best, middle = _number(max(values)), _number(median(values))
    return best if len(values) == 1 else f"{best} ({middle})"


def _head(results: Results) -> str:
    machine, corpus = results["machine"], results["corpus"]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    shares = results["shares_of_cores"]
    quiet = " and ".join(f"{share:.0%} {when}" for share, when in zip(shares, ("before", "after"), strict=False))
    warning = "" if min(shares) >= QUIET else " **The machine was not quiet: repeat the run.**"
    rounds = "Speeds are of one round."
    if results["n_rounds"] > 1:
        rounds = (
            f"Speeds are the best of {results['n_rounds']} rounds, in which the programs take turns, with the median "
            "in parentheses."
        )
    return (
        f"{machine['cpu']} ({machine['simd']}), {machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB; "
        f"{results['date']}, commit {results['commit']}; {versions}. Text: {corpus['words']:,} words of "
        f"{corpus['name']}. As many busy processes as cores got at least {quiet} of their cores.{warning}\n\n"
        f"{rounds} Speed-up is fastvec's best speed divided by that program's, in the rounds that both took part "
        f"in, with {with_threads(results['threads'][0])}. Memory is the peak of the process, in MB."
    )


def _group(results: Results, group: str) -> str:
    """Return the table of the measurements of a group, each with an anchor, and a row for each program."""
    found, counts, rows = speeds(results["rounds"]), results["threads"], []
    runs = [run for run in results["rounds"] if run["mode"] in GROUPS[group]]
    last = ""
    for key, name in dict.fromkeys((run["mode"], run["trainer"]) for run in runs):
        peaks = [run["peak_bytes"] for run in runs if (run["mode"], run["trainer"]) == (key, name)]
        gain = ratio(found.get((key, "fastvec", counts[0]), {}), found.get((key, name, counts[0]), {}))
        rows.append(
            [
                f'<a id="{key}"></a>{title(key)}' if key != last else "",
                EVERY[name].title,
                *(_best(found.get((key, name, n), {})) for n in counts),
                "-" if math.isnan(gain) else f"{gain:.1f} x",
                f"{max(peaks) / 1e6:,.0f}",
            ]
        )
        last = key
    if not rows:
        return ""
    about = _ABOUT[group].format(**results["sizes"])
    columns = ["", "program", *map(with_threads, counts), "speed-up", "memory"]
    return f"### {group}\n\n{about}\n\n{_table(columns, rows)}"


def _accuracy_table(results: Results) -> str:
    runs = [run for run in results["accuracy"] if "accuracy" in run]
    if not runs:
        return ""
    sets = list(dict.fromkeys(name for run in runs for name in run["accuracy"]))
    rows = []
    for run in runs:
        scores = [f"{100 * run['accuracy'][of]:.1f}" if of in run["accuracy"] else "-" for of in sets]
        rows.append([title(run["mode"]), EVERY[run["trainer"]].title, *scores, f"{run['wall_seconds']:,.0f}"])
    text = (
        f"### Quality\n\nAfter {EPOCHS} epochs of the whole text with {with_threads(results['threads'][-1])}, each "
        "program at its own learning rate: Google's analogies in per cent, answers among the 30,000 most frequent "
        "words; Spearman's correlation x 100 on pairs; seconds in all, reading and saving too."
    )
    return f"{text}\n\n{_table(['', 'program', *sets, 'seconds'], rows)}"


def _threads_table(results: Results) -> str:
    turns = results.get("turns", [])
    if not turns:
        return ""
    groups = [list(group) for group in dict.fromkeys(tuple(run["threads"]) for run in turns) if group != (1,)]
    found, rows = latencies(turns), []
    for key, far in product(dict.fromkeys(run["mode"] for run in turns), (False, True)):
        part = [turn for turn in turns if turn["mode"] == key and is_far(turn, found) is far]
        ratios = [gain(part, key, group) for group in groups]
        if not all(map(math.isnan, ratios)):
            shown = ["-" if math.isnan(ratio) else f"{ratio:.2f} x" for ratio in ratios]
            line = f"{median(latencies(part)):.0f} ns" if latencies(part) else "-"
            rows.append([title(key), line, *shown, f"{sum(turn['seconds'] for turn in part):.0f} s"])
    n = max(map(len, groups))
    text = (
        f"### Several threads\n\nRuns with 1 thread and with more, and {n} 1-thread runs side by side, each on its own "
        f"core, alternate every {TURN:g} s; the table gives ratios of median speeds. Runs side by side share nothing, "
        "so their gain is what the machine offers. A cache-line transfer between cores that share a cache is several "
        "times faster than one between other cores. The host of a virtual machine may move its cores from one case to "
        "the other; the table separates the two."
    )
    titles = [f"{len(group)} runs / 1" if len(group) > 1 else f"{group[0]} threads / 1" for group in groups]
    return text + "\n\n" + _table(["", "cache-line transfer", *titles, "measured for"], rows)


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
        "### The machine\n\nThe speed of a product of large single-precision matrices and of a copy (bytes read and "
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
    return (
        "### Start-up\n\nSeconds to train on a little text, with cached compiled code and without.\n\n"
        + _table(["", *header], rows)
        if rows
        else ""
    )


def _notes(results: Results) -> str:
    runs = results["rounds"] + results["accuracy"]
    used = dict.fromkeys(run["trainer"] for run in runs if run["mode"] in MODES)
    lines = [f"- {EVERY[name].title}: timed {EVERY[name].timing}." for name in used if name not in OLDER_CPUS]
    lines += [
        "- Training: gensim, word2vec.c, wang2vec, fastText and floret read the text while they train; the others read "
        "it before.",
        f"- Programs that report their progress are stopped after {results['seconds']:g} seconds of training. fastvec "
        f"makes {TRAINERS['fastvec'].passes} passes over the text ({OLDER_CPUS['fastvec-avx2'].passes} when compiled "
        "for older machines); the others make one.",
        "- fastvec, gensim and pWord2Vec take part in every round, but gensim with n-grams and all with a million "
        "words in the first; so do the others, which are slow.",
    ]
    lines += [f"- {EVERY[name].title}: not installed." for name in results["missing"]]
    failed = {
        f"- {EVERY[run['trainer']].title} failed ({run['mode']}, {with_threads(run['threads'])}): {run['error']}"
        for run in runs
        if "error" in run
    }
    return "### Notes\n\n" + "\n".join(lines + sorted(failed))
