"""Bar charts of accuracies by section, and of scores by setting, drawn with matplotlib, which is an extra."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fastvec.checks import check_kind, check_list, check_path
from fastvec.disk.atomic import check_folder, replacing
from fastvec.errors import InputError, MachineError
from fastvec.evaluation.bootstrap import Floats

if TYPE_CHECKING:
    from fastvec.evaluation._analogies import AnalogyResult
    from fastvec.evaluation.sweeps import Sweep

_MOST = 50  # settings
_SUFFIXES = (".png", ".svg", ".pdf")


def check_chart(path: str | Path) -> None:
    """Refuse a picture that could not be drawn, before the work that it is to show begins.

    Raises
    ------
    InputError
        If matplotlib is not installed, or the suffix is not .png, .svg or .pdf.
    FileError
        If the folder is missing or may not be written to.
    """
    check_path("path", path)
    if Path(path).suffix.lower() not in _SUFFIXES:
        raise InputError(f"{path}: the name of a chart must end in {', '.join(_SUFFIXES[:-1])} or {_SUFFIXES[-1]}")
    try:
        import matplotlib.figure  # noqa: F401 - only to know whether it is there
    except ImportError:
        raise MachineError("a chart needs matplotlib; install it with: pip install 'fastvec[plot]'") from None
    check_folder(path)


def draw_sections(results: Sequence["AnalogyResult"], path: str | Path) -> None:
    """Draw a bar, with its 95 % interval if it has one, for the total, each kind and each section.

    Parameters
    ----------
    results : sequence of AnalogyResult
        Of the same set of questions; each has bars of its own colour.
    path : str or path
        The picture; its suffix, .png, .svg or .pdf, sets the format.

    Raises
    ------
    InputError, FileError
        As `check_chart`, or if the file cannot be written.
    """
    check_chart(path)
    from fastvec.evaluation._analogies import AnalogyResult  # which imports this package

    results = check_list("results", results, AnalogyResult)
    if not results:
        raise InputError("results must hold at least one")
    rows = [(result.overall, *result.kinds, *result.sections) for result in results]
    series = [
        Series(
            f"{result.method}, {result.vocab_size:,} words",
            [each.accuracy for each in row],
            [each.interval for each in row],
        )
        for result, row in zip(results, rows, strict=True)
    ]
    names = [f"{each.name} ({each.total:,})" for each in rows[0]]
    intervals = ", with 95 % intervals" if all(result.bootstrap.draws for result in results) else ""
    _draw_bars(path, f"{results[0].dataset}: analogies", names, series, f"accuracy, %{intervals}")


def draw_sweep(found: "Sweep", path: str | Path) -> None:
    """Draw a bar, with its 95 % interval, for the mean score of each setting, the best first.

    Parameters
    ----------
    found : Sweep
        Of `fastvec.sweep`; each set has bars of its own colour.
    path : str or path
        The picture, as in `draw_sections`. It has the 50 best settings at most.

    Raises
    ------
    InputError, FileError
        As `draw_sections`.
    """
    check_chart(path)
    from fastvec.evaluation.sweeps import Sweep

    check_kind("found", found, Sweep)
    shown = found.settings[:_MOST]
    names = [found.described(each) for each in shown]
    series = [
        Series(each.name, [setting.scores[at] for setting in shown], [setting.intervals[at] for setting in shown])
        for at, each in enumerate(found.sets)
    ]
    more = "" if len(shown) == len(found.settings) else f", the best {len(shown)} of {len(found.settings):,}"
    title = f"settings by {found.chosen_by}{more}"
    _draw_bars(
        path, title, names, series, f"mean score of {found.seeds} seeds x 100, with 95 % intervals", is_percent=False
    )


class Series(NamedTuple):
    """Bars of one colour: what they show, their lengths as fractions, and intervals."""

    label: str
    values: list[float]
    intervals: list[tuple[float, float]]


def _draw_bars(
    path: str | Path,
    title: str,
    names: list[str],
    series: list[Series],
    measure: str,
    *,
    is_percent: bool = True,
) -> None:
    """Draw bars in groups with names; the axis goes from 0 to 100, or as far as the bars need."""
    from matplotlib.figure import Figure

    places = np.arange(len(names))
    height = 0.8 / len(series)
    figure = Figure(figsize=(9, 1.2 + 0.3 * len(places) * max(1.0, len(series) / 2)), layout="constrained")
    axes = figure.add_subplot()
    for number, each in enumerate(series):
        values = np.nan_to_num(100 * np.array(each.values))
        axes.barh(
            places + (number - (len(series) - 1) / 2) * height,
            values,
            height,
            xerr=_errors(values, each.intervals),
            label=each.label,
            error_kw={"elinewidth": 1},
        )
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    if is_percent:
        axes.set_xlim(0, 100)
    axes.set_xlabel(measure)
    axes.set_title(title)
    axes.legend()
    with replacing(path) as file:
        figure.savefig(file, format=Path(path).suffix[1:].lower(), dpi=150)


def _errors(values: Floats, intervals: Sequence[tuple[float, float]]) -> Floats:
    """Return the distances from each value down and up to the ends of its interval."""
    low, high = 100 * np.array(intervals).T
    return np.asarray(np.clip(np.nan_to_num([values - low, high - values]), 0, None), np.float64)
