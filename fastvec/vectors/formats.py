"""The list of file formats: recognised by their content when read, chosen by the suffix when written."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, cast

from fastvec.checks import check_choice, check_path
from fastvec.disk.atomic import check_folder, replacing_all
from fastvec.disk.compression import COMPRESSED, without_compression
from fastvec.errors import FileError, InputError
from fastvec.subwords import Ngrams
from fastvec.vectors import fasttext, floret, native, numpy_pair, static_model, word2vec_binary, word2vec_text
from fastvec.vectors.format import Format
from fastvec.vectors.source import HEAD, Source
from fastvec.vectors.storage import Storage

_KNOWN = (
    static_model.FORMAT,
    native.FORMAT,
    word2vec_binary.FORMAT,
    word2vec_text.FORMAT,
    numpy_pair.FORMAT,
    fasttext.FORMAT,
    floret.FORMAT,
    word2vec_text.GLOVE,  # last, since nothing marks it
)
_BY_NAME = {format.name: format for format in _KNOWN if format.write}
#: Names of the formats that can be written.
FORMATS = tuple(_BY_NAME)
#: The format that is written for each suffix.
SUFFIXES = {suffix: format.name for format in _KNOWN for suffix in format.suffixes}

_PICKLE = "a Python pickle, which may run code when opened; save it as word2vec with the program that made it"
_FOREIGN = {
    rb"\x80[\x02-\x05]": _PICKLE,
    rb"PK\x03\x04": "a ZIP archive; unpack it and load a file from it",
    rb"\x89HDF": "an HDF5 file; save it as word2vec with the program that made it",
}


def recognise(source: Source) -> Format:
    """Return the format of a file, from its first bytes; raise `FileError` if fastvec does not know it."""
    if not source.head:
        raise FileError(f"{source.path}: is empty")
    for magic, kind in _FOREIGN.items():
        if re.match(magic, source.head):
            raise FileError(f"{source.path}: is {kind}")
    found = _recognised(source.head)
    if found is None:
        raise FileError(f"{source.path}: is not a file of vectors, or of a kind that fastvec does not know")
    return found


def _recognised(head: bytes) -> Format | None:
    return next((format for format in _KNOWN if format.recognise(head)), None)


def find_format(path: str | os.PathLike[str], name: str | None = None, ngrams: Ngrams | None = None) -> Format:
    """Return the format of this name, or of the suffix of a file to write, which has n-grams if they are given.

    Raise `InputError` if there is none.
    """
    check_path("path", path)
    if name is not None:
        check_choice("format", name, FORMATS)
    else:
        suffix = without_compression(path).suffix.lower()
        for format in _KNOWN:
            if ngrams is not None and suffix in format.ngram_suffixes and ngrams.kind in format.keeps:
                return format
        name = SUFFIXES.get(suffix)
        if name is None:
            after = f"perhaps with one of {', '.join(COMPRESSED)} after it"
            raise InputError(f"{path}: the name must end in {', '.join(SUFFIXES)}, {after}")
    return _BY_NAME[name]


def check_target(path: str | os.PathLike[str], format: str | None = None, ngrams: Ngrams | None = None) -> str:
    """Check a file to which vectors, perhaps with n-grams, will be saved; return the name of its format.

    Raise `InputError` if the suffix, or `format`, is unknown; `FileError` if the folder is missing or may not be
    written to, or `path` is not a file.
    """
    found = find_format(path, format, ngrams)
    check_folder(path)
    if found.companion is not None:
        beside = found.companion[0](path)
        if os.path.lexists(beside) and not os.path.lexists(path):
            raise FileError(f"{beside}: exists, and would be replaced by the words of {path}; choose another name")
    return found.name


def check_ngrams(path: str | os.PathLike[str], name: str | None, ngrams: Ngrams | None) -> Format:
    """Return the format that `find_format` returns; raise `InputError` if it needs n-grams that there are not."""
    format = find_format(path, name, ngrams)
    if format.needs is not None and (ngrams is None or ngrams.kind != format.needs):
        raise InputError(
            f"{path}: a {format.name} file holds {format.needs}, and the vectors have none; train with "
            "subwords floret (--subwords floret), or choose another format"
        )
    return format


def save(vectors: Storage, path: str | os.PathLike[str], format: str | None = None) -> None:
    """Write vectors to a file; `KeyedVectors.save` documents the parameters."""
    check_target(path, format, vectors.ngrams)
    found = check_ngrams(path, format, vectors.ngrams)
    targets = [(Path(path), found.write)]
    if found.companion is not None:
        beside, write = found.companion
        targets.insert(0, (beside(path), write))
    with replacing_all(*(target for target, _ in targets)) as files:
        for file, (_, write_one) in zip(files, targets, strict=True):
            assert write_one is not None  # `find_format` returns only formats that can be written
            watched = _Head(file)
            write_one(cast(BinaryIO, watched), vectors)
        kind = _recognised(bytes(watched.head))  # of the last file, the main one
        if kind is not found:
            taken = kind.title if kind else "none"
            raise InputError(
                f"{path}: as {found.title} these words and numbers would be taken for {taken}; save as .safetensors"
            )


class _Head:
    """A file to write that keeps its first bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self.head = bytearray()
        self._file = file

    def write(self, data: Any) -> None:
        """Write bytes or a contiguous array."""
        self.head += memoryview(data).cast("B")[: HEAD - len(self.head)]
        self._file.write(data)

    def writelines(self, lines: Iterable[bytes]) -> None:
        """Write some lines."""
        for line in lines:
            self.write(line)


def left_out(vectors: Storage, format: str) -> list[str]:
    """Return the names of what vectors have and a format cannot hold: "counts", "metadata" and such."""
    parts = {
        "counts": vectors.counts is not None,
        "context vectors": vectors.context_vectors is not None,
        "metadata": bool(vectors.metadata),
        "phrases": vectors.phrases is not None,
        **({} if vectors.ngrams is None else {vectors.ngrams.kind: True}),
    }
    return [name for name, is_there in parts.items() if is_there and name not in _BY_NAME[format].keeps]


def lacks_contexts(vectors: Storage, format: str) -> bool:
    """Return whether a file of a format would have zeros in place of context vectors."""
    return _BY_NAME[format].fills and vectors.context_vectors is None


def describe_suffixes() -> str:
    """Return the suffixes and what they stand for, for help texts."""
    plain = [f"{' or '.join(format.suffixes)} ({format.title})" for format in _KNOWN if format.suffixes]
    special = [f"with n-grams {' or '.join(format.ngram_suffixes)} ({format.title})" for format in _KNOWN
               if format.ngram_suffixes]  # fmt: skip
    return f"{', '.join(plain + special)}; with {', '.join(COMPRESSED)} after it compressed"
