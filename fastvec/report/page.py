"""The page: facts put into a template, with style and script inside; words are hostile input, so all is escaped."""

import base64
import hashlib
import math
from collections.abc import Sequence
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from typing import Any

from fastvec._version import __version__
from fastvec.checks import as_list, check_choice, check_integer, check_path, check_words, shorten
from fastvec.disk.atomic import check_folder, replacing
from fastvec.errors import InputError, MachineError, UnknownWordError
from fastvec.evaluation.pairs import ScoredPairs, as_pairs
from fastvec.evaluation.questions import Questions, as_questions
from fastvec.report.gather import CLASSES, SEARCHED, Facts, gather
from fastvec.vectors import KeyedVectors
from fastvec.vectors.loading import as_vectors

LAYOUTS = ("pca", "umap")
#: Control characters, which HTML may not hold, and those that change the direction of the text after them.
_CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_WIDTH, _HEIGHT = 640, 240  # of the drawing of losses
_LEFT, _TOP, _BOTTOM = 52, 16, 30  # the space around it


def write_report(
    vectors: Sequence[KeyedVectors | str | Path],
    path: str | Path,
    *,
    names: Sequence[str] | None = None,
    analogies: Sequence[str | Path | Questions] = (),
    similarity: Sequence[str | Path | ScoredPairs] = (),
    words: Sequence[str] = (),
    map_words: int = 1000,
    layout: str = "pca",
    logs: Sequence[str | Path] = (),
) -> None:
    """Write a page of HTML on vectors, which needs no network.

    It shows what was trained on what, losses, scores with intervals and coverage, neighbours, a map of the most
    frequent words, and health.

    Parameters
    ----------
    vectors : sequence of KeyedVectors or paths
        One or several.
    path : path
        The page; it is replaced if it exists.
    names : sequence of str, optional
        What to call the vectors; by default the names of their files.
    analogies, similarity : test set, or sequence of them
        As `fastvec.evaluation.analogies` and `similarity` take them.
    words : sequence of str
        Words whose neighbours to show, beside those of some words by frequency.
    map_words : int
        How many words to show on the map, at least 2.
    layout : {"pca", "umap"}
        How places on the map are found: the two directions in which unit vectors vary most; or UMAP (McInnes et al.
        2018), which needs the package umap-learn.
    logs : sequence of paths
        Logs of `fastvec train --log-json` with the losses, one for each of the vectors.

    Raises
    ------
    InputError
        If Jinja is not installed, or an argument is out of range.
    UnknownWordError
        If none of the vectors has one of the words.
    FileError
        If a file cannot be read or written.
    """
    check_path("path", path)
    check_integer("map_words", map_words, 2)
    check_choice("layout", layout, LAYOUTS)
    words = check_words("words", words)
    if isinstance(vectors, (str, Path, KeyedVectors)) or not isinstance(vectors, Sequence) or not vectors:
        raise InputError(f"vectors must be a list of vectors or paths, not {shorten(vectors)}")
    if logs and len(logs) != len(vectors):
        raise InputError(f"there must be a log for each of the {len(vectors)} vectors, not {len(logs)}")
    if names is None:
        names = [Path(each).name if isinstance(each, (str, Path)) else "vectors" for each in vectors]
    elif len(names) != len(vectors):
        raise InputError(f"names must name all {len(vectors)} vectors, not {len(names)}")
    check_folder(path)
    template = _template()
    sets: dict[str, Any] = {
        "analogies": [as_questions(each) for each in as_list("analogies", analogies, Questions)],
        "similarity": [as_pairs(each) for each in as_list("similarity", similarity, ScoredPairs)],
    }
    loaded = [as_vectors("an item of vectors", each) for each in vectors]
    for word in words:
        if not any(word in wv or wv.subwords is not None for wv in loaded):
            raise UnknownWordError(f"{word!r} has no vector in {', '.join(names)}; omit it")
    found = [
        gather(name, wv, words=words, map_words=map_words, layout=layout, log=log, **sets)
        for name, wv, log in zip_longest(names, loaded, logs)
    ]
    with replacing(path) as file:
        file.write(template(found, layout).encode("utf-8", "replace"))


def _template() -> Any:
    """Return a function from facts, and how maps were laid out, to a page."""
    try:
        import jinja2
        from markupsafe import Markup
    except ImportError:
        raise MachineError("a report needs Jinja; install it with: pip install 'fastvec[report]'") from None
    parts = {name: (files("fastvec.report") / name).read_text("utf-8") for name in ("page.html", "page.css", "page.js")}
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "clean": lambda text: str(text).translate(_CONTROLS),
        "percent": _percent,
        "number": _number,
    }
    page = environment.from_string(parts["page.html"])
    digest = base64.b64encode(hashlib.sha256(parts["page.js"].encode()).digest()).decode()

    def render(found: list[Facts], layout: str) -> str:
        return str(
            page.render(
                files=found,
                rows=_rows(found),
                scores=_scores(found),
                charts=[_chart(facts.losses) for facts in found],
                layout=layout,
                classes=CLASSES,
                searched=SEARCHED,
                version=__version__,
                style=Markup(parts["page.css"]),
                script=Markup(parts["page.js"]),
                digest=digest,
            )
        )

    return render


def _rows(found: list[Facts]) -> dict[str, list[tuple[str, list[str]]]]:
    """Return what the files hold and how they were trained: a name with the value of each file."""
    made = {}
    for title, part in (("Contents", "contents"), ("Training", "training")):
        of_each = [getattr(facts, part) for facts in found]
        names = dict.fromkeys(name for values in of_each for name in values)
        made[title] = [(name, [values.get(name, "") for values in of_each]) for name in names]
    return made


def _scores(found: list[Facts]) -> list[tuple[Any, list[Any]]]:
    """Return each score of the first file with that of all, which have the same sets in the same order."""
    return [(scores[0], list(scores)) for scores in zip(*(facts.scores for facts in found), strict=False)]


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.1f}"


def _number(value: float | int) -> str:
    return f"{value:,}" if isinstance(value, int) else "-" if math.isnan(value) else f"{value:.3g}"


def _chart(losses: list[tuple[float, float]]) -> dict[str, Any] | None:
    """Return the line of losses, and the marks of its scales, in the coordinates of the drawing."""
    if not losses:
        return None
    low, high = min(loss for _, loss in losses), max(loss for _, loss in losses)
    span = (high - low) or 1.0

    def across(done: float) -> float:
        return round(_LEFT + done * (_WIDTH - _LEFT - 8), 1)

    def down(loss: float) -> float:
        return round(_TOP + (high - loss) / span * (_HEIGHT - _BOTTOM - _TOP - 8), 1)

    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "left": _LEFT,
        "bottom": _HEIGHT - _BOTTOM,
        "line": " ".join(f"{across(done)},{down(loss)}" for done, loss in losses),
        "marks": [(down(loss), f"{loss:.3g}") for loss in (high, (high + low) / 2, low)],
        "steps": [(across(done), f"{done:.0%}") for done in (0, 0.25, 0.5, 0.75, 1)],
        "first": f"{losses[0][1]:.3g}",
        "last": f"{losses[-1][1]:.3g}",
    }
