"""A vocabulary: words and how often they occur, the most frequent first."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus.words import Words
from fastvec.disk.atomic import replacing
from fastvec.errors import FileError, InputError


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words with their counts, by falling count and, where the counts are equal, by their UTF-8 bytes.

    Parameters
    ----------
    words : list of str
        In this order; a word's place is its id.
    counts : (n,) int64
        Occurrences of each.

    Raises
    ------
    InputError
        If there are not as many counts as words, or one is negative or greater than the one before it.

    Examples
    --------
    >>> vocabulary = Vocabulary(["the", "cat"], np.array([2, 1]))
    >>> vocabulary["cat"], "dog" in vocabulary, len(vocabulary), vocabulary.n_tokens
    (1, False, 2, 3)
    """

    words: list[str]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        if len(self.words) != len(self.counts):
            raise InputError(
                f"a vocabulary needs a count for each word: {len(self.words)} words, {len(self.counts)} counts"
            )
        if len(self.counts) and (self.counts[-1] < 0 or (np.diff(self.counts) > 0).any()):
            raise InputError("the counts of a vocabulary must fall from word to word, and none may be negative")

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> int:
        return self.index[word]

    @cached_property
    def index(self) -> dict[str, int]:
        """Id of each word."""
        return {word: k for k, word in enumerate(self.words)}

    @property
    def n_tokens(self) -> int:
        """Occurrences of all words together."""
        return int(self.counts.sum())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write lines of word, tab, count, in UTF-8.

        Raises
        ------
        InputError
            If a word has a tab or a newline in it; nothing is written.
        FileError
            If the file cannot be written; a file that was there before is left as it was.
        """
        lines = self.lines()
        with replacing(path) as file:
            file.writelines(line.encode() for line in lines)

    def lines(self) -> list[str]:
        """Give the lines of the file that `save` writes.

        Raises
        ------
        InputError
            If a word has a tab or a newline in it.
        """
        for word in self.words:
            if "\t" in word or "\n" in word:
                raise InputError(f"the word {word!r} has a tab or newline in it, which a vocabulary file cannot hold")
        return [f"{word}\t{count}\n" for word, count in zip(self.words, self.counts.tolist(), strict=True)]

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Vocabulary":
        """Read a file of lines of word, tab, count.

        The lines may stand in any order; the vocabulary has its own.

        Raises
        ------
        FileError
            If the file cannot be read, or a line is none of this kind.
        """
        counts: dict[str, int] = {}
        try:
            with open(path, "rb") as file:
                for number, line in enumerate(file, 1):
                    word, count = _parse(line, f"{path}:{number}")
                    if word in counts:
                        raise FileError(f"{path}:{number}: {word!r} stands twice in this vocabulary")
                    counts[word] = count
        except FileError:
            raise
        except OSError as error:
            raise FileError(f"{path}: cannot read the vocabulary ({error.strerror})") from None
        if not counts:
            raise FileError(f"{path}: no words in this vocabulary")
        words, array = list(counts), np.array(list(counts.values()), np.int64)
        order = Words.from_strings(words).falling_order(array)
        return cls([words[k] for k in order], array[order])


def _parse(line: bytes, where: str) -> tuple[str, int]:
    """Parse one line; `where` names it."""
    try:
        word, tab, count = line.decode().rstrip("\r\n").rpartition("\t")
    except UnicodeDecodeError:
        raise FileError(f"{where}: not UTF-8") from None
    if not tab:
        raise FileError(f"{where}: {count[:60]!r} has no count; a line is a word, a tab and how often it occurs")
    if not word or "\t" in word:
        raise FileError(f"{where}: {line[:60]!r} is not one word, a tab and a count")
    if not (count.isascii() and count.isdigit() and len(count) <= 19 and 0 < int(count) < 2**63):
        raise FileError(f"{where}: the count must be a whole number of at least 1, not {count[:60]!r}")
    return word, int(count)
