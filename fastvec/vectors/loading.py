"""Files of vectors of any format: read, described, and compared with what they should hold."""

import os
from collections.abc import Collection
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from fastvec.checks import check_path, renamed, shorten
from fastvec.errors import FileError, InputError
from fastvec.parameters import documented
from fastvec.settings import Loading
from fastvec.vectors.formats import file_in, recognise
from fastvec.vectors.keyed import KeyedVectors
from fastvec.vectors.rows import blocks
from fastvec.vectors.selection import Selection
from fastvec.vectors.source import Source

#: Share of the largest number of a vector by which the mean of its rows may differ.
_ROUNDING = 1e-5


@renamed(restrict_vocab="limit", vocab_limit="limit")
@documented(Loading)
def load(
    path: str | os.PathLike[str],
    *,
    limit: int | None = None,
    words: Collection[str] | None = None,
    dtype: DTypeLike | None = None,
    errors: Literal["strict", "replace", "skip"] = "strict",
) -> KeyedVectors:
    """Read vectors from a file of any format that fastvec knows, compressed (gzip, bzip2, xz, zstd) or not.

    Parameters
    ----------
    path : path
        The file; its format is recognised by its content. Or a folder: a static model of sentence-transformers or
        model2vec, or the tables of TensorFlow's projector.
    {parameters}

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
    Files of fastvec and NumPy are mapped into memory, not read, and stay valid when the file is replaced, as by `save`,
    or removed. Numbers in them that are not finite are refused when they are used, in other files at once. If another
    program truncates a mapped file, the system ends this process (SIGBUS) when the missing part is used, and no error
    can be raised. ``wv.vectors.copy()`` is not mapped.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp(), "ice.vec")
    >>> KeyedVectors(["ice", "snow"], [[3, 1], [2, 1]]).save(path)
    >>> load(path, limit=1)
    <KeyedVectors: 1 words, 2 dimensions, float32>
    """
    check_path("path", path)
    kind: Any = None if dtype is None else _name_of(dtype)
    selection = Selection(path, Loading(limit=limit, words=words, dtype=kind, errors=errors))
    source = _source(path)
    vectors = KeyedVectors(**recognise(source).read(source, selection))
    if not len(vectors) and selection.faults.n:
        raise FileError(f"{path}: has no word with a vector that can be read; {selection.faults.first}")
    selection.faults.report()
    return vectors if kind is None else vectors.quantize(kind)


def is_vectors(path: str | os.PathLike[str]) -> bool:
    """Return whether this is a file, or a folder, of vectors, and not text.

    Any text may be one of GloVe's, which nothing marks, so that the first row must consist of a word and numbers.
    """
    try:
        source = _source(path)
        if recognise(source).name != "glove":
            return True
        numbers = source.head.partition(b"\n")[0].split()[1:]
        return len([float(number) for number in numbers]) > 1
    except (FileError, ValueError):
        return False


def _source(path: str | os.PathLike[str]) -> Source:
    return Source(file_in(path))


def _name_of(dtype: object) -> str:
    try:
        return np.dtype(dtype).name  # type: ignore[call-overload,no-any-return]
    except TypeError:
        return str(dtype)


def as_vectors(name: str, given: Any) -> KeyedVectors:
    """Return keyed vectors: these, those of a file, or those of gensim; `name` is what messages call them.

    Raises
    ------
    InputError
        If it is none of these.
    FileError
        If the file cannot be read.
    """
    if isinstance(given, KeyedVectors):
        return given
    if isinstance(given, str | os.PathLike):
        return load(given)
    if hasattr(getattr(given, "wv", given), "index_to_key"):
        return KeyedVectors.from_gensim(given)
    raise InputError(f"{name} must be KeyedVectors, or the path of a file of vectors, not {shorten(given)}")


def check_copy(vectors: KeyedVectors, path: str | os.PathLike[str]) -> None:
    """Compare a file bit by bit with the vectors that it should hold; raise `FileError` if it differs.

    Vectors that are made of n-grams may differ by rounding.
    """
    copy = load(path)
    if copy.words != vectors.words:
        raise FileError(f"{path}: does not hold the same words")
    for (rows, first), (_, second) in zip(blocks(vectors.vectors), blocks(copy.vectors), strict=True):
        differs = (np.ascontiguousarray(first).view(np.uint32) != np.ascontiguousarray(second).view(np.uint32)).any(1)
        if copy.subwords is not None:  # of which the vectors were made anew
            differs &= np.abs(first - second).max(1) > _ROUNDING * np.abs(first).max(1)
        if differs.any():
            word = copy.words[rows.start + int(np.argmax(differs))]
            raise FileError(f"{path}: does not hold the same numbers for {word!r}")


def describe(path: str | os.PathLike[str], errors: Literal["strict", "replace", "skip"] = "strict") -> dict[str, Any]:
    """Return what a file of vectors holds, as JSON values; `errors` is as in `load`.

    Returns
    -------
    dict
        ``format``, ``words``, ``dim``, ``dtype``, ``counts`` and ``context_vectors`` (whether there are any),
        ``phrases`` (how many), ``ngrams`` (which, and how many rows; None without), ``first_words``, and ``metadata``
        if there are any.
    """
    vectors = load(path, errors=errors)
    vectors.check_finite()
    facts = {
        "format": recognise(_source(path)).name,
        "words": len(vectors),
        "dim": vectors.dim,
        "dtype": str(vectors.vectors.dtype),
        "counts": vectors.counts is not None,
        "context_vectors": vectors.context_vectors is not None,
        "phrases": 0 if vectors.phrases is None else len(vectors.phrases),
        "ngrams": None if vectors.subwords is None else vectors.subwords.describe(),
        "first_words": vectors.words[:10],
    }
    return facts | ({"metadata": vectors.metadata} if vectors.metadata else {})
