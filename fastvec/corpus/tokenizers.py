"""From the counted pieces of text to words.

Lower-casing, finding the words within a piece, and repairing invalid UTF-8 need one piece at a time. So they are done
once for each *distinct* piece, after counting: a piece that occurs a million times costs no more than one that occurs
once. Only a tokenizer of the user's sees every line.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus.sources import file_identity
from fastvec.errors import InputError
from fastvec.words import PackedWords

TokenizeLine: TypeAlias = Callable[[str], Iterable[str]]


class Renumbering(NamedTuple):
    """The words that the counted pieces become."""

    words: PackedWords  #: The distinct words.
    starts: NDArray[np.int64]  #: (n_pieces + 1,); piece p becomes the words ``finals[starts[p] : starts[p + 1]]``.
    finals: NDArray[np.int32]  #: (n,); numbers of words.
    invalid: NDArray[np.int64]  #: (k,); the pieces that were not UTF-8.

    @property
    def is_one_to_one(self) -> bool:
        """Whether each piece becomes one word."""
        return bool((np.diff(self.starts) == 1).all())


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


def finish_words(pieces: PackedWords, *, find_words: bool, lowercase: bool, errors: str) -> Renumbering:
    """Turn the counted pieces, distinct and none of them empty, into words.

    `find_words` takes the Unicode words within each piece, instead of the piece; `lowercase` lower-cases them. Bytes
    that are not UTF-8 become U+FFFD, or nothing if `errors` is "ignore". For "strict", the caller refuses `invalid`.
    """
    invalid = pieces.find_invalid()
    if not invalid.size and not find_words and not lowercase:
        return Renumbering(pieces, np.arange(len(pieces) + 1), np.arange(len(pieces), dtype=np.int32), invalid)
    strings = pieces.decode("ignore" if errors == "ignore" else "replace")
    if lowercase:
        strings = [string.lower() for string in strings]
    split = _word_pattern(strings).findall if find_words else lambda string: [string]
    index: dict[str, int] = {}
    finals: list[int] = []
    starts = [0]
    for string in strings:
        finals += [index.setdefault(word, len(index)) for word in split(string) if word]
        starts.append(len(finals))
    return Renumbering(PackedWords.pack(list(index)), np.array(starts), np.array(finals, np.int32), invalid)


def _word_pattern(strings: list[str]) -> re.Pattern[str]:
    """Return the pattern of a word: letters, digits and underscores, with marks and apostrophes between them.

    A word is not made of underscores alone. Python's own class omits the combining marks, which would break up the
    words of most scripts of South Asia, so the marks that occur are added.
    """
    marks = "".join(sorted(sign for sign in set("".join(strings)) if unicodedata.category(sign).startswith("M")))
    run = rf"\w[\w{marks}\u200c\u200d]*"
    return re.compile(rf"(?=_*[^\W_]){run}(?:['\u2019]{run})*")
