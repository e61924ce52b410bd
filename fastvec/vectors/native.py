"""fastvec's own file: one `.safetensors` file, opened by mapping it into memory.

Tensors ``vectors`` (F32 or F16), ``context_vectors`` if there are any, ``counts`` (I64), and the words as
``word_offsets`` (I64) and ``words`` (U8, the UTF-8 bytes concatenated). The file's string metadata are ``format``,
``format_version`` and ``metadata``, one JSON object with sorted keys. The file is a pure function of its content.
"""

import json
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fastvec.disk.tensors import Header, Tensor, is_tensors, write_tensors
from fastvec.errors import FileError, InputError
from fastvec.vectors.format import Format
from fastvec.vectors.selection import Selection, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords

_NUMBERS = frozenset({"F32", "F16"})
# tensor: (dtypes it may have, dimensions, whether it must be there)
_TENSORS = {
    "vectors": (_NUMBERS, 2, True),
    "context_vectors": (_NUMBERS, 2, False),
    "counts": (frozenset({"I64"}), 1, False),
    "word_offsets": (frozenset({"I64"}), 1, True),
    "words": (frozenset({"U8"}), 1, True),
}


def write_native(file: BinaryIO, vectors: Storage) -> None:
    """Write vectors to an open file; raise `InputError` if the metadata are not JSON values."""
    try:
        metadata = json.dumps(vectors.metadata, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"metadata must be JSON values: {error}") from None
    words = vectors.packed_words
    arrays: dict[str, NDArray[Any] | None] = {
        "vectors": vectors.vectors,
        "context_vectors": vectors.context_vectors,
        "counts": vectors.counts,
        "word_offsets": words.offsets,
        "words": words.data,
    }
    tensors = {name: array for name, array in arrays.items() if array is not None}
    write_tensors(file, tensors, {"format": "fastvec", "format_version": "1", "metadata": metadata})


def read_native(source: Source, selection: Selection) -> dict[str, Any]:
    """Read vectors without copying the matrix; raise `FileError` if the header does not fit the file."""
    data, path = source.data, source.path
    with source.open() as file:
        header = Header(file, len(data), path)
    arrays = {
        name: _mapped(data, header.find(name, codes, n_dimensions))
        for name, (codes, n_dimensions, is_required) in _TENSORS.items()
        if is_required or name in header
    }
    offsets, n_bytes = arrays["word_offsets"], len(arrays["words"])
    n_words = len(offsets) - 1
    if n_words < 0 or offsets[0] != 0 or offsets[-1] != n_bytes or (offsets[1:] < offsets[:-1]).any():
        raise FileError(f"{path}: its word_offsets do not fit its words; the file is damaged")
    for name in {"vectors", "context_vectors", "counts"} & arrays.keys():
        if len(arrays[name]) != n_words:
            raise FileError(f"{path}: {name} has {len(arrays[name]):,} rows for {n_words:,} words")
    if arrays["vectors"].shape[1] == 0:
        raise FileError(f"{path}: its vectors have no dimensions")
    try:
        metadata = json.loads(header.metadata.get("metadata", "{}"))
    except (AttributeError, TypeError, ValueError, RecursionError):
        metadata = None
    if not isinstance(metadata, dict):
        raise FileError(f"{path}: its metadata are not a JSON object; the file is damaged")
    packed = PackedWords(arrays.pop("words"), arrays.pop("word_offsets"))
    return select({"words": packed, **arrays}, path, selection) | {"metadata": metadata}


def _mapped(data: NDArray[np.uint8], tensor: Tensor) -> NDArray[Any]:
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
    keeps=frozenset({"counts", "context vectors", "metadata"}),
    row_bytes=16,
)
