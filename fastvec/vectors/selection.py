"""What `load` was asked for, and how a file that is mapped into memory is cut down to it."""

import logging
import os
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastvec.checks import check_words
from fastvec.errors import FileError
from fastvec.settings import Loading
from fastvec.vectors.quantized import take_rows
from fastvec.vectors.rows import finite_rows
from fastvec.words import PackedWords

#: How to read a file despite its faults, in Python and on the command line.
SKIP = "errors='skip' (--errors skip)"
#: What to do about words that are not UTF-8.
NOT_UTF8 = "convert the file (iconv), or read it with errors='replace' (--errors replace)"

_LOG = logging.getLogger(__name__)
_MATRICES = ("vectors", "context_vectors")


@dataclass
class Faults:
    """What is wrong with a file: the first fault, and how many there are."""

    path: str | os.PathLike[str]
    n: int = 0
    first: str = ""

    def add(self, fault: str, n: int = 1) -> None:
        """Count some faults; `fault` describes the first of them and where it is."""
        self.first = self.first or fault
        self.n += n

    def report(self) -> None:
        """Log how many there are, if any, and the first."""
        if self.n:
            faults = "a fault" if self.n == 1 else f"{self.n:,} faults, the first"
            _LOG.warning("%s: passed over %s: %s", self.path, faults, self.first)


class Selection:
    """What to read of a file, by the settings of `load`, and the faults that were passed over in it."""

    def __init__(self, path: str | os.PathLike[str], settings: Loading) -> None:
        self.limit, self.dtype = settings.limit, settings.dtype
        self.words = None if settings.words is None else check_words("words", settings.words)
        self.repairs = settings.errors != "strict"  #: Whether faults are passed over.
        self.replaces = settings.errors == "replace"  #: Whether words that are not UTF-8 are repaired, not omitted.
        self.faults = Faults(path)

    @property
    def read_as(self) -> Literal["float32", "float16"] | None:
        """The kind of number that a file is read as; vectors are made int8 when all are there."""
        return None if self.dtype == "int8" else self.dtype

    def encoded_words(self) -> set[bytes] | None:
        """Return the words to keep as UTF-8, or None for all."""
        return None if self.words is None else {word.encode("utf-8", "surrogatepass") for word in self.words}

    def pass_over(
        self, where: str, problem: str, n: int = 1, *, cure: str = f"to read what can be read: {SKIP}"
    ) -> None:
        """Count `n` faults, of which the first is `problem` at `where`, such as "line 3".

        Raises
        ------
        FileError
            If faults are not passed over; it ends in `cure`.
        """
        if not self.repairs:
            place = f", {where}" if where else ""
            raise FileError(f"{self.faults.path}{place}: {problem}; {cure}")
        self.faults.add(f"{where}: {problem}" if where else problem, n)


def select(found: dict[str, Any], selection: Selection, dtype: DTypeLike | None = None) -> dict[str, Any]:
    """Return the arguments of `KeyedVectors`, the words packed, with fewer rows or another kind of number.

    `dtype` is the kind of number to keep unless the selection says another. Repeated words and numbers that are not
    finite are found only if the selection repairs; otherwise when the words are looked up and the numbers used, so that
    a file need not be read whole. Raise `FileError` if a word is not UTF-8, or a number too large for the dtype.
    """
    words: PackedWords = found["words"]
    invalid = words.find_invalid()
    if len(invalid):
        problem = f"{words.bytes_of(invalid[0])[:40]!r} is not UTF-8"
        selection.pass_over(f"word {invalid[0] + 1:,}", problem, len(invalid), cure=NOT_UTF8)
    dtype = selection.read_as or dtype
    if selection.repairs:
        found = _repaired(found, invalid, selection, dtype)
    limit, wanted = selection.limit, selection.encoded_words()
    if wanted is not None:
        chosen = np.array([word in wanted for word in found["words"].split()], bool)
        found = _take(found, np.flatnonzero(chosen[:limit]))
    elif limit is not None:
        found = _take(found, slice(0, limit))
    for name in _MATRICES:
        if dtype is not None and found.get(name) is not None and found[name].dtype != dtype:
            _pass_over_not_finite(found["words"], finite_rows(found[name], dtype), selection, dtype)
            found = found | {name: found[name].astype(dtype)}
        elif selection.dtype == "int8" and found.get(name) is not None and found[name].dtype != np.int8:
            _pass_over_not_finite(found["words"], finite_rows(found[name]), selection, None)
    return found


def _pass_over_not_finite(
    words: PackedWords, finite: NDArray[np.bool_], selection: Selection, dtype: DTypeLike | None
) -> None:
    if not finite.all():
        row = int(np.argmin(finite))
        word = words.bytes_of(row).decode(errors="replace")
        selection.pass_over(f"word {row + 1:,}", not_finite(word, dtype), int(np.count_nonzero(~finite)))


def _take(found: dict[str, Any], rows: Any) -> dict[str, Any]:
    by_row = {name: take_rows(found[name], rows) for name in (*_MATRICES, "counts") if found.get(name) is not None}
    words: PackedWords = found["words"]
    taken = words.head(min(rows.stop, len(words))) if isinstance(rows, slice) else words.take(rows)
    return found | by_row | {"words": taken}


def _repaired(
    found: dict[str, Any], invalid: NDArray[np.int64], selection: Selection, dtype: DTypeLike | None
) -> dict[str, Any]:
    """Repair or omit words that are not UTF-8, and omit repeated words and vectors that are not finite."""
    keep = np.ones(len(found["words"]), bool)
    if len(invalid) and selection.replaces:
        found = found | {"words": PackedWords.pack(found["words"].decode("replace"))}
    keep[invalid] = selection.replaces
    words: PackedWords = found["words"]
    for name in _MATRICES:
        if found.get(name) is not None:
            finite = ~keep | finite_rows(found[name], dtype)
            _pass_over_not_finite(words, finite, selection, dtype)
            keep &= finite
    first: dict[bytes, int] = {}
    repeated = [row for row, word in enumerate(words.split()) if keep[row] and first.setdefault(word, row) != row]
    if repeated:
        word = words.bytes_of(repeated[0]).decode()
        selection.pass_over(f"word {repeated[0] + 1:,}", f"{word!r} comes twice", len(repeated))
    keep[repeated] = False
    return found if keep.all() else _take(found, np.flatnonzero(keep))


def not_finite(word: str, dtype: DTypeLike | None = None) -> str:
    """Return what is wrong with a word's vector in which a number is not finite, or not as one of another kind."""
    return f"the vector of {word!r} is not finite" + (f", or too large for {np.dtype(dtype)}" if dtype else "")
