"""Stability: how much the nearest neighbours of words differ between trainings that should agree.

Trainings with other seeds show what depends on chance, those of bootstrap samples also what depends on single lines of
the text (Wendlandt, Kummerfeld and Mihalcea, "Factors influencing the surprising instability of word embeddings",
NAACL 2018; Antoniak and Mimno, "Evaluating the stability of embedding-based word similarities", TACL 6, 2018).
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_flag, check_integer, shorten
from fastvec.errors import DataError, InputError
from fastvec.evaluation._compare import common_words, share
from fastvec.parameters import documented, take_all
from fastvec.scoring import Stabilities
from fastvec.tabular import Tabular
from fastvec.vectors import KeyedVectors
from fastvec.vectors.loading import as_vectors
from fastvec.vectors.rows import normalize_rows
from fastvec.vectors.search import search

_QUERIES = 1024  # in one search


@dataclass(frozen=True)
class Band:
    """Words of similar frequency.

    Attributes
    ----------
    first, last : int
        Their ranks by falling frequency, from 1.
    most, least : int or None
        Their counts in the text of the first vectors, where these have counts.
    overlap, lowest : float
        Mean Jaccard overlap of their neighbours, and that which a tenth of the words stay below, in [0, 1].
    unstable : float
        Fraction of the words with an overlap below the limit.
    """

    first: int
    last: int
    most: int | None
    least: int | None
    overlap: float
    lowest: float
    unstable: float


@dataclass(frozen=True)
class Stability(Tabular):
    """How much the neighbours of words differ.

    Attributes
    ----------
    runs : int
        How many vectors.
    common : int
        Words that all have.
    limit, neighbours, least
        The settings; `neighbours` at most the words that there are.
    words : list of str
        The words whose neighbours were compared, the most frequent first.
    overlaps : (n_words,) float64
        Mean over pairs of vectors of the Jaccard overlap of each word's neighbours, in [0, 1].
    bands : tuple of Band
        Words by frequency.
    """

    runs: int
    common: int
    limit: int | None
    neighbours: int
    least: float
    words: list[str] = field(repr=False)
    overlaps: NDArray[np.float64] = field(repr=False, compare=False)
    bands: tuple[Band, ...] = field(repr=False)

    @property
    def overlap(self) -> float:
        """Mean overlap of all words."""
        return float(self.overlaps.mean())

    @property
    def unstable(self) -> list[tuple[str, float]]:
        """The words with an overlap below the limit, the lowest first."""
        order = np.argsort(self.overlaps, kind="stable")
        rows = order[self.overlaps[order] < self.least].tolist()
        return [(self.words[row], float(self.overlaps[row])) for row in rows]

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows: one for each band."""
        headings = ("first", "last", "most", "least", "overlap", "lowest", "unstable")
        return headings, [tuple(asdict(band).values()) for band in self.bands]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        settings = {name: getattr(self, name) for name in ("runs", "common", "limit", "neighbours", "least", "overlap")}
        words = [{"word": word, "overlap": overlap} for word, overlap in self.unstable]
        return settings | {"bands": [asdict(band) for band in self.bands], "unstable": words}


@documented(Stabilities)
def stability(vectors: Sequence[KeyedVectors | str | Path], **settings: Any) -> Stability:
    """Compare the nearest neighbours of words in several vectors that should agree.

    Parameters
    ----------
    vectors : sequence of KeyedVectors or paths
        At least two, such as those of `fastvec.evaluation.train_repeatedly`.
    {parameters}

    Raises
    ------
    InputError
        If there are fewer than two vectors, an argument is out of its range, or they have fewer than three words in
        common.
    """
    if isinstance(vectors, (str, Path, KeyedVectors)) or not isinstance(vectors, Sequence):
        raise InputError(f"vectors must be a list of vectors or paths, not {shorten(vectors)}")
    if len(vectors) < 2:
        raise InputError(f"stability needs at least two vectors, not {len(vectors)}")
    asked = take_all(Stabilities, settings)
    loaded = [as_vectors("an item of vectors", each) for each in vectors]
    words, rows = common_words(loaded, fold_case=False)
    if len(words) < 3:
        raise DataError(f"the vectors have {len(words)} words in common, too few to compare their neighbours")
    common = len(words)
    words, rows = words[: asked.limit], rows[:, : asked.limit]
    neighbours = min(asked.neighbours, len(words) - 1)
    nearest = [_nearest(wv, neighbours) for wv in share(loaded, words, rows)]
    overlaps = np.mean([_jaccard(*pair) for pair in combinations(nearest, 2)], axis=0)
    counts = None if loaded[0].counts is None else loaded[0].counts[rows[0]]
    return Stability(
        runs=len(loaded),
        common=common,
        limit=asked.limit,
        neighbours=neighbours,
        least=asked.least,
        words=words,
        overlaps=overlaps,
        bands=tuple(_bands(overlaps, counts, asked.least)),
    )


def _nearest(wv: KeyedVectors, neighbours: int) -> NDArray[np.int64]:
    """Return the rows of the nearest words of each, (n_words, neighbours), sorted by row."""
    found = []
    for start in range(0, len(wv), _QUERIES):
        units = normalize_rows(wv.vectors[start : start + _QUERIES])
        own = [[row] for row in range(start, start + len(units))]
        found += [rows for rows, _ in search(wv.vectors, wv.norms, units, own, neighbours)]
    return np.sort(found, axis=1)


def _jaccard(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the Jaccard overlap of the neighbours of each word, (n_words,)."""
    both = np.sort(np.concatenate([first, second], axis=1), axis=1)
    shared = (both[:, 1:] == both[:, :-1]).sum(axis=1)
    return np.asarray(shared / (both.shape[1] - shared))


def _bands(overlaps: NDArray[np.float64], counts: NDArray[np.int64] | None, least: float) -> Iterator[Band]:
    """Yield the bands: up to rank 100, 300, 1,000, 3,000 and so on."""
    start, stop = 0, 100
    while start < len(overlaps):
        inside = overlaps[start:stop]
        most, fewest = (
            (None, None) if counts is None else (int(counts[start:stop].max()), int(counts[start:stop].min()))
        )
        last, lowest = start + len(inside), float(np.quantile(inside, 0.1))
        yield Band(start + 1, last, most, fewest, float(inside.mean()), lowest, float((inside < least).mean()))
        start, stop = stop, stop * 10 // 3 if str(stop)[0] == "3" else stop * 3


def train_repeatedly(
    source: Any, model: Any = "skipgram", *, runs: int = 3, bootstrap: bool = False, **arguments: Any
) -> list[KeyedVectors]:
    """Train on a text several times, each time with another seed.

    Parameters
    ----------
    source, model, **arguments
        As for `fastvec.train`, without files to write. The text is read once. The seeds go from `seed` on.
    runs : int
        How many trainings, at least 2.
    bootstrap : bool
        Whether each also has its own bootstrap sample of the sentences: each sentence as often as a random number from
        Poisson(1) says.

    Raises
    ------
    InputError, FileError, TrainingError
        As `fastvec.train`; or if `runs` is below 2, or with `bootstrap` there are fewer than 100 sentences.
    """
    from fastvec.corpus import Corpus, read_corpus
    from fastvec.pipeline import train
    from fastvec.settings import Reading

    check_integer("runs", runs, 2)
    check_flag("bootstrap", bootstrap)
    for name in ("output", "format", "checkpoint", "every"):
        if name in arguments:
            raise InputError(f"{name} does not apply to several trainings; omit it")
    first = arguments.pop("seed", 1)
    check_integer("seed", first, 0)
    reading = {name: arguments.pop(name) for name in Reading.parameters if name in arguments}
    corpus = source if isinstance(source, Corpus) and not reading else read_corpus(source, **reading)
    if (weights := arguments.pop("weights", None)) is not None:
        corpus = corpus.weighted(weights)
    trained = []
    for seed in range(first, first + runs):
        text = corpus.resampled(seed) if bootstrap else corpus
        trained.append(train(text, model, seed=seed, **arguments))
    return trained
