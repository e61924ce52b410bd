"""How many cells a matrix of co-occurrences will have, from some of its rows.

Rows are counted each by itself, so those of some words are counted in full, and stand for those of the words around
them in the vocabulary, which are about as frequent. Of a long text only stretches from all over it are taken. The
number of cells then grows less than the text does: by a power that is measured, since it is known from half of the
stretches too. As that power falls while a text grows, the estimate is rather too high.
"""

import sys
from dataclasses import dataclass, replace
from math import log2
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence.cells import Cells
from fastvec.cooccurrence.counting import Slice, count_blocks, fill_text
from fastvec.cooccurrence.matrix import Cooccurrence, sided
from fastvec.cooccurrence.weights import Weights
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.sentences import largest_distance
from fastvec.corpus.spread import STRETCH, Spread
from fastvec.corpus.text import Text
from fastvec.kernels.cooccurrence import Accumulator, sort_positions
from fastvec.kernels.subsampling import keep_probability
from fastvec.settings import Counting
from fastvec.training.blocks import cut_rows
from fastvec.training.resources import memory_room
from fastvec.words import starts_of

#: Rows that are counted, and stretches of the text, at most.
_ROWS, _STRETCHES = 2048, 512
#: Blocks into which rows are cut for each thread.
_BLOCKS = 8
#: Cells of the matrix that stands for the one to be counted, about at most.
_SAMPLE_CELLS = 1 << 25
#: Bytes of free memory that there are to be for each id of the sample.
_ROOM = 32


@dataclass(frozen=True)
class Survey:
    """What is known of co-occurrences before they are counted."""

    n_cells: int  #: Cells of the matrix, estimated.
    n_kept: int  #: Words that are not thinned out, and sentence ends.
    seconds: float  #: Time that counting them all takes, estimated.
    #: The sample: a matrix by rows (CSR) of all words in which most rows are empty.
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    contexts: Vocabulary | None = None  #: Where they are not the words.

    @classmethod
    def of(cls, counts: Cooccurrence) -> "Survey":
        """Take some rows of what has been counted."""
        step = -(-len(counts.vocabulary) // _ROWS)
        chosen = np.zeros(len(counts.vocabulary), bool)
        chosen[step // 2 :: step] = True
        rows = [slice(*counts.indptr[[row, row + 1]].tolist()) for row in np.flatnonzero(chosen).tolist()]
        indptr = starts_of(np.diff(counts.indptr) * chosen)
        indices, data = (np.concatenate([cells[row] for row in rows]) for cells in (counts.indices, counts.data))
        return cls(counts.data.size, 0, 0.0, indptr, indices, data, counts.contexts)

    def _stand_ins(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the words that have rows in `sample`, and the counted row that stands for each."""
        rows = np.flatnonzero(np.diff(self.indptr))
        step = max(1, -(-self.n_cells // _SAMPLE_CELLS))
        words = np.arange(0, self.indptr.size - 1 if rows.size else 0, step)
        return words, rows[np.minimum(np.searchsorted(rows, words), rows.size - 1)] if rows.size else rows

    @property
    def scale(self) -> float:
        """How many times the cells of `sample` there will be."""
        return self.n_cells / max(1, int(np.diff(self.indptr)[self._stand_ins()[1]].sum()))

    def sample(self, counts: NDArray[np.int64]) -> Cooccurrence:
        """Return a matrix like the one to be counted: each counted row stands for the words around it too.

        `counts`, (n_words,) int64, are those of the words, whose names are empty.
        """
        words, rows = self._stand_ins()
        lengths = np.zeros(len(counts), np.int64)
        lengths[words] = np.diff(self.indptr)[rows]
        indptr = starts_of(lengths)
        places = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[words], lengths[words])
        cells = self.indices[places], self.data[places]
        return Cooccurrence(Vocabulary([""] * len(counts), counts), indptr, *cells, {}, contexts=self.contexts)


def survey(corpus: Corpus, text: Text, settings: Counting, threads: int) -> Survey:
    """Count the rows of some words in a text, or in a part of it; `text` is what is known of the whole."""
    n_stretches, most = -(-corpus.n_ids // STRETCH), max(1, min(_STRETCHES, memory_room().free // (_ROOM * STRETCH)))
    if corpus.n_ids == text.n_ids and n_stretches <= most:
        return _count(corpus, n_stretches, text, settings, threads)
    corpus, n_stretches = Spread(corpus), min(n_stretches, most)
    half = _count(corpus, -(-n_stretches // 2), text, settings, threads)
    found = _count(corpus, n_stretches, text, settings, threads)
    growth = text.n_ids / min(n_stretches * STRETCH, corpus.n_ids)
    power = min(1.0, log2(max(1, found.n_cells) / max(1, half.n_cells))) if n_stretches > 1 else 1.0
    return replace(
        found,
        n_cells=min(round(found.n_cells * growth**power), settings.sides * text.n_words**2),
        n_kept=round(found.n_kept * growth),
        seconds=found.seconds * growth,
    )


def _count(corpus: Corpus, n_stretches: int, text: Text, settings: Counting, threads: int) -> Survey:
    """Count the rows of some words in the first stretches of a corpus."""
    began = perf_counter()
    n_words, window = text.n_words, largest_distance(corpus, settings.window)
    n_columns = settings.sides * n_words
    weights = Weights.of(settings, window, corpus)
    capacity = n_stretches * (STRETCH + 1) + 2 * window
    kept = Slice.of(capacity, is_weighted=corpus.weights is not None)
    keep = keep_probability(text.counts, settings.sample)
    n_ids = min(n_stretches * STRETCH, corpus.n_ids)
    [(end, _)] = fill_text(kept, corpus, keep, weights, settings, window, STRETCH, n_ids, capacity)
    starts, positions = np.empty(n_words + 1, np.int64), np.empty(end, np.int32)
    sort_positions(kept.text.reshape(-1)[:end], window, starts, positions)
    sorted_at = perf_counter()

    step = -(-n_words // _ROWS)
    chosen = np.arange(step // 2, n_words, step)
    own_starts = starts_of(np.diff(starts)[chosen])
    own_positions = np.concatenate([positions[starts[word] : starts[word + 1]] for word in chosen.tolist()])
    rows_began = perf_counter()
    most = starts_of(np.minimum(np.diff(own_starts) * (weights.left.size + weights.right.size), n_columns))
    blocks = [(number, *rows) for number, rows in enumerate(cut_rows(own_starts, threads * _BLOCKS))]
    room = max(int(most[last] - most[first]) for _, first, last in blocks)
    rows = [Accumulator.of(n_columns) for _ in range(threads)]
    with Cells(np.float32, sys.maxsize, corpus.folder) as cells:
        count_blocks(cells, blocks, kept, own_starts, own_positions, weights, rows, room)
        found, indices, data = cells.finish()
    seconds = perf_counter() - rows_began
    share = max(1, own_positions.size) / max(1, int(starts[-1]))

    lengths = np.zeros(n_words, np.int64)
    lengths[chosen] = np.diff(found)
    n_cells = indices.size * step
    contexts = sided(text.vocabulary()) if settings.sides == 2 else None
    return Survey(n_cells, end, sorted_at - began + seconds / share, starts_of(lengths), indices, data, contexts)
