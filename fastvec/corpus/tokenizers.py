"""From the pieces of text that were counted to words.

Lower-casing, finding the words within a piece, and repairing invalid UTF-8 look at one piece at a time. So they are
done once for each *distinct* piece, after counting: a piece that stands a million times in the text costs as much as
one that stands there once. Only a tokenizer that the user brings sees every line.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus.sources import file_identity
from fastvec.corpus.words import Words
from fastvec.errors import InputError

TokenizeLine: TypeAlias = Callable[[str], Iterable[str]]

_NONE = np.empty(0, np.int64)


class Renumbering(NamedTuple):
    """What the pieces that were counted turn into.

    Attributes
    ----------
    words : Words
        The distinct words.
    starts : (n_pieces + 1,) int64
        Piece p is the words ``finals[starts[p] : starts[p + 1]]``.
    finals : (n,) int32
        Numbers of words.
    invalid : (k,) int64
        The pieces that were not valid UTF-8.
    """

    words: Words
    starts: NDArray[np.int64]
    finals: NDArray[np.int32]
    invalid: NDArray[np.int64]


class Tokenizer(NamedTuple):
    """How text is split.

    Attributes
    ----------
    name : str
        What it was chosen by.
    of_line : callable or None
        Gives the words of a line; None splits at whitespace.
    finds_words : bool
        Whether the Unicode words are to be found between the whitespace.
    identity : list or None
        What shows whether it has changed: path, size and time of change of a function's module. None if that cannot be
        known.
    """

    name: str
    of_line: TokenizeLine | None = None
    finds_words: bool = False
    identity: list[list[str | int]] | None = None


def choose_tokenizer(tokenizer: str | TokenizeLine) -> Tokenizer:
    """Find a tokenizer by its name: "whitespace", "words" or "module:function"; or take a function.

    Raises
    ------
    InputError
        If there is no such thing.

    Examples
    --------
    >>> choose_tokenizer("textwrap:wrap").of_line("some words")
    ['some words']
    """
    if callable(tokenizer):
        return Tokenizer(getattr(tokenizer, "__qualname__", type(tokenizer).__name__), tokenizer)
    if tokenizer in ("whitespace", "words"):
        return Tokenizer(tokenizer, finds_words=tokenizer == "words", identity=[])
    if not isinstance(tokenizer, str) or not re.fullmatch(r"[^:]+:[^:]+", tokenizer):
        raise InputError(f'tokenizer must be "whitespace", "words", "module:function" or a function, not {tokenizer!r}')
    module_name, function_name = tokenizer.split(":")
    try:
        module = import_module(module_name)
    except Exception as error:  # whatever the module does when it is imported
        raise InputError(f"tokenizer {tokenizer}: cannot import {module_name} ({error})") from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise InputError(f"tokenizer {tokenizer}: {module_name} has no function {function_name}")
    path = getattr(module, "__file__", None)
    return Tokenizer(tokenizer, function, identity=[file_identity(path)] if path else [])


def is_valid(data: bytes) -> bool:
    """Say whether bytes are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def finish_words(pieces: Words, *, find_words: bool, lowercase: bool, errors: str) -> Renumbering:
    """Turn the pieces that were counted into words.

    Parameters
    ----------
    pieces : Words
        Distinct pieces of text, none of them empty.
    find_words : bool
        Take the Unicode words within each piece, instead of the piece.
    lowercase : bool
        Lower-case them.
    errors : "replace", "ignore" or "strict"
        What becomes of bytes that are not UTF-8: U+FFFD, or nothing; "strict" is up to the caller.
    """
    n_pieces = pieces.starts.size - 1
    all_valid = is_valid(bytes(pieces.data))
    if all_valid and not find_words and not lowercase:
        return Renumbering(pieces, np.arange(n_pieces + 1), np.arange(n_pieces, dtype=np.int32), _NONE)
    encoded = pieces.byte_strings(np.arange(n_pieces))
    invalid = _NONE if all_valid else np.flatnonzero([not is_valid(piece) for piece in encoded])
    strings = [piece.decode(errors="ignore" if errors == "ignore" else "replace") for piece in encoded]
    if lowercase:
        strings = [string.lower() for string in strings]
    split = _word_pattern(strings).findall if find_words else lambda string: [string]
    index: dict[str, int] = {}
    finals: list[int] = []
    starts = [0]
    for string in strings:
        finals += [index.setdefault(word, len(index)) for word in split(string) if word]
        starts.append(len(finals))
    return Renumbering(Words.from_strings(list(index)), np.array(starts), np.array(finals, np.int32), invalid)


def _word_pattern(strings: list[str]) -> re.Pattern[str]:
    """Make the pattern of a word: letters, digits and underscores, with the marks and apostrophes among them.

    A word is not made of underscores alone. Python's own classes leave out the combining marks, without which the words
    of most scripts of South Asia fall to pieces, so the marks that occur are added.
    """
    marks = "".join(sorted(sign for sign in set("".join(strings)) if unicodedata.category(sign).startswith("M")))
    run = rf"\w[\w{marks}\u200c\u200d]*"
    return re.compile(rf"(?=_*[^\W_]){run}(?:['\u2019]{run})*")
