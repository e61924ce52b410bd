"""What GloVe takes."""

from collections.abc import Callable, Iterator
from math import isqrt
from pathlib import Path
from time import perf_counter

import numpy as np

from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.needs import CELL, CountingEstimate
from fastvec.cooccurrence.survey import Survey
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.text import Text
from fastvec.disk.scratch import system_folder
from fastvec.kernels.glove import LARGEST_BLOCK, Loss, train_tile
from fastvec.models.glove import tile_memory
from fastvec.models.tiles import TILE, Tiles
from fastvec.settings import Glove
from fastvec.training.blocks import run_blocks
from fastvec.training.estimate import File, Phase
from fastvec.training.matrix import matrix_bytes, padded, zeros
from fastvec.training.progress import ignore

#: Seconds of training that are measured at most, and tiles that are made for it; at least, and for each cell.
_SECONDS, _TILES = 2.0, 256
_LEAST_SECONDS, _CELL_SECONDS = 0.2, 1e-8


class GloveEstimate:
    """An `Estimate` of GloVe; with `counting` None the co-occurrences are given."""

    lower = "dim (--dim), max_vocab (--max-vocab), window (--window) or memory (--memory)"

    def __init__(
        self, settings: Glove, text: Text, found: Survey, counting: CountingEstimate | None, mapped: int, threads: int
    ) -> None:
        self.settings, self.text, self.found, self.threads = settings, text, found, threads
        self.counting = counting
        self._held, self._mapped = (counting.held, counting.mapped) if counting else (0, mapped)
        self._n_blocks = max(1, isqrt(found.n_cells // TILE), -(-text.n_words // LARGEST_BLOCK))
        self._block_size = -(-text.n_words // self._n_blocks)
        limit = tile_memory(settings)
        self._tiles = CELL * found.n_cells
        self._is_tiled_in_memory = self._tiles <= limit
        self._sorting = min(self._tiles, limit)
        self._width = 2 * padded(settings.dim + 2)

    def phases(self) -> list[Phase]:
        """Give the memory of each part of the work."""
        n_words, settings = self.text.n_words, self.settings
        layout = 22 * n_words
        held = self._held + layout
        mapped = self._mapped
        before = [self.counting.phase] if self.counting else []
        shuffling = Phase("shuffling", held + self._sorting, mapped)
        if self._is_tiled_in_memory:
            held += self._tiles
        else:
            mapped += self._tiles
        weights = 2 * matrix_bytes(self._n_blocks * self._block_size, self._width)
        vectors = 2 * 4 * n_words * settings.dim
        buffers = 4 * 2 * TILE * self.threads
        training = Phase("training", held + weights + buffers + vectors, mapped)
        return [*before, shuffling, training, Phase("vectors", vectors)]

    def files(self, folder: Path | None) -> list[File]:
        """Give the files for cells that do not fit the memory, where `Tiles` and the counting put them."""
        files = self.counting.files(folder) if self.counting else []
        if not self._is_tiled_in_memory:
            files.append(File("the cells in tiles", folder or system_folder(), self._tiles))
        return files

    def weights(self) -> int:
        """Give the bytes of the weights of a checkpoint."""
        return 2 * 4 * self.text.n_words * self._width

    def seconds(self, corpus: Corpus | None) -> dict[str, float]:
        """Sort a sample of the cells into tiles, and train on tiles of random cells; see `Estimate`."""
        found, seconds = self.found, {}
        if self.counting:
            seconds["counting"] = found.seconds
        if not found.data.size:
            return seconds
        nameless = Vocabulary([""] * self.text.n_words, self.text.counts)
        began = perf_counter()
        sample = Cooccurrence(nameless, found.indptr, found.indices, found.data, {})
        Tiles(sample, 0.0, self.settings.seed, CELL * found.data.size, None, self.threads, ignore)
        seconds["shuffling"] = (perf_counter() - began) * found.scale
        return seconds | self._train()

    def _train(self) -> dict[str, float]:
        """Train on tiles as they will be, in random places of the weights."""
        n, size, seed = self._n_blocks, self._block_size, self.settings.seed
        began = perf_counter()
        weights = [zeros(n * size, self._width) for _ in range(2)]
        for matrix in weights:
            matrix[:] = 1
        preparing = perf_counter() - began
        rng = np.random.default_rng(seed)
        n_cells = max(1, min(TILE, self.found.n_cells // n**2))
        cells = np.zeros((min(_TILES, n**2), n_cells), np.uint64)
        # words in cells as often as in the sample; words are dealt to blocks, so a word's place is its rank in them
        places = rng.choice(self.found.indices, (cells.size, 2)) // n
        cells.view(np.uint16).reshape(-1, 4)[:, :2] = places
        cells.view(np.float32).reshape(-1, 2)[:, 1] = rng.random(cells.size) * 3
        loss = Loss(np.float32(np.log(self.settings.x_max)), np.float32(self.settings.alpha), np.float32(1e-9))
        total = self.settings.epochs * self.found.n_cells
        done = np.zeros(self.threads, np.int64)
        deadline = perf_counter() + min(_SECONDS, _LEAST_SECONDS + total * _CELL_SECONDS)

        def tiles() -> Iterator[tuple[int, int, int]]:
            number = 0
            while perf_counter() < deadline:
                turn, block = divmod(number, n)
                yield number % len(cells), block, (block + turn) % n
                number += 1

        def worker(thread: int) -> Callable[[tuple[int, int, int]], None]:
            buffers = np.empty(n_cells, np.float32), np.zeros(1, np.float32)

            def train(tile: tuple[int, int, int]) -> None:
                number, word_block, context_block = tile
                rows = word_block * size, context_block * size
                train_tile(cells[number], *weights, *rows, loss, np.float32(0), *buffers)
                done[thread] += n_cells

            return train

        workers = [worker(thread) for thread in range(min(self.threads, n))]
        began = perf_counter()
        run_blocks(tiles(), workers, np.zeros(1, np.int64), lambda: None)
        per_second = int(done.sum()) / (perf_counter() - began)
        return {"preparing": preparing, "training": total / per_second}
