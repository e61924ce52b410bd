"""What `load` was asked for, and how a file that is mapped into memory is cut down to it."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastvec.checks import check_choice, check_integer, check_words
from fastvec.errors import FileError, InputError
from fastvec.words import PackedWords

Errors: TypeAlias = Literal["strict", "replace"]

#: How to read words despite their faults, in Python and on the command line.
REPLACE = "errors='replace' (fastvec convert --errors replace)"
_MATRICES = ("vectors", "context_vectors")


@dataclass(frozen=True)
class Selection:
    """What to read of a file; `load` documents the parameters, which are checked here."""

    limit: int | None = None
    words: Collection[str] | None = None
    dtype: DTypeLike | None = None
    errors: Errors = "strict"

    def __post_init__(self) -> None:
        if self.limit is not None:
            check_integer("limit", self.limit, 1)
        if self.words is not None:
            object.__setattr__(self, "words", check_words("words", self.words))
        if self.dtype is not None and not _is_kept(self.dtype):
            raise InputError(f"dtype must be float32 or float16, not {self.dtype}")
        check_choice("errors", self.errors, ("strict", "replace"))

    @property
    def repairs(self) -> bool:
        """Whether damaged words are repaired instead of refused."""
        return self.errors == "replace"

    def encoded_words(self) -> set[bytes] | None:
        """Return the words to keep as UTF-8, or None for all."""
        return None if self.words is None else {word.encode("utf-8", "surrogatepass") for word in self.words}


def _is_kept(dtype: DTypeLike) -> bool:
    """Return whether vectors are kept as this kind of number."""
    try:
        return np.dtype(dtype) in (np.float32, np.float16)
    except TypeError:
        return False


def select(found: dict[str, Any], path: str | os.PathLike[str], selection: Selection) -> dict[str, Any]:
    """Return the arguments of `KeyedVectors`, the words packed, with fewer rows or another kind of number.

    Repeated words are found only if the selection repairs; otherwise when words are looked up. Raise `FileError`, which
    names `path`, if a word is not UTF-8, or a number is too large for the dtype.
    """
    found = _repaired(found) if selection.repairs else found
    invalid = found["words"].find_invalid()
    if len(invalid):
        word = found["words"].bytes_of(invalid[0])[:40]
        raise FileError(f"{path}, word {invalid[0] + 1:,}: {word!r} is not UTF-8; read it with {REPLACE}")
    limit, wanted, dtype = selection.limit, selection.encoded_words(), selection.dtype
    if wanted is not None:
        chosen = np.array([word in wanted for word in found["words"].split()], bool)
        found = _take(found, np.flatnonzero(chosen[:limit]))
    elif limit is not None:
        found = _take(found, slice(0, limit))
    if dtype is not None:
        found = found | {name: converted(found[name], dtype, path) for name in _MATRICES if found.get(name) is not None}
    return found


def _take(found: dict[str, Any], rows: Any) -> dict[str, Any]:
    by_row = {name: found[name][rows] for name in (*_MATRICES, "counts") if found.get(name) is not None}
    return found | by_row | {"words": found["words"].take(rows)}


def _repaired(found: dict[str, Any]) -> dict[str, Any]:
    """Replace bytes that are not UTF-8 with U+FFFD, and keep the first of equal words."""
    words = [word.decode(errors="replace") for word in found["words"].split()]
    first = {word: row for row, word in reversed(list(enumerate(words)))}
    found = found | {"words": PackedWords.pack(words)}
    return found if len(first) == len(words) else _take(found, np.sort(np.array(list(first.values()), np.int64)))


def converted(matrix: NDArray[Any], dtype: DTypeLike, path: str | os.PathLike[str]) -> NDArray[Any]:
    """Return a matrix as another kind of number; raise `FileError` if one is too large for it."""
    try:
        with np.errstate(over="raise"):
            return matrix.astype(dtype, copy=False)
    except FloatingPointError:
        cure = "; read it as float32" if np.dtype(dtype) == np.float16 else ", the largest kind that is kept"
        raise FileError(f"{path}: holds numbers too large for {np.dtype(dtype)}{cure}") from None
