"""Reading text, once and from any source, into a `Corpus`."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import count_threads
from fastvec.corpus.corpus import Corpus
from fastvec.corpus.first_pass import count_pieces
from fastvec.corpus.numbers import Numbers, Table
from fastvec.corpus.sources import Files, Sentences, Source, TokenLists, is_unchanged, open_source
from fastvec.corpus.stream import (
    FORMAT,
    TOKENS,
    Description,
    cache_folder,
    describe_stream,
    entry_name,
    keep,
    read_description,
    read_ids,
    renumbered,
    replace_ids,
    stream_folder,
    write_ids,
)
from fastvec.corpus.tokenizers import Tokenizer, choose_tokenizer
from fastvec.disk.scratch import CACHE_DIR, check_space, disk_errors, scratch_directory, write_all
from fastvec.errors import FileError, InputError, megabytes
from fastvec.line import open_line
from fastvec.parameters import documented, take_all
from fastvec.settings import Reading

if TYPE_CHECKING:
    from fastvec import keywords

ReadProgress: TypeAlias = Callable[[int, int | None], object]

_LOG = logging.getLogger(__name__)
_IDS = "the word ids"  # as messages call them


@documented(Reading)
def read_corpus(
    source: Source,
    *,
    threads: int | None = None,
    progress: ReadProgress | bool | None = None,
    **options: Unpack["keywords.Read"],
) -> Corpus:
    """Read text once and store it as word ids on disk.

    Parameters
    ----------
    source : str, path, list of paths, or iterable
        A path, or "-" for the standard input; a folder stands for its files in order of their names, except hidden
        ones; several paths as a list of `pathlib.Path`. A URL such as "s3://bucket/*.txt", or a list of them, which
        fsspec opens. Or sentences: any iterable, such as a generator, of strings (which may hold several lines) or of
        lists of words. Files may be compressed by gzip, bzip2, xz or zstd. Or words that are numbers: a
        two-dimensional array of integers or a ``.npy`` file of one, with negative numbers where a row is shorter, or an
        iterable of arrays or lists of integers.
    threads : int, optional
        Number of threads, by default one for each core that the process may use. The result does not depend on it.
    progress : bool or callable, optional
        Whether to show the progress on a line, by default where stderr is a terminal and in notebooks; or a function of
        the bytes read and the bytes in all (None if unknown), called at most ten times a second.
    **options
        Those below. A function may be the tokenizer, but its results are not cached. A cached stream is used if the
        paths, sizes and modification times of the files are the same, and for "module:function" those of the module;
        nothing else that a tokenizer depends on is checked. The standard input, pipes and iterables are never cached.
    {parameters}

    Raises
    ------
    FileError
        If a file cannot be read, is not text, or has no words; or if the stream cannot be written.
    InputError
        If an argument, or an item of an iterable, is not of the kind required.

    Examples
    --------
    >>> corpus = read_corpus(["the cat sat on the mat", "the end"])
    >>> corpus.n_tokens, corpus.n_types
    (8, 6)
    >>> vocabulary = corpus.vocabulary(min_count=1)
    >>> vocabulary.words
    ['the', 'cat', 'end', 'mat', 'on', 'sat']
    >>> ids = np.empty(10, np.int32)
    >>> corpus.read(0, ids)
    10
    >>> ids.tolist()
    [0, 1, 5, 4, 0, 3, -1, 0, 2, -1]
    >>> corpus.close()
    """
    reading, n_threads = take_all(Reading, options), count_threads(threads)
    opened = open_source(source)
    is_split = isinstance(opened, TokenLists | Numbers | Table)
    chosen = choose_tokenizer(reading.tokenizer)
    if is_split and reading.tokenizer != "whitespace":
        raise InputError("the source is already split into words, so a tokenizer cannot be used; pass strings instead")
    name = None if is_split else chosen.name
    known = _known(reading, name)
    kept, identity = _place_of(opened, reading, chosen, known)
    if kept and (described := read_description(kept)) and described.identity == identity:
        found = _open_kept(kept, described, is_reused=True)
        if found and found.is_whole():
            return found
        if found:
            found.close()
            _LOG.warning("%s: is corrupt; reading the text again", kept)
    folder = stream_folder(reading.cache_dir, is_cached=kept is not None)
    with _reporting(progress) as report, scratch_directory(folder) as scratch:
        described = _read(opened, chosen, known, identity, scratch, report, n_threads)
        is_same = not isinstance(opened, Files) or opened.identity is None or is_unchanged(opened)
        if not is_same:
            _LOG.warning("%s: changed while it was read; parts of the old or the new text may be missing", opened.name)
        if not (kept and is_same and keep(scratch, kept)):
            return Corpus(scratch, described, temporary=True)
    if reading.cache_dir is None:
        _LOG.info("%s: its word ids are cached in %s for later runs (see fastvec cache)", opened.name, kept.parent)
    return _open_kept(kept, described, is_reused=False) or read_corpus(
        source, threads=threads, progress=progress, **options
    )


def _known(reading: Reading, name: str | None) -> dict[str, Any]:
    return {"tokenizer": name, "lowercase": bool(reading.lowercase), "errors": reading.errors}


def _place_of(
    opened: object, reading: Reading, chosen: Tokenizer, known: dict[str, Any]
) -> tuple[Path | None, list[Any] | None]:
    """Return where the stream of a source is kept, and what identifies the source; None if it is not to be kept."""
    if reading.cache and isinstance(opened, Files) and opened.identity is not None and chosen.identity is not None:
        asked = [FORMAT, opened.given, known]
        return cache_folder(reading.cache_dir) / entry_name(asked), opened.identity + chosen.identity
    return None, None


def is_cached(opened: Files, reading: Reading) -> bool:
    """Return whether `read_corpus` would find the stream of these files in the cache."""
    chosen = choose_tokenizer(reading.tokenizer)
    kept, identity = _place_of(opened, reading, chosen, _known(reading, chosen.name))
    described = None if kept is None else read_description(kept)
    return described is not None and described.identity == identity


def as_corpus(source: "Corpus | Source", threads: int | None = None, progress: object = None) -> Corpus:
    """Return a corpus, or read what `read_corpus` takes; False for `progress` shows none."""
    shown = None if progress is None or progress is True else False
    return source if isinstance(source, Corpus) else read_corpus(source, threads=threads, progress=shown)


@contextmanager
def _reporting(progress: ReadProgress | bool | None) -> Iterator[ReadProgress | None]:
    """Yield a function that reports what has been read."""
    if callable(progress):
        yield progress
        return
    with open_line(progress) as line:

        def report(done: int, total: int | None) -> None:
            assert line is not None
            of = f" of {megabytes(total)}" if total else ""
            line.show("reading", f"reading: {megabytes(done)}{of}")

        yield None if line is None else report


def _open_kept(kept: Path, described: Description, *, is_reused: bool) -> Corpus | None:
    """Open a cached stream; None if another process has replaced it."""
    with suppress(OSError):
        found = Corpus(kept, described, temporary=False, is_reused=is_reused)
        if read_description(kept) == described:
            with suppress(OSError):  # where it can only be read
                os.utime(kept / "meta.json")  # when it was used last
            return found
        found.close()
    return None


def _read(
    source: Files | Sentences | TokenLists | Numbers | Table,
    tokenizer: Tokenizer,
    options: dict[str, Any],
    identity: list[list[str | int]] | None,
    scratch: Path,
    progress: ReadProgress | None,
    threads: int,
) -> Description:
    """Read a source into an empty directory."""
    meter = _Meter(progress, source.n_bytes)
    n_written = 0

    path = scratch / "first.bin"  # the ids in order of first occurrence
    with disk_errors(scratch.parent, _IDS, CACHE_DIR, source.n_bytes or 0):
        file = open(path, "wb", buffering=0)
    with file:

        def write(ids: NDArray[np.int32]) -> None:
            nonlocal n_written
            n_written += ids.nbytes
            with disk_errors(scratch.parent, _IDS, CACHE_DIR, meter.extrapolate(n_written)):
                write_all(file, ids)

        counted = count_pieces(source, tokenizer, options["errors"], meter.advance, write, threads)
        meter.finish()
    final, counts, n_invalid = counted.finish(tokenizer, lowercase=options["lowercase"], errors=options["errors"])
    if not counts.size:
        raise (FileError if isinstance(source, Files) else InputError)(f"{source.name}: no words in it")
    del counted
    order = final.words.falling_order(counts)
    counts = counts[order]
    ranks = np.empty(order.size + 1, np.int32)
    ranks[order] = np.arange(order.size, dtype=np.int32)
    ranks[-1] = -1  # of -1
    words = final.words.take(order)
    del order
    with disk_errors(scratch.parent, _IDS, CACHE_DIR, n_written), ExitStack() as stack:
        if final.is_one_to_one:
            if final.finals is not None:
                ranks = ranks[np.append(final.finals, np.int32(-1))]
            chunks = replace_ids(path.rename(scratch / TOKENS), ranks)
        else:
            check_space(scratch.parent, _IDS, CACHE_DIR, 4 * int(counts.sum()))
            stack.callback(path.unlink)
            first = stack.enter_context(open(path, "rb", buffering=0))
            starts, finals = final.arrays()
            chunks = write_ids(scratch, renumbered(read_ids(first), starts, ranks[finals]))
        del final
        return describe_stream(
            scratch,
            chunks,
            words,
            counts,
            name=source.name,
            n_invalid=n_invalid,
            options=options,
            identity=identity,
        )


@dataclass
class _Meter:
    """Reports to a callback how much has been read, at most ten times a second."""

    progress: ReadProgress | None
    n_total: int | None
    n_read: int = 0
    reported: float = 0.0  #: When, by the monotonic clock.

    def advance(self, n_bytes: int) -> None:
        self.n_read += n_bytes
        if time.monotonic() - self.reported > 0.1:
            self.finish()

    def finish(self) -> None:
        """Report now."""
        self.reported = time.monotonic()
        if self.progress is not None:
            self.progress(self.n_read, self.n_total)

    def extrapolate(self, n_bytes: int) -> int:
        """Estimate from the bytes written so far those of the whole source, if its size is known."""
        return int(n_bytes * max(1.0, (self.n_total or 0) / max(1, self.n_read)))
