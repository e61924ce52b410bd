"""The matrix of co-occurrences with its words, and its file.

The file is an .npz archive that `scipy.sparse.load_npz` reads too: SciPy's arrays, and beside them ``words`` (UTF-8,
concatenated), ``offsets``, ``counts`` and ``metadata`` (JSON). Contexts that are not the words have ``context_words``,
``context_offsets`` and ``context_counts`` too. Nothing in it is compressed or pickled, and arrays begin
at multiples of 64 bytes, so that it can be mapped into memory.
"""

import json
import mmap
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from fastvec.checks import check_path
from fastvec.corpus import Vocabulary
from fastvec.disk.atomic import check_folder, replacing
from fastvec.disk.compression import without_compression
from fastvec.disk.scratch import read_errors
from fastvec.disk.untrusted import parse_json, parse_npy
from fastvec.errors import FileError, InputError
from fastvec.settings import Counting
from fastvec.words import PackedWords

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = NDArray[Any]

#: Elements handled at a time.
_PIECE = 1 << 20
_ALIGNMENT = 64
#: Begins the names of the arrays of contexts.
_CONTEXT = "context_"
#: Bytes of an archive entry's header before its name, and of its field for large sizes.
_LOCAL_HEADER, _ZIP64 = 30, 20
#: Dimensions and kinds of number of each array in a file.
_KINDS = {
    "indptr": (1, "iu"),
    "indices": (1, "iu"),
    "data": (1, "fiu"),
    "shape": (1, "iu"),
    "words": (1, "u"),
    "offsets": (1, "i"),
    "counts": (1, "i"),
    "metadata": (1, "u"),
    "context_words": (1, "u"),
    "context_offsets": (1, "i"),
    "context_counts": (1, "i"),
}


@dataclass(frozen=True, eq=False)
class Cooccurrence:
    """How often each word stands near each other word.

    A sparse matrix by rows (CSR): the contexts of word w are ``indices[indptr[w]:indptr[w + 1]]``, ascending, with the
    weights ``data[indptr[w]:indptr[w + 1]]``. The arrays may be mapped from files, and then need no memory.

    Attributes
    ----------
    vocabulary : Vocabulary
        Words by id, which are the contexts too where there are no `contexts`.
    indptr : (n_words + 1,) int64
        Where each row begins.
    indices : (n_cells,) int32
        Context of each cell.
    data : (n_cells,) float32
        Sum of weights of each cell.
    metadata : dict
        What was counted ("counting": the fields of `Counting`) and in what ("corpus": `Corpus.facts`).
    path : str or None
        The file that it was loaded from.
    contexts : Vocabulary or None
        Contexts by id, where they are not the words themselves: of another kind, or words with their side
        ("left:the").
    """

    vocabulary: Vocabulary
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    metadata: dict[str, Any]
    path: str | None = None
    contexts: Vocabulary | None = None

    @classmethod
    def of_text(
        cls,
        vocabulary: Vocabulary,
        cells: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]],
        counting: Counting,
        facts: dict[str, Any],
    ) -> "Cooccurrence":
        """Return what was counted in a text; `cells` are row starts, columns and values, `facts` those of the text."""
        contexts = None if counting.sides == 1 else sided(vocabulary)
        return cls(vocabulary, *cells, {"counting": counting.as_dict(), "corpus": facts}, contexts=contexts)

    def __repr__(self) -> str:
        contexts = "" if self.contexts is None else f" with {len(self.contexts):,} contexts"
        return f"<Cooccurrence of {len(self.vocabulary):,} words{contexts}: {self.data.size:,} cells>"

    @property
    def shape(self) -> tuple[int, int]:
        """Words and contexts."""
        n = len(self.vocabulary)
        return n, n if self.contexts is None else len(self.contexts)

    @property
    def sides(self) -> int:
        """How many contexts each word is: 2 if it is one on the left and another on the right."""
        return 2 if self.metadata.get("counting", {}).get("context") == "directional" else 1

    @property
    def is_of_pairs(self) -> bool:
        """Whether the contexts are of another kind than the words."""
        return self.contexts is not None and self.sides == 1

    @property
    def facts(self) -> dict[str, Any]:
        """What is known about the text; see `Corpus.facts`."""
        facts: dict[str, Any] = self.metadata["corpus"]
        return facts

    @cached_property
    def matrix(self) -> "csr_matrix[np.float32]":
        """The same as a SciPy matrix, on the same memory."""
        from scipy.sparse import csr_matrix

        return csr_matrix((self.data, self.indices, self.indptr), shape=self.shape)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write an .npz file, which `load` and `scipy.sparse.load_npz` read.

        Raises
        ------
        InputError
            If the suffix of the file is that of a compressed one.
        FileError
            If it cannot be written; an existing file then stays as it was.
        """
        check_target(path)
        arrays = {
            "format": np.array(b"csr"),
            "shape": np.array(self.shape, np.int64),
            "indptr": self.indptr,
            "indices": self.indices,
            "data": self.data,
            "metadata": np.frombuffer(json.dumps(self.metadata).encode(), np.uint8),
        }
        for vocabulary, prefix in ((self.vocabulary, ""), (self.contexts, _CONTEXT)):
            if vocabulary is not None:
                words = PackedWords.pack(vocabulary.words, "surrogatepass")
                arrays[f"{prefix}words"], arrays[f"{prefix}offsets"] = words.data, words.offsets
                arrays[f"{prefix}counts"] = vocabulary.counts
        with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, array in arrays.items():
                entry = zipfile.ZipInfo(f"{name}.npy")
                entry.extra = _padding(file.tell() + _LOCAL_HEADER + len(entry.filename))
                with archive.open(entry, "w", force_zip64=True) as stream:
                    npy.write_array_header_1_0(stream, npy.header_data_from_array_1_0(array))
                    for piece in _pieces(array):
                        stream.write(piece.data)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Cooccurrence":
        """Read a file that `save` wrote; its large arrays are mapped into memory, not read.

        Raises
        ------
        FileError
            If the file is of another kind, or damaged.
        """
        try:
            with read_errors(path), open(path, "rb") as file, zipfile.ZipFile(file) as archive:
                has_contexts = f"{_CONTEXT}words.npy" in archive.namelist()
                names = [name for name in _KINDS if has_contexts or not name.startswith(_CONTEXT)]
                arrays = {name: _read(file, archive, name, path) for name in names}
        except KeyError as error:
            raise FileError(f"{path}: no {error.args[0]}; write it with fastvec cooccurrence") from None
        except (
            zipfile.BadZipFile,
            zlib.error,
            RuntimeError,
            ValueError,
            OverflowError,
            EOFError,
            struct.error,
        ) as error:
            raise FileError(
                f"{path}: not a file of co-occurrences ({error}); `fastvec cooccurrence` writes one"
            ) from None
        _check(arrays, path)
        try:
            vocabularies = [_vocabulary(arrays, prefix) for prefix in ("", _CONTEXT)[: 1 + has_contexts]]
        except ValueError:
            raise FileError(f"{path}: its words are damaged; write the file again with fastvec cooccurrence") from None
        try:
            metadata = parse_json(arrays["metadata"].tobytes())
            Counting(**metadata["counting"])
            if not isinstance(metadata["corpus"], dict):
                raise TypeError
        except (ValueError, TypeError, KeyError):
            raise FileError(f"{path}: metadata is damaged; write the file again with fastvec cooccurrence") from None
        return cls(
            vocabularies[0],
            arrays["indptr"].astype(np.int64, copy=False),
            arrays["indices"].astype(np.int32, copy=False),
            arrays["data"].astype(np.float32, copy=False),
            metadata,
            os.path.abspath(path),
            vocabularies[1] if has_contexts else None,
        )


def sided(vocabulary: Vocabulary) -> Vocabulary:
    """Return the contexts that words are where the two sides are counted apart.

    >>> sided(Vocabulary(["a", "b"], [3, 2])).words
    ['left:a', 'right:a', 'left:b', 'right:b']
    """
    words = [f"{side}:{word}" for word in vocabulary.words for side in ("left", "right")]
    return Vocabulary(words, np.repeat(vocabulary.counts, 2))


def _vocabulary(arrays: dict[str, Array], prefix: str) -> Vocabulary:
    """Return the words, or the contexts, of a file."""
    words = PackedWords(arrays[f"{prefix}words"], arrays[f"{prefix}offsets"])
    return Vocabulary(words.decode("surrogatepass"), arrays[f"{prefix}counts"])


def check_target(path: str | os.PathLike[str]) -> None:
    """Check a file to which co-occurrences will be saved, before they are counted.

    Raise `InputError` if its suffix is that of a compressed file, which could not be mapped; `FileError` if it cannot
    be written.
    """
    check_path("path", path)
    if without_compression(path) != Path(path):
        raise InputError(f"{path}: co-occurrences are not compressed; choose a name such as counts.npz")
    check_folder(path)


def _padding(start: int) -> bytes:
    """Return a field of a zip header, after the zip64 field, that ends at a multiple of 64 bytes."""
    empty = struct.calcsize("<HH")
    length = -(start + _ZIP64 + empty) % _ALIGNMENT
    return struct.pack("<HH", 0xD935, length) + bytes(length)  # the number that Android's zipalign uses


def _pieces(array: Array) -> Iterator[Array]:
    """Yield an array in pieces; if it is mapped from a file, release the memory of each piece."""
    mapped = getattr(array, "_mmap", None)
    flat = array.reshape(-1)
    for start in range(0, flat.size, _PIECE):
        yield flat[start : start + _PIECE]
        if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)


def _read(file: IO[bytes], archive: zipfile.ZipFile, name: str, path: str | os.PathLike[str]) -> Array:
    """Map an array of an archive into memory, or read it if that is impossible."""
    try:
        entry = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise KeyError(name) from None
    data: Array
    with archive.open(entry) as stream:
        if entry.compress_type == zipfile.ZIP_STORED:
            file.seek(entry.header_offset + 26)
            start = entry.header_offset + _LOCAL_HEADER + sum(struct.unpack("<HH", file.read(4)))
            data = np.memmap(path, np.uint8, "r", start, (entry.file_size,))
        else:
            data = np.frombuffer(stream.read(), np.uint8)
    dimensions, kinds = _KINDS[name]
    return parse_npy(data, f"{path}: {name}", kinds, (dimensions,), "write the file again with fastvec cooccurrence")


def _check(arrays: dict[str, Array], path: str | os.PathLike[str]) -> None:
    """Check that the arrays are a matrix with its words."""
    contexts = _CONTEXT if f"{_CONTEXT}words" in arrays else ""
    n_words, n_contexts, n_cells = arrays["counts"].size, arrays[f"{contexts}counts"].size, arrays["data"].size
    in_order = {
        "shape": arrays["shape"].tolist() == [n_words, n_contexts],
        "indptr": _is_rising(arrays["indptr"], n_words, n_cells),
        "offsets": _is_rising(arrays["offsets"], n_words, arrays["words"].size),
        f"{contexts}offsets": _is_rising(arrays[f"{contexts}offsets"], n_contexts, arrays[f"{contexts}words"].size),
        "indices": arrays["indices"].size == n_cells
        and all(0 <= piece.min() and piece.max() < n_contexts for piece in _pieces(arrays["indices"])),
        "data": all(piece.min() > 0 and _is_finite(piece) for piece in _pieces(arrays["data"])),
    }
    for name, is_good in in_order.items():
        if not is_good:
            raise FileError(f"{path}: {name} is damaged; write the file again with fastvec cooccurrence")


def _is_finite(weights: Array) -> bool:
    with np.errstate(over="ignore"):
        return bool(np.isfinite(weights.astype(np.float32, copy=False)).all())


def _is_rising(starts: Array, n: int, last: int) -> bool:
    return bool(starts.size == n + 1 and starts[0] == 0 and starts[-1] == last and (np.diff(starts) >= 0).all())
