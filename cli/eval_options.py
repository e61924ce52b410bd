"""Options that the commands of evaluation share, as decorators."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from .options import together
from .score_layouts import RESAMPLED

#: The file of vectors that is used if none is named.
DEFAULT = "vectors.safetensors"

Decorator = Callable[[Any], Any]


class VocabLimit(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of words, or "all", which becomes None."""

    name = "N|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """Return the number, or None for "all"."""
        digits = str(value).replace("_", "")
        if value == "all":
            return None
        if not digits.isdigit() or int(digits) < 1:
            self.fail(f"{value!r} is neither a number of words nor 'all'.", param, ctx)
        return int(digits)


def limit(default: str | list[str], help: str = "Use only the first, most frequent, N words.") -> Decorator:
    """Make the option `vocab_limit`; several defaults make it `vocab_limits`, which may be given several times."""
    return _option("--vocab-limit", VocabLimit(), default, help)


def method(default: str | list[str], help: str) -> Decorator:
    """Make the option `method`, how to answer analogies; several defaults make it `methods`."""
    return _option("--method", click.Choice(["3cosadd", "3cosmul", "nearest"]), default, help)


def _option(option: str, type: Any, default: str | list[str], help: str) -> Decorator:
    multiple = isinstance(default, list)
    name = option[2:].replace("-", "_") + "s" * multiple
    return click.option(option, name, type=type, default=default, multiple=multiple, show_default=True, help=help)


def data(help: str = "A test set, or a folder of them; may be given several times.") -> Decorator:
    """Make the option that names test sets."""
    return click.option("--data", multiple=True, metavar="PATH", help=help)


vectors = click.argument("vectors", type=click.Path(), default=DEFAULT)
unknown = click.option(
    "--unknown",
    type=click.Choice(["skip", "wrong"]),
    default="skip",
    show_default=True,
    help="Omit items with unknown words, or count them as wrong.",
)
cluster = click.option(
    "--cluster",
    type=click.Choice(list(RESAMPLED)),
    default="pair",
    show_default=True,
    help="What the bootstrap resamples: pairs of words, which questions share; questions; or sections.",
)
save = click.option("--save", is_flag=True, help="Keep the scores in the file of vectors, where `info` shows them.")

_common = together(
    click.option(
        "--case-sensitive",
        "fold_case",
        is_flag=True,
        default=True,
        flag_value=False,
        help="Tell words apart that differ only in case.",
    ),
    click.option("--draws", type=int, default=1000, show_default=True, help="Bootstrap resamples."),
    click.option("--seed", type=int, default=1, show_default=True, help="Seed of the resamples."),
    click.option("--json", "form", flag_value="json", help="Print JSON."),
    click.option("--markdown", "form", flag_value="markdown", help="Print Markdown tables."),
)


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that all evaluations share, as the keywords `fold_case`, `bootstrap` and `form`.

    `form` is "json", "markdown" or None. Commands pass other keywords on to the library, so that an option that all
    evaluations share is declared here alone.
    """

    @wraps(command)
    def with_bootstrap(*, draws: int, seed: int, cluster: Any = "pair", **given: Any) -> None:
        from fastvec.evaluation import Bootstrap

        command(bootstrap=Bootstrap(draws, seed, cluster), **given)

    return _common(with_bootstrap)
