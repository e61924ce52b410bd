"""What the commands that ask vectors share: the file, JSON, and words from the command line, a prompt or a pipe."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from fastvec.errors import FastvecError, FileError

from .spoken import spoken
from .tables import print_json, print_table

if TYPE_CHECKING:
    from fastvec import KeyedVectors

# Argument `vectors`: the path of a file of vectors.
vectors = click.argument("vectors", type=click.Path())

# Option `as_json`.
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

# Words may hold no-break spaces, which are no space to what wrote them.
_WORDS = re.compile(r"\S+", re.ASCII)

# Options `topn`, `restrict_vocab` and `method` of a search for near words.
near = (
    click.option(
        "-n", "--topn", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="Words to show."
    ),
    click.option("--restrict-vocab", type=click.IntRange(1), metavar="N", help="Search only the first N words."),
    click.option(
        "--method",
        type=click.Choice(["3cosadd", "3cosmul"]),
        default="3cosadd",
        show_default=True,
        help="How to combine words: 3CosAdd (sum of cosines) or 3CosMul (product; Levy and Goldberg 2014).",
    ),
)


def question(
    *options: Callable[[Any], Any], check: Callable[[Sequence[str]], None] | None = None
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a function that answers words: `answer(wv, words, as_json=..., **options)`.

    The words come from the command line, where they may be checked before the vectors are loaded, from a prompt or
    from a pipe.
    """

    def decorate(answer: Callable[..., None]) -> click.Command:
        def command(vectors: str, words: tuple[str, ...], **given: Any) -> None:
            import fastvec

            if words and check:
                check(words)
            wv = fastvec.load(vectors)
            _ask(words, lambda words: answer(wv, joined(wv, words), **given))

        decorated: Any = command
        for decorator in (as_json, *reversed(options), click.argument("words", nargs=-1, metavar="[WORD]..."), vectors):
            decorated = decorator(decorated)
        return click.command(help=answer.__doc__)(decorated)

    return decorate


def show_near(near: list[tuple[str, float]], method: str, as_json: bool) -> None:
    """Print words and how near they are."""
    if as_json:
        print_json([{"word": word, "score": score} for word, score in near])
    else:
        print_table(["word", "cosine" if method == "3cosadd" else "score"], near)


def joined(wv: "KeyedVectors", words: Sequence[str]) -> list[str]:
    """Join words that are a phrase among the words of the vectors: "new york" to "new_york", the longest first."""
    pieces = [piece for word in words for piece in ([word] if word in wv else word.split())]
    delimiter = wv.phrases.settings.delimiter if wv.phrases is not None else "_"
    found = []
    while pieces:
        sizes = range(len(pieces), 1, -1)
        size = next((size for size in sizes if delimiter.join(pieces[:size]) in wv), 1)
        found.append(delimiter.join(pieces[:size]))
        if size > 1:
            click.echo(f"{' '.join(pieces[:size])}: taken as {found[-1]}", err=True)
        del pieces[:size]
    return found


def _ask(given: Sequence[str], answer: Callable[[list[str]], None]) -> None:
    """Answer the words of the command line, or each line that is typed or piped in.

    At a prompt an error is shown and the next line asked for; elsewhere it ends the command.
    """
    if given:
        answer(list(given))
        return
    if sys.stdin is None:
        raise FileError("standard input: it is closed")
    is_prompt = sys.stdin.isatty()
    for line in _typed() if is_prompt else _piped():
        try:
            if words := _WORDS.findall(line):
                answer(words)
        except FastvecError as error:
            if not is_prompt:
                raise
            click.echo(f"fastvec: {spoken(str(error))}", err=True)


def _piped() -> Iterator[str]:
    try:
        yield from sys.stdin
    except UnicodeDecodeError as error:
        wrong = error.object[error.start : error.start + 20]
        raise FileError(f"standard input: {wrong!r} is not {error.encoding}; convert it with iconv") from None


def _typed() -> Iterator[str]:
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
