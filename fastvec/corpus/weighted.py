"""Weights of sentences: how often each of them counts.

Counting multiplies by them. A model that is trained sentence by sentence reads a text in which each sentence has as
many copies as its weight says, rounded up, spread over the text; the last of them occurs in a fraction of the epochs.
"""

import os
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from fastvec.checks import shorten
from fastvec.disk.atomic import replacing
from fastvec.disk.compression import decompressed
from fastvec.disk.scratch import read_errors
from fastvec.disk.untrusted import NPY, parse_npy
from fastvec.errors import DataError, InputError
from fastvec.words import starts_of

if TYPE_CHECKING:
    from fastvec.corpus.corpus import Corpus

#: Bits of a count at most.
_MOST_BITS = 62
_MUST = "must be a finite number of at least 0"


class SentenceWeights:
    """A weight for each sentence of a text; made by `load`.

    Attributes
    ----------
    values : (n_sentences,) float64
    name : str
        What messages call them.
    """

    def __init__(self, values: NDArray[np.float64], name: str = "weights") -> None:
        self.values, self.name = values, name

    @classmethod
    def load(cls, given: "ArrayLike | str | os.PathLike[str] | SentenceWeights") -> "SentenceWeights":
        """Take numbers, or read a file of them: ``.npy``, or text with one on a line, compressed or not.

        Raises
        ------
        InputError
            If one is negative or not finite, or they are no list of numbers.
        FileError
            If the file cannot be read.
        """
        if isinstance(given, cls):
            return given
        if isinstance(given, str | os.PathLike):
            return cls(_checked(*_read(given), os.fspath(given)), os.fspath(given))
        try:
            values = np.asarray(given)
            assert values.dtype.kind in "biuf"
        except (TypeError, ValueError, AssertionError):
            items = given if isinstance(given, list | tuple) else ()
            wrong = next((item for item in items if not isinstance(item, Real)), given)
            raise InputError(f"weights must be numbers, one for each sentence, not {shorten(wrong)}") from None
        return cls(_checked(values, None, "weights"))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.npy`` file."""
        with replacing(path) as file:
            npy.write_array(file, self.values, allow_pickle=False)

    def lines(self) -> list[float]:
        """Return the weights."""
        return list(map(float, self.values))

    def of(self, corpus: "Corpus", lengths: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the weights; raise `DataError` if they do not fit a text with sentences of these lengths."""
        if self.values.size != lengths.size:
            raise DataError(
                f"{self.name}: {self.values.size:,} weights for {lengths.size:,} sentences of {corpus.name}; each "
                "sentence (a line with words) must have one"
            )
        if not self.values.any():
            raise DataError(f"{self.name}: all weights are 0; one at least must be above")
        if np.log2(self.values.max()) + np.log2(lengths.sum()) > _MOST_BITS:
            raise too_large(corpus)
        return self.values


def too_large(corpus: "Corpus") -> DataError:
    """Return the error for weights whose sums integers cannot hold."""
    return DataError(f"{corpus.name}: the weights of its sentences are too large to add up; divide them")


def _read(path: str | os.PathLike[str]) -> tuple[NDArray[Any], NDArray[np.int64] | None]:
    """Return the numbers in a file, and of text the line of each."""
    with read_errors(path), open(path, "rb") as file:
        if file.read(len(NPY)) == NPY:
            return parse_npy(np.memmap(file, np.uint8, "r"), path, "biuf", (1,), "a list of numbers is expected"), None
        file.seek(0)
        with decompressed(file, path) as text:
            lines = [line.strip() for line in text.read().split(b"\n")]
    numbers = np.array([number for number, line in enumerate(lines, 1) if line], np.int64)
    values = np.empty(numbers.size)
    for k, number in enumerate(numbers.tolist()):
        try:
            values[k] = float(lines[number - 1])
        except ValueError:
            found = shorten(lines[number - 1].decode(errors="replace")[:40])
            raise DataError(f"{path}: line {number}: {_MUST}, not {found}") from None
    return values, numbers


def _checked(values: NDArray[Any], lines: NDArray[np.int64] | None, name: str) -> NDArray[np.float64]:
    """Return numbers as weights; refuse what is no list of them, negative or not finite."""
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        raise InputError(f"{name}: must be a list of numbers, not {values.dtype} of shape {values.shape}")
    weights = values.astype(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if wrong.size:
        k = int(wrong[0])
        place = f"item {k + 1}" if lines is None else f"line {lines[k]}"
        raise DataError(f"{name}: {place}: {_MUST}, not {weights[k]:g}")
    return weights


def spread_copies(weights: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return sentences in an order in which each has as many copies as its weight says, and the weight of each copy.

    The copies of a sentence lie evenly over the text. Their weights are at most 1, and add up to the sentence's.

    >>> spread_copies(np.array([1, 2.5, 1, 0]))
    (array([0, 1, 2, 1, 1]), array([1. , 1. , 1. , 1. , 0.5]))
    """
    copies = np.ceil(weights).astype(np.int64)
    sentences = np.repeat(np.arange(len(weights)), copies)
    numbers = np.arange(len(sentences)) - np.repeat(starts_of(copies)[:-1], copies)
    order = np.argsort((sentences / len(weights) + numbers / copies[sentences]) % 1, kind="stable")
    return sentences[order], np.minimum(weights[sentences] - numbers, 1)[order]
