"""What the commands that ask vectors share: the file, JSON, and words from the command line, a prompt or a pipe.

A question is a line of words. One that cannot be answered is reported, the others are answered, and the exit status is
1 in the end. Each answer names its question.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from fastvec.errors import FastvecError, FileError

from .ending import describe
from .options import given as options_given
from .options import loading, number, together
from .streams import Text
from .tables import print_json, print_table

if TYPE_CHECKING:
    from fastvec import KeyedVectors

#: The file of vectors that is used if none is named.
DEFAULT = "vectors.safetensors"

# Argument `vectors`, the path of a file of vectors, and the option `errors` for reading it; None if not given.
vectors = together(click.argument("vectors", type=click.Path(), default=DEFAULT), loading)

# Option `as_json`.
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

# Words may hold no-break spaces, which are no space to what wrote them.
_WORDS = re.compile(r"\S+", re.ASCII)
_WEIGHTED = re.compile(r"(.+):(-?(?:\d+(?:\.\d*)?|\.\d+))")
_SIGNS = {"+": 1, "-": -1}

Weighted: TypeAlias = tuple[str, float]

# Options `topn`, `limit` and `method` of a search for near words.
near = (
    number("-n", "--topn", default=10, help="Words to show."),
    number("--limit", help="Search only the first, most frequent, N words."),
    click.option(
        "--method",
        type=click.Choice(["3cosadd", "3cosmul"]),
        default="3cosadd",
        show_default=True,
        help="How to combine words: 3CosAdd (sum of cosines) or 3CosMul (product; Levy and Goldberg 2014).",
    ),
)


def question(
    *options: Callable[[Any], Any],
    check_words: Callable[[Sequence[str]], None] | None = None,
    is_word: bool = False,
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a function that answers words: `answer(wv, words, as_json=..., **options)`.

    The words come from the command line, where they may be checked before the vectors are loaded, from a prompt or
    from a pipe. With `is_word` each word is a question of its own.
    """

    def decorate(answer: Callable[..., None]) -> click.Command:
        def command(arguments: tuple[str, ...], errors: str | None, **given: Any) -> None:
            import fastvec

            path, given_words = _file_first(arguments)
            words = [Text().convert(word, None, None) for word in given_words]
            if words and check_words:
                check_words(words)
            check(path, words)
            wv = fastvec.load(path, **options_given({"errors": errors}))
            _ask(wv, words, lambda words: answer(wv, words, **given), is_word=is_word)

        decorated: Any = command
        argument = click.argument("arguments", nargs=-1, type=Text(is_path=True), metavar="[VECTORS] [WORD]...")
        for decorator in (as_json, loading, *reversed(options), argument):
            decorated = decorator(decorated)
        return click.command(help=answer.__doc__)(decorated)

    return decorate


def _file_first(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Return the file of vectors, the first argument if it exists or looks like one, and the words."""
    first = arguments[0] if arguments else DEFAULT
    folder = os.path.dirname(first)
    is_file = os.path.isfile(first) or is_named_as_vectors(first) or (folder != "" and os.path.isdir(folder))
    return (first, list(arguments[1:])) if is_file else (DEFAULT, list(arguments))


def is_named_as_vectors(name: str) -> bool:
    """Return whether a name has a suffix of files of vectors, compressed or not."""
    from fastvec.disk.compression import without_compression
    from fastvec.vectors.formats import SUFFIXES

    return without_compression(name).suffix.lower() in SUFFIXES


def check(path: str, words: Sequence[str] = ()) -> None:
    """Refuse the default file where it is missing, and say how to name one."""
    if path == DEFAULT and not os.path.exists(path):
        taken = f"{words[0]} is no file of vectors, and " if words else ""
        raise FileError(
            f"{taken}{path} is not in this folder; name a file of vectors first, or make one with: fastvec train"
        )


def weighted(wv: "KeyedVectors", words: Sequence[str]) -> tuple[list[Weighted], list[Weighted]]:
    """Return the words that are added and those that are subtracted, with their weights.

    Words are added, or subtracted after a minus sign that stands alone between two; a weight follows a word and a
    colon.
    """
    groups: dict[int, list[Weighted]] = {1: [], -1: []}
    sign = 1
    for place, word in enumerate(words):
        if word in _SIGNS and 0 < place < len(words) - 1 and words[place - 1] not in _SIGNS:
            sign = _SIGNS[word]
            continue
        found = None if word in wv else _WEIGHTED.fullmatch(word)
        groups[sign].append((joined(wv, [found[1]])[0], float(found[2])) if found else (word, 1.0))
        sign = 1
    return groups[1], groups[-1]


def tell_made(wv: "KeyedVectors", words: Iterable[str]) -> None:
    """Say once of each word whose vector is made of n-grams that it is."""
    told = click.get_current_context().meta.setdefault(__name__, set())
    for word in words:
        if wv.subwords is not None and not wv.is_known(word) and word not in told:
            told.add(word)
            click.echo(f"fastvec: {word!r} is not among the words: its vector is made of its n-grams", err=True)


def show_near(asked: str, near: list[tuple[str, float]], method: str, as_json: bool) -> None:
    """Print words and how near they are to what was asked, which heads the table."""
    if as_json:
        print_json({"query": asked, "neighbours": [{"word": word, "score": score} for word, score in near]})
    else:
        print_table([asked, "cosine" if method == "3cosadd" else "score"], near)


def joined(wv: "KeyedVectors", words: Sequence[str]) -> list[str]:
    """Return words as the vectors have them: "new york" as "new_york", the longest first, and "King" as "king".

    Unknown words stay as they are, and with n-grams so do those of another case, which have vectors of their own.
    """
    pieces = [piece for word in words for piece in ([word] if word in wv else word.split())]
    delimiter = wv.phrases.settings.delimiter if wv.phrases is not None else "_"
    found = []
    while pieces:
        for size in range(len(pieces), 0, -1):
            whole = delimiter.join(pieces[:size])
            folded = whole.lower() if wv.subwords is None else whole
            word = whole if whole in wv or folded not in wv else folded
            if word in wv:
                break
        found.append(word)
        given = " ".join(pieces[:size])
        if word != given:
            click.echo(f"{given}: taken as {word}", err=True)
        del pieces[:size]
    return found


def _ask(wv: "KeyedVectors", given: Sequence[str], answer: Callable[[list[str]], None], *, is_word: bool) -> None:
    """Answer the words of the command line, or each line that is typed or piped in; report what has no answer."""
    if not given and sys.stdin is None:
        raise FileError("standard input: it is closed")
    is_prompt = not given and sys.stdin.isatty()
    given_lines = [list(given)] if given else map(_WORDS.findall, _typed() if is_prompt else _piped())
    lines = (joined(wv, line) for line in given_lines)
    questions = ([word] for line in lines for word in line) if is_word else filter(None, lines)
    has_failed = False
    for words in questions:
        try:
            answer(words)
        except FastvecError as error:
            has_failed = True
            click.echo(f"fastvec: {describe(error)}", err=True)
    if has_failed and not is_prompt:
        sys.exit(1)


def _piped() -> Iterator[str]:
    try:
        for number, line in enumerate(sys.stdin):
            yield line if number else line.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        wrong = error.object[error.start : error.start + 20]
        raise FileError(f"standard input: {wrong!r} is not {error.encoding}; convert it with iconv") from None


def _typed() -> Iterator[str]:
    try:
        import readline  # noqa: F401 - gives `input` a history and the keys that edit a line
    except ImportError:  # Windows has its own
        pass
    click.echo("Type words; an empty line ends.", err=True)
    while True:
        try:
            line = input("> ")
        except EOFError:
            click.echo(err=True)
            return
        if not line.strip():
            return
        yield line
