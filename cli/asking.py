"""What the commands that ask vectors share: the file, JSON, and words from the command line, a prompt or a pipe."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import click

from fastvec.errors import FastvecError, FileError

from .tables import print_json, print_table

# Argument `vectors`: the path of a file of vectors.
vectors = click.argument("vectors", type=click.Path())

# Argument `words`: what to ask about; none at all for a prompt.
words = click.argument("words", nargs=-1, metavar="[WORD]...")

# Option `as_json`.
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

# Words may hold no-break spaces, which are no space to what wrote them.
_WORDS = re.compile(r"\S+", re.ASCII)

# Option `topn`.
topn = click.option(
    "-n", "--topn", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="Words to show."
)

# Option `restrict_vocab`.
restrict_vocab = click.option(
    "--restrict-vocab", type=click.IntRange(1), metavar="N", help="Search only the first N words."
)

# Option `method`, a `Method`.
Method = Literal["3cosadd", "3cosmul"]
method = click.option(
    "--method",
    type=click.Choice(["3cosadd", "3cosmul"]),
    default="3cosadd",
    show_default=True,
    help="Add cosines, or multiply them.",
)


def show_near(near: list[tuple[str, float]], method: Method, as_json: bool) -> None:
    """Print words and how near they are."""
    if as_json:
        print_json([{"word": word, "score": score} for word, score in near])
    else:
        print_table(["word", "cosine" if method == "3cosadd" else "score"], near)


def ask(given: Sequence[str], answer: Callable[[list[str]], None]) -> None:
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
            click.echo(f"fastvec: {error}", err=True)


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
