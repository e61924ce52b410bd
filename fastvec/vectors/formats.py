"""The list of file formats: recognised by their content when read, chosen by the suffix when written."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from fastvec.checks import check_choice, check_path
from fastvec.disk.atomic import check_folder, replacing_all
from fastvec.disk.compression import COMPRESSED, without_compression
from fastvec.disk.scratch import ELSEWHERE, disk_errors
from fastvec.errors import FileError, InputError
from fastvec.subwords import Ngrams
from fastvec.vectors import (
    fasttext,
    floret,
    native,
    numpy_pair,
    parquet,
    projector,
    static_model,
    word2vec_binary,
    word2vec_text,
)
from fastvec.vectors.format import Format
from fastvec.vectors.interop import library
from fastvec.vectors.source import HEAD, Source
from fastvec.vectors.storage import Storage

_KNOWN = (
    projector.FORMAT,  # first, since the files beside it mark it
    static_model.FORMAT,
    native.FORMAT,
    word2vec_binary.FORMAT,
    word2vec_text.FORMAT,
    numpy_pair.FORMAT,
    fasttext.FORMAT,
    floret.FORMAT,
    parquet.FORMAT,
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
    rb"PK\x03\x04.{26}format\.npy": "a file of co-occurrences, not vectors; train on it with --cooccurrence",
    rb"PK\x03\x04": "a ZIP archive; unpack it and load a file from it",
    rb"(?:[^\s]+\t\d+\r?\n){2}": "a vocabulary, not vectors; train its words with --vocab",
    rb"\x89HDF": "an HDF5 file; save it as word2vec with the program that made it",
}


def recognise(source: Source) -> Format:
    """Return the format of a file, from its first bytes; raise `FileError` if fastvec does not know it."""
    if not source.head:
        raise FileError(f"{source.path}: is empty")
    found = _recognised(source.head, source.path)
    is_marked_by_place = found is not None and found.recognise is None
    for magic, kind in _FOREIGN.items():
        if not is_marked_by_place and re.match(magic, source.head, re.DOTALL):
            raise FileError(f"{source.path}: is {kind}")
    if found is None:
        raise FileError(f"{source.path}: is not a file of vectors, or of a kind that fastvec does not know")
    return found


def _recognised(head: bytes, path: Path | None = None) -> Format | None:
    """Return the format of the first bytes of a file, and of the files beside it if `path` is given."""
    for format in _KNOWN:
        if format.recognise is not None:
            if format.recognise(head):
                return format
        elif (
            path is not None
            and path.name in format.places
            and all(path.with_name(other).is_file() for other in format.others)
        ):
            return format
    return None


def file_in(path: str | os.PathLike[str]) -> Path:
    """Return the file of a folder that holds its vectors; the path itself if it is none, or has no such file."""
    places = (Path(path, place) for format in _KNOWN for place in format.places)
    return next((place for place in places if place.is_file()), Path(path))


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
    written to, or `path` is not a file, or a folder of other files; `MachineError` if a package is missing.
    """
    found = find_format(path, format, ngrams)
    if found.package is not None:
        library(found.package)
    *_, main = files = [file for file, _ in found.files(path)]
    is_folder = bool(found.places) and os.path.isdir(path)
    check_folder(main if is_folder else path)
    if found.places and not is_folder and os.path.lexists(path):
        raise FileError(f"{path}: is a file, and a {found.name} is a folder; choose another name")
    is_same = os.path.lexists(main) and (not found.places or recognise(Source(main)) is found)
    for file in files:
        if os.path.lexists(file) and not is_same:
            raise FileError(f"{file}: exists, and would be replaced by that of {path}; choose another name")
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
    targets = found.files(path)
    folder = _new_folder(path) if found.places and not os.path.isdir(path) else nullcontext()
    with folder, replacing_all(*(target for target, _ in targets)) as files:
        for file, (_, write_one) in zip(files, targets, strict=True):
            watched = _Head(file)
            write_one(cast(BinaryIO, watched), vectors)
        kind = _recognised(bytes(watched.head))  # of the last file, the main one
        if kind is not found and found.recognise is not None:
            taken = kind.title if kind else "none"
            raise InputError(
                f"{path}: as {found.title} these words and numbers would be taken for {taken}; save as .safetensors"
            )


@contextmanager
def _new_folder(path: str | os.PathLike[str]) -> Iterator[None]:
    """Make a folder, which is removed if the block fails."""
    with disk_errors(path, "it", ELSEWHERE):
        os.mkdir(path)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            os.rmdir(path)
        raise


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
