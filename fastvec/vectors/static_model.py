"""Static models of sentence-transformers and model2vec: a ``.safetensors`` file, and a ``tokenizer.json`` beside it.

The matrix is the tensor ``embeddings`` or ``embedding.weight``. model2vec may have a weight for each token
(``weights``), and one row for several (``mapping``). Without ``tokenizer.json`` the words are the lines of
``vocab.txt``. A token is taken as a word as it stands, "##ing" and "▁the" too.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from fastvec.disk.tensors import Header, header_of, is_tensors
from fastvec.errors import FileError
from fastvec.vectors.format import Format
from fastvec.vectors.native import mapped
from fastvec.vectors.selection import Selection, select
from fastvec.vectors.source import Source
from fastvec.words import PackedWords

_MATRICES = ("embeddings", "embedding.weight")
_NUMBERS = frozenset({"F64", "F32", "F16", "I8"})


def _is_static(head: bytes) -> bool:
    return is_tensors(head) and any(name in header_of(head) for name in _MATRICES)


def read_static(source: Source, selection: Selection) -> dict[str, Any]:
    """Read a static model; raise `FileError` if it is damaged, or its words are missing or do not fit."""
    data, path = source.data, source.path
    with source.open() as file:
        header = Header(file, len(data), path)
    name = next(name for name in _MATRICES if name in header)
    matrix = mapped(data, header.find(name, _NUMBERS, 2))
    words = _read_words(path.parent)
    rows = np.arange(len(matrix))
    if "mapping" in header:
        rows = mapped(data, header.find("mapping", {"I64", "I32"}, 1)).astype(np.int64)
    if len(words) != len(rows):
        raise FileError(f"{path}: has rows for {len(rows):,} tokens, and the tokenizer beside it has {len(words):,}")
    if "mapping" in header:
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(matrix):
            raise FileError(f"{path}: its mapping does not fit its {len(matrix):,} rows; the file is damaged")
        matrix = matrix[rows]
    if "weights" in header:
        weights = mapped(data, header.find("weights", {"F64", "F32", "F16"}, 1))
        if len(weights) != len(rows):
            raise FileError(f"{path}: has {len(weights):,} weights for {len(rows):,} tokens")
        matrix = matrix.astype(np.float64) * weights[:, None]
    if matrix.shape[1] == 0:
        raise FileError(f"{path}: its vectors have no dimensions")
    found = {"words": PackedWords.pack(words), "vectors": matrix}
    dtype = None if matrix.dtype in (np.float32, np.float16) else np.float32
    return select(found, selection, dtype) | {"metadata": {"source": "static model"}}


def _read_words(folder: Path) -> list[str]:
    """Return the tokens in the order of their ids."""
    for name, read in (("tokenizer.json", _tokens_of), ("vocab.txt", _lines_of)):
        if (folder / name).exists():
            text = Source(folder / name).data.tobytes()
            try:
                return read(text)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise FileError(f"{folder / name}: is not the vocabulary of a tokenizer") from None
    raise FileError(f"{folder}: has no tokenizer.json or vocab.txt with the words of its model; put one beside it")


def _tokens_of(text: bytes) -> list[str]:
    tokenizer = json.loads(text)
    vocabulary = tokenizer["model"]["vocab"]
    if isinstance(vocabulary, dict):
        ids = {int(number): str(word) for word, number in vocabulary.items()}
    else:  # pairs of token and score
        ids = {number: str(word) for number, (word, _) in enumerate(vocabulary)}
    ids |= {int(token["id"]): str(token["content"]) for token in tokenizer.get("added_tokens") or ()}
    if sorted(ids) != list(range(len(ids))):
        raise ValueError("the ids have gaps")
    return [ids[number] for number in range(len(ids))]


def _lines_of(text: bytes) -> list[str]:
    return text.decode().removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n").split("\n")


FORMAT = Format(
    name="static-model",
    title="static models of sentence-transformers and model2vec",
    recognise=_is_static,
    read=read_static,
)

#: Where the tensors are in a folder of such a model.
PLACES: tuple[str, ...] = ("model.safetensors", "0_StaticEmbedding/model.safetensors")


def model_in(folder: Path) -> Path | None:
    """Return the file of a folder that holds the vectors of a static model; None if there is none."""
    return next((folder / place for place in PLACES if (folder / place).is_file()), None)
