"""Cells of a sparse matrix, collected row by row: in memory while they are few, then in temporary files."""

import io
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.disk.scratch import CACHE_DIR, disk_errors, nameless_file, read_all, write_all
from fastvec.errors import megabytes
from fastvec.words import starts_of

Array = NDArray[Any]


class Cells(AbstractContextManager["Cells"]):
    """Columns and values, appended in blocks of rows: `n` cells in `n_blocks` so far, without blocks that wait.

    Threads may append at the same time and in any order; a block waits for those before it. At most `memory` bytes of
    cells stay in memory; then they go to temporary files in `folder`. The values are of `dtype`.
    """

    def __init__(self, dtype: type, memory: int, folder: Path) -> None:
        self.n = self.n_blocks = 0
        self._memory, self._folder = memory, folder
        self._arrays: list[Array] = [np.empty(0, np.int32), np.empty(0, dtype)]
        self._cell_size = sum(array.itemsize for array in self._arrays)
        self._files: list[io.FileIO] = []
        self._lengths: list[Array] = []
        self._early: dict[int, tuple[Array, Array, Array]] = {}
        self._lock = Lock()

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            file.close()

    def append(self, block: int, lengths: Array, columns: Array, values: Array) -> None:
        """Append a copy of the cells of a block of rows; blocks are numbered from 0."""
        with self._lock:
            if block != self.n_blocks:
                self._early[block] = lengths, columns.copy(), values.copy()
                return
            self._take(lengths, columns, values)
            while self.n_blocks in self._early:
                self._take(*self._early.pop(self.n_blocks))

    def _take(self, lengths: Array, *cells: Array) -> None:
        end = self.n + cells[0].size
        if not self._files and end * self._cell_size > self._memory:
            self._spill()
        if self._files:
            self._write(*cells)
        else:
            for array, new in zip(self._arrays, cells, strict=True):
                if end > array.size:  # most systems need no copy for this
                    array.resize(end + end // 8, refcheck=False)
                array[self.n : end] = new
        self._lengths.append(lengths.astype(np.int32))
        self.n = end
        self.n_blocks += 1

    def _spill(self) -> None:
        """Move the cells in memory to files."""
        with self._disk_errors():
            self._files = [nameless_file(self._folder) for _ in self._arrays]
        self._write(*(array[: self.n] for array in self._arrays))
        self._arrays = [np.empty(0, array.dtype) for array in self._arrays]

    def _write(self, *cells: Array) -> None:
        with self._disk_errors():
            for file, array in zip(self._files, cells, strict=True):
                write_all(file, array)

    def _disk_errors(self) -> AbstractContextManager[None]:
        what = f"the co-occurrences, {megabytes(self.n * self._cell_size)} so far"
        return disk_errors(self._folder, what, f"{CACHE_DIR}, or raise memory (--memory)")

    def starts(self) -> NDArray[np.int64]:
        """Return where each row begins, and where the last one ends."""
        return starts_of(np.concatenate([np.empty(0, np.int32), *self._lengths]))

    def read(self, start: int, columns: Array, values: Array) -> None:
        """Read cells from `start` on, from the files, into two arrays of equal length."""
        with self._lock:
            for file, array in zip(self._files, (columns, values), strict=True):
                file.seek(start * array.itemsize)
                read_all(file, array)

    def finish(self) -> tuple[NDArray[np.int64], Array, Array]:
        """Return starts, columns and values; the latter two in memory, or mapped from files that vanish with them."""
        if self._files:
            columns, values = (
                np.memmap(file, array.dtype, "r") if self.n else array
                for file, array in zip(self._files, self._arrays, strict=True)
            )
        else:
            columns, values = self._arrays
            for array in self._arrays:
                array.resize(self.n, refcheck=False)
        return self.starts(), columns, values
