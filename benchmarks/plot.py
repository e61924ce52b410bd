"""The picture of a file of results: how many times as fast fastvec is as each other program."""

import math
from pathlib import Path

from benchmarks.table import EVERY, GROUPS, Results, ratio, speeds, title
from benchmarks.uses import USES

#: A colour and a marker for each program but fastvec; Okabe and Ito's colours, which the colour-blind can tell apart.
_STYLES = [(colour, marker) for marker in "osD" for colour in ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")]


def speed_ups(results: Results, threads: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return the speed-ups by section, measurement and program, with one number of threads."""
    found = speeds(results["rounds"])
    gains: dict[str, dict[str, dict[str, float]]] = {}
    for group, keys in GROUPS.items():
        for key in keys:
            ours = found.get((key, "fastvec", threads), {})
            of = {name: ratio(ours, found.get((key, name, threads), {})) for name in EVERY if name != "fastvec"}
            if known := {name: gain for name, gain in of.items() if not math.isnan(gain)}:
                gains.setdefault(group, {})[key] = known
    return gains


def draw(results: Results, path: Path) -> bool:
    """Draw a point for each measurement and program; return whether there is any."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter, LogLocator

    threads = results["threads"][0]
    gains = speed_ups(results, threads)
    if not gains:
        return False
    names = [name for name in EVERY if any(name in of for keys in gains.values() for of in keys.values())]
    styles = dict(zip(names, _STYLES, strict=False))
    sizes = [len(keys) for keys in gains.values()]
    style = {"svg.hashsalt": "fastvec", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
    with pyplot.rc_context(style):
        figure, axes = pyplot.subplots(
            len(gains), 1, sharex=True, squeeze=False, layout="constrained", height_ratios=[0.6 + n for n in sizes],
            figsize=(8.5, 0.9 + 0.27 * sum(sizes) + 0.32 * len(sizes)),
        )  # fmt: skip
        for ax, (group, keys) in zip(axes[:, 0], gains.items(), strict=True):
            for row, of in enumerate(keys.values()):
                ax.plot([1, max(of.values())], [row, row], color="#cccccc", linewidth=1, zorder=1)
                for name, gain in of.items():
                    colour, marker = styles[name]
                    ax.scatter(gain, row, 26, color=colour, marker=marker, zorder=3, linewidths=0)
            ax.set_title(group, loc="left", fontsize=9, fontweight="bold")
            ax.set_yticks(
                range(len(keys)), [title(key).rpartition(", ")[0] if key in USES else title(key) for key in keys]
            )
            ax.set_ylim(len(keys) - 0.5, -0.5)
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(LogLocator(10, (1, 2, 5)))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} x"))
            ax.minorticks_off()
            ax.axvline(1, color="black", linewidth=1)
            ax.grid(axis="x", color="#eeeeee")
            ax.tick_params(length=0)
            ax.spines[:].set_visible(False)
        marks = [pyplot.Line2D([], [], color=styles[name][0], marker=styles[name][1], linestyle="") for name in names]
        of = "1 thread" if threads == 1 else f"{threads} threads"
        figure.legend(
            marks, [EVERY[name].title for name in names], loc="outside upper center", ncols=min(len(names), 6),
            frameon=False, title=f"How many times as fast as each fastvec is, {of} (right of 1: faster)",
        )  # fmt: skip
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)
    return True
