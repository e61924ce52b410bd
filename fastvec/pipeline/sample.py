"""A part of a large source that stands for all of it.

Files are read at places that are evenly spaced; of compressed files, which can be read from their beginning only, the
beginnings. Words and their number are then extrapolated (`Growth`).
"""

import sys
from collections.abc import Iterator
from math import log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus
from fastvec.corpus.files import read_blocks
from fastvec.corpus.sources import Files, open_file
from fastvec.corpus.text import Text
from fastvec.disk.compression import HEAD, find_compression
from fastvec.words import PackedWords

#: Sources of more bytes are not read whole to plan; and bytes of the sample, and of a piece of it.
LARGE, _SAMPLE, _PIECE = 512 << 20, 32 << 20, 1 << 16
#: Ids of a stretch at most, as long as a document, and stretches at least; and those up to which words are rare.
_STRETCH, _STRETCHES, _RARE = 5000, 200, 50
#: Occurrences up to which a word is in other stretches nearly each time.
_FEW = 20
#: Rates of words go down to a hundredth of one occurrence in the text, by quarters of a power of two.
_LEAST, _STEPS_OF_TWO = 0.01, 4
#: Fraction of the words in one stretch only that are first taken to be in no other one of the text.
_ONCE = 0.25
#: Steps of expectation and maximisation: few, so that what the counts do not show stays as it is first taken to be.
_STEPS = 100


class SampledSource:
    """Pieces of files, as an iterable of sentences for `fastvec.read_corpus`.

    `n_read` bytes of them were read; of compressed files, before they were decompressed.
    """

    def __init__(self, files: Files) -> None:
        self.n_read = 0
        self._files = files

    def __iter__(self) -> Iterator[bytes]:
        total = max(1, self._files.n_bytes or 0)
        for path in self._files.paths:
            with open_file(path) as file:
                head = file.read(HEAD)
                size = file.seek(0, 2)
                room = max(_PIECE, _SAMPLE * size // total)
                if find_compression(head):
                    file.seek(0)
                    for block in read_blocks(file, path, self._advance):
                        yield block
                        room -= len(block)
                        if room < 0:
                            break
                else:
                    for place in np.linspace(0, max(0, size - _PIECE), -(-room // _PIECE)).astype(int).tolist():
                        file.seek(place)
                        piece = file.read(_PIECE)
                        self._advance(len(piece))
                        yield b" ".join(piece.split(b" ")[1:-1])  # the words at its ends may be cut

    def _advance(self, n_bytes: int) -> None:
        self.n_read += n_bytes


def extrapolate(sample: Corpus, scale: float, min_count: int, max_vocab: int | None) -> Text:
    """Estimate a text that is `scale` times as long as a sample of it."""
    words, growth = sample.vocabulary(1), Growth.of(sample, scale)
    n_words = min(growth.n_words(min_count), max_vocab or sys.maxsize)
    n_types = growth.n_words(1)
    counts = np.full(n_words, min_count, np.int64)
    known = words.counts[:n_words]
    counts[: len(known)] = np.maximum(np.round(known * scale), min_count)
    type_bytes = sum(len(word.encode()) for word in words.words) / len(words)
    string_bytes = sum(map(sys.getsizeof, words.words)) / len(words)
    return Text(
        counts,
        round(sample.n_ids * scale),
        round(sample.n_tokens * scale),
        n_types,
        round(type_bytes * n_words),
        round((16 + type_bytes) * n_types + (16 + string_bytes) * n_words),
        PackedWords.pack(words.words[:n_words], "surrogatepass"),
        is_sampled=True,
    )


class Growth(NamedTuple):
    """How many words a text has, and how many of them are frequent, from a sample of it.

    Each word is taken to have a rate, and to be in as many stretches of the sample as a Poisson variable of that rate
    says; how many words have which rate is fitted to the numbers of words that are in 1, 2, ... stretches, by
    expectation and maximisation (as Efron and Thisted 1976 estimate the words that Shakespeare knew). Stretches are
    counted, not occurrences, since most occurrences of a rare word are in one document. Of rates that are too low to
    show, the fit keeps what it starts from: a power law (Heaps 1978), and words that never occur again.

    Attributes
    ----------
    rates, numbers : (n,) float64
        Expected stretches in all the text, and the words that have each rate.
    stretches, occurrences : (n_known,) int64
        Of each word of the sample.
    scale : float
        How many times as long the text is.
    """

    rates: NDArray[np.float64]
    numbers: NDArray[np.float64]
    stretches: NDArray[np.int64]
    occurrences: NDArray[np.int64]
    scale: float

    @classmethod
    def of(cls, sample: Corpus, scale: float) -> "Growth":
        """Fit the rates of words."""
        from scipy.stats import poisson

        stretches, occurrences = _in_stretches(sample)
        spectrum = np.bincount(np.minimum(stretches, _RARE + 1), minlength=_RARE + 2)[1:-1].astype(np.float64)
        found = np.arange(1, _RARE + 1)
        n, in_half = spectrum.sum(), float((spectrum * (1 - 0.5**found)).sum())
        rates = np.exp2(np.arange(log2(_LEAST / scale), log2(2 * _RARE), 1 / _STEPS_OF_TWO))
        seen, chances = -np.expm1(-rates), poisson.pmf(found[:, None], rates)
        numbers = rates ** -log2(max(n, 1) / max(in_half, 0.5))
        numbers *= (n - _ONCE * spectrum[0]) / (numbers * seen).sum()
        numbers[0] += _ONCE * spectrum[0] / seen[0]
        for _ in range(_STEPS if n else 0):
            numbers *= (spectrum / (chances @ numbers)) @ chances / seen
        return cls(scale * rates, numbers, stretches, occurrences, scale)

    def n_words(self, least: int) -> int:
        """Return how many words occur so many times in the text; two at least."""
        from scipy.special import gammainc

        often = self.occurrences[self.stretches > _RARE] * self.scale >= least
        few = min(least, _FEW)
        near = (self.occurrences >= few) & (self.occurrences <= 1.25 * few)
        n_stretches = least / few * (self.stretches[near].mean() if near.any() else few)  # that they are in
        return max(2, round(float((self.numbers * gammainc(n_stretches, self.rates)).sum() + np.count_nonzero(often))))


def _in_stretches(sample: Corpus) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return in how many stretches each word is, and how often it occurs."""
    stretches, occurrences = np.zeros((2, sample.n_types), np.int64)
    ids = np.empty(min(_STRETCH, -(-sample.n_ids // _STRETCHES)), np.int32)
    for start in range(0, sample.n_ids, ids.size):
        found, counts = np.unique(ids[: sample.read(start, ids)], return_counts=True)
        is_word = found >= 0
        stretches[found[is_word]] += 1
        occurrences[found[is_word]] += counts[is_word]
    return stretches, occurrences
