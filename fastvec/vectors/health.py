"""Health: properties of vectors that are known to harm their use, each measured and put into a sentence.

Anisotropy (Mu and Viswanath, "All-but-the-top", ICLR 2018), hubs (Radovanović, Nanopoulos and Ivanović, "Hubs in
space", JMLR 11, 2010), frequency in lengths and in the main direction, repeated rows, rows of zeros, and numbers that
are not finite.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import pearsonr, rankdata, skew

from fastvec.checks import check_integer
from fastvec.errors import DataError
from fastvec.tabular import Tabular
from fastvec.vectors.quantized import take_rows
from fastvec.vectors.rows import blocks, finite_rows, lengths_of, normalize_rows
from fastvec.vectors.search import search
from fastvec.vectors.storage import Storage
from fastvec.vectors.transform import mean_row, principal_axes, project

_NAMED = 5  # words that are named
_QUERIES = 1024  # in one search
_NAN = float("nan")


class Finding(NamedTuple):
    """One property: its name, value, and what the value means."""

    name: str
    value: float | int
    meaning: str


@dataclass(frozen=True)
class Health(Tabular):
    """What `KeyedVectors.health` has found.

    Attributes
    ----------
    words, dim : int
        Size of the matrix.
    searched : int
        Most frequent words among which neighbours were counted.
    neighbours : int
        Nearest neighbours of each.
    mean_length : float
        Length of the mean vector over the mean length of the vectors, in [0, 1].
    mean_cosine : float
        Mean cosine of two different words.
    effective_dim : float
        Dimensions in which the centered vectors vary: (sum of the variances)^2 / sum of their squares, in [1, dim].
    partition_isotropy : float
        Smallest over largest Z(u) = sum of exp(u.v) over words, of the main directions u and their opposites, in
        [0, 1] (Mu and Viswanath 2018, section 2.2, where u has one of the two signs).
    hub_skewness : float
        Skewness of how often each word is among the neighbours of others.
    hubs : tuple of (str, int)
        The words that are so most often, and how often.
    orphans : float
        Fraction of words that are nobody's neighbour, in [0, 1].
    norm_frequency, component_frequency : float
        Spearman's correlation of frequency with the length of a vector, in [-1, 1], and with its place along the
        direction in which vectors vary most, without sign, in [0, 1]. Without counts, words count as ordered by
        falling frequency.
    duplicates, zeros, not_finite : int
        Rows that repeat an earlier one; rows of zeros only; rows with infinite numbers or NaN.
    examples : dict of str to tuple of str
        The first words of each of these three.
    """

    words: int
    dim: int
    searched: int
    neighbours: int
    mean_length: float
    mean_cosine: float
    effective_dim: float
    partition_isotropy: float
    hub_skewness: float
    hubs: tuple[tuple[str, int], ...]
    orphans: float
    norm_frequency: float
    component_frequency: float
    duplicates: int
    zeros: int
    not_finite: int
    examples: dict[str, tuple[str, ...]]

    def to_dict(self) -> dict[str, Any]:
        """Return all as JSON values; NaN becomes None."""
        found = asdict(self) | {"hubs": [{"word": word, "count": count} for word, count in self.hubs]}
        return {name: None if value != value else value for name, value in found.items()} | {
            "findings": {each.name: each.meaning for each in self.findings()}
        }

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows: one for each property."""
        return ("property", "value", "meaning"), list(self.findings())

    def findings(self) -> list[Finding]:
        """Return each property with its meaning in a sentence."""
        hubs = ", ".join(f"{word} ({count:,})" for word, count in self.hubs)
        return [
            Finding(
                "mean vector",
                self.mean_length,
                "Length of the mean vector relative to the mean length; 0 where directions balance out. "
                + _told(
                    self.mean_length > 0.3,
                    "Vectors share a direction, which raises all cosines: center() or remove_components() removes it.",
                    "Vectors share little.",
                ),
            ),
            Finding("mean cosine", self.mean_cosine, "Mean cosine of two different words; 0 where directions balance."),
            Finding(
                "effective dimensions",
                self.effective_dim,
                f"Of the {self.dim} dimensions, the number that the vectors use. "
                + _told(self.effective_dim < self.dim / 10, "Few directions hold most of the variance.", "Many count."),
            ),
            Finding(
                "isotropy",
                self.partition_isotropy,
                "Least over largest partition function along the main directions (Mu and Viswanath 2018); 1 where all "
                "directions are alike, near 0 where vectors are long in some.",
            ),
            Finding(
                "hubness",
                self.hub_skewness,
                f"Skewness of how often a word is among the {self.neighbours} nearest of others "
                f"({self.searched:,} words). "
                + _told(self.hub_skewness > 1.4, "Some words, hubs, are near many", "No word is near very many")
                + f": {hubs}."
                + f" {100 * self.orphans:.0f} % are nobody's neighbour.",
            ),
            Finding(
                "frequency in lengths",
                self.norm_frequency,
                "Spearman's correlation of frequency and the vector's length. "
                + _told(
                    abs(self.norm_frequency) > 0.5,
                    "Lengths tell frequent words from rare ones: use cosines, or normalize().",
                    "Lengths tell little of frequency.",
                ),
            ),
            Finding(
                "frequency in main direction",
                self.component_frequency,
                "Spearman's correlation, without sign, of frequency and the direction of largest variance. "
                + _told(
                    self.component_frequency > 0.5,
                    "Cosines depend on frequency as well as meaning: remove_components() lessens it.",
                    "That direction tells little of frequency.",
                ),
            ),
            self._counted("duplicate rows", self.duplicates, "Vectors equal to that of an earlier word"),
            self._counted("rows of zeros", self.zeros, "Words with a vector of zeros, which is near to nothing"),
            self._counted(
                "rows not finite", self.not_finite, "Words with infinite numbers or NaN, which --errors skip omits"
            ),
        ]

    def _counted(self, name: str, count: int, meaning: str) -> Finding:
        words = self.examples[name]
        named = f": {', '.join(words)}{', ...' if count > len(words) else ''}." if words else "; none."
        return Finding(name, count, meaning + named)


def _told(is_so: bool, one: str, other: str) -> str:
    return one if is_so else other


def measure(wv: Storage, limit: int | None, neighbours: int) -> Health:
    """Return the health of vectors; see `KeyedVectors.health`."""
    if limit is not None:
        check_integer("limit", limit, 1)
    check_integer("neighbours", neighbours, 1)
    finite = finite_rows(wv.vectors)
    lengths, hashes = np.zeros(len(wv)), np.zeros(len(wv), np.int64)
    for rows, block in blocks(wv.vectors):
        inside = np.flatnonzero(finite[rows])
        lengths[rows][inside] = lengths_of(block[inside])
        hashes[rows] = [hash(row.tobytes()) for row in block + np.float32(0)]  # without -0
    zero = finite & (lengths == 0)
    is_good = finite & ~zero
    good = np.flatnonzero(is_good)
    if len(good) < 3:
        raise DataError(f"health needs at least 3 words with vectors that are finite and not zero, not {len(good)}")
    first = np.unique(hashes[good], return_index=True)[1]
    repeated = is_good.copy()
    repeated[good[first]] = False
    matrix = wv.vectors if len(good) == len(wv) else take_rows(wv.vectors, good)
    lengths = lengths[good]
    frequency = -good if wv.counts is None else wv.counts[good]
    mean = mean_row(matrix)
    variances, axes = principal_axes(matrix, mean)
    occurrences = _occurrences(matrix, lengths, len(good) if limit is None else min(limit, len(good)), neighbours)
    most = np.argsort(-occurrences, kind="stable")[:_NAMED]
    kinds = {"duplicate rows": repeated, "rows of zeros": zero, "rows not finite": ~finite}
    unit_mean = sum(normalize_rows(block).sum(axis=0, dtype=np.float64) for _, block in blocks(matrix))
    n = len(good)
    return Health(
        words=len(wv),
        dim=wv.dim,
        searched=len(occurrences),
        neighbours=min(neighbours, len(occurrences) - 1),
        mean_length=float(np.linalg.norm(mean.astype(np.float64)) / lengths.mean(dtype=np.float64)),
        mean_cosine=float((unit_mean @ unit_mean - n) / (n * (n - 1))),
        effective_dim=float(variances.sum() ** 2 / (variances @ variances)) if variances[0] > 0 else 1.0,
        partition_isotropy=_partition_isotropy(matrix),
        hub_skewness=float(skew(occurrences)) if np.ptp(occurrences) else 0.0,
        hubs=tuple((wv.words[good[row]], int(occurrences[row])) for row in most),
        orphans=float((occurrences == 0).mean()),
        norm_frequency=_rank_correlation(frequency, lengths),
        component_frequency=abs(_rank_correlation(frequency, project(matrix, axes[:, :1])[:, 0])),
        duplicates=int(repeated.sum()),
        zeros=int(zero.sum()),
        not_finite=int((~finite).sum()),
        examples={name: tuple(wv.words[row] for row in np.flatnonzero(kind)[:_NAMED]) for name, kind in kinds.items()},
    )


def _occurrences(matrix: NDArray[Any], lengths: NDArray[Any], size: int, neighbours: int) -> NDArray[np.int64]:
    """Return how often each of the first rows is among the nearest of the others, (size,)."""
    counts = np.zeros(size, np.int64)
    norms = lengths[:size].astype(np.float32)
    for start in range(0, size, _QUERIES):
        queries = range(start, min(start + _QUERIES, size))
        units = normalize_rows(matrix[queries.start : queries.stop])
        answers = search(matrix[:size], norms, units, [[row] for row in queries], min(neighbours, max(1, size - 1)))
        for rows, _ in answers:
            counts[rows] += 1
    return counts


def _partition_isotropy(matrix: NDArray[Any]) -> float:
    """Return the least over the largest of the partition functions along all main directions, both ways."""
    axes = principal_axes(matrix)[1]
    parts = []
    for _, block in blocks(matrix):
        along = block.astype(np.float64) @ axes
        parts.append(np.concatenate([logsumexp(along, axis=0), logsumexp(-along, axis=0)]))
    whole = logsumexp(parts, axis=0)
    return float(np.exp(whole.min() - whole.max()))


def _rank_correlation(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Return Spearman's correlation; integers are ranked as such, of which floats cannot tell large ones apart."""
    ranks = rankdata(first), rankdata(second)
    return float(pearsonr(*ranks).statistic) if all(map(np.ptp, ranks)) else _NAN
