"""What a report shows of one file of vectors, as plain values."""

import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec import evaluation
from fastvec.disk.scratch import read_errors
from fastvec.disk.untrusted import parse_json
from fastvec.errors import DataError, FileError
from fastvec.vectors import KeyedVectors, kmeans, transform
from fastvec.vectors.health import Finding
from fastvec.vectors.interop import library
from fastvec.vectors.rows import finite_rows, normalize_rows

SEARCHED = 100_000  # words among which neighbours are sought
CLASSES = 8  # colours of a map
_ROUNDS = 25  # of k-means
_NEAR = 10  # neighbours
_SPREAD = (1, 10, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)  # ranks of words whose neighbours are shown


class Score(NamedTuple):
    """A score of a set of questions, as a fraction, with its interval and coverage."""

    dataset: str
    measure: str
    items: int
    covered: int
    value: float
    low: float
    high: float


class Near(NamedTuple):
    """A word with its rank and count, and its neighbours with their cosines; none if it has no vector."""

    word: str
    rank: int | None
    occurrences: int | None
    neighbours: list[tuple[str, float]]


@dataclass(frozen=True)
class Facts:
    """What a report shows of one file."""

    name: str
    contents: dict[str, str]
    training: dict[str, str]
    losses: list[tuple[float, float]]
    scores: list[Score]
    chosen: list[Near]
    spread: list[Near]
    map: dict[str, Any]
    health: list[Finding]


def gather(
    name: str,
    wv: KeyedVectors,
    *,
    analogies: Sequence[Any],
    similarity: Sequence[Any],
    words: Sequence[str],
    map_words: int,
    layout: str,
    log: str | Path | None,
) -> Facts:
    """Measure vectors; see `fastvec.report.write_report`."""
    finite = finite_rows(wv.vectors)
    clean = wv if finite.all() else wv.subset([wv.words[row] for row in np.flatnonzero(finite)])
    health = wv.health().findings()
    return Facts(
        name=name,
        contents=_contents(wv),
        training=_training(wv.metadata),
        losses=[] if log is None else read_losses(log),
        scores=list(_scores(clean, analogies, similarity)),
        chosen=_near(clean, words),
        spread=_near(clean, [clean.words[rank - 1] for rank in _SPREAD if rank <= len(clean)]),
        map=_map(clean, map_words, layout),
        health=health,
    )


def _contents(wv: KeyedVectors) -> dict[str, str]:
    also = {
        "counts": wv.counts is not None,
        "context vectors": wv.context_vectors is not None,
        "n-grams": wv.subwords is not None,
        "phrases": wv.phrases is not None,
    }
    return {
        "words": f"{len(wv):,}",
        "dimensions": f"{wv.dim:,}",
        "numbers": str(wv.vectors.dtype),
        "also holds": ", ".join(part for part, is_there in also.items() if is_there) or "nothing else",
    }


def _training(metadata: dict[str, Any]) -> dict[str, str]:
    """Return what metadata say of the training, the model first; scores are shown elsewhere."""
    parts = dict(metadata)
    parameters = parts.pop("parameters", None)
    given = dict(parameters) if isinstance(parameters, dict) else {}
    first = {"model": given.pop("model")} if "model" in given else {}
    parts = {name: parts[name] for name in parts if name not in ("evaluation", "weighting")}
    return dict(_flat(first | given | parts))


def _flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield names and values as text, nested ones with the name of their group; what is None is omitted."""
    for name, value in values.items():
        label = prefix + str(name).replace("_", " ")
        if isinstance(value, dict):
            yield from _flat(value, f"{label} ")
        elif isinstance(value, bool):
            yield label, "yes" if value else "no"
        elif isinstance(value, int):
            yield label, str(value) if name == "seed" else f"{value:,}"
        elif isinstance(value, float):
            yield label, f"{value:g}"
        elif isinstance(value, list):
            yield label, ", ".join(map(str, value))
        elif value is not None:
            yield label, str(value)[:16] if name == "fingerprint" else str(value)


def read_losses(path: str | Path) -> list[tuple[float, float]]:
    """Return the losses of a log of `fastvec train --log-json`, with how far the training was, in [0, 1].

    Raises
    ------
    FileError
        If it cannot be read, or no line has a loss.
    """
    found = []
    try:
        with read_errors(path):
            lines = Path(path).read_text(encoding="utf-8").splitlines()
        for line in lines:
            facts = parse_json(line)
            if facts.get("loss") is not None and facts.get("total"):
                point = (facts["done"] / facts["total"], float(facts["loss"]))
                if all(map(math.isfinite, point)):
                    found.append(point)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
        raise FileError(f"{path} is not a log of fastvec train --log-json: expected a line of JSON each") from None
    if not found:
        raise FileError(f"{path} has no line with a loss; a training of a second or less has none, nor has ppmi-svd")
    return found


def _scores(wv: KeyedVectors, analogies: Sequence[Any], similarity: Sequence[Any]) -> Iterator[Score]:
    """Yield the scores of sets; one that is not covered has none."""
    for questions in analogies:
        try:
            result = evaluation.analogies(wv, questions)
        except DataError:
            yield Score(questions.name, "accuracy", len(questions), 0, math.nan, math.nan, math.nan)
            continue
        for part in (result.overall, *result.kinds):
            name = questions.name if part is result.overall else f"{questions.name}, {part.name}"
            yield Score(name, "accuracy", part.questions, part.covered, part.accuracy, *part.interval)
    for pairs in similarity:
        try:
            found = evaluation.similarity(wv, pairs)
            numbers = (found.spearman, *found.spearman_interval)
            yield Score(pairs.name, "Spearman", found.questions, found.covered, *numbers)
        except DataError:
            yield Score(pairs.name, "Spearman", len(pairs), 0, math.nan, math.nan, math.nan)


def _near(wv: KeyedVectors, words: Iterable[str]) -> list[Near]:
    """Return the neighbours of words; a word without a vector has none."""
    listed = list(words)
    known = [word for word in listed if word in wv or wv.subwords is not None]
    neighbours = dict(zip(known, wv.nearest(known, _NEAR, limit=SEARCHED), strict=True)) if known else {}
    found = []
    for word in listed:
        row = wv.index(word) if wv.is_known(word) else None
        count = None if row is None or wv.counts is None else int(wv.counts[row])
        found.append(Near(word, None if row is None else row + 1, count, list(neighbours.get(word, []))))
    return found


def _map(wv: KeyedVectors, size: int, layout: str) -> dict[str, Any]:
    """Return the most frequent words with their places, in [-1, 1], classes and neighbours."""
    words = wv.words[:size]
    units = normalize_rows(wv.vectors[: len(words)])
    places = _umap(units) if layout == "umap" else transform.planar(units)
    places = places - (places.max(axis=0) + places.min(axis=0)) / 2
    places = places / (np.abs(places).max() or 1)
    n_classes = min(CLASSES, len(words))
    classes = kmeans.cluster_directions(units, kmeans.distant_rows(units, n_classes, 1), _ROUNDS)
    near = wv.nearest(words, _NEAR, limit=SEARCHED)
    return {
        "words": words,
        "x": np.round(places[:, 0].astype(float), 4).tolist(),
        "y": np.round(places[:, 1].astype(float), 4).tolist(),
        "classes": kmeans.number_by_first(classes).tolist(),
        "near": [[word for word, _ in each] for each in near],
    }


def _umap(units: NDArray[np.float32]) -> NDArray[np.float32]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the seed, which lets it use one thread only
        reducer = library("umap", "umap-learn").UMAP(metric="cosine", random_state=1)
        return np.asarray(reducer.fit_transform(units), np.float32)
