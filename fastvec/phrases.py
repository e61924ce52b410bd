"""Phrases: pairs of words that are joined to one ("new york" becomes "new_york"), and their files.

`fastvec.find_phrases` finds them, `fastvec.join_phrases` joins them in a corpus; here they are saved, loaded, and
applied to lists of words. Longer phrases are found in several passes, and joined in as many.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_path, check_words, renamed, shorten
from fastvec.disk.atomic import replacing
from fastvec.disk.scratch import read_errors
from fastvec.disk.untrusted import parse_json
from fastvec.errors import FastvecError, FileError, InputError
from fastvec.settings import Phrasing
from fastvec.tabular import Tabular
from fastvec.words import PackedWords, refuse_words

#: How a file begins; what made the phrases follows as JSON, then a line of headings.
_MAGIC = "# fastvec phrases "
_HEADINGS = ("pass", "first", "second", "count", "score")


class Phrase(NamedTuple):
    """Two words, how often they are adjacent, and their score."""

    first: str
    second: str
    occurrences: int
    score: float


@dataclass(frozen=True, eq=False, repr=False)
class Phrases(Tabular):
    """The phrases of a text, pass by pass and by falling score; iterating yields each as a `Phrase`.

    Attributes
    ----------
    firsts, seconds : list of str
        The two words of each.
    counts : (n,) int64
        How often they are adjacent.
    scores : (n,) float64
    passes : (n,) int64
        In which pass each is joined, from 1.
    settings : Phrasing
        How they were found, and the delimiter.
    options : dict
        How the text was split, as of `fastvec.Corpus`.

    Examples
    --------
    >>> from fastvec import find_phrases
    >>> phrases = find_phrases(["new york is a city", "a cat is in new york"], min_count=1, threshold=2)
    >>> phrases["is", "new", "york", "big"]
    ['is', 'new_york', 'big']
    """

    firsts: list[str]
    seconds: list[str]
    counts: NDArray[np.int64]
    scores: NDArray[np.float64]
    passes: NDArray[np.int64]
    settings: Phrasing = field(default_factory=Phrasing)
    options: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.firsts)

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows."""
        return Phrase._fields, list(self)

    def __iter__(self) -> Iterator[Phrase]:
        yield from map(Phrase, self.firsts, self.seconds, self.counts.tolist(), self.scores.tolist())

    def __repr__(self) -> str:
        some = [f"{each.first}{self.settings.delimiter}{each.second}" for each, _ in zip(self, range(3), strict=False)]
        return f"<Phrases: {len(self):,}{', such as ' if some else ''}{', '.join(some)}>"

    def __getitem__(self, tokens: Sequence[str] | str) -> list[str]:
        """Return words with each phrase joined; a string is split at white space first.

        Of overlapping phrases, the first is joined.
        """
        joined = tokens.split() if isinstance(tokens, str) else check_words("tokens", tokens)
        for pairs in self._pairs:
            joined = list(_joined(joined, pairs, self.settings.delimiter))
        return joined

    def join(self, sentences: Iterable[Sequence[str] | str]) -> Iterator[list[str]]:
        """Yield the words of each sentence, as ``phrases[sentence]`` returns them."""
        if isinstance(sentences, (str, bytes)) or not isinstance(sentences, Iterable):
            raise InputError(f"sentences must be a list of sentences, not {shorten(sentences)}")
        return (self[sentence] for sentence in sentences)

    def by_pass(self) -> Iterator[tuple[list[str], list[str]]]:
        """Yield the first and the second words of the phrases of each pass."""
        cuts = [0, *(np.flatnonzero(np.diff(self.passes)) + 1).tolist(), len(self)]
        for start, stop in pairwise(cuts):
            yield self.firsts[start:stop], self.seconds[start:stop]

    @cached_property
    def _pairs(self) -> list[set[tuple[str, str]]]:
        return [set(zip(*pairs, strict=True)) for pairs in self.by_pass()]

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file that `save` writes.

        Raises
        ------
        InputError
            If a word is empty or contains a tab or newline.
        """
        refuse_words(PackedWords.pack([*self.firsts, *self.seconds]), b"\t\n\r", "phrases", "")
        about = json.dumps(self.settings.as_dict() | self.options, ensure_ascii=False)
        yield f"{_MAGIC}{about}\n"
        yield "\t".join(_HEADINGS) + "\n"
        for number, each in zip(self.passes.tolist(), self, strict=True):
            yield f"{number}\t{each.first}\t{each.second}\t{each.occurrences}\t{each.score!r}\n"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the phrases to a file: how they were found, headings, then a line each with tabs between, in UTF-8.

        Raises
        ------
        InputError
            If a word is empty or contains a tab or newline; nothing is written.
        FileError
            If the file cannot be written; a file that was there before is left as it was.
        """
        check_path("path", path)
        with replacing(path) as file:
            file.writelines(line.encode() for line in self.lines())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Phrases":
        """Read the file that `save` wrote.

        Raises
        ------
        FileError
            If the file cannot be read, or is not a file of phrases; the message names the line.
        """
        check_path("path", path)
        with read_errors(path), open(path, "rb") as file:
            return cls.parse(file, path)

    @classmethod
    def parse(cls, lines: Iterable[bytes], path: str | os.PathLike[str]) -> "Phrases":
        """Read the lines of a file of phrases; errors call it `path`."""
        number = 0
        columns: list[list[Any]] = [[] for _ in _HEADINGS]
        try:
            for number, line in enumerate(lines, 1):
                if number == 1 and not line.startswith(_MAGIC.encode()):
                    raise FileError(f"{path}: is not a file of phrases; `fastvec phrases --save` writes one")
                text = line.decode().rstrip("\r\n")
                if number == 1:
                    about = parse_json(text.removeprefix(_MAGIC))
                    json.dumps(about, ensure_ascii=False).encode()  # refuses half of a surrogate pair
                    settings = Phrasing(**{name: about.pop(name) for name in Phrasing.parameters if name in about})
                elif number > 2:
                    for kind, column, value in zip((int, str, str, int, float), columns, text.split("\t"), strict=True):
                        column.append(kind(value))
            passes, firsts, seconds, counts, scores = columns
            if not number or np.diff(passes).min(initial=0) < 0:
                raise ValueError
            arrays = np.array(counts, np.int64), np.array(scores, np.float64), np.array(passes, np.int64)
        except FileError:
            raise
        except (ValueError, TypeError, AttributeError, OverflowError, FastvecError):
            raise FileError(f"{path}, line {number:,}: is damaged; write the phrases again") from None
        return cls(firsts, seconds, *arrays, settings, about)


# gensim's Phrases, of the same name, takes sentences
_GENSIM = {
    name: f"fastvec.find_phrases(text, {name}=...)" for name in ("min_count", "threshold", "scoring", "delimiter")
}
Phrases.__init__ = renamed(sentences="fastvec.find_phrases(sentences)", **_GENSIM)(  # type: ignore[method-assign]
    Phrases.__init__
)


def _joined(tokens: list[str], pairs: set[tuple[str, str]], delimiter: str) -> Iterator[str]:
    """Yield words with the pairs joined, from the left."""
    held: str | None = None
    for token in tokens:
        if held is None:
            held = token
        elif (held, token) in pairs:
            yield f"{held}{delimiter}{token}"
            held = None
        else:
            yield held
            held = token
    if held is not None:
        yield held
