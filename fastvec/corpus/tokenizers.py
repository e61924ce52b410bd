"""From the counted pieces of text to words.

Lower-casing, finding the words within a piece, and repairing invalid UTF-8 need one piece at a time. So they are done
once for each *distinct* piece, after counting: a piece that occurs a million times costs no more than one that occurs
once. Only a tokenizer of the user's sees every line.
"""

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus.sources import file_identity
from fastvec.errors import InputError
from fastvec.words import PackedWords

TokenizeLine: TypeAlias = Callable[[str], Iterable[str]]

_PART = 1 << 16  # pieces that are strings at a time
#: Bytes of a string and of its number, beside those of its characters.
_STRING = 64 + 32


class Renumbering(NamedTuple):
    """The words that the counted pieces become."""

    words: PackedWords  #: The distinct words.
    invalid: NDArray[np.int64]  #: (k,); the pieces that were not UTF-8.
    #: (n_pieces + 1,); piece p becomes the words ``finals[starts[p] : starts[p + 1]]``; None if it is the word p.
    starts: NDArray[np.int64] | None = None
    finals: NDArray[np.int32] | None = None  #: (n,); numbers of words.

    @property
    def is_same(self) -> bool:
        """Whether the pieces are the words."""
        return self.starts is None

    @property
    def is_one_to_one(self) -> bool:
        """Whether each piece becomes one word."""
        return self.starts is None or bool((self.starts[1:] - self.starts[:-1] == 1).all())

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return `starts` and `finals`, also where the pieces are the words."""
        if self.starts is None or self.finals is None:
            n = len(self.words)
            return np.arange(n + 1), np.arange(n, dtype=np.int32)
        return self.starts, self.finals


class Tokenizer(NamedTuple):
    """How text is split."""

    name: str  #: The name it was chosen by.
    of_line: TokenizeLine | None = None  #: Returns the words of a line; None splits at whitespace.
    finds_words: bool = False  #: Whether to find the Unicode words between the whitespace.
    #: Path, size and modification time of a function's module, to see whether it has changed; None if unknown.
    identity: list[list[str | int]] | None = None


def choose_tokenizer(tokenizer: str | TokenizeLine) -> Tokenizer:
    """Return the tokenizer of a name, "whitespace", "words" or "module:function", or of a function.

    Raise `InputError` if there is no such tokenizer, or its module cannot be imported.

    >>> choose_tokenizer("textwrap:wrap").of_line("some words")
    ['some words']
    """
    if callable(tokenizer):
        return Tokenizer(getattr(tokenizer, "__qualname__", type(tokenizer).__name__), tokenizer)
    if isinstance(tokenizer, str) and tokenizer in ("whitespace", "words"):
        return Tokenizer(tokenizer, finds_words=tokenizer == "words", identity=[])
    if not isinstance(tokenizer, str) or not re.fullmatch(r"[^:]+:[^:]+", tokenizer):
        raise InputError(f'tokenizer must be "whitespace", "words", "module:function" or a function, not {tokenizer!r}')
    module_name, function_name = tokenizer.split(":")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        package = "'fastvec[chinese]'" if error.name == "jieba" else error.name
        raise InputError(
            f"tokenizer {tokenizer}: there is no module {error.name}; install it (pip install {package})"
        ) from None
    except Exception as error:  # whatever the module does when it is imported
        raise InputError(f"tokenizer {tokenizer}: cannot import {module_name} ({error})") from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise InputError(f"tokenizer {tokenizer}: {module_name} has no function {function_name}")
    path = getattr(module, "__file__", None)
    return Tokenizer(tokenizer, function, identity=[file_identity(path)] if path else [])


def index_bytes(n_words: int, word_bytes: int) -> int:
    """Return the bytes of memory of the numbers of so many distinct strings, by string, and of a list of them."""
    n_slots = 1 << (3 * n_words // 2).bit_length()
    return 20 * n_slots + (_STRING + 8) * n_words + word_bytes


def finish_bytes(n_pieces: int, piece_bytes: int, n_words: int, word_bytes: int) -> int:
    """Return the bytes of memory that `finish_words` takes where words are found in pieces, with these and counts."""
    strings = 3 * _STRING * min(n_pieces, _PART)  # encoded, decoded, and in lower case
    return 28 * n_pieces + piece_bytes + strings + index_bytes(n_words, word_bytes) + 8 * n_words + word_bytes


def finish_words(pieces: PackedWords, *, find_words: bool, lowercase: bool, errors: str) -> Renumbering:
    """Turn the counted pieces, distinct and none of them empty, into words.

    `find_words` takes the Unicode words within each piece, instead of the piece; `lowercase` lower-cases them. Bytes
    that are not UTF-8 become U+FFFD, or nothing if `errors` is "ignore". For "strict", the caller refuses `invalid`.
    """
    invalid = pieces.find_invalid()
    if not invalid.size and not find_words and not lowercase:
        return Renumbering(pieces, invalid)

    def strings() -> Iterator[str]:
        for start in range(0, len(pieces), _PART):
            part = pieces.part(start, min(start + _PART, len(pieces)))
            found = part.decode("ignore" if errors == "ignore" else "replace")
            yield from [string.lower() for string in found] if lowercase else found

    split = _word_pattern(strings()).findall if find_words else lambda string: [string]
    index: dict[str, int] = {}
    finals, starts = array("i"), array("q", [0])
    for string in strings():
        finals.extend([index.setdefault(word, len(index)) for word in split(string) if word])
        starts.append(len(finals))
    packed = PackedWords.pack(list(index))
    return Renumbering(packed, invalid, np.frombuffer(starts, np.int64), np.frombuffer(finals, np.int32))


def _word_pattern(strings: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of a word: letters, digits and underscores, with marks and apostrophes between them.

    A word is not made of underscores alone. Python's own class omits the combining marks, which would break up the
    words of most scripts of South Asia, so the marks that occur are added.
    """
    signs: set[str] = set()
    for string in strings:
        signs.update(string)
    marks = "".join(sorted(sign for sign in signs if unicodedata.category(sign).startswith("M")))
    run = rf"\w[\w{marks}\u200c\u200d]*"
    return re.compile(rf"(?=_*[^\W_]){run}(?:['\u2019]{run})*")
