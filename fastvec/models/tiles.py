"""The cells of a matrix of co-occurrences in tiles, and an order of the tiles that any number of threads can keep.

Words are dealt to blocks by falling count, to and fro, so that all blocks hold as many and as frequent ones. A *tile*
holds the cells of a block of words and a block of contexts. An epoch takes the tiles in rounds, each with all blocks of
words and all of contexts, so the tiles of a round share no block. What a tile changes depends only on the tiles before
it in the same blocks; as it waits for these, threads give exactly what one thread gives.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from math import isqrt
from pathlib import Path
from threading import Condition
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence import Cooccurrence
from fastvec.disk.scratch import CACHE_DIR, TMPDIR, check_space, disk_errors, nameless_file, system_folder, write_all
from fastvec.errors import DataError
from fastvec.kernels.glove import LARGEST_BLOCK, Counts, count_tiles, fill_tiles, shuffle, shuffle_runs
from fastvec.training.blocks import run_blocks
from fastvec.training.progress import Listener, Progress

#: Cells of a tile, on average: long enough to be worth its dispatch, and with few enough rows for the cache.
TILE = 8192
#: Bytes of a cell.
CELL = 8


def divide(n_words: int, n_cells: int) -> tuple[int, int]:
    """Return into how many blocks words are dealt, and the words in each."""
    n_blocks = max(1, isqrt(n_cells // TILE), -(-n_words // LARGEST_BLOCK))
    return n_blocks, -(-n_words // n_blocks)


class Tiles:
    """All cells in tiles, in memory or mapped from a file without a name.

    Parameters
    ----------
    counts : Cooccurrence
        Read twice, and not kept.
    least : float
        Cells that count less are left out.
    seed : int
        The cells of a tile are shuffled, as a function of it and of the tile.
    memory : int
        Bytes up to which cells stay in memory, and that are used in any case to sort them.
    folder : Path or None
        Where the file goes; None is the system's place for temporary files.
    threads : int
        The tiles do not depend on their number.
    listener : function of a Progress
        Called ten times a second; the work done is in blocks, which are gone through twice.

    Attributes
    ----------
    n_blocks, block_size : int
        Blocks, and words in each; the last words of a block may be missing.
    rows : (n_words,) int64
        Row of each word, where blocks are runs of `block_size` rows.
    n_cells, longest : int
        Cells in all, and in the longest tile.
    cells : (n_cells,) uint64
        See `fastvec.kernels.glove`.
    """

    def __init__(
        self,
        counts: Cooccurrence,
        least: float,
        seed: int,
        memory: int,
        folder: Path | None,
        threads: int,
        listener: Listener,
    ) -> None:
        n_words = max(counts.shape)  # of words and of contexts, some without cells
        self.n_blocks, self.block_size = n, _ = divide(n_words, counts.data.size)
        self.seed, self._threads, self._listener = seed, threads, listener
        self._finished: list[int] = []
        self._began = perf_counter()
        places, turns = np.divmod(np.arange(n_words), n)
        homes = np.where(places % 2, n - 1 - turns, turns)
        self.rows = homes * self.block_size + places
        self._layout = homes.astype(np.int32), places.astype(np.uint16)
        self._words = np.argsort(self.rows)
        self._word_starts = np.searchsorted(self.rows[self._words], np.arange(n + 1) * self.block_size)

        indptr = np.pad(counts.indptr, (0, n_words + 1 - len(counts.indptr)), mode="edge")
        # as plain arrays, since numba is slow to take those that are mapped from files
        self._counts = Counts(indptr, np.asarray(counts.indices), np.asarray(counts.data), np.float32(least))
        lengths = np.zeros((n, n), np.int64)
        self._for_blocks(
            0, n, lambda block: count_tiles(self._counts, self._words_of(block), self._layout[0], lengths[block])
        )
        self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        self.n_cells, self.longest = int(self._starts[-1]), int(lengths.max())
        if not self.n_cells:
            raise DataError(f"no pair of words counts {least:g} or more: lower cell_min_count (--cell-min-count)")
        self.cells = self._sort(memory, folder)
        del self._counts

    def tile(self, word_block: int, context_block: int) -> NDArray[np.uint64]:
        """Return the cells of a tile."""
        number = word_block * self.n_blocks + context_block
        return self.cells[self._starts[number] : self._starts[number + 1]]

    def order(self, epoch: int) -> Iterator[tuple[int, int, int]]:
        """Yield all tiles in an order drawn from the seed and the epoch: round, block of words, block of contexts.

        Rounds are from 0 on; a tile is ready when `round` tiles of each of its blocks are done.
        """
        blocks = np.arange(self.n_blocks), np.arange(self.n_blocks)
        for side in (0, 1):
            shuffle(blocks[side], self.seed, epoch + 1, side)
        words, contexts = (block.tolist() for block in blocks)
        for turn in range(self.n_blocks):
            for k, word_block in enumerate(words):
                yield turn, word_block, contexts[(k + turn) % self.n_blocks]

    def _words_of(self, block: int) -> NDArray[np.int64]:
        return self._words[self._word_starts[block] : self._word_starts[block + 1]]

    def _for_blocks(self, first: int, last: int, work: Callable[[int], None]) -> None:
        def finish(block: int) -> None:
            work(block)
            self._finished.append(block)

        run_blocks(range(first, last), [finish] * self._threads, np.zeros(1, np.int64), self._tell)

    def _tell(self) -> None:
        seconds = perf_counter() - self._began
        self._listener(Progress("shuffling", len(self._finished), 2 * self.n_blocks, seconds))

    def _sort(self, memory: int, folder: Path | None) -> NDArray[np.uint64]:
        """Put all cells in tiles: in memory if they fit, else in a file, as many blocks of words at a time as do."""
        if self.n_cells * CELL <= memory:
            return self._sorted(0, self.n_blocks)
        place, cure = (system_folder(), TMPDIR) if folder is None else (folder, CACHE_DIR)
        need = place, "the co-occurrences in the order of training", f"{cure}, or raise memory (--memory)"
        check_space(*need, self.n_cells * CELL)
        begins = self._starts[:: self.n_blocks]
        with disk_errors(*need, self.n_cells * CELL), nameless_file(place) as file:
            first = 0
            while first < self.n_blocks:
                last = int(np.searchsorted(begins, begins[first] + memory // CELL, side="right")) - 1
                last = max(first + 1, last)
                write_all(file, self._sorted(first, last))
                first = last
            return np.asarray(np.memmap(file, np.uint64, "r"))

    def _sorted(self, first: int, last: int) -> NDArray[np.uint64]:
        """Return the cells of some blocks of words in tiles."""
        n, starts = self.n_blocks, self._starts
        begin = starts[first * n]
        cells = np.empty(starts[last * n] - begin, np.uint64)

        def sort(block: int) -> None:
            ends = starts[block * n : (block + 1) * n] - begin
            fill_tiles(self._counts, self._words_of(block), *self._layout, ends, cells)
            shuffle_runs(cells, starts[block * n : (block + 1) * n + 1] - begin, self.seed, block)

        self._for_blocks(first, last, sort)
        return cells


class Turns:
    """Keeps the order of tiles: yields those of an epoch when they are ready.

    Parameters
    ----------
    tiles : Tiles
        All of them.
    epoch : int
        Chooses the order.
    first : int
        Tiles at its beginning that are done already.
    """

    def __init__(self, tiles: Tiles, epoch: int, first: int = 0) -> None:
        self._order = tiles.order(epoch)
        self._done = [0] * tiles.n_blocks, [0] * tiles.n_blocks
        self._changed = Condition()
        for _, word_block, context_block in islice(self._order, first):
            self.done(word_block, context_block)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for turn, word_block, context_block in self._order:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._done[0][word_block] == self._done[1][context_block] == turn  # noqa: B023
                )
            yield word_block, context_block

    def done(self, word_block: int, context_block: int) -> None:
        """Record that a tile is finished, well or not."""
        with self._changed:
            self._done[0][word_block] += 1
            self._done[1][context_block] += 1
            self._changed.notify_all()
