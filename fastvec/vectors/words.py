"""A list of words as UTF-8 bytes on end: what the files hold, and what opens without making a Python string.

Word i is ``data[offsets[i]:offsets[i + 1]]``.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError


class PackedWords:
    """Words as bytes on end.

    Parameters
    ----------
    data : (n_bytes,) uint8
        The words' UTF-8 bytes, one word after the other.
    offsets : (n_words + 1,) int64
        Where each word begins; the last one is `n_bytes`.

    Examples
    --------
    >>> words = PackedWords.pack(["tea", "café"])
    >>> len(words), words.offsets.tolist(), words.decode()
    (2, [0, 3, 8], ['tea', 'café'])
    """

    def __init__(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> None:
        self.data = data
        self.offsets = offsets

    @classmethod
    def pack(cls, words: Sequence[str]) -> "PackedWords":
        """Encode strings.

        Raises
        ------
        InputError
            If a word holds half of a surrogate pair, which UTF-8 cannot write.
        """
        try:
            pieces = [word.encode() for word in words]
        except UnicodeEncodeError as error:
            raise InputError(f"the word {error.object!r} cannot be written as UTF-8") from None
        lengths = np.array([len(piece) for piece in pieces], np.int64)
        return cls(np.frombuffer(b"".join(pieces), np.uint8), _offsets([lengths]))

    @classmethod
    def gather(cls, text: NDArray[np.uint8], spans: NDArray[np.int64]) -> "PackedWords":
        """Take words out of text: word i is ``text[spans[i, 0]:spans[i, 1]]``."""
        lengths = spans[:, 1] - spans[:, 0]
        data = np.empty(int(lengths.sum()), np.uint8)
        from fastvec.kernels.packed import gather_spans  # here, for files that open without compiled code

        gather_spans(text, spans, data)
        return cls(data, _offsets([lengths]))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def bytes_of(self, number: int) -> bytes:
        """Give the bytes of one word."""
        return self.data[self.offsets[number] : self.offsets[number + 1]].tobytes()

    @classmethod
    def join(cls, parts: Sequence["PackedWords"]) -> "PackedWords":
        """Put lists of words one after the other."""
        lengths = [np.empty(0, np.int64), *(np.diff(part.offsets) for part in parts)]
        return cls(np.concatenate([np.empty(0, np.uint8), *(part.data for part in parts)]), _offsets(lengths))

    def take(self, chosen: NDArray[Any]) -> "PackedWords":
        """Give the words that a mask, or row numbers, choose."""
        return PackedWords.gather(self.data, np.column_stack([self.offsets[:-1], self.offsets[1:]])[chosen])

    def find_damage(self) -> int | None:
        """Give the number of the first word that is not UTF-8, or None."""
        starts = self.offsets[:-1][np.diff(self.offsets) > 0]
        try:
            self.data.tobytes().decode()
            if not ((self.data[starts] & 0xC0) == 0x80).any():  # no word begins within a character
                return None
        except UnicodeDecodeError:
            pass
        return next(number for number, word in enumerate(self.split()) if not _is_utf8(word))

    def split(self) -> list[bytes]:
        """Give the bytes of each word."""
        data = self.data.tobytes()
        return [data[start:stop] for start, stop in pairwise(self.offsets.tolist())]

    def decode(self) -> list[str]:
        """Give the words as strings.

        Raises
        ------
        UnicodeDecodeError
            If a word is not UTF-8.
        """
        return [word.decode() for word in self.split()]


def _offsets(lengths: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    offsets = np.zeros(sum(map(len, lengths)) + 1, np.int64)
    np.cumsum(np.concatenate(lengths), out=offsets[1:])
    return offsets


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True


def refuse_words(words: PackedWords, forbidden: bytes, kind: str) -> None:
    """Refuse words that a file format cannot hold.

    Parameters
    ----------
    words : PackedWords
        The words.
    forbidden : bytes
        Bytes that may not be in a word, which may not be empty either.
    kind : str
        What to call the format.

    Raises
    ------
    InputError
        If there is such a word.
    """
    is_forbidden = np.zeros(256, bool)
    is_forbidden[list(forbidden)] = True
    places = np.flatnonzero(is_forbidden[words.data])
    empty = np.flatnonzero(words.offsets[1:] == words.offsets[:-1])
    if not len(places) and not len(empty):
        return
    number = int(np.searchsorted(words.offsets, places[0], "right")) - 1 if len(places) else int(empty[0])
    word = words.bytes_of(number).decode(errors="replace")
    problem = "holds white space" if word else "is empty"
    raise InputError(f"the word {word!r} {problem}, which a {kind} file cannot hold; save as .safetensors")
