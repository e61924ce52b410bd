"""A vocabulary: words and how often they occur, the most frequent first."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import as_counts, check_integer, check_words, shorten
from fastvec.disk.atomic import replacing
from fastvec.disk.compression import decompressed
from fastvec.disk.scratch import read_errors
from fastvec.errors import DataError, FileError, InputError
from fastvec.spelling import unknown_word
from fastvec.words import PackedWords, read_word_lines, word_lines


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words with their counts, by falling count and, where the counts are equal, by their UTF-8 bytes.

    Parameters
    ----------
    words : list of str
        In this order; a word's position is its id.
    counts : (n,) int64
        Occurrences of each.

    Raises
    ------
    InputError
        If there are not as many counts as words, or a count is negative or greater than the one before it.

    Examples
    --------
    >>> vocabulary = Vocabulary(["the", "cat"], np.array([2, 1]))
    >>> vocabulary["cat"], "dog" in vocabulary, len(vocabulary), vocabulary.n_tokens
    (1, False, 2, 3)
    """

    words: list[str]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not isinstance(self.words, list):
            object.__setattr__(self, "words", check_words("words", self.words))
        object.__setattr__(self, "counts", as_counts(self.counts))
        if len(self.words) != len(self.counts):
            raise InputError(
                f"a vocabulary needs a count for each word: {len(self.words)} words, {len(self.counts)} counts"
            )
        if len(self.counts) and (self.counts[-1] < 0 or (np.diff(self.counts) > 0).any()):
            raise InputError("the counts of a vocabulary must fall from word to word, and none may be negative")

    def __repr__(self) -> str:
        return f"<Vocabulary: {len(self):,} words, {self.n_tokens:,} occurrences>"

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self.index

    def __getitem__(self, word: str) -> int:
        if not isinstance(word, str):
            raise InputError(f"a word must be a string, not {shorten(word)}")
        if word not in self.index:
            raise unknown_word(word, self.index, self.words)
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
            If a word is empty or holds a tab or newline; nothing is written.
        FileError
            If the file cannot be written; a file that was there before is left as it was.
        """
        lines = word_lines(PackedWords.pack(self.words), self.counts)
        with replacing(path) as file:
            file.writelines(lines)

    def lines(self) -> list[str]:
        """Return the lines of the file that `save` writes.

        Raises
        ------
        InputError
            If a word is empty or holds a tab or newline.
        """
        return [line.decode() for line in word_lines(PackedWords.pack(self.words), self.counts)]

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Vocabulary":
        """Read a file of lines of word, tab or space, and count, compressed or not.

        The lines may be in any order; they are sorted. So the vocabularies of word2vec and GloVe can be read too.

        Raises
        ------
        FileError
            If the file cannot be read, has no words, or a line is malformed or repeats a word.
        """
        with read_errors(path), open(path, "rb") as file, decompressed(file, path) as lines:
            words, counts = read_word_lines(lines, path)
        if counts is None:
            raise FileError(f"{path}: no words in this vocabulary")
        order = PackedWords.pack(words).falling_order(counts)
        return cls([words[k] for k in order], counts[order])


def choose_words(
    name: str, words: PackedWords, counts: NDArray[np.int64], min_count: int, max_vocab: int | None
) -> Vocabulary:
    """Return those of the words of a text, in the order of a vocabulary, that are frequent enough.

    `name` is what messages call the text; the other parameters are those of `Corpus.vocabulary`. Raise `DataError` if
    fewer than two words are left.
    """
    check_integer("min_count", min_count, 1)
    if max_vocab is not None:
        check_integer("max_vocab", max_vocab, 2)
    n = int(np.searchsorted(-counts, -min_count, side="right"))
    if n == 0:
        found = f"no word occurs {min_count} times; the most frequent one occurs {counts[0]} times"
        raise DataError(f"{name}: {found}; lower min_count (--min-count)")
    if n == 1:
        word = words.head(1).decode()[0]
        found = f"only one word occurs {min_count} times or more, {word!r}, and two are needed"
        raise DataError(
            f"{name}: {found}; {'lower min_count (--min-count) or ' if min_count > 1 else ''}give more text"
        )
    n = min(n, max_vocab or n)
    return Vocabulary(words.head(n).decode(), counts[:n].copy())
