"""Options that several commands share, as decorators. The library checks the values, so that Python says the same."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Size(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of bytes, such as 500M or 2G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Give the number of bytes; K, M, G and T are powers of 1,000."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", str(value).strip(), re.IGNORECASE)
        if match is None:
            self.fail(f"{value!r} is not a size such as 500M or 2G", param, ctx)
        return int(float(match[1]) * 1000 ** " KMGT".index(match[2].upper() or " "))


def together(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Make one decorator of several."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


# Argument `sources`: a tuple of strings.
sources = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")

# Options `tokenizer`, `lowercase`, `errors`, `cache_dir` and `cache`: the keywords of `fastvec.read_corpus`.
reading = together(
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
vocabulary = together(
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

# Options `memory` and `threads`: keywords of `fastvec.count_cooccurrence`.
memory = click.option(
    "--memory",
    type=Size(),
    default=None,
    show_default="a quarter of what there is",
    metavar="SIZE",
    help="Memory for co-occurrences, such as 500M or 2G; what does not fit goes to disk.",
)
threads = click.option("--threads", type=int, default=None, show_default="all cores", metavar="N", help="Threads.")

# Options `weighting`, `side`, `subsampling`, `cell_min_count` and `memory`: keywords of `fastvec.count_cooccurrence`;
# what is not given is None. Commands have `window` and `sample` themselves.
counting = together(
    click.option(
        "--weighting",
        default=None,
        metavar="harmonic|linear|flat",
        help="Weight of a pair of words at distance d: 1/d; falling evenly from 1 to 1/window; or always 1.",
    ),
    click.option(
        "--symmetric", "side", flag_value="both", help="Count contexts on both sides of a word, as by default."
    ),
    click.option("--left", "side", flag_value="left", help="Count only contexts to the left of a word."),
    click.option("--right", "side", flag_value="right", help="Count only contexts to the right of a word."),
    click.option(
        "--subsampling",
        default=None,
        show_default="dirty",
        metavar="dirty|clean",
        help="Let words that --sample thins out vanish, so that windows reach further, or leave gaps.",
    ),
    click.option(
        "--cell-min-count",
        type=float,
        default=None,
        show_default="0",
        metavar="N",
        help="Leave out pairs of words whose weights add up to less.",
    ),
    memory,
)

# Option `quiet`.
quiet = click.option("--quiet", "-q", is_flag=True, help="Show no progress and no notices.")
