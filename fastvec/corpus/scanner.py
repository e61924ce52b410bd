"""The whitespace scanner with buffers that grow: lines, words and their number have no limit."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.scan import close_up, fill_slots, has_space, scan
from fastvec.words import PackedWords

_MARGIN = 16  # bytes that the scanner may read beyond the text
_ARENA = 1 << 19  # bytes of words that there is room for at first


class Scanner:
    r"""Assign ids to the words of a text that comes in blocks, in order of first occurrence.

    >>> scanner = Scanner()
    >>> [scanner.feed(block).tolist() for block in (b"to be or n", b"ot to be\n")]
    [[0, 1, 2], [3, 0, 1, -1]]
    >>> scanner.counts.tolist()
    [2, 2, 1, 1]
    """

    def __init__(self) -> None:
        self.n_words = 0
        self.is_open = False  # whether the sentence has a word
        self._n_carried = 0  # bytes of an unfinished word at the front of the text
        self._text = np.empty(1 << 16, np.uint8)
        self._ids = np.empty(0, np.int32)
        self._arena = np.empty(_ARENA, np.uint8)
        self._counts = np.empty(1 << 16, np.int64)
        self._starts = np.zeros(self._counts.size + 1, np.int64)
        self._slots = np.zeros(2 * self._counts.size, np.uint64)

    @staticmethod
    def needs(n_words: int, word_bytes: int) -> int:
        """Return the bytes of memory that the tables of so many words take, and the old arena as the last one grew."""
        n_slots, arena = 2 << max(n_words - 1, 1).bit_length(), n_words + word_bytes
        old = 1 << arena.bit_length() - 1 if arena > _ARENA else 0
        return 8 * n_slots + 16 * n_words + arena + old

    @property
    def counts(self) -> NDArray[np.int64]:
        """Occurrences of each word so far: (n_words,) int64."""
        return self._counts[: self.n_words]

    def finish(self) -> PackedWords:
        """Return the words, by id, in the memory that the scanner has them in; then it cannot be fed any more."""
        close_up(self._arena, self._starts, self.n_words)
        offsets = self._starts[: self.n_words + 1]
        return PackedWords(self._arena[: offsets[-1]], offsets)

    def words_from(self, first: int) -> PackedWords:
        """Return a copy of the words so far from an id on."""
        starts = self._starts[first : self.n_words + 1]
        return PackedWords.gather(self._arena, np.column_stack([starts[:-1], starts[1:] - 1]))

    def lines_from(self, first: int) -> bytes:
        """Return the words so far from an id on, a line each."""
        return self._arena[self._starts[first] : self._starts[self.n_words]].tobytes()

    def feed(self, block: bytes) -> NDArray[np.int32]:
        """Scan one more block of the text; return the ids of the finished words, (n,) int32, -1 for a sentence end.

        The block may begin and end inside a word: an unfinished word is kept until its separator follows. The ids are
        valid until the next call.
        """
        start, stop = self._n_carried, self._n_carried + len(block)
        if stop + _MARGIN > self._text.size:
            self._text = extended(self._text, 2 * stop)
        self._text[start:stop] = np.frombuffer(block, np.uint8)
        self._text[stop] = ord("\n")  # stops the scanner
        self._n_carried = stop
        if not has_space(self._text, start, stop):  # or a word of many blocks would be rescanned for each
            return self._ids[:0]
        if self._ids.size < stop:
            self._ids = np.empty(self._text.size, np.int32)
        position, n_ids = self._scan(0, stop, 0)
        while position < stop and has_space(self._text, position, stop):
            self._make_room(stop - position)
            position, n_ids = self._scan(position, stop, n_ids)
        self._n_carried = stop - position
        self._text[: self._n_carried] = self._text[position:stop].copy()
        return self._ids[:n_ids]

    def _scan(self, position: int, stop: int, n_ids: int) -> tuple[int, int]:
        position, self.n_words, n_ids, self.is_open = scan(
            self._text,
            position,
            stop,
            self._slots,
            self._arena,
            self._starts,
            self._counts,
            self.n_words,
            self._ids,
            n_ids,
            self.is_open,
        )
        return position, n_ids

    def _make_room(self, n_bytes: int) -> None:
        """Make room for one more word of up to `n_bytes`."""
        if self.n_words == self._counts.size:
            self._counts = extended(self._counts, 2 * self._counts.size)
            self._starts = extended(self._starts, self._counts.size + 1)
            self._slots = np.zeros(2 * self._counts.size, np.uint64)
            fill_slots(self._slots, self._arena, self._starts, self.n_words)
        if self._starts[self.n_words] + n_bytes + _MARGIN >= self._arena.size:
            self._arena = extended(self._arena, 2 * (self._arena.size + n_bytes))


def extended(array: NDArray[Any], size: int) -> NDArray[Any]:
    """Return a longer array that begins with another; its size is a multiple of 8."""
    longer = np.empty(-(-size // 8) * 8, array.dtype)
    longer[: array.size] = array
    return longer
