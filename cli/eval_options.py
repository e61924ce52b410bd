"""Options that the commands of evaluation share, as decorators."""

from collections.abc import Callable
from typing import Any

import click

#: The file of vectors that is taken where none is named.
DEFAULT = "vectors.safetensors"


class VocabLimit(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of words, or "all"."""

    name = "N|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Give the number, or "all"."""
        if value == "all" or isinstance(value, int):
            return value  # type: ignore[no-any-return]
        digits = value.replace("_", "")
        if not digits.isdigit() or int(digits) < 1:
            self.fail(f"{value!r} is neither a number of words nor 'all'.", param, ctx)
        return int(digits)


def as_limit(value: int | str) -> int | None:
    """Turn "all" into None."""
    return None if isinstance(value, str) else value


def common(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that all commands of evaluation share."""
    for option in reversed(
        [
            click.option(
                "--case-sensitive",
                "fold_case",
                is_flag=True,
                default=True,
                flag_value=False,
                help="Tell words apart that differ in case only.",
            ),
            click.option("--draws", type=int, default=1000, show_default=True, help="Bootstrap resamples."),
            click.option("--seed", type=int, default=1, show_default=True, help="Seed of the resamples."),
            click.option("--json", "as_json", is_flag=True, help="Print JSON."),
            click.option("--markdown", is_flag=True, help="Print Markdown tables."),
        ]
    ):
        function = option(function)
    return function


vectors = click.argument("vectors", type=click.Path(), default=DEFAULT)
data = click.option(
    "--data", multiple=True, metavar="PATH", help="A test set, or a folder of them; may be given several times."
)
unknown = click.option(
    "--unknown",
    type=click.Choice(["skip", "wrong"]),
    default="skip",
    show_default=True,
    help="Leave out what has an unknown word, or count it as wrong.",
)
save = click.option("--save", is_flag=True, help="Keep the scores in the file of vectors, where `info` shows them.")


def limit(default: str) -> Callable[[Any], Any]:
    """Make the option of a single vocabulary limit."""
    return click.option(
        "--vocab-limit",
        type=VocabLimit(),
        default=default,
        show_default=True,
        help="Only the first, most frequent, N words exist.",
    )
