"""Static models of sentence-transformers and model2vec: a ``.safetensors`` file, and a ``tokenizer.json`` beside it.

The matrix is the tensor ``embeddings`` or ``embedding.weight``. model2vec may have a weight for each token
(``weights``), and one row for several (``mapping``). Without ``tokenizer.json`` the words are the lines of
``vocab.txt``. A token is taken as a word as it stands, "##ing" and "▁the" too, but for the token of unknown words if
its row is zeros.

Both packages load the folder that is written. There the first row, zeros, is that of unknown words: model2vec omits
them, and sentence-transformers divides by them too, so both scale the mean to length 1.
"""

import json
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from fastvec.disk.tensors import Header, header_of, is_tensors, write_tensors
from fastvec.disk.untrusted import parse_json
from fastvec.errors import FileError
from fastvec.vectors.format import Format
from fastvec.vectors.native import mapped
from fastvec.vectors.selection import Selection, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords

_MATRICES = ("embeddings", "embedding.weight")
#: The words between white space, as of `--tokenizer words`: letters and digits, with marks and apostrophes.
_WORD = r"(?=_*[^\W_])\w[\w\p{M}\x{200c}\x{200d}]*(?:['\x{2019}]\w[\w\p{M}\x{200c}\x{200d}]*)*"
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
    words, unknown = _read_words(path.parent)
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
    if unknown is not None and not matrix[unknown].any():
        del words[unknown]
        matrix = matrix[1:] if unknown == 0 else np.delete(matrix, unknown, 0)
    found = {"words": PackedWords.pack(words), "vectors": matrix}
    dtype = None if matrix.dtype in (np.float32, np.float16) else np.float32
    return select(found, selection, dtype) | {"metadata": {"source": "static model"}}


def _read_words(folder: Path) -> tuple[list[str], int | None]:
    """Return the tokens in the order of their ids, and the number of the one that stands for unknown words."""
    for name, read in (("tokenizer.json", _tokens_of), ("vocab.txt", _lines_of)):
        if (folder / name).exists():
            text = Source(folder / name).data.tobytes()
            try:
                return read(text)
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
                raise FileError(f"{folder / name}: is not the vocabulary of a tokenizer") from None
    raise FileError(f"{folder}: has no tokenizer.json or vocab.txt with the words of its model; put one beside it")


def _tokens_of(text: bytes) -> tuple[list[str], int | None]:
    tokenizer = parse_json(text)
    model = tokenizer["model"]
    vocabulary = model["vocab"]
    if isinstance(vocabulary, dict):
        ids = {int(number): str(word) for word, number in vocabulary.items()}
    else:  # pairs of token and score
        ids = {number: str(word) for number, (word, _) in enumerate(vocabulary)}
    ids |= {int(token["id"]): str(token["content"]) for token in tokenizer.get("added_tokens") or ()}
    if sorted(ids) != list(range(len(ids))):
        raise ValueError("the ids have gaps")
    tokens = [ids[number] for number in range(len(ids))]
    is_whole_words = model.get("type") == "WordLevel" and model.get("unk_token") in tokens
    return tokens, tokens.index(model["unk_token"]) if is_whole_words else None


def _lines_of(text: bytes) -> tuple[list[str], int | None]:
    return text.decode().removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n").split("\n"), None


def write_static(file: BinaryIO, vectors: Storage) -> None:
    """Write the matrix, below a row of zeros."""
    matrix = np.asarray(vectors.vectors)
    write_tensors(file, {"embeddings": np.concatenate([np.zeros_like(matrix, shape=(1, vectors.dim)), matrix])}, {})


def _write_tokenizer(file: BinaryIO, vectors: Storage) -> None:
    """Write the words, and how text is split into them: as the text was from which they were trained."""
    words, text = vectors.packed_words.decode(), vectors.metadata.get("corpus", {})
    unknown = "[UNK]"
    while unknown in vectors:
        unknown = f"[{unknown}]"
    words_only = {"type": "Split", "pattern": {"Regex": _WORD}, "behavior": "Removed", "invert": True}
    tokenizer: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"} if text.get("lowercase") else None,
        "pre_tokenizer": words_only if text.get("tokenizer") == "words" else {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: number for number, word in enumerate([unknown, *words])},
            "unk_token": unknown,
        },
    }
    _write_json(file, tokenizer)


def _write_config(file: BinaryIO, vectors: Storage) -> None:
    settings = {
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "hidden_dim": vectors.dim,
        "normalize": True,
        "max_length": None,
        "embedding_dtype": np.asarray(vectors.vectors[:0]).dtype.name,
    }
    _write_json(file, settings)


def _write_modules(file: BinaryIO, vectors: Storage) -> None:
    kinds = {"StaticEmbedding": ".", "Normalize": "1_Normalize"}
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for number, (kind, path) in enumerate(kinds.items())
    ]
    _write_json(file, modules)


def _write_json(file: BinaryIO, value: Any) -> None:
    file.write(json.dumps(value, ensure_ascii=False).encode())


FORMAT = Format(
    name="static-model",
    title="a folder for sentence-transformers and model2vec",
    recognise=_is_static,
    read=read_static,
    write=write_static,
    places=("model.safetensors", "0_StaticEmbedding/model.safetensors"),
    others={"tokenizer.json": _write_tokenizer, "config.json": _write_config, "modules.json": _write_modules},
    keeps=frozenset({"float16"}),
    row_bytes=12,
)
