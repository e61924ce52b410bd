"""fastText's ``.bin`` models: the vectors of their words, and of other words from their n-grams.

The file is little-endian: magic number, version, the arguments of the training, the dictionary, whether the input
matrix is quantised, that matrix (a row for each word, then one for each bucket of n-grams), and the same for the
output matrix. Classifiers and quantised models are refused. An output matrix of zeros stands for none.
"""

import os
import struct
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import FileError
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors.format import Format
from fastvec.vectors.rows import blocks, finite_rows
from fastvec.vectors.selection import Selection, not_finite, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords, refuse_words

MAGIC = struct.pack("<i", 793712314)
_NEWEST = 12
_ARGUMENTS = struct.Struct("<12id")
_NAMES = (
    "dim", "window", "epochs", "min_count", "negative", "word_ngrams", "loss", "model", "bucket", "minn", "maxn",
    "lr_update_rate", "sample",
)  # fmt: skip
_DICTIONARY = struct.Struct("<3i2q")
_SHAPE = struct.Struct("<2q")
_MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
_LOSSES = {1: "hierarchical", 2: "negative", 3: "softmax", 4: "one-vs-all"}
_BLOCK = 1 << 14  # rows that are written at once


class _Cut(Subwords):
    """The n-grams of a model some of whose words were cut off: these keep their vectors."""

    def __init__(self, ngrams: Ngrams, rows: NDArray[np.float32], own: NDArray[np.float32], words: list[bytes]) -> None:
        super().__init__(ngrams, rows)
        self._own = own
        self._places = {word: row for row, word in enumerate(words)}

    def vector(self, word: str) -> NDArray[np.float32]:
        """Return the vector of any word, (dim,) float32: the model's if it knows the word, else that of its n-grams."""
        packed = PackedWords.pack([word])
        row = self._places.get(packed.bytes_of(0), len(self._own))
        vector: NDArray[np.float32] = self.compose(packed, self._own[row : row + 1].astype(np.float32, copy=False))[0]
        return vector

    def changed(self, change: Callable[[NDArray[Any]], Any]) -> Subwords:
        """Return these with the rows of n-grams, and those of the words, changed alike."""
        return _Cut(self.ngrams, change(self.rows), change(self._own), list(self._places))


def read_fasttext(source: Source, selection: Selection) -> dict[str, Any]:
    """Read a fastText model; raise `FileError` if it is a classifier, quantised or damaged."""
    model = _Model(source.data, source.path)
    arguments = model.read_arguments()
    packed, counts = model.read_dictionary()
    inputs = model.read_matrix("input", arguments["dim"], len(packed) + arguments["bucket"])
    outputs = model.read_matrix("output", arguments["dim"], len(packed))
    subwords = None
    vectors = inputs[: len(packed)]
    ngrams = Ngrams(max(arguments["minn"], 1), arguments["maxn"], arguments["bucket"])
    if ngrams.is_whole:
        subwords = Subwords(ngrams, inputs[len(packed) :])
        vectors = subwords.compose(packed, vectors)
    wrong = np.flatnonzero(~finite_rows(vectors))
    if len(wrong) and not selection.repairs:
        word = packed.bytes_of(int(wrong[0])).decode(errors="replace")
        selection.pass_over(f"word {wrong[0] + 1:,}", not_finite(word))
    with np.errstate(invalid="ignore"):  # numbers that are not finite are refused when they are used
        has_contexts = arguments["loss"] == "negative" and any(block.any() for _, block in blocks(outputs))
    contexts = outputs if has_contexts else None
    found: dict[str, Any] = {"words": packed, "vectors": vectors, "counts": counts, "context_vectors": contexts}
    found = select(found, selection)
    if subwords is not None and len(found["words"]) < len(packed):
        subwords = _Cut(ngrams, inputs[len(packed) :], inputs[: len(packed)], packed.split())
    metadata = {"parameters": arguments, "source": "fastText"}
    return found | {"metadata": metadata, "subwords": subwords}


class _Model:
    """The bytes of a model, read from the beginning."""

    def __init__(self, data: NDArray[np.uint8], path: str | os.PathLike[str]) -> None:
        self._data = data
        self._path = path
        self._position = len(MAGIC)

    def read_arguments(self) -> dict[str, Any]:
        (version,) = self._unpack(struct.Struct("<i"), "version")
        if not 11 <= version <= _NEWEST:
            raise FileError(f"{self._path}: is a fastText model of version {version}; 11 and 12 can be read")
        arguments: dict[str, Any] = dict(zip(_NAMES, self._unpack(_ARGUMENTS, "arguments"), strict=True))
        arguments["model"] = _MODELS.get(arguments["model"], "unknown")
        arguments["loss"] = _LOSSES.get(arguments["loss"], "unknown")
        if arguments["model"] == "supervised":
            raise FileError(f"{self._path}: is a fastText classifier (supervised model), not a model of word vectors")
        sizes = arguments["dim"], arguments["bucket"] + 1, arguments["minn"] + 1, arguments["maxn"] + 1
        is_known = "unknown" not in (arguments["model"], arguments["loss"])
        if min(sizes) < 1 or not is_known or not np.isfinite(arguments["sample"]):
            self._damaged("its arguments are impossible")
        return arguments

    def read_dictionary(self) -> tuple[PackedWords, NDArray[np.int64]]:
        from fastvec.kernels import subwords as kernel

        size, n_words, n_labels, _, n_pruned = self._unpack(_DICTIONARY, "dictionary")
        if n_pruned > 0:
            self._refuse_quantised()
        if size < 0 or size != n_words or n_labels != 0 or size * 11 > len(self._data):
            self._damaged(f"its dictionary claims {size:,} entries")
        spans, bits, kinds = np.empty((size, 2), np.int64), np.empty(size, np.uint64), np.empty(size, np.uint8)
        found, self._position = kernel.split_entries(self._data, self._position, spans, bits, kinds)
        counts = bits.view(np.int64)
        if found < size or kinds.any() or (counts < 0).any():
            self._damaged(f"its dictionary ends after {found:,} of {size:,} words")
        return PackedWords.gather(self._data, spans), counts

    def read_matrix(self, name: str, dim: int, n_rows: int) -> NDArray[np.float32]:
        (quantised,) = self._unpack(struct.Struct("<?"), f"{name} matrix")
        if quantised:
            self._refuse_quantised()
        shape = self._unpack(_SHAPE, f"{name} matrix")
        if shape != (n_rows, dim):
            self._damaged(f"its {name} matrix is of shape {shape}, {(n_rows, dim)} is expected")
        n_bytes = 4 * n_rows * dim
        if n_bytes > len(self._data) - self._position:
            self._damaged(f"its {name} matrix is cut short")
        matrix = self._data[self._position : self._position + n_bytes].view("<f4").reshape(shape)
        self._position += n_bytes
        return matrix

    def _unpack(self, layout: struct.Struct, name: str) -> tuple[Any, ...]:
        piece = self._data[self._position : self._position + layout.size].tobytes()
        if len(piece) < layout.size:
            self._damaged(f"ends within its {name}")
        self._position += layout.size
        return layout.unpack(piece)

    def _refuse_quantised(self) -> NoReturn:
        raise FileError(f"{self._path}: is a quantised fastText model, whose vectors are gone; load the original .bin")

    def _damaged(self, problem: str) -> NoReturn:
        raise FileError(f"{self._path}, byte {self._position:,}: {problem}")


def write_fasttext(file: BinaryIO, vectors: Storage) -> None:
    """Write a model that fastText, gensim and others load; a word without a count gets 1.

    Raise `InputError` if a word is empty or has a zero byte, or a number is not finite.
    """
    words = vectors.packed_words
    refuse_words(words, b"\0", "fastText")
    subwords = None if vectors.ngrams is None or vectors.ngrams.kind not in FORMAT.keeps else vectors.subwords
    ngrams = Ngrams(0, 0, 0) if subwords is None else subwords.ngrams
    counts = np.ones(len(words), np.int64) if vectors.counts is None else np.maximum(vectors.counts, 1)
    file.write(MAGIC + struct.pack("<i", _NEWEST) + _ARGUMENTS.pack(*_arguments(vectors, ngrams)))
    file.write(_DICTIONARY.pack(len(words), len(words), 0, int(counts.sum()), -1))
    for start in range(0, len(words), _BLOCK):
        entries = zip(words.part(start, start + _BLOCK).split(), counts[start : start + _BLOCK].tolist(), strict=True)
        file.writelines(word + struct.pack("<xqx", count) for word, count in entries)
    inputs, n_buckets = _word_rows(vectors, subwords), 0
    if subwords is not None:
        inputs, n_buckets = chain(inputs, subwords.all_rows()), subwords.ngrams.buckets
    for n_rows, matrix in ((len(words) + n_buckets, inputs), (len(words), _output_rows(vectors))):
        file.write(b"\0" + _SHAPE.pack(n_rows, vectors.dim))
        for block in matrix:
            file.write(np.ascontiguousarray(block, "<f4").data)


def _arguments(vectors: Storage, ngrams: Ngrams) -> tuple[float, ...]:
    """Return fastText's arguments, in the order of `_NAMES`; of the training as far as they are known."""
    found = {
        "dim": vectors.dim, "window": 5, "epochs": 5, "min_count": 1, "negative": 5, "word_ngrams": 1, "loss": 2,
        "model": 2, "bucket": ngrams.buckets, "minn": ngrams.shortest, "maxn": ngrams.longest, "lr_update_rate": 100,
        "sample": 1e-4,
    }  # fmt: skip
    known = vectors.metadata.get("parameters")
    known = known if isinstance(known, dict) else {}
    for name in ("window", "epochs", "min_count", "negative"):
        if isinstance(known.get(name), int):
            found[name] = min(known[name], 2**31 - 1)
    if isinstance(known.get("sample"), int | float):
        found["sample"] = known["sample"]
    if known.get("model") == "cbow":
        found["model"] = 1
    return tuple(found[name] for name in _NAMES)


def _word_rows(vectors: Storage, subwords: Subwords | None) -> Iterator[NDArray[np.float32]]:
    """Yield the rows of the words themselves, in blocks."""
    words = vectors.packed_words
    for start in range(0, len(words), _BLOCK):
        rows = vectors.finite_rows(start, start + _BLOCK)
        yield rows if subwords is None else subwords.own_rows(words.part(start, start + _BLOCK), rows)


def _output_rows(vectors: Storage) -> Iterator[NDArray[np.float32]]:
    """Yield the context vectors, or zeros, in blocks."""
    for start in range(0, len(vectors), _BLOCK):
        if vectors.context_vectors is None:
            yield np.zeros((min(_BLOCK, len(vectors) - start), vectors.dim), np.float32)
        else:
            yield vectors.context_vectors[start : start + _BLOCK].astype(np.float32, copy=False)


FORMAT = Format(
    name="fasttext",
    title="fastText's models",
    recognise=lambda head: head.startswith(MAGIC),
    read=read_fasttext,
    write=write_fasttext,
    ngram_suffixes=(".bin",),
    keeps=frozenset({"counts", "context vectors", "n-grams"}),
    row_bytes=10,
    fills=True,
)
