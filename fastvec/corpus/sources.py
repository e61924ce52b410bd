"""Where text comes from: files, folders, URLs, the standard input, or an iterable of sentences.

A source is read once. It yields its text as bytes, part by part (a file is a part), or its words as lists of strings
where the caller has already split them.
"""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeAlias

import numpy as np

from fastvec.corpus.files import BLOCK, read_blocks, unusable, without_marks
from fastvec.corpus.numbers import Numbers, Table, is_integer, open_table
from fastvec.corpus.urls import find_urls, is_url, open_url
from fastvec.errors import FileError, InputError

# What `read_corpus` accepts.
Source: TypeAlias = "str | os.PathLike[str] | Iterable[os.PathLike[str] | str | bytes] | Iterable[Iterable[str]]"

STDIN = "-"
_Advance: TypeAlias = Callable[[int], None]
#: Path or URL, size and identity of a file, as far as they are known.
_Found: TypeAlias = tuple[str, int | None, list[str | int] | None]


@dataclass(frozen=True)
class Files:
    """Text in files."""

    paths: list[str]  #: Paths and URLs of the files in reading order; `STDIN` is the standard input.
    name: str  #: What to call them in messages.
    n_bytes: int | None  #: Their size, if it is known.
    given: list[str]  #: URLs, or absolute paths, of the files and folders asked for.
    identity: list[list[str | int]] | None  #: `file_identity` of each file; None if one of them can be read only once.

    def parts(self, advance: _Advance) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the name and the blocks of text of each file, to be read before the next."""
        for path in self.paths:
            if path == STDIN:
                yield "standard input", read_blocks(_standard_input(), "standard input", advance)
                continue
            with open_file(path) as file:
                yield path, read_blocks(file, path, advance)


class Text(Protocol):
    """Text that is read in parts, each once."""

    def parts(self, advance: _Advance) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the name and the blocks of text of each part, to be read before the next."""


@dataclass(frozen=True)
class Sentences:
    """Text in strings, from an iterable that may be one-shot; each is one sentence, or several lines of one each."""

    strings: Iterable[object]
    given: object = None  #: What the caller has given, for messages.
    name: str = "the source"
    n_bytes: None = None

    def parts(self, advance: _Advance) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield one part: its name and its blocks of text."""
        yield self.name, without_marks(self._blocks(advance))

    def lines(self) -> Iterator[bytes]:
        """Yield each string as bytes."""
        for number, string in enumerate(self.strings, 1):
            if isinstance(string, str):
                yield string.encode("utf-8", "surrogatepass")
            elif isinstance(string, bytes):
                yield string
            else:
                raise InputError(
                    f"item {number} of the source must be a string, like the first, not {type(string).__name__}"
                    f"{_why_no_text(string, self.given)}"
                )

    def _blocks(self, advance: _Advance) -> Iterator[bytes]:
        lines, n_bytes = [], 0
        for line in self.lines():
            lines.append(line)
            n_bytes += len(line) + 1
            if n_bytes >= BLOCK:
                advance(n_bytes)
                yield b"\n".join([*lines, b""])
                lines, n_bytes = [], 0
        advance(n_bytes)
        yield b"\n".join([*lines, b""])


@dataclass(frozen=True)
class TokenLists:
    """Sentences already split into words, from an iterable that may be one-shot."""

    lists: Iterable[object]
    given: object = None  #: What the caller has given, for messages.
    name: str = "the source"
    n_bytes: None = None

    def sentences(self) -> Iterator[list[str]]:
        """Yield the words of each sentence; the caller checks that they are strings."""
        for number, tokens in enumerate(self.lists, 1):
            if isinstance(tokens, (str, bytes)) or not isinstance(tokens, Iterable):
                cure = _why_no_text(tokens, self.given)
                raise InputError(
                    f"item {number} of the source must be a list of words, not {type(tokens).__name__}{cure}"
                )
            _refuse_tables(tokens, f"item {number} of the source", "item")
            refuse_unordered(tokens, f"item {number} of the source")
            yield list(tokens)


def open_source(source: Source) -> Files | Sentences | TokenLists | Numbers | Table:
    """Return a source by its kind, after the checks that need no reading.

    `source` is a path or URL, or "-" for the standard input; several of them; a folder, for all files in it; or
    sentences, as strings, as lists of words, or as integers: rows of an array, arrays or lists. Raise `FileError` if a
    file is missing or unreadable, or a folder has no files; `InputError` if it is none of these.

    >>> open_source(["to be or not to be", "that is the question"]).name
    'the source'
    """
    if isinstance(source, (str, os.PathLike)):
        return _files([source])
    if isinstance(source, (bytes, bytearray)) or not isinstance(source, Iterable):
        kinds = "a path, several paths, or an iterable of sentences"
        raise InputError(f"the source must be {kinds}, not {type(source).__name__}")
    _refuse_tables(source, "the source", "source")
    refuse_unordered(source, "the source")
    if isinstance(source, np.ndarray) and is_integer(source):
        return open_table(source, "the source")
    if isinstance(source, (list, tuple)):
        if any(isinstance(item, os.PathLike) for item in source) or (source and all(map(is_url, source))):
            return _files(source)
        if source and all(isinstance(item, str) and os.path.exists(item) for item in source):
            cure = "to read these files, pass pathlib.Path objects"
            raise InputError(
                f"the source is a list of strings, which are taken as sentences, but {source[0]!r} is a file; {cure}"
            )
    items = iter(source)
    for first in items:
        whole = chain([first], items)
        if _is_numbers(first):
            return Numbers(whole)
        return Sentences(whole, source) if isinstance(first, (str, bytes)) else TokenLists(whole, source)
    raise InputError("the source is empty; a generator can be read only once, so make a new one")


def _refuse_tables(given: object, what: str, called: str) -> None:
    """Raise InputError for a data frame, a table or a dict, whose items are the names of its columns."""
    names: Any = None
    if isinstance(given, Mapping):
        names = given
    else:
        for attribute in ("column_names", "columns"):  # of Arrow and datasets; of pandas and polars
            if names is None and not callable(getattr(given, attribute, None)):
                names = getattr(given, attribute, None)
    if names is None:
        return
    columns = [str(name) for name in names]
    column = next((name for name in columns if "text" in name.lower()), columns[0] if columns else "text")
    pylist = ".to_pylist()" if hasattr(given, "to_pylist") else ""
    kind = type(given).__name__
    raise InputError(f"{what} is a {kind}; pass the column that holds the text, such as {called}[{column!r}]{pylist}")


def _why_no_text(item: object, given: object) -> str:
    """Return the cure for an item that is no text, as far as it is known."""
    is_nan = isinstance(item, float) and item != item
    if item is None or is_nan or type(item).__name__ in ("NAType", "NaTType"):  # the last are of pandas
        return "; leave out missing values (in pandas: frame['text'].dropna())"
    return "; pass source.to_pylist()" if hasattr(given, "to_pylist") else ""


def _is_numbers(item: object) -> bool:
    """Return whether an item of a source is a sentence of numbers."""
    if isinstance(item, np.ndarray):
        return is_integer(item)
    return isinstance(item, list | tuple) and bool(item) and isinstance(item[0], int | np.integer)


def as_paths(sources: Iterable[str]) -> list[Path | str]:
    """Return paths and URLs as `open_source` takes several."""
    return [source if is_url(source) else Path(source) for source in sources]


def refuse_unordered(items: Iterable[object], what: str) -> None:
    """Raise InputError for a set or a dict, whose words have no reliable order."""
    if isinstance(items, (Mapping, Set)):
        raise InputError(f"{what} is a {type(items).__name__}, which has no order of words; pass a list")


def open_file(path: str) -> BinaryIO:
    """Open a path or a URL to read; raise `FileError` if that is impossible."""
    if is_url(path):
        return open_url(path)
    try:
        return open(path, "rb")  # buffered, so that reads from a pipe are complete too
    except OSError as error:
        raise unusable(path, error) from None


def file_identity(path: str) -> list[str | int]:
    """Return a file's absolute path, size, and modification time in nanoseconds."""
    status = os.stat(path)
    return [os.path.abspath(path), status.st_size, status.st_mtime_ns]


def is_unchanged(source: Files) -> bool:
    """Return whether no file has changed since the source was opened."""
    try:
        return [_find(path)[0][2] for path in source.paths] == source.identity
    except OSError:
        return False


def _files(given: Iterable[object]) -> Files:
    names: list[str] = []
    for item in given:
        if not isinstance(item, (str, os.PathLike)):
            raise InputError(f"a list of paths must hold paths only, not {type(item).__name__}")
        names.append(os.fspath(item))
    found = [file for name in names for file in _find(name)]
    paths = [path for path, _, _ in found]
    sizes = [size for _, size, _ in found if size is not None]
    identities = [identity for _, _, identity in found if identity is not None]
    name = "standard input" if names[0] == STDIN else names[0]
    name += f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Files(
        paths,
        name,
        sum(sizes) if len(sizes) == len(paths) else None,
        [name if is_url(name) else os.path.abspath(name) for name in names],
        identities if len(identities) == len(paths) else None,
    )


def _find(path: str) -> list[_Found]:
    """Return the files that a path or a URL stands for."""
    if is_url(path):
        return [
            (url, size, [url, size, stamp] if size is not None and stamp is not None else None)
            for url, size, stamp in find_urls(path)
        ]
    files = _walk(path) if os.path.isdir(path) and path != STDIN else [path]
    return [(file, *_known(file)) for file in files]


def _known(path: str) -> tuple[int | None, list[str | int] | None]:
    """Return size and identity of a file; None for a pipe, which can be read only once."""
    if not _is_regular(path):
        return None, None
    identity = file_identity(path)
    return int(identity[1]), identity


def _is_regular(path: str) -> bool:
    """Return whether this is a file, which can be read twice, and not a pipe."""
    if path == STDIN:
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError) as error:
        raise unusable(path, error) from None


def _walk(folder: str) -> list[str]:
    """List the files in a folder and its subfolders, sorted, without hidden ones and without following links."""

    def fail(error: OSError) -> None:
        raise unusable(error.filename, error) from None

    found = []
    for parent, folders, files in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in files if not name.startswith(".")]
    regular = [str(path) for path in sorted(found) if path.is_file() or path.is_symlink()]
    if not regular:
        raise FileError(f"{folder}: no files in this folder")
    return regular


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise FileError("standard input: it is closed")
    return sys.stdin.buffer
