"""Lists of words as UTF-8 bytes in one array, without a Python string per word, and their files of lines."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import DataError, FileError

_BYTE_ORDER_MARK = "\ufeff"
#: Words that are encoded, checked or copied at a time, so that little memory is taken besides.
_PART = 1 << 16
#: Bytes that are compared at a time, and in compiled code; so few words share more that Python compares them.
_PREFIX, _DEEPEST = 8, 64


class PackedWords:
    """Words as bytes, one after the other: word i is ``data[offsets[i]:offsets[i + 1]]``.

    `data`, (n_bytes,) uint8, are UTF-8, or invalid, which `find_invalid` reports; `offsets` are (n_words + 1,) int64.

    >>> words = PackedWords.pack(["tea", "café"])
    >>> len(words), words.offsets.tolist(), words.decode()
    (2, [0, 3, 8], ['tea', 'café'])
    """

    def __init__(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> None:
        self.data = data
        self.offsets = offsets

    @classmethod
    def pack(cls, words: Sequence[str], errors: str = "strict") -> "PackedWords":
        """Encode strings.

        `errors` is what to do with half of a surrogate pair, which UTF-8 cannot write: "strict" raises `InputError`,
        "surrogatepass" writes invalid bytes.
        """
        data, offsets = bytearray(), np.zeros(len(words) + 1, np.int64)
        for start in range(0, len(words), _PART):
            try:
                pieces = [word.encode(errors=errors) for word in words[start : start + _PART]]
            except UnicodeEncodeError as error:
                raise DataError(f"the word {error.object!r} cannot be written as UTF-8") from None
            data += b"".join(pieces)
            offsets[start + 1 : start + 1 + len(pieces)] = list(map(len, pieces))
        return cls(np.frombuffer(data, np.uint8), np.cumsum(offsets, out=offsets))

    @classmethod
    def gather(cls, text: NDArray[np.uint8], spans: NDArray[np.int64]) -> "PackedWords":
        """Copy words out of text: word i is ``text[spans[i, 0]:spans[i, 1]]``."""
        from fastvec.kernels.words import gather_spans  # here, for files that open without compiled code

        offsets = starts_of(spans[:, 1] - spans[:, 0])
        data = np.empty(offsets[-1], np.uint8)
        gather_spans(text, spans, data)
        return cls(data, offsets)

    @classmethod
    def join(cls, parts: Sequence["PackedWords"]) -> "PackedWords":
        """Concatenate lists of words."""
        data = np.concatenate([np.empty(0, np.uint8), *(part.data for part in parts)])
        lengths = [np.empty(0, np.int64), *(np.diff(part.offsets) for part in parts)]
        return cls(data, starts_of(np.concatenate(lengths)))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def bytes_of(self, number: int) -> bytes:
        """Return the bytes of one word."""
        return self.data[self.offsets[number] : self.offsets[number + 1]].tobytes()

    def head(self, n: int) -> "PackedWords":
        """Return the first n words, as views."""
        return PackedWords(self.data[: self.offsets[n]], self.offsets[: n + 1])

    def part(self, start: int, stop: int) -> "PackedWords":
        """Return some consecutive words, as views."""
        return PackedWords(self.data, self.offsets[start : stop + 1])

    def take(self, chosen: NDArray[Any]) -> "PackedWords":
        """Return the words that a mask, or row numbers, choose."""
        from fastvec.kernels.words import gather_spans

        rows = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        offsets = np.zeros(len(rows) + 1, np.int64)
        offsets[1:] = self.offsets[1:][rows]
        offsets[1:] -= self.offsets[:-1][rows]
        np.cumsum(offsets, out=offsets)
        data = np.empty(offsets[-1], np.uint8)
        for start in range(0, len(rows), _PART):
            part = rows[start : start + _PART]
            spans = np.column_stack([self.offsets[:-1][part], self.offsets[1:][part]])
            gather_spans(self.data, spans, data[offsets[start] :])
        return PackedWords(data, offsets)

    def split(self) -> list[bytes]:
        """Return the bytes of each word."""
        first = int(self.offsets[0])
        data = self.data[first : self.offsets[-1]].tobytes()
        return [data[start:stop] for start, stop in pairwise((self.offsets - first).tolist())]

    def decode(self, errors: str = "strict") -> list[str]:
        """Return the words as strings; raise `UnicodeDecodeError` if one is not UTF-8 and `errors` is "strict"."""
        return [word.decode(errors=errors) for word in self.split()]

    def find_invalid(self) -> NDArray[np.int64]:
        """Return the numbers of the words that are not UTF-8, (k,) int64."""
        parts = range(0, len(self), _PART)
        return np.concatenate([np.empty(0, np.int64), *(start + self._part_invalid(start) for start in parts)])

    def _part_invalid(self, start: int) -> NDArray[np.int64]:
        """Return which of some words are not UTF-8, counted from the first of them."""
        part = self.part(start, min(start + _PART, len(self)))
        starts = part.offsets[:-1][np.diff(part.offsets) > 0]
        splits_characters = ((self.data[starts] & 0xC0) == 0x80).any()
        if is_utf8(self.data[part.offsets[0] : part.offsets[-1]].tobytes()) and not splits_characters:
            return np.empty(0, np.int64)  # nearly always, and much faster
        return np.flatnonzero([not is_utf8(word) for word in part.split()])

    @staticmethod
    def order_bytes(n_words: int) -> int:
        """Return the bytes of memory that ordering takes: beginnings, counts, the order, and one more while sorting."""
        return 32 * n_words

    def falling_order(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Order distinct words by falling count, and by their bytes where the counts are equal.

        So the order of a vocabulary depends on nothing but the words and their counts.
        """
        from fastvec.kernels.words import read_prefixes

        prefixes = np.empty(counts.size, np.uint64)
        read_prefixes(self.data, self.offsets, 0, prefixes)
        order = np.lexsort((prefixes, -counts))
        is_same = _equals_next(counts[order])
        is_same &= _equals_next(prefixes[order])
        del prefixes  # memory peaks here
        places, run = _runs(is_same)
        depth = 0
        while places.size and depth < _DEEPEST:  # words that share their first bytes too, by those that follow
            depth += _PREFIX
            tied = self.take(order[places])
            ends = np.minimum(np.diff(tied.offsets), depth + 1)  # for words that end in zeros
            prefixes = np.empty(places.size, np.uint64)
            read_prefixes(tied.data, tied.offsets, depth, prefixes)
            by = np.lexsort((prefixes, ends, run))
            order[places] = order[places][by]
            is_same = _equals_next(run) & _equals_next(prefixes[by]) & _equals_next(ends[by]) & (ends[by][1:] > depth)
            chosen, run = _runs(is_same)
            places = places[chosen]
        runs, words = run.tolist(), self.take(order[places]).split()
        order[places] = order[places][sorted(range(places.size), key=lambda k: (runs[k], words[k]))]
        return order


def _equals_next(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(values[1:] == values[:-1], np.bool_)


def _runs(is_same: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the places of what equals a neighbour, and the number of the run that each is in.

    `is_same` is whether something equals the next one.
    """
    in_run = np.append(is_same, False) | np.append(False, is_same)
    return np.flatnonzero(in_run), np.cumsum(np.append(True, ~is_same), dtype=np.int32)[in_run]


def starts_of(lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Return where each of some pieces of these lengths begins, and where the last one ends, (n + 1,) int64."""
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def refuse_words(
    words: PackedWords,
    forbidden: bytes,
    kind: str,
    cure: str = "; save as .safetensors",
    *,
    longest: int | None = None,
) -> None:
    """Raise `InputError` if there is a word that a file format cannot hold: an empty one, or one with a forbidden byte.

    `forbidden` is the white space that may not be in a word, `longest` the number of bytes that it may have; the
    message names the format `kind`, and ends in `cure`.
    """
    if longest is not None and len(words) and (length := int(np.diff(words.offsets).max())) > longest:
        raise DataError(f"a word has {length:,} bytes, a {kind} file can hold {longest:,}{cure}")
    is_forbidden = np.zeros(256, bool)
    is_forbidden[list(forbidden)] = True
    places = np.flatnonzero(is_forbidden[words.data])
    empty = np.flatnonzero(words.offsets[1:] == words.offsets[:-1])
    if not len(places) and not len(empty):
        return
    number = int(np.searchsorted(words.offsets, places[0], "right")) - 1 if len(places) else int(empty[0])
    word = words.bytes_of(number).decode(errors="replace")
    problem = "holds white space" if word else "is empty"
    raise DataError(f"the word {word!r} {problem}, which a {kind} file cannot hold{cure}")


def word_lines(words: PackedWords, counts: NDArray[np.int64] | None, cure: str = "") -> Iterator[bytes]:
    """Return the lines of a vocabulary file: a word, or a word, a tab and a count.

    Raise `InputError`, which ends in `cure`, if such a file cannot hold one of the words.
    """
    refuse_words(words, b"\t\n\r" if counts is None else b"\t\n", "vocabulary", cure)
    if words.data[:3].tobytes() == _BYTE_ORDER_MARK.encode():
        raise DataError(f"the first word begins with a byte order mark, which a vocabulary file cannot hold{cure}")
    if counts is None:
        return (word + b"\n" for word in words.split())
    return (b"%s\t%d\n" % line for line in zip(words.split(), counts.tolist(), strict=True))


def read_word_lines(
    lines: Iterable[bytes],
    path: str | os.PathLike[str],
    *,
    counted: bool = True,
    repairs: bool = False,
    cure: str = "convert the file (iconv)",
) -> tuple[list[str], NDArray[np.int64] | None]:
    r"""Parse the lines of a vocabulary file: a word, a tab or a space, and a count, in UTF-8.

    Lines may end in ``\n`` or ``\r\n``, and the file may begin with a byte order mark. Counts may be missing, all of
    them, unless the words were `counted` in a text; then empty lines are ignored, and a space may stand for the tab, as
    in the files of word2vec and GloVe. If the caller `repairs` them, words may repeat and have invalid bytes, which
    become half of a surrogate pair each.

    Return the words in the file's order, and their counts, (n_words,) int64 or None. Raise `FileError` if a line is
    malformed, or a word repeats an earlier one; it calls the file `path`, and `cure` is what to do about invalid bytes.
    """
    first: dict[str, int] = {}
    words: list[str] = []
    counts: list[int] = []
    for number, line in enumerate(lines, 1):
        where = f"{path}, line {number:,}:"
        try:
            text = line.decode(errors="surrogateescape" if repairs else "strict").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            if counted and b"\0" in line:
                raise FileError(f"{path}: is not text (a NUL byte in line {number:,}); give a file of words") from None
            raise FileError(f"{where} is not UTF-8; {cure}") from None
        if number == 1:
            text = text.removeprefix(_BYTE_ORDER_MARK)
            has_counts = counted or "\t" in text
        if counted and not text:
            continue
        word, *fields = text.rsplit(" ", 1) if counted and "\t" not in text else text.split("\t")
        if len(fields) != has_counts or not word:
            expected = "a word, a tab and a count" if has_counts else "a word without a count, as on line 1"
            raise FileError(f"{where} expected {expected}, not {text[:60]!r}")
        if first.setdefault(word, number) != number and not repairs:
            raise FileError(f"{where} the word {word!r} was already at line {first[word]:,}")
        words.append(word)
        counts += [_parse_count(field, where) for field in fields]
    return words, np.array(counts, np.int64) if counts else None


def _parse_count(field: str, where: str) -> int:
    if not (field.isascii() and field.isdigit() and len(field) <= 19 and int(field) < 2**63):
        raise FileError(f"{where} the count must be a whole number of at least 0, not {field[:60]!r}")
    return int(field)
