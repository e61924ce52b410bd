"""Rows read in blocks, collected in one matrix without a second copy of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.vectors.rows import finite_rows
from fastvec.vectors.selection import NOT_UTF8, Selection, not_finite
from fastvec.vectors.storage import freeze
from fastvec.words import PackedWords


class Collector:
    """The words and vectors read so far; the reader itself stops at the limit of the selection.

    Messages name places in the file by their `unit`, "line" or "byte". Where a header states `n_words`, their memory is
    allocated at once.
    """

    def __init__(self, unit: str, dim: int, n_words: int | None, selection: Selection) -> None:
        self.dim = dim
        self.n_words = 0
        self._unit = unit
        self._selection = selection
        self._dtype = np.dtype(np.float32 if selection.read_as is None else selection.read_as)
        self._wanted = selection.encoded_words()
        whole = n_words is not None and self._wanted is None
        self._matrix = np.empty((n_words or 0, dim), self._dtype) if whole else None
        self._blocks: list[NDArray[Any]] = []
        self._words: list[PackedWords] = []
        self._places: list[NDArray[np.int64]] = []

    @property
    def complete(self) -> bool:
        """Whether all wanted words have been found."""
        return self._wanted is not None and not self._wanted

    def block(self, n_rows: int) -> NDArray[np.float32]:
        """Return (n_rows, dim) float32 to fill: a part of the final matrix if possible."""
        if self._matrix is not None and self._dtype == np.float32 and self.n_words + n_rows <= len(self._matrix):
            return self._matrix[self.n_words : self.n_words + n_rows]
        return np.empty((n_rows, self.dim), np.float32)

    def add(
        self, block: NDArray[np.float32], data: NDArray[np.uint8], spans: NDArray[np.int64], places: NDArray[np.int64]
    ) -> None:
        """Add a block from `block` that has been filled, (n_rows, dim) float32.

        Word i is ``data[spans[i, 0]:spans[i, 1]]``, at line or byte ``places[i]`` of the file; -1 in `spans` omits its
        row. Raise `FileError` if a word is not UTF-8 and the selection does not repair.
        """
        keep = spans[:, 0] >= 0
        if not keep.all():
            spans, places = spans[keep], places[keep]
        words = PackedWords.gather(data, spans)
        invalid = words.find_invalid()
        if len(invalid):
            word, place = words.bytes_of(invalid[0])[:40], f"{self._unit} {places[invalid[0]]:,}"
            self._selection.pass_over(place, f"the word {word!r} is not UTF-8", len(invalid), cure=NOT_UTF8)
            if self._selection.replaces:
                words = PackedWords.pack(words.decode("replace"))
            else:
                valid = np.ones(len(words), bool)
                valid[invalid] = False
                keep[keep] = valid
                words, places = words.take(valid), places[valid]
        if self._wanted is not None:
            chosen = np.array([word in self._wanted for word in words.split()], bool)
            keep[keep] = chosen
            words, places = words.take(chosen), places[chosen]
            self._wanted.difference_update(words.split())
        if not keep.all():
            block[: len(words)] = block[keep]
        if self._dtype != np.float32 and not (finite := finite_rows(block[: len(words)], self._dtype)).all():
            row = int(np.argmin(finite))
            problem = not_finite(words.bytes_of(row).decode(), self._dtype)
            self._selection.pass_over(f"{self._unit} {places[row]:,}", problem, int(np.count_nonzero(~finite)))
            words, places, block = words.take(finite), places[finite], block[: len(words)][finite]
        self._store(block[: len(words)])
        self.n_words += len(words)
        self._words.append(words)
        self._places.append(places)

    def _store(self, block: NDArray[np.float32]) -> None:
        if self._matrix is None:
            self._blocks.append(block.astype(self._dtype))
            return
        rows = self._matrix[self.n_words : self.n_words + len(block)]
        if not np.may_share_memory(rows, block):
            rows[:] = block

    def finish(self) -> dict[str, Any]:
        """Return the arguments of `KeyedVectors`.

        Raise `FileError` if a word comes twice and the selection does not repair.
        """
        from fastvec.kernels.words import find_repeats

        words = PackedWords.join(self._words)
        matrix = self._take_matrix()
        kind = np.int32 if self.n_words < 1 << 31 else np.int64
        first = np.empty(self.n_words, kind)
        slots = np.full(1 << (2 * self.n_words).bit_length(), -1, kind)
        if not find_repeats(words.data, words.offsets, slots, first):
            return {"words": words, "vectors": freeze(matrix)}
        keep = first == np.arange(self.n_words, dtype=kind)
        places, repeated = np.concatenate(self._places), np.flatnonzero(~keep)
        word = int(repeated[0])
        self._selection.pass_over(
            f"{self._unit} {places[word]:,}",
            f"the word {words.bytes_of(word).decode()!r} was already at {self._unit} {places[first[word]]:,}",
            len(repeated),
        )
        return {"words": words.take(keep), "vectors": freeze(matrix[keep])}

    def _take_matrix(self) -> NDArray[Any]:
        if self._matrix is not None:
            return self._matrix[: self.n_words]
        matrix = np.empty((self.n_words, self.dim), self._dtype)
        start = 0
        for number, block in enumerate(self._blocks):
            matrix[start : start + len(block)] = block
            start += len(block)
            self._blocks[number] = block[:0].copy()  # frees the block, so that at most one is in memory twice
        return matrix
