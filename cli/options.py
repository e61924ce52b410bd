"""Options that several commands share, as decorators. The library checks the values, so that Python says the same."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def _all(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


# Argument `sources`: a tuple of strings.
sources = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")

# Options `tokenizer`, `lowercase`, `errors`, `cache_dir` and `cache`: the keywords of `fastvec.read_corpus`.
reading = _all(
    click.option(
        "--tokenizer",
        default="whitespace",
        show_default=True,
        metavar="whitespace|words|MODULE:FUNCTION",
        help="How to split lines: at whitespace; into Unicode words, without punctuation; or by a Python function that "
        "gives the list of words of a line, such as jieba:lcut.",
    ),
    click.option("--lowercase", is_flag=True, help="Lower-case the words."),
    click.option(
        "--errors",
        default="replace",
        show_default=True,
        metavar="replace|ignore|strict",
        help="What to do with bytes that are not UTF-8: put U+FFFD in their place, leave them out, or stop.",
    ),
    click.option(
        "--cache-dir",
        metavar="DIR",
        default=None,
        show_default="the user's cache directory",
        help="Where to keep the word ids of text that has been read, for the next time.",
    ),
    click.option(
        "--cache/--no-cache",
        default=True,
        show_default=True,
        help="Use what was kept, and keep what is read; or read the text anew, and keep nothing.",
    ),
)

# Options `min_count` and `max_vocab`: the keywords of `fastvec.Corpus.vocabulary`.
vocabulary = _all(
    click.option(
        "--min-count",
        type=int,
        default=5,
        show_default=True,
        metavar="N",
        help="Leave out words that occur fewer times.",
    ),
    click.option(
        "--max-vocab",
        type=int,
        default=None,
        show_default="no limit",
        metavar="N",
        help="Keep the N most frequent words.",
    ),
)

# Option `quiet`.
quiet = click.option("--quiet", "-q", is_flag=True, help="Show no progress and no notices.")
