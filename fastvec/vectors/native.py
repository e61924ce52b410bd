"""fastvec's own file: one `.safetensors` file, opened by mapping it into memory.

Tensors ``vectors`` (F32, F16 or I8), ``context_vectors`` if there are any, ``counts`` (I64), the words as
``word_offsets`` (I64) and ``words`` (U8, the UTF-8 bytes concatenated), the rows of n-grams as ``ngram_rows`` (F32, F16
or I8), with their buckets ``ngram_keys`` (I64, rising) if not each bucket has one, and ``phrases`` (U8, a file of
`fastvec.Phrases`) if the text had any. A matrix X that is I8 has ``X_scales`` (F32), by which its rows are multiplied.
The file's string metadata are ``format``, ``format_version``, ``metadata``, one JSON object with sorted keys, and
``ngrams``, another. The file is a pure function of its content.
"""

import json
import os
from dataclasses import asdict, fields
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fastvec.disk.tensors import Header, Tensor, is_tensors, write_tensors
from fastvec.disk.untrusted import parse_json
from fastvec.errors import FileError, InputError
from fastvec.phrases import Phrases
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors.format import Format
from fastvec.vectors.quantized import Quantized
from fastvec.vectors.selection import Selection, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords

_NUMBERS = frozenset({"F32", "F16", "I8"})
#: Matrices, which have a scale for each row if they are int8.
_MATRICES = ("vectors", "context_vectors", "ngram_rows")
# tensor: (dtypes it may have, dimensions, whether it must be there)
_TENSORS = {
    "vectors": (_NUMBERS, 2, True),
    "context_vectors": (_NUMBERS, 2, False),
    "counts": (frozenset({"I64"}), 1, False),
    "word_offsets": (frozenset({"I64"}), 1, True),
    "words": (frozenset({"U8"}), 1, True),
    "ngram_rows": (_NUMBERS, 2, False),
    "ngram_keys": (frozenset({"I64"}), 1, False),
    "phrases": (frozenset({"U8"}), 1, False),
    **{f"{name}_scales": (frozenset({"F32"}), 1, False) for name in _MATRICES},
}


def write_native(file: BinaryIO, vectors: Storage) -> None:
    """Write vectors to an open file; raise `InputError` if the metadata are not JSON values."""
    try:
        metadata = json.dumps(vectors.metadata, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"metadata must be JSON values: {error}") from None
    words, phrases = vectors.packed_words, vectors.phrases
    arrays: dict[str, NDArray[Any] | None] = {
        "vectors": vectors.vectors,
        "context_vectors": vectors.context_vectors,
        "counts": vectors.counts,
        "word_offsets": words.offsets,
        "words": words.data,
        "phrases": None if phrases is None else np.frombuffer("".join(phrases.lines()).encode(), np.uint8),
    }
    about = {"format": "fastvec", "format_version": "1", "metadata": metadata}
    if vectors.subwords is not None:
        arrays |= {"ngram_rows": vectors.subwords.rows, "ngram_keys": vectors.subwords.keys}
        about["ngrams"] = json.dumps(asdict(vectors.subwords.ngrams), sort_keys=True)
    tensors = {name: array for name, array in arrays.items() if array is not None}
    for name in _MATRICES:
        matrix: Any = tensors.get(name)
        if isinstance(matrix, Quantized):
            tensors |= {name: matrix.codes, f"{name}_scales": matrix.scales}
    order = sorted(tensors, key=lambda name: (name not in _MATRICES, -tensors[name].itemsize))
    write_tensors(file, {name: tensors[name] for name in order}, about)  # so the matrices are aligned, and not copied


def read_native(source: Source, selection: Selection) -> dict[str, Any]:
    """Read vectors without copying the matrix; raise `FileError` if the header does not fit the file."""
    data, path = source.data, source.path
    with source.open() as file:
        header = Header(file, len(data), path)
    arrays = {
        name: mapped(data, header.find(name, codes, n_dimensions))
        for name, (codes, n_dimensions, is_required) in _TENSORS.items()
        if is_required or name in header
    }
    for name in _MATRICES:
        _add_scales(arrays, name, path)
    offsets, n_bytes = arrays["word_offsets"], len(arrays["words"])
    n_words = len(offsets) - 1
    if n_words < 0 or offsets[0] != 0 or offsets[-1] != n_bytes or (offsets[1:] < offsets[:-1]).any():
        raise FileError(f"{path}: its word_offsets do not fit its words; the file is damaged")
    for name in {"vectors", "context_vectors", "counts"} & arrays.keys():
        if len(arrays[name]) != n_words:
            raise FileError(f"{path}: {name} has {len(arrays[name]):,} rows for {n_words:,} words")
    if arrays["vectors"].shape[1] == 0:
        raise FileError(f"{path}: its vectors have no dimensions")
    lines = arrays.pop("phrases", None)
    phrases = None if lines is None else Phrases.parse(lines.tobytes().splitlines(), f"{path}, phrases")
    packed = PackedWords(arrays.pop("words"), arrays.pop("word_offsets"))
    found = {
        "metadata": _json(header, "metadata", path),
        "subwords": _subwords(header, arrays, path),
        "phrases": phrases,
    }
    return select({"words": packed, **arrays}, selection) | found


def _add_scales(arrays: dict[str, Any], name: str, path: str | os.PathLike[str]) -> None:
    """Put the scales of int8 numbers to them."""
    scales = arrays.pop(f"{name}_scales", None)
    if name in arrays and arrays[name].dtype == np.int8:
        if scales is None or len(scales) != len(arrays[name]):
            raise FileError(f"{path}: {name} has not a scale for each row; the file is damaged")
        arrays[name] = Quantized(arrays[name], scales)


def _json(header: Header, name: str, path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return one of the JSON objects among the string metadata; an empty one if it is not there."""
    try:
        found = parse_json(header.metadata.get(name, "{}"))
    except (AttributeError, TypeError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise FileError(f"{path}: its {name} are not a JSON object; the file is damaged")
    return found


def _subwords(header: Header, arrays: dict[str, NDArray[Any]], path: str | os.PathLike[str]) -> Subwords | None:
    """Take the rows of n-grams out of the arrays, if they are there."""
    rows, keys = arrays.pop("ngram_rows", None), arrays.pop("ngram_keys", None)
    if rows is None:
        return None
    about = _json(header, "ngrams", path)
    try:
        ngrams = Ngrams(**{field.name: int(about[field.name]) for field in fields(Ngrams) if field.name in about})
    except (KeyError, TypeError, ValueError, OverflowError):
        ngrams = Ngrams(0, 0, 0)
    n_rows = ngrams.buckets if keys is None else len(keys)
    is_rising = (
        keys is None or not len(keys) or (0 <= keys[0] and keys[-1] < ngrams.buckets and (np.diff(keys) > 0).all())
    )
    is_whole = ngrams.is_whole and n_rows == len(rows) and is_rising
    if not is_whole or rows.shape[1] != arrays["vectors"].shape[1]:
        raise FileError(f"{path}: its n-grams do not fit their rows; the file is damaged")
    return Subwords(ngrams, rows, keys)


def mapped(data: NDArray[np.uint8], tensor: Tensor) -> NDArray[Any]:
    """Return a tensor in the memory of its file; copied if it is not aligned there."""
    array: NDArray[Any] = data[tensor.start : tensor.stop].view(tensor.dtype).reshape(tensor.shape)
    return array if array.flags.aligned else array.copy()


FORMAT = Format(
    name="safetensors",
    title="fastvec's own, keeps all",
    recognise=is_tensors,
    read=read_native,
    write=write_native,
    suffixes=(".safetensors",),
    keeps=frozenset({"counts", "context vectors", "metadata", "n-grams", "floret n-grams", "phrases", "float16"}),
    row_bytes=16,
)
