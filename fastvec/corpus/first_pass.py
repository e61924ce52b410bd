"""The first pass over a source: every piece of text gets an id, in order of first occurrence, and is counted."""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus.notices import NOTICES, strange_text
from fastvec.corpus.numbers import Index, Numbers, Table, is_file_of_numbers, open_file
from fastvec.corpus.scanners import Scanners
from fastvec.corpus.sources import Files, Text, TokenLists, refuse_unordered
from fastvec.corpus.tokenizers import Renumbering, TokenizeLine, Tokenizer, finish_words
from fastvec.corpus.urls import is_url
from fastvec.errors import DataError, FileError, InputError
from fastvec.words import PackedWords, is_utf8

WriteIds: TypeAlias = Callable[[NDArray[np.int32]], object]
#: Bytes at the beginning of a file that show whether it is UTF-8.
_SAMPLE = 1 << 16
#: Words that must be there to judge by.
_LEAST = 20
_Advance: TypeAlias = Callable[[int], None]

_N_IDS = 1 << 17  # ids that are written at a time


class Finished(NamedTuple):
    """The words that the pieces of the first pass become."""

    final: Renumbering
    counts: NDArray[np.int64]  #: (n_words,); occurrences of each.
    n_invalid: int  #: Occurrences of invalid UTF-8 that have been repaired.


class Counted(NamedTuple):
    """The result of the first pass."""

    pieces: PackedWords  #: The distinct pieces, by id.
    counts: NDArray[np.int64]  #: (n_pieces,); occurrences of each.
    parts: list[tuple[str, int]]  #: Name of each part of the source, and the number of distinct pieces up to its end.
    n_invalid: int  #: Occurrences of invalid UTF-8 that have been repaired.

    def finish(self, tokenizer: Tokenizer, *, lowercase: bool, errors: str) -> Finished:
        """Return the words; raise `FileError` if a piece is not UTF-8 and `errors` is "strict"."""
        final = finish_words(self.pieces, find_words=tokenizer.finds_words, lowercase=lowercase, errors=errors)
        if final.invalid.size and errors == "strict":
            raise self.not_unicode(int(final.invalid[0]))
        if final.is_same:
            return Finished(final, self.counts, self.n_invalid)
        starts, finals = final.arrays()
        counts = np.zeros(len(final.words), np.int64)
        np.add.at(counts, finals, np.repeat(self.counts, np.diff(starts)))
        return Finished(final, counts, self.n_invalid + int(self.counts[final.invalid].sum()))

    def not_unicode(self, piece: int) -> FileError:
        """Return the error for a piece that is not UTF-8, for where that is refused."""
        part = bisect_right(self.parts, piece, key=itemgetter(1))
        return _not_unicode(self.parts[part][0], self.pieces.bytes_of(piece))


def count_pieces(
    source: Text | TokenLists | Numbers | Table,
    tokenizer: Tokenizer,
    errors: str,
    advance: _Advance,
    write: WriteIds,
    threads: int = 1,
) -> Counted:
    """Read a source once: write its ids, count its pieces.

    `errors`, "replace", "ignore" or "strict", is what to do with invalid UTF-8 before the tokenizer sees it. `advance`
    is called with the number of further bytes read, `write` with array after array of ids, in which -1 ends a sentence.
    Both are called in the calling thread, and the result does not depend on `threads`, which split text at whitespace.
    Raise `FileError` or `InputError` if the source, or the tokenizer, yields something that is not text.
    """
    if isinstance(source, Numbers | Table):
        return _index_numbers([source], advance, write)
    if isinstance(source, Files) and source.identity is not None and all(map(_holds_numbers, source.paths)):
        return _index_numbers(map(open_file, source.paths), advance, write)
    if isinstance(source, TokenLists):
        return _index_tokens(source.sentences(), "the source", lambda number: f"sentence {number} of the source", write)
    if tokenizer.of_line is not None:
        lines = _Lines(source, errors, advance)
        tokens = map(checked(tokenizer.of_line, tokenizer.name, lambda: lines.place), filter(None, lines))
        where = f"tokenizer {tokenizer.name}: its result"
        counted = _index_tokens(tokens, where, lambda _: f"{where}, {lines.place},", write)
        return counted._replace(n_invalid=lines.n_invalid)
    with Scanners(threads) as scanners:
        for ids in scanners.scan(_noticed(source.parts(advance), errors, tokenizer)):
            write(ids)
        return Counted(*scanners.finish(), scanners.parts, 0)


def _noticed(
    parts: Iterable[tuple[str, Iterator[bytes]]], errors: str, tokenizer: Tokenizer
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield parts of a text; report once if its beginning looks strange."""
    is_said = False

    def looked_at(name: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal is_said
        for number, block in enumerate(_readable(name, blocks, errors)):
            if number == 0 and not is_said:
                notice = strange_text(block[:_SAMPLE], is_split=not tokenizer.finds_words)
                if notice is not None:
                    NOTICES.warning("%s: %s", name, notice)
                    is_said = True
            yield block

    for name, blocks in parts:
        yield name, looked_at(name, blocks)


def _holds_numbers(path: str) -> bool:
    return not is_url(path) and is_file_of_numbers(path)


def _index_tokens(sentences: Iterable[list[str]], what: str, where: Callable[[int], str], write: WriteIds) -> Counted:
    """Do what `Scanner` does for words that are Python strings, omitting those of white space only (jieba's, say).

    `where` returns, for messages, where the sentence of a number is; it is called for the last one only.
    """
    index: defaultdict[str, int] = defaultdict()
    index.default_factory = index.__len__
    counts = np.zeros(0, np.int64)
    ids = array("i")

    def flush() -> None:
        nonlocal counts
        flushed = np.array(ids, np.int32)
        more = np.bincount(flushed[flushed >= 0], minlength=len(index))
        more[: counts.size] += counts
        counts = more
        write(flushed)
        del ids[:]

    for number, tokens in enumerate(sentences, 1):
        n_known = len(index)
        try:
            ids.extend([index[token] for token in tokens if token.strip()])
        except (AttributeError, TypeError):  # not strings
            _refuse_others(tokens, where(number))
            raise
        if len(index) > n_known:
            _refuse_others(islice(reversed(index), len(index) - n_known), where(number))
        if ids and ids[-1] != -1:
            ids.append(-1)
        if len(ids) >= _N_IDS:
            flush()
    flush()
    return Counted(PackedWords.pack(list(index), "surrogatepass"), counts, [(what, len(index))], 0)


def _index_numbers(sources: Iterable[Numbers | Table], advance: _Advance, write: WriteIds) -> Counted:
    """Do what `Scanner` does for words that are numbers."""
    index, parts = Index(), []
    for source in sources:
        for numbers in source.sentences(advance):
            write(index.look_up(numbers, source.name))
        parts.append((source.name, len(index.counts)))
    return Counted(PackedWords.pack(index.words), index.counts, parts, 0)


def _refuse_others(tokens: Iterable[object], where: str) -> None:
    for token in tokens:
        if not isinstance(token, str):
            raise DataError(f"{where} must hold strings only, not {type(token).__name__}")


def checked(tokenize: TokenizeLine, name: str, place: Callable[[], str]) -> Callable[[str], list[str]]:
    """Wrap a tokenizer so that its errors, and results that are not words, are raised with its name and the place."""

    def tokens_of(line: str) -> list[str]:
        try:
            tokens: object = tokenize(line)
            if isinstance(tokens, (str, bytes)) or not isinstance(tokens, Iterable):
                raise DataError(f"it must return a list of words, not {type(tokens).__name__}")
            refuse_unordered(tokens, "its result")
            return list(tokens)
        except Exception as error:  # whatever the function does
            problem = error if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
            shown = repr(line if len(line) <= 60 else line[:60] + "...")
            raise DataError(f"tokenizer {name}: {problem}, {place()}: {shown}") from error

    return tokens_of


@dataclass
class _Lines:
    """The lines of a source as strings."""

    source: Text
    errors: str
    advance: _Advance
    n_invalid: int = 0  #: Pieces between whitespace that are not UTF-8, so far.
    name: str = ""  #: Part of the source that the last line is from.
    number: int = 0  #: Its number there, counted from 1.

    @property
    def place(self) -> str:
        """The last line's place, for messages."""
        return f"on line {self.number:,} of {self.name}"

    def __iter__(self) -> Iterator[str]:
        for name, blocks in self.source.parts(self.advance):
            self.name, self.number = name, 0
            unfinished: list[bytes] = []
            for block in _readable(name, blocks, self.errors):
                first, *others = block.split(b"\n")
                unfinished.append(first)
                for line in others:
                    yield self._decode(b"".join(unfinished))
                    unfinished = [line]
            yield self._decode(b"".join(unfinished))

    def _decode(self, line: bytes) -> str:
        self.number += 1
        line = line.removesuffix(b"\r")
        try:
            return line.decode()
        except UnicodeDecodeError:
            invalid = [piece for piece in line.split() if not is_utf8(piece)]
        if self.errors == "strict":
            raise _not_unicode(self.name, invalid[0])
        self.n_invalid += len(invalid)
        return line.decode(errors=self.errors)


def _readable(name: str, blocks: Iterable[bytes], errors: str) -> Iterator[bytes]:
    """Yield blocks; raise `FileError` if most words at the beginning are not UTF-8, unless these are to be ignored."""
    is_first = errors == "replace"
    for block in blocks:
        if is_first:
            words = block[:_SAMPLE].split()[:-1]
            invalid = [word for word in words if not is_utf8(word)]
            if len(words) >= _LEAST and 2 * len(invalid) > len(words):
                share = f"{len(invalid):,} of its first {len(words):,} words, such as {invalid[0][:20]!r}"
                raise FileError(
                    f"{name}: {share}, are not UTF-8; convert it (iconv -f ENCODING -t UTF-8), or omit what is not "
                    'UTF-8 with errors="ignore" (--errors ignore)'
                )
        is_first = False
        yield block


def _not_unicode(name: str, piece: bytes) -> FileError:
    cure = 'convert it with iconv, or read it with errors="replace" (--errors replace)'
    return FileError(f"{name}: {piece[:60]!r} is not UTF-8; {cure}")
