"""Sentences that are numbers already: walks over the nodes of a graph, baskets of items, ids of another program.

A word is then the number, as it is written in decimals. No string is made for an occurrence.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.disk.scratch import read_errors
from fastvec.disk.untrusted import NPY, parse_npy
from fastvec.errors import InputError

#: Numbers are below this, since a table has a place for each.
_MOST = 1 << 28
#: Numbers that are looked up at a time.
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Numbers:
    """Sentences of numbers, from an iterable that may be one-shot; a negative number is no word but ends a sentence."""

    arrays: Iterable[object]
    name: str = "the source"
    n_bytes: int | None = None

    def sentences(self, advance: Callable[[int], None]) -> Iterator[NDArray[Any]]:
        """Yield arrays of numbers in which -1, or less, ends a sentence; raise `InputError` if an item is none."""
        gathered, size = [], 0
        for number, item in enumerate(self.arrays, 1):
            array = np.asarray(item)
            if array.ndim != 1 or (array.size and not is_integer(array)):
                raise InputError(f"item {number} of the source must be integers, as the first is, not {_kind(item)}")
            gathered += [array, np.array([-1])]
            size += array.size + 1
            if size >= _CHUNK:
                advance(array.itemsize * size)
                yield np.concatenate(gathered)
                gathered, size = [], 0
        if gathered:
            yield np.concatenate(gathered)


@dataclass(frozen=True)
class Table:
    """Sentences of numbers in the rows of an array, (n, m) or (m,)."""

    array: NDArray[Any]
    name: str = "the source"

    @property
    def n_bytes(self) -> int:
        """Bytes of the array."""
        return self.array.nbytes

    def sentences(self, advance: Callable[[int], None]) -> Iterator[NDArray[Any]]:
        """Yield arrays of numbers in which -1, or less, ends a sentence."""
        rows = self.array.reshape(-1, self.array.shape[-1])
        step = max(1, _CHUNK // max(1, rows.shape[1]))
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            advance(some.nbytes)
            yield np.concatenate([some, np.full((len(some), 1), -1, some.dtype)], axis=1).ravel()


def is_integer(array: NDArray[Any]) -> bool:
    """Return whether an array holds integers."""
    return array.dtype.kind in "iu"


def open_table(array: NDArray[Any], name: str) -> Table:
    """Return an array as sentences; raise `InputError` if it does not hold integers in rows."""
    if not is_integer(array) or not 1 <= array.ndim <= 2 or not array.size:
        raise InputError(f"{name}: must be integers in rows, (n, m), not {array.dtype} of shape {array.shape}")
    return Table(array.astype(np.int64) if array.dtype.kind == "u" else array, name)


def open_file(path: str) -> Table:
    """Open a file of NumPy, mapped into memory."""
    with read_errors(path):
        data = np.memmap(path, np.uint8, "r")
    return open_table(parse_npy(data, path, "iu", (1, 2), "integers in rows, (n, m), are expected"), path)


def is_file_of_numbers(path: str) -> bool:
    """Return whether a file is one of NumPy; one that cannot be opened is not, and is refused where it is read."""
    try:
        with open(path, "rb") as file:
            return file.read(len(NPY)) == NPY
    except OSError:
        return False


class Index:
    """Gives each number a place, in order of first occurrence, and counts it."""

    def __init__(self) -> None:
        self.counts = np.zeros(0, np.int64)
        self._is_open = False  # whether the last sentence has not ended
        self._places = np.zeros(0, np.int32)  # from 1 on, so that numbers that do not occur take no memory
        self._numbers: list[NDArray[np.int64]] = []

    @property
    def words(self) -> list[str]:
        """The numbers, by place."""
        return [str(number) for numbers in self._numbers for number in numbers.tolist()]

    def look_up(self, numbers: NDArray[Any], name: str) -> NDArray[np.int32]:
        """Return the places of numbers; -1 for one that ends a sentence. Empty sentences are omitted."""
        top = int(numbers.max(initial=-1))
        if top >= _MOST:
            cure = "number them from 0 on, with np.unique(..., return_inverse=True)"
            raise InputError(f"{name}: {top} is too large for a word's number, which must be below {_MOST:,}; {cure}")
        if top >= len(self._places):
            longer = np.zeros(max(top + 1, min(2 * len(self._places), _MOST)), np.int32)
            longer[: len(self._places)] = self._places
            self._places = longer
        is_end = numbers < 0
        is_repeated = is_end & np.concatenate([[not self._is_open], is_end[:-1]])
        numbers = np.where(is_end, -1, numbers)[~is_repeated].astype(np.int64)
        words = numbers[numbers >= 0]
        unknown, first = np.unique(words[self._places[words] == 0], return_index=True)
        unknown = unknown[np.argsort(first)]
        self._places[unknown] = len(self.counts) + np.arange(1, len(unknown) + 1, dtype=np.int32)
        self._numbers.append(unknown)
        found = np.full(numbers.shape, -1, np.int32)
        found[numbers >= 0] = self._places[words] - 1
        more = np.bincount(found[found >= 0], minlength=len(self.counts) + len(unknown))
        more[: len(self.counts)] += self.counts
        self.counts = more
        self._is_open = found[-1] >= 0 if len(found) else self._is_open
        return found


def _kind(item: object) -> str:
    """Describe an item for a message."""
    return f"{item.dtype} of shape {item.shape}" if isinstance(item, np.ndarray) else type(item).__name__
