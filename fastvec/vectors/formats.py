"""Files of vectors: which format a file has, told from its content, and which one to write, told from the suffix."""

import os
import re
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from fastvec.disk.atomic import check_folder, replacing_all
from fastvec.errors import FileError, InputError
from fastvec.vectors.headers import FIELD, HEADER, NUMBER
from fastvec.vectors.keyed import KeyedVectors
from fastvec.vectors.native import is_native
from fastvec.vectors.numpy_pair import vocabulary_path, write_vocabulary
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage

Errors: TypeAlias = Literal["strict", "replace"]


class _Format(NamedTuple):
    reader: str  # module and function; imported when it is needed, since some load compiled code
    writer: str = ""  # none for what is only read
    suffixes: tuple[str, ...] = ()


_FORMATS = {
    "safetensors": _Format("native.read_native", "native.write_native", (".safetensors",)),
    "word2vec-binary": _Format("word2vec_binary.read_binary", "word2vec_binary.write_binary", (".bin",)),
    "word2vec-text": _Format("word2vec_text.read_text", "text_writer.write_text", (".txt", ".vec")),
    "glove": _Format("word2vec_text.read_text", "text_writer.write_glove"),
    "numpy": _Format("numpy_pair.read_numpy", "numpy_pair.write_array", (".npy",)),
    "fasttext": _Format("fasttext.read_fasttext"),
}
FORMATS = tuple(name for name, known in _FORMATS.items() if known.writer)

_MAGIC = {b"\x93NUMPY": "numpy", b"\xba\x16\x4f\x2f": "fasttext"}
_PICKLE = "a Python pickle, which may run code when opened; save it as word2vec with the program that made it"
_OTHERS = {
    **{b"\x80" + bytes([protocol]): _PICKLE for protocol in range(2, 6)},
    b"PK\x03\x04": "a ZIP archive; unpack it and load a file from it",
    b"\x89HDF": "an HDF5 file; save it as word2vec with the program that made it",
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
        for the bytes that are wrong, keep the first of equal words and, in text, leave out the empty one.

    Returns
    -------
    KeyedVectors

    Raises
    ------
    FileError
        If the file cannot be read, has no known format, or is damaged.
    InputError
        If an option has a value that it cannot have.

    Notes
    -----
    The numbers are mapped from the file, not read, and stay what they are when it is replaced or removed; `save`
    replaces it. But if another program makes the same file shorter while it is mapped, the system ends this process
    (SIGBUS) as soon as it looks for what is gone, and no error can be raised. ``wv.vectors.copy()`` is not mapped.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp(), "ice.vec")
    >>> KeyedVectors(["ice", "snow"], [[3, 1], [2, 1]]).save(path)
    >>> load(path, limit=1)
    <KeyedVectors: 1 words, 2 dimensions, float32>
    """
    if limit is not None and limit < 1:
        raise InputError(f"limit must be at least 1, not {limit}")
    if isinstance(words, str):
        raise InputError("words must be several words, not a string")
    if dtype is not None and np.dtype(dtype) not in (np.float32, np.float16):
        raise InputError(f"dtype must be float32 or float16, not {np.dtype(dtype)}")
    if errors not in ("strict", "replace"):
        raise InputError(f"errors must be 'strict' or 'replace', not {errors!r}")
    source = Source(path)
    reader = _function(_FORMATS[recognise(source)].reader)
    return KeyedVectors(**reader(source, limit=limit, words=words, dtype=dtype, errors=errors))


def _function(name: str) -> Any:
    module, function = name.split(".")
    return getattr(import_module(f"fastvec.vectors.{module}"), function)


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
    for magic, format in _MAGIC.items():
        if head.startswith(magic):
            return format
    if is_native(head):
        return "safetensors"
    if header := HEADER.match(head):
        return "word2vec-text" if _is_text(head[header.end() :], int(header[2])) else "word2vec-binary"
    if b"\0" in head:
        raise FileError(f"{source.path}: is not a file of vectors, or of a kind that fastvec does not know")
    return "glove"


def _is_text(body: bytes, dim: int) -> bool:
    """Tell whether what follows a header is lines of text and not binary records.

    Text has no zero bytes. The first line decides, if its last fields look like numbers. If not, it may be text with a
    mistake: then it has no control characters, which binary numbers almost always have, and does not end where the
    first record would.
    """
    if b"\0" in body:
        return False
    line = body.split(b"\n", 1)[0]
    fields = FIELD.findall(line)
    is_record = line.find(b" ") + 1 + 4 * dim == len(line)
    if len(fields) > dim and all(NUMBER.fullmatch(field) for field in fields[len(fields) - dim :]):
        return not (is_record and b"  " in line)
    return not is_record and not _CONTROLS.search(body)


def save(vectors: Storage, path: str | os.PathLike[str], format: str | None = None) -> None:
    """Write vectors to a file; `KeyedVectors.save` has the parameters."""
    format = check_target(path, format)
    writer = _function(_FORMATS[format].writer)
    beside = [vocabulary_path(path)] if format == "numpy" else []
    with replacing_all(*beside, path) as (*files, file):
        writer(file, vectors)
        for words in files:
            write_vocabulary(words, vectors)


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
        format = next((name for name in FORMATS if suffix in _FORMATS[name].suffixes), None)
        if format is None:
            known = ", ".join(suffix for name in FORMATS for suffix in _FORMATS[name].suffixes)
            raise InputError(f"{path}: the suffix must be one of {known}, or the format be given")
    elif format not in FORMATS:
        raise InputError(f"format must be one of {', '.join(FORMATS)}, not {format!r}")
    check_folder(path)
    return format


def left_out(vectors: Storage, format: str) -> list[str]:
    """Give the names of what vectors have and a format does not keep: "counts", "metadata" and such."""
    kept = {"safetensors": {"counts", "context vectors", "metadata"}, "numpy": {"counts"}}.get(format, set())
    parts = {
        "counts": vectors.counts is not None,
        "context vectors": vectors.context_vectors is not None,
        "metadata": bool(vectors.metadata),
        "n-grams of other words": vectors.subwords is not None,
    }
    return [name for name, there in parts.items() if there and name not in kept]


def check_copy(vectors: Storage, path: str | os.PathLike[str]) -> None:
    """Read a file and compare it with the vectors that it should hold, bit by bit.

    Raises
    ------
    FileError
        If a word or a number differs.
    """
    copy = load(path)
    if copy.words != vectors.words:
        raise FileError(f"{path}: does not hold the same words")
    for start in range(0, len(copy), 4096):
        blocks = (matrix[start : start + 4096].astype(np.float32) for matrix in (vectors.vectors, copy.vectors))
        first, second = (block.view(np.uint32) for block in blocks)
        if not np.array_equal(first, second):
            row = start + int(np.flatnonzero((first != second).any(axis=1))[0])
            raise FileError(f"{path}: does not hold the same numbers for {copy.words[row]!r}")


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
