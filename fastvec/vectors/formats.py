"""Files of vectors: which format a file has, told from its content, and which one to write, told from the suffix."""

import os
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import DTypeLike

from fastvec.errors import FileError, InputError
from fastvec.vectors.collector import Errors
from fastvec.vectors.keyed import KeyedVectors
from fastvec.vectors.native import is_native, read_native, write_native
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.vectors.target import check_folder, replacing
from fastvec.vectors.word2vec_binary import read_binary, write_binary
from fastvec.vectors.word2vec_text import HEADER, read_text, write_text

_Writer = Callable[[BinaryIO, Storage], None]

# format: (suffixes, writer)
_WRITERS: dict[str, tuple[tuple[str, ...], _Writer]] = {
    "safetensors": ((".safetensors",), write_native),
    "word2vec-binary": ((".bin",), write_binary),
    "word2vec-text": ((".txt", ".vec"), write_text),
    "glove": ((), lambda file, vectors: write_text(file, vectors, header=False)),
}
FORMATS = tuple(_WRITERS)

_OTHERS = {
    b"PK\x03\x04": "a ZIP archive; unpack it and load a file in it",
    b"\x80\x02": "a Python pickle, which may run code when opened; save the vectors as word2vec with what made it",
    b"\x80\x03": "a Python pickle, which may run code when opened; save the vectors as word2vec with what made it",
    b"\x80\x04": "a Python pickle, which may run code when opened; save the vectors as word2vec with what made it",
    b"\x80\x05": "a Python pickle, which may run code when opened; save the vectors as word2vec with what made it",
    b"\x89HDF": "an HDF5 file",
}
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def load(
    path: str | os.PathLike[str],
    *,
    limit: int | None = None,
    words: Collection[str] | None = None,
    dtype: DTypeLike | None = None,
    errors: Errors = "strict",
) -> KeyedVectors:
    """Read vectors from a file of any format that fastvec knows, compressed (gzip, bzip2, xz, zstd) or not.

    Parameters
    ----------
    path : path
        The file. Its format is told from its content.
    limit : int, optional
        Read only the first so many words.
    words : collection of str, optional
        Keep only those of these words that are there.
    dtype : {"float32", "float16"}, optional
        Kind of number to keep; by default that of the file.
    errors : {"strict", "replace"}
        What to do about words that are not UTF-8, that come twice or that are empty: refuse the file; or put U+FFFD
        for the bytes that are wrong, keep the first of equal words and leave out the empty one.

    Returns
    -------
    KeyedVectors

    Raises
    ------
    FileError
        If the file cannot be read, has no known format, or is damaged.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp(), "ice.vec")
    >>> KeyedVectors(["ice", "snow"], [[3, 1], [2, 1]]).save(path)
    >>> load(path, limit=1)
    <KeyedVectors: 1 words, 2 dimensions, float32>
    """
    source = Source(path)
    name = recognise(source)
    if name == "safetensors":
        return KeyedVectors(**read_native(source.data, path))
    reader = read_binary if name == "word2vec-binary" else read_text
    return KeyedVectors(**reader(source, limit=limit, words=words, dtype=dtype or "float32", errors=errors))


def recognise(source: Source) -> str:
    """Tell the format of a file from its first bytes.

    Raises
    ------
    FileError
        If it is none that fastvec knows.
    """
    head = source.head
    if not head:
        raise FileError(f"{source.path}: is empty")
    for magic, kind in _OTHERS.items():
        if head.startswith(magic):
            raise FileError(f"{source.path}: is {kind}")
    if is_native(head):
        return "safetensors"
    controls = bool(_CONTROLS.search(head))
    header = HEADER.match(head)
    if header and controls:
        line = head[header.end() :].split(b"\n", 1)[0]
        return "word2vec-text" if _is_text(line, int(header[2])) else "word2vec-binary"
    if controls and b"\0" in head:
        raise FileError(f"{source.path}: is no file of vectors that fastvec knows")
    return "word2vec-text" if header else "glove"


def _is_text(line: bytes, dim: int) -> bool:
    fields = line.split()
    return len(fields) > dim and not _CONTROLS.search(b" ".join(fields[-dim:]))


def save(vectors: Storage, path: str | os.PathLike[str], format: str | None = None) -> None:
    """Write vectors to a file; `KeyedVectors.save` has the parameters."""
    _, writer = _WRITERS[check_target(path, format)]
    with replacing(path) as file:
        writer(file, vectors)


def check_target(path: str | os.PathLike[str], format: str | None = None) -> str:
    """Refuse a file that vectors could not be saved to, before the work of making them begins.

    Returns
    -------
    str
        The format in which they will be saved.

    Raises
    ------
    InputError
        If the suffix, or `format`, is unknown.
    FileError
        If the folder is missing or may not be written to, or `path` is not a file.
    """
    if format is None:
        suffix = Path(path).suffix.lower()
        format = next((name for name, (suffixes, _) in _WRITERS.items() if suffix in suffixes), None)
        if format is None:
            known = ", ".join(suffix for suffixes, _ in _WRITERS.values() for suffix in suffixes)
            raise InputError(f"{path}: the suffix must be one of {known}, or the format be given")
    elif format not in _WRITERS:
        raise InputError(f"format must be one of {', '.join(FORMATS)}, not {format!r}")
    check_folder(path)
    return format


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Tell what a file of vectors holds, as JSON values.

    Returns
    -------
    dict
        ``format``, ``words``, ``dim``, ``dtype``, ``counts`` and ``context_vectors`` (whether there are any),
        ``first_words``, and ``metadata`` if there are any.

    Raises
    ------
    FileError
        As `load`.
    """
    vectors = load(path)
    facts = {
        "format": recognise(Source(path)),
        "words": len(vectors),
        "dim": vectors.dim,
        "dtype": str(vectors.vectors.dtype),
        "counts": vectors.counts is not None,
        "context_vectors": vectors.context_vectors is not None,
        "first_words": vectors.words[:10],
    }
    return facts | ({"metadata": vectors.metadata} if vectors.metadata else {})
