"""A bar chart of accuracies by section, drawn with matplotlib, which is an extra."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fastvec.checks import check_list, check_path
from fastvec.disk.atomic import check_folder, replacing
from fastvec.errors import InputError, MachineError
from fastvec.evaluation.bootstrap import Floats

if TYPE_CHECKING:
    from fastvec.evaluation._analogies import AnalogyResult

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
    """Draw a bar, with its 95 % interval, for the total, each kind and each section.

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
    from matplotlib.figure import Figure

    from fastvec.evaluation._analogies import AnalogyResult  # which imports this package

    results = check_list("results", results, AnalogyResult)
    if not results:
        raise InputError("results must hold at least one")
    rows = [(result.overall, *result.kinds, *result.sections) for result in results]
    places = np.arange(len(rows[0]))
    height = 0.8 / len(rows)
    figure = Figure(figsize=(9, 1.2 + 0.3 * len(places) * max(1.0, len(rows) / 2)), layout="constrained")
    axes = figure.add_subplot()
    for number, (result, row) in enumerate(zip(results, rows, strict=True)):
        values = np.nan_to_num([100 * each.accuracy for each in row])
        limit = f"{result.vocab_size:,} words"
        axes.barh(
            places + (number - (len(rows) - 1) / 2) * height,
            values,
            height,
            xerr=_errors(values, [each.interval for each in row]),
            label=f"{result.method}, {limit}",
            error_kw={"elinewidth": 1},
        )
    axes.set_yticks(places, [f"{each.name} ({each.total:,})" for each in rows[0]])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("accuracy, %, with 95 % intervals")
    axes.set_title(f"{results[0].dataset}: analogies")
    axes.legend()
    with replacing(path) as file:
        figure.savefig(file, format=Path(path).suffix[1:].lower(), dpi=150)


def _errors(values: Floats, intervals: Sequence[tuple[float, float]]) -> Floats:
    """Return the distances from each value down and up to the ends of its interval."""
    low, high = 100 * np.array(intervals).T
    return np.asarray(np.clip(np.nan_to_num([values - low, high - values]), 0, None), np.float64)
