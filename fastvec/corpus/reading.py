"""Reading text: once, from wherever it is, into a `Corpus`."""

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from fastvec.corpus.cache import entry_name, keep
from fastvec.corpus.corpus import Corpus
from fastvec.corpus.first_pass import count_pieces
from fastvec.corpus.sources import Files, Sentences, Source, TokenLists, is_unchanged, open_source
from fastvec.corpus.stream import FORMAT, Description, read_description, read_ids, renumbered, write_stream
from fastvec.corpus.tokenizers import TokenizeLine, Tokenizer, choose_tokenizer, finish_words
from fastvec.disk.scratch import CACHE_DIR, check_space, disk_errors, nameless_file, scratch_directory, write_all
from fastvec.errors import FileError, InputError

ReadProgress: TypeAlias = Callable[[int, int | None], object]

_ERRORS = ("replace", "ignore", "strict")
_LOG = logging.getLogger(__name__)
_IDS = "the word ids"  # as messages call them


def read_corpus(
    source: Source,
    *,
    tokenizer: str | TokenizeLine = "whitespace",
    lowercase: bool = False,
    errors: str = "replace",
    cache_dir: str | os.PathLike[str] | None = None,
    cache: bool = True,
    progress: ReadProgress | None = None,
) -> Corpus:
    """Read text once and keep it as word ids on disk.

    Parameters
    ----------
    source : str, path, list of paths, or iterable
        A path, or "-" for the standard input; a folder stands for all files in it, in order of their names, without the
        hidden ones; several paths as a list of `pathlib.Path`. Or sentences: any iterable, also a generator, of strings
        (which may hold several lines) or of lists of words. Files may be compressed by gzip, bzip2, xz or zstd.
    tokenizer : str or callable
        "whitespace" splits at ASCII whitespace. "words" takes the Unicode words (letters, digits, marks, underscores,
        apostrophes inside) and drops the rest. "module:function" names a function that gives the list of words of
        a line, "jieba:lcut" for Chinese; a function itself will do, but its results are not cached.
    lowercase : bool
        Lower-case the words.
    errors : "replace", "ignore" or "strict"
        What to do with invalid UTF-8: put U+FFFD in its place, leave it out, or refuse it.
    cache_dir : path, optional
        Where to keep the stream; by default the user's cache directory.
    cache : bool
        Whether to keep it, and to use one that was kept. A stream is used again if the paths, sizes and times of the
        files are the same, and for "module:function" those of the module; what else a tokenizer depends on is not seen.
        The standard input, pipes and iterables are never kept.
    progress : callable, optional
        Called with the bytes read and the bytes there are, or None if that is not known, ten times a second at most.

    Raises
    ------
    FileError
        If a file cannot be read, is not text, or has no words; or if the stream cannot be written.
    InputError
        If an argument, or something in an iterable, is not what it must be.

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
    if errors not in _ERRORS:
        raise InputError(f"errors must be one of {', '.join(_ERRORS)}, not {errors!r}")
    opened = open_source(source)
    if isinstance(opened, TokenLists) and tokenizer != "whitespace":
        raise InputError("the source is split into words already, so a tokenizer cannot be used; give strings instead")
    chosen = choose_tokenizer(tokenizer)
    name = None if isinstance(opened, TokenLists) else chosen.name
    options = {"tokenizer": name, "lowercase": bool(lowercase), "errors": errors}

    parent = Path(cache_dir) if cache_dir is not None else None
    kept = identity = None
    if cache and isinstance(opened, Files) and opened.identity is not None and chosen.identity is not None:
        parent = parent or user_cache_path("fastvec")
        kept = parent / entry_name([FORMAT, opened.given, options])
        identity = opened.identity + chosen.identity
        described = read_description(kept)
        if described and described.identity == identity:
            found = _open_kept(kept, described, is_reused=True)
            if found and found.is_whole():
                return found
            if found:
                found.close()
                _LOG.warning("%s: is damaged; reading the text again", kept)
    with scratch_directory(parent) as scratch:
        described = _read(opened, chosen, options, identity, scratch, progress)
        is_same = not isinstance(opened, Files) or opened.identity is None or is_unchanged(opened)
        if not is_same:
            _LOG.warning("%s: changed while it was read; some of the old and of the new may be missing", opened.name)
        if not (kept and is_same and keep(scratch, kept)):
            return Corpus(scratch, described, temporary=True)
    return _open_kept(kept, described, is_reused=False) or read_corpus(
        source,
        tokenizer=tokenizer,
        lowercase=lowercase,
        errors=errors,
        cache_dir=cache_dir,
        cache=cache,
        progress=progress,
    )


def _open_kept(kept: Path, described: Description, *, is_reused: bool) -> Corpus | None:
    """Open a stream that is kept; None if another process replaced it meanwhile."""
    with suppress(OSError):
        found = Corpus(kept, described, temporary=False, is_reused=is_reused)
        if read_description(kept) == described:
            return found
        found.close()
    return None


def _read(
    source: Files | Sentences | TokenLists,
    tokenizer: Tokenizer,
    options: dict[str, Any],
    identity: list[list[str | int]] | None,
    scratch: Path,
    progress: ReadProgress | None,
) -> Description:
    """Read a source into an empty directory."""
    meter = _Meter(progress, source.n_bytes)
    n_written = 0

    with disk_errors(scratch.parent, _IDS, CACHE_DIR, source.n_bytes or 0):
        provisional = nameless_file(scratch.parent)  # the ids in the order of first sight
    with provisional:

        def write(ids: NDArray[np.int32]) -> None:
            nonlocal n_written
            n_written += ids.nbytes
            with disk_errors(scratch.parent, _IDS, CACHE_DIR, 2 * meter.extrapolate(n_written)):
                write_all(provisional, ids)

        counted = count_pieces(source, tokenizer, options["errors"], meter.advance, write)
        meter.finish()
        final = finish_words(
            counted.pieces,
            find_words=tokenizer.finds_words,
            lowercase=options["lowercase"],
            errors=options["errors"],
        )
        if final.invalid.size and options["errors"] == "strict":
            raise counted.not_unicode(int(final.invalid[0]))
        counts = np.zeros(final.words.starts.size - 1, np.int64)
        np.add.at(counts, final.finals, np.repeat(counted.counts, np.diff(final.starts)))
        if not counts.size:
            raise (FileError if isinstance(source, Files) else InputError)(f"{source.name}: no words in it")
        order = final.words.falling_order(counts)
        rank = np.empty(order.size, np.int32)
        rank[order] = np.arange(order.size, dtype=np.int32)
        data, offsets = final.words.reordered(order)
        check_space(scratch.parent, _IDS, CACHE_DIR, 4 * int(counts.sum()))
        with disk_errors(scratch.parent, _IDS, CACHE_DIR, 2 * n_written):
            provisional.seek(0)
            return write_stream(
                scratch,
                renumbered(read_ids(provisional), final.starts, rank[final.finals]),
                data,
                offsets,
                counts[order],
                name=source.name,
                n_invalid=counted.n_invalid + int(counted.counts[final.invalid].sum()),
                options=options,
                identity=identity,
            )


class _Meter:
    """Tells a callback how much has been read, ten times a second at most."""

    def __init__(self, progress: ReadProgress | None, n_total: int | None) -> None:
        self._progress = progress
        self._n_total = n_total
        self._n_read = 0
        self._told = 0.0

    def advance(self, n_bytes: int) -> None:
        self._n_read += n_bytes
        if self._progress is not None and time.monotonic() - self._told > 0.1:
            self._told = time.monotonic()
            self._progress(self._n_read, self._n_total)

    def finish(self) -> None:
        if self._progress is not None:
            self._progress(self._n_read, self._n_total)

    def extrapolate(self, n_bytes: int) -> int:
        """Estimate what a number will be when all is read, where that is known."""
        return int(n_bytes * max(1.0, (self._n_total or 0) / max(1, self._n_read)))
