"""Scanners in threads that number the words of a text as one scanner would."""

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from queue import SimpleQueue
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus.scanner import Scanner, extended
from fastvec.threads import in_order
from fastvec.training.resources import give_back
from fastvec.words import PackedWords

#: Threads that one reading thread keeps busy.
_MOST = 8
_UNIT = 1 << 22  # bytes of text that are worth a thread; in smaller units threads wait for each other
#: Bytes for each thread of units that wait for it or have been scanned, with their ids, and of what the system's
#: allocator keeps of earlier ones; 32 to 50 million were seen.
_IN_FLIGHT = 10 * _UNIT
_SPACES = (b" ", b"\t", b"\v", b"\f", b"\r")
_NEW_SENTENCE = re.compile(rb"[ \t\v\f\r]*\n")
_END = np.array([-1], np.int32)


#: The name of a part of the text, and some of its text, which ends with a separator.
_Segment: TypeAlias = tuple[str, bytes]


class _Found(NamedTuple):
    """What a scanner found in a unit of text."""

    own: "_Own"
    ids: NDArray[np.int32]  #: Numbers of the scanner's own.
    words: list[_Segment]  #: Those that are new to it, a line each, by the part of the text.
    begins_sentence: bool  #: Whether a line ends before the first word.
    is_open: bool  #: Whether the last word's line goes on.


@dataclass
class _Own:
    """One scanner, and the number in all the text of each of its words; -1 stands after the last."""

    scanner: Scanner = field(default_factory=Scanner)
    numbers: NDArray[np.int32] = field(default_factory=lambda: np.full(1 << 10, -1, np.int32))
    n_numbered: int = 0

    def scan(self, unit: list[_Segment]) -> _Found:
        """Scan a unit of text, which ends with a separator."""
        self.scanner.is_open = False
        ids, words = [], []
        for name, text in unit:
            n_known = self.scanner.n_words
            ids.append(self.scanner.feed(text).copy())
            words.append((name, self.scanner.lines_from(n_known)))
        begins = bool(_NEW_SENTENCE.match(unit[0][1]))
        return _Found(self, np.concatenate(ids), words, begins, self.scanner.is_open)

    def add(self, numbers: NDArray[np.int32]) -> None:
        """Take the numbers of the next words."""
        end = self.n_numbered + numbers.size
        if end >= self.numbers.size:
            self.numbers = extended(self.numbers, 2 * end)
        self.numbers[self.n_numbered : end] = numbers
        self.numbers[end] = -1
        self.n_numbered = end


class Scanners:
    r"""Scan text in threads, and number the words in order of first occurrence.

    Each thread takes units of the text, and has a scanner, with a table of words, of its own. What they find is taken
    in the order of the text, so the words that are new in a unit get the numbers that one scanner gives them.

    Attributes
    ----------
    parts : list of (str, int)
        Of each part of the text so far: its name, and the number of distinct words up to its end.

    Examples
    --------
    >>> with Scanners(2) as scanners:
    ...     [ids.tolist() for ids in scanners.scan([("a part", [b"to be or n", b"ot to be"])])]
    [[0, 1, 2, 3, 0, 1, -1]]
    """

    def __init__(self, threads: int) -> None:
        _compile()
        threads = min(threads, _MOST)
        self.parts: list[tuple[str, int]] = []
        self._whole = Scanner()  # which numbers the words of all
        self._own = [_Own() for _ in range(threads)] if threads > 1 else []
        self._free: SimpleQueue[_Own] = SimpleQueue()
        for own in self._own:
            self._free.put(own)
        self._pool = ThreadPoolExecutor(threads, "fastvec")

    def __enter__(self) -> "Scanners":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def finish(self) -> tuple[PackedWords, NDArray[np.int64]]:
        """Return the words, by number, and the occurrences of each, (n_words,) int64; the tables are freed."""
        whole, self._whole, self._free = self._whole, Scanner(), SimpleQueue()
        words, counts = whole.finish(), whole.counts
        del whole
        if self._own:
            counts[:] = 0  # of the units in which a word was new
        while self._own:
            own = self._own.pop()
            counts[own.numbers[: own.n_numbered]] += own.scanner.counts
        return words, counts

    @staticmethod
    def needs(n_words: int, word_bytes: int, threads: int, words_of: Callable[[float], int]) -> int:
        """Return the bytes of memory for so many distinct words, of which `words_of` a fraction of the text has some.

        Each thread scans such a fraction, so rare words are in few of their tables.
        """
        threads = min(threads, _MOST)
        whole = Scanner.needs(n_words, word_bytes)
        if threads == 1:
            return whole
        n_own = words_of(1 / threads)
        own = Scanner.needs(n_own, word_bytes * n_own // max(1, n_words)) + 4 * n_own
        return whole + threads * (own + _IN_FLIGHT)

    def scan(self, parts: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[NDArray[np.int32]]:
        """Yield the ids of text that comes in blocks of named parts, whose ends are sentence ends.

        Each array is valid until the next.
        """
        if self._own:
            yield from self._scan_in_threads(parts)
            return
        for name, blocks in parts:
            for block in blocks:
                yield self._whole.feed(block)
            yield self._whole.feed(b"\n")
            self.parts.append((name, self._whole.n_words))

    def _scan_in_threads(self, parts: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[NDArray[np.int32]]:
        is_open = False
        for found in in_order(self._scan_unit, _units(parts), self._pool, 2 * len(self._own)):
            own = found.own
            for name, words in found.words:
                own.add(self._whole.feed(words)[::2])  # every other one is a sentence end
                self.parts.append((name, self._whole.n_words))
            if is_open and found.begins_sentence:
                yield _END
            is_open = found.is_open or (is_open and not found.begins_sentence and not found.ids.size)
            yield own.numbers[: own.n_numbered + 1].take(found.ids, out=found.ids, mode="wrap")

    def _scan_unit(self, unit: list[_Segment]) -> _Found:
        own = self._free.get()
        try:
            return own.scan(unit)
        finally:
            self._free.put(own)


@cache
def _compile() -> None:
    """Compile the scanner, and give back what the compiler took before tables and text come on top."""
    Scanner().feed(b"\n")
    give_back()


def _units(parts: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[list[_Segment]]:
    """Yield the text in units that end with a separator; a newline ends each part."""
    unit: list[_Segment] = []
    n_bytes = 0
    for name, blocks in parts:
        held: list[bytes] = []
        for block in blocks:
            held.append(block)
            n_bytes += len(block)
            if n_bytes >= _UNIT and (cut := _after_separator(block)):
                held[-1] = block[:cut]
                yield [*unit, (name, b"".join(held))]
                unit, held, n_bytes = [], [block[cut:]], len(block) - cut
        unit.append((name, b"".join([*held, b"\n"])))
    if unit:
        yield unit


def _after_separator(text: bytes) -> int:
    """Return the place after the last newline, or else after the last separator; 0 if there is none."""
    return text.rfind(b"\n") + 1 or max(text.rfind(separator) for separator in _SPACES) + 1
