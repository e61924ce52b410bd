"""The id stream on disk: a directory that holds a whole corpus as numbers.

    tokens.bin    int32, little endian: word ids by falling count, -1 for a sentence end
    words.bin     the words in UTF-8, one after the other
    offsets.npy   (n_types + 1,) int64: word i is bytes offsets[i] to offsets[i + 1]
    counts.npy    (n_types,) int64
    meta.json     the rest: see `Description`

It holds all words, including those that occur once. Because ids go by falling count, the words that reach a minimum
count are those below some id, so one stream serves every minimum and every size of vocabulary.

Cached streams are written under another name and renamed when complete, so there is never half of one. The name of a
cached stream is a hash of the paths and options asked for; its description shows whether the files have changed since.
So a changed corpus replaces its old stream instead of adding another.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from platformdirs import user_cache_path

from fastvec.disk.scratch import scratch_name, system_folder, writable, write_all
from fastvec.kernels.words import renumber
from fastvec.words import PackedWords

FORMAT = 2
TOKENS = "tokens.bin"
N_IDS = 1 << 17  # ids that are processed at a time


@dataclass(frozen=True)
class Description:
    """The numbers and settings that describe a stream."""

    #: As of `Corpus`.
    name: str
    n_ids: int
    n_tokens: int
    n_types: int
    n_invalid: int
    fingerprint: str
    options: dict[str, Any]
    #: Paths, sizes and modification times of the source's files, to see whether it has changed.
    identity: list[Any] | None
    format: int = FORMAT  #: Version of the layout.


def renumbered(
    chunks: Iterable[NDArray[np.int32]], starts: NDArray[np.int64], finals: NDArray[np.int32]
) -> Iterator[NDArray[np.int32]]:
    """Replace each id w of a stream by the ids ``finals[starts[w] : starts[w + 1]]``.

    Sentence ends are kept, unless the sentence has no word left.
    """
    longest = int(np.diff(starts).max(initial=0))
    out = np.empty(max(2 * N_IDS, longest), np.int32)
    is_open = False
    for chunk in chunks:
        while chunk.size:
            n_read, n_written, is_open = renumber(chunk, starts, finals, out, is_open)
            yield out[:n_written]
            chunk = chunk[n_read:]


def read_ids(file: Any) -> Iterator[NDArray[np.int32]]:
    """Yield the ids of an open file in chunks; each is valid until the next."""
    ids = np.empty(N_IDS, np.int32)
    while n_bytes := file.readinto(ids.data.cast("B")):
        yield ids[: n_bytes // ids.itemsize]


def fingerprint(chunks: Iterable[NDArray[np.int32]], words: PackedWords, counts: NDArray[np.int64]) -> str:
    """Return the SHA-256 of a stream, its words and their counts: equal for equal text, wherever it came from."""
    digest = hashlib.sha256()
    arrays: Iterable[NDArray[Any]] = chain(chunks, (words.data, words.offsets, counts))
    for array in arrays:
        digest.update(array.data)
    return digest.hexdigest()


def write_ids(directory: Path, chunks: Iterable[NDArray[np.int32]]) -> Iterator[NDArray[np.int32]]:
    """Write ids, and yield them as they have been written."""
    with open(directory / TOKENS, "wb") as file:
        for chunk in chunks:
            file.write(chunk.data)
            yield chunk


def replace_ids(path: Path, finals: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    """Replace each id w in a file by ``finals[w]``, and yield the new ids in order; the last of `finals` is for -1."""
    with open(path, "r+b", buffering=0) as file:
        for ids in read_ids(file):
            replaced = finals.take(ids, mode="wrap")
            file.seek(-replaced.nbytes, os.SEEK_CUR)
            write_all(file, replaced)
            yield replaced


def describe_stream(
    directory: Path,
    chunks: Iterable[NDArray[np.int32]],
    words: PackedWords,
    counts: NDArray[np.int64],
    **described: Any,
) -> Description:
    """Complete the directory of a stream whose ids are written as they are taken; the description comes last.

    `chunks` are the ids, `words` and `counts` are as on disk; `described` are `name`, `n_invalid`, `options` and
    `identity` of the `Description`.
    """
    n_ids = n_ends = 0

    def counted() -> Iterator[NDArray[np.int32]]:
        nonlocal n_ids, n_ends
        for chunk in chunks:
            n_ids += chunk.size
            n_ends += int(np.count_nonzero(chunk < 0))
            yield chunk

    digest = fingerprint(counted(), words, counts)
    (directory / "words.bin").write_bytes(words.data.data)
    _save(directory / "offsets.npy", words.offsets)
    _save(directory / "counts.npy", counts)
    description = Description(
        n_ids=n_ids, n_tokens=n_ids - n_ends, n_types=counts.size, fingerprint=digest, **described
    )
    (directory / "meta.json").write_text(json.dumps(asdict(description), indent=1))
    return description


def _save(path: Path, array: NDArray[Any]) -> None:
    """Save as np.save does, but raise the disk's own error."""
    with open(path, "wb") as file:
        npy.write_array_header_1_0(file, npy.header_data_from_array_1_0(array))
        file.write(array.data)


def read_description(directory: Path) -> Description | None:
    """Return the description of the stream in a directory; None if there is none, or its sizes are wrong."""
    try:
        description = Description(**json.loads((directory / "meta.json").read_text()))
        offsets = np.load(directory / "offsets.npy", mmap_mode="r")
        counts = np.load(directory / "counts.npy", mmap_mode="r")
        whole = (
            description.format == FORMAT
            and os.path.getsize(directory / TOKENS) == 4 * description.n_ids
            and (offsets.shape, offsets.dtype) == ((description.n_types + 1,), np.int64)
            and (counts.shape, counts.dtype) == ((description.n_types,), np.int64)
            and os.path.getsize(directory / "words.bin") == offsets[-1]
        )
    except Exception:  # numpy raises many kinds for a corrupt header
        return None
    return description if whole else None


def user_cache() -> Path:
    """Return the folder of the user's cache; in "~" for a user whose home is unknown."""
    try:
        return user_cache_path("fastvec")
    except RuntimeError:  # of platformdirs where there is no home; earlier versions return "~"
        return Path("~/.cache/fastvec")


def cache_folder(given: str | os.PathLike[str] | None) -> Path:
    """Return where cached streams are: the given folder, or the user's cache."""
    return user_cache() if given is None else Path(given)


def stream_folder(given: str | os.PathLike[str] | None, *, is_cached: bool) -> Path:
    """Return where a new stream is written.

    That is the given folder; or the user's cache for one that is cached, if it can be written to; or the system's
    temporary directory.
    """
    if given is not None:
        return Path(given)
    return writable(user_cache()) if is_cached else system_folder()


def entry_name(asked: list[Any]) -> str:
    """Return the name under which the stream for these paths and options is cached."""
    return hashlib.sha256(json.dumps(asked).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def discard(entry: Path) -> None:
    """Remove a cached stream, if there is one; whoever has it open may read on."""
    removed = entry.with_name(scratch_name())
    with suppress(FileNotFoundError):
        os.rename(entry, removed)
        shutil.rmtree(removed, ignore_errors=True)


def keep(scratch: Path, entry: Path) -> bool:
    """Rename a finished directory, replacing one of that name; return False if another process was quicker."""
    try:
        discard(entry)
        os.rename(scratch, entry)
    except OSError:
        return False
    return True
