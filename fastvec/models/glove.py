"""GloVe: vectors whose products are the logarithms of co-occurrence counts (Pennington, Socher and Manning 2014).

This module turns parameters into the arrays that `fastvec.kernels.glove` works on, and runs it over the tiles of the
matrix of co-occurrences (`fastvec.models.tiles`).
"""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.needs import counting_needs
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.text import Text
from fastvec.disk.scratch import system_folder
from fastvec.errors import TrainingError
from fastvec.kernels.glove import STILL, Loss, train_tile
from fastvec.kernels.word2vec import initialise
from fastvec.models.counted import counted, of_words
from fastvec.models.model import Made
from fastvec.models.tiles import CELL, TILE, Tiles, Turns, divide
from fastvec.settings import Glove
from fastvec.training.blocks import run_blocks
from fastvec.training.checkpoints import SavedState, Saving, State
from fastvec.training.estimate import Estimate, File, Phase
from fastvec.training.job import Job
from fastvec.training.matrix import all_finite, matrix_bytes, own_cache_lines, padded, zeros
from fastvec.training.progress import Progress
from fastvec.training.resources import default_memory

Matrix = NDArray[np.float32]


def fit(settings: Glove, source: Corpus | Cooccurrence, vocabulary: Vocabulary, job: Job) -> Made:
    """Train on a corpus, or on co-occurrences.

    Parameters
    ----------
    settings : Glove
        The parameters.
    source : Corpus or Cooccurrence
        Ids beyond the vocabulary are skipped. Cells that do not fit the memory go to a file beside those of the
        corpus, or to the folder of temporary files.
    vocabulary : Vocabulary
        The words, a prefix of the corpus's.
    job : Job
        The vectors do not depend on its threads. To its listener, work done is in cells, and the loss is the mean
        cost of a cell, 0.5 f(x) times the squared difference, since the epoch began.

    Returns
    -------
    vectors, context_vectors : (n_words, dim) float32
        Where the two sides are counted apart, a context vector is the mean of the two of a word.

    Raises
    ------
    InputError
        If there is nothing to count.
    FileError
        If the cells do not fit `memory`, and there is no space for them on the disk.
    TrainingError
        If weights are no longer finite.
    """
    counts = counted(settings, source, vocabulary, job)
    (n_words, n_contexts), sides = counts.shape, counts.sides
    tiles = Tiles(
        counts,
        settings.cell_min_count,
        settings.seed,
        _tile_memory(settings),
        source.folder if isinstance(source, Corpus) else None,
        job.threads,
        job.listener,
    )
    del counts
    words, contexts = _Run(settings, tiles, job).go()
    return Made(words[:n_words], of_words(contexts[:n_contexts], sides))


def _tile_memory(settings: Glove) -> int:
    """Return the bytes of cells that are sorted and kept in memory."""
    return (default_memory() if settings.memory is None else settings.memory) // 2


def _width(dim: int) -> int:
    """Return the floats of a row: weights and bias, padded, and as many sums of squares."""
    return 2 * padded(dim + 2)


def needs(settings: Glove, source: Corpus | Cooccurrence, text: Text, threads: int) -> Estimate:
    """Estimate what `fit` takes; its time is measured on a matrix like the one to be counted."""
    counting = counting_needs(settings, source, text, threads)
    n_words = max(text.n_words, len(counting.found.contexts or ()))
    width, n_cells = _width(settings.dim), counting.found.n_cells
    n_blocks, block_size = divide(n_words, n_cells)
    tiles, limit = CELL * n_cells, _tile_memory(settings)
    held, mapped, files = 22 * n_words, counting.mapped, list(counting.files)
    shuffling = Phase("shuffling", counting.held + held + min(tiles, limit), mapped)
    if isinstance(source, Corpus):  # what was counted is freed once it is in tiles
        mapped = 0
    if tiles <= limit:
        held += tiles
    else:
        mapped += tiles
        folder = source.folder if isinstance(source, Corpus) else system_folder()
        files.append(File("the cells in tiles", folder, tiles))
    vectors = 2 * 4 * n_words * settings.dim
    training = held + 2 * matrix_bytes(n_blocks * block_size, width) + 4 * 2 * TILE * threads + vectors
    return Estimate(
        lower="dim (--dim), max_vocab (--max-vocab), window (--window) or memory (--memory)",
        phases=[*counting.phases, shuffling, Phase("training", training, mapped), Phase("vectors", vectors)],
        sample=(lambda: counting.found.sample(text.counts)) if counting.found.n_cells else None,
        work={"training": settings.epochs * n_cells},
        scale=counting.found.scale,
        seconds=counting.seconds,
        files=files,
        weights=2 * 4 * n_words * width,
    )


class _Run:
    """One training: the weights, and what is known of the work that is done."""

    def __init__(self, settings: Glove, tiles: Tiles, job: Job) -> None:
        self.settings, self.tiles, self.job = settings, tiles, job
        self.rate = np.float32(settings.learning_rate)
        self.loss = Loss(
            log_x_max=np.float32(np.log(settings.x_max)),
            alpha=np.float32(settings.alpha),
            limit=self.rate * np.float32(settings.grad_clip),
        )
        self.weights = self._first_weights(0), self._first_weights(1)
        self.buffers = [
            (np.empty(tiles.longest, np.float32), own_cache_lines(np.zeros(1, np.float32))) for _ in range(job.threads)
        ]
        self.stop = own_cache_lines(np.zeros(1, np.int64))
        self.costs = np.zeros((tiles.n_blocks, tiles.n_blocks))  # of the epoch, by tile; added up in one order
        self.done = np.zeros(job.threads, np.int64)  # cells, by thread
        self.epoch, self.n_tiles = 0, 0  # epochs, and tiles of this one, that are done
        self.cost_before = np.inf  # of the epoch before this one
        self.cells_at_epoch = 0  # done when it began
        self.began, self.cells_before = 0.0, 0

    def _first_weights(self, side: int) -> Matrix:
        """Return the first weights of words (side 0) or contexts (1), laid out as `fastvec.kernels.glove` says.

        As in GloVe, vectors and biases are uniform in ±1/(2 (dim + 1)), and sums of squares start at 1. Biases learn at
        rate 1; starting their sums of squares at rate² has that effect.
        """
        dim, tiles, seed = self.settings.dim, self.tiles, self.settings.seed
        half = _width(dim) // 2
        weights = zeros(tiles.n_blocks * tiles.block_size, 2 * half)
        initialise(weights, dim + 2, np.float32(0.5 / (dim + 1)), np.uint64(~seed % 2**64 if side else seed))
        one, bias = (dim, dim + 1) if side else (dim + 1, dim)
        weights[:, half:] = 1
        weights[:, half + bias] = min(self.settings.learning_rate**2, float(STILL))
        weights[:, one], weights[:, half + one] = 1, STILL
        return weights

    def go(self) -> tuple[Matrix, Matrix]:
        """Train for all epochs that are left, and give the vectors of words and contexts."""
        settings, tiles, checkpoints = self.settings, self.tiles, self.job.checkpoints
        saved = checkpoints.load() if checkpoints else None
        if saved:
            self._restore(saved)
        if self.epoch < settings.epochs:
            self.job.listener(Progress("compiling"))
            train_tile(tiles.cells[:0], *self.weights, 0, 0, self.loss, self.rate, *self.buffers[0])
            self.began = perf_counter()
            while self.epoch < settings.epochs:
                self._train_epoch()
            if checkpoints:
                checkpoints.try_to_save(lambda: self._state(0))
        if not all(map(all_finite, self.weights)):
            raise self._not_finite()
        words, contexts = (weights[tiles.rows, : settings.dim] for weights in self.weights)
        return words, contexts

    def _train_epoch(self) -> None:
        """Train on the tiles of an epoch that are left."""
        settings, tiles, checkpoints = self.settings, self.tiles, self.job.checkpoints
        n_tiles, first = tiles.n_blocks**2, self.n_tiles
        turns = Turns(tiles, self.epoch, first)
        workers = [self._worker(turns, thread) for thread in range(len(self.buffers))]
        saving = None
        if checkpoints is not None:
            saving = Saving(
                checkpoints,
                lambda n: self._state(first + n),
                lambda n: (self.epoch + (first + n) / n_tiles) / settings.epochs,
            )
        run_blocks(turns, workers, self.stop, self._tell, saving)
        cost = self._cost()
        is_flat = bool(settings.tolerance) and self.cost_before - cost < settings.tolerance * cost
        self.epoch, self.n_tiles, self.cost_before = self.epoch + 1, 0, cost
        self.costs[:], self.cells_at_epoch = 0, int(self.done.sum())
        if is_flat:
            self.epoch = settings.epochs

    def _state(self, n_tiles: int) -> State:
        """Return the state after so many tiles of the epoch."""
        facts = {
            "epoch": self.epoch,
            "tiles": n_tiles,
            "cells": int(self.done.sum()),
            "cells_at_epoch": self.cells_at_epoch,
            "cost_before": self.cost_before,
        }
        return State(facts, {"words": self.weights[0], "contexts": self.weights[1], "costs": self.costs})

    def _restore(self, saved: SavedState) -> None:
        """Go back to a state that was saved."""
        saved.read("words", self.weights[0])
        saved.read("contexts", self.weights[1])
        saved.read("costs", self.costs)
        facts = saved.facts
        self.epoch, self.n_tiles, self.cost_before = facts["epoch"], facts["tiles"], facts["cost_before"]
        self.done[0] = self.cells_before = facts["cells"]
        self.cells_at_epoch = facts["cells_at_epoch"]

    def _worker(self, turns: Turns, thread: int) -> Callable[[tuple[int, int]], None]:
        """Return a function that trains on the tile of two blocks with the arrays of one thread."""

        def train(blocks: tuple[int, int]) -> None:
            cells = self.tiles.tile(*blocks)
            word_row, context_row = (block * self.tiles.block_size for block in blocks)
            try:
                self.costs[blocks] = train_tile(
                    cells, *self.weights, word_row, context_row, self.loss, self.rate, *self.buffers[thread]
                )
                self.done[thread] += len(cells)
            finally:
                turns.done(*blocks)

        return train

    def _cost(self) -> float:
        """Return the mean cost of the epoch so far."""
        return float(self.costs.sum()) / max(int(self.done.sum()) - self.cells_at_epoch, 1)

    def _tell(self) -> None:
        """Report the progress to the listener."""
        cost, done, total = self._cost(), int(self.done.sum()), self.settings.epochs * self.tiles.n_cells
        if not np.isfinite(cost):
            raise self._not_finite()
        now = Progress("training", done, total, perf_counter() - self.began, self.epoch + 1, before=self.cells_before)
        self.job.listener(replace(now, learning_rate=self.settings.learning_rate, loss=cost, unit="cells"))

    def _not_finite(self) -> TrainingError:
        return TrainingError(
            "the weights are no longer finite: lower learning_rate (--lr), which is "
            f"{self.settings.learning_rate:g}, or grad_clip (--grad-clip), which is {self.settings.grad_clip:g}"
        )
