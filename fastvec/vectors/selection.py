"""Choosing words and the kind of number, for files that are mapped into memory rather than read through."""

import os
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastvec.errors import FileError
from fastvec.words import PackedWords

#: How to read words in spite of what is wrong with them, in Python and on the command line.
REPLACE = "errors='replace' (fastvec convert --errors replace)"
_BY_ROW = ("vectors", "context_vectors", "counts")


def select(
    found: dict[str, Any],
    path: str | os.PathLike[str],
    *,
    limit: int | None,
    words: Collection[str] | None,
    dtype: DTypeLike | None,
    errors: str,
) -> dict[str, Any]:
    """Keep what `load` was asked for.

    Parameters
    ----------
    found : dict
        The arguments of `KeyedVectors`, the words packed.
    path : path
        The file, for messages.
    limit, words, dtype, errors
        As in `load`; but words that come twice are found only by "replace", and otherwise when words are looked up.

    Returns
    -------
    dict
        The same, with fewer rows or another kind of number.

    Raises
    ------
    FileError
        If a word is not UTF-8, or a number is too large for `dtype`.
    """
    found = _repaired(found) if errors == "replace" else found
    invalid = found["words"].find_invalid()
    if len(invalid):
        word = found["words"].bytes_of(invalid[0])[:40]
        raise FileError(f"{path}, word {invalid[0] + 1:,}: {word!r} is not UTF-8; read it with {REPLACE}")
    rows: Any = slice(0, limit) if limit is not None else None
    if words is not None:
        wanted = {word.encode("utf-8", "surrogatepass") for word in words}
        chosen = np.array([word in wanted for word in found["words"].split()], bool)
        rows = np.flatnonzero(chosen[:limit])
    if rows is not None:
        found = _take(found, rows)
    if dtype is not None:
        matrices = ("vectors", "context_vectors")
        found = found | {name: converted(found[name], dtype, path) for name in matrices if found.get(name) is not None}
    return found


def _take(found: dict[str, Any], rows: Any) -> dict[str, Any]:
    by_row = {name: found[name][rows] for name in _BY_ROW if found.get(name) is not None}
    return found | by_row | {"words": found["words"].take(rows)}


def _repaired(found: dict[str, Any]) -> dict[str, Any]:
    """Put U+FFFD for bytes that are not UTF-8, and keep the first of equal words."""
    words = [word.decode(errors="replace") for word in found["words"].split()]
    first = {word: row for row, word in reversed(list(enumerate(words)))}
    found = found | {"words": PackedWords.pack(words)}
    return found if len(first) == len(words) else _take(found, np.sort(np.array(list(first.values()), np.int64)))


def converted(matrix: NDArray[Any], dtype: DTypeLike, path: str | os.PathLike[str]) -> NDArray[Any]:
    """Give a matrix as another kind of number.

    Raises
    ------
    FileError
        If a number is too large for it.
    """
    try:
        with np.errstate(over="raise"):
            return matrix.astype(dtype, copy=False)
    except FloatingPointError:
        raise FileError(f"{path}: holds numbers too large for {np.dtype(dtype)}; read it as float32") from None
