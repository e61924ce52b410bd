"""A part of a large source that stands for all of it.

Files are read at places that are evenly spaced; of compressed files, which can be read from their beginning only, the
beginnings. Words and their number are then extrapolated: the number of distinct words grows by a power of the text
(Heaps 1978) that is seen in the sample, since from its counts follows how many words half of it would have. The power
falls while a text grows, so these numbers are rather too high.
"""

import sys
from collections.abc import Iterator
from math import log2

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus
from fastvec.corpus.files import read_blocks
from fastvec.corpus.sources import Files, open_file
from fastvec.corpus.text import Text
from fastvec.disk.compression import HEAD, find_compression
from fastvec.words import PackedWords

#: Sources of more bytes are not read whole to plan; and bytes of the sample, and of a piece of it.
LARGE, _SAMPLE, _PIECE = 512 << 20, 32 << 20, 1 << 20


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
    words = sample.vocabulary(1)
    n_words = min(_grown(words.counts, min_count, scale), max_vocab or sys.maxsize)
    n_types = _grown(words.counts, 1, scale)
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


def _grown(counts: NDArray[np.int64], least: int, scale: float) -> int:
    """Return how many words occur `least` times in a text that is `scale` times as long as that of `counts`."""
    from scipy.special import bdtr

    now = int(np.count_nonzero(counts >= least))
    half = float((1 - bdtr(least - 1, counts, 0.5)).sum())
    power = min(1.0, log2(max(now, 1) / max(half, 1.0)))
    return max(2, round(float(now * scale**power)))
