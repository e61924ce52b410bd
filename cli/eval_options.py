"""Options that the commands of evaluation share, made of the declarations in `fastvec.scoring`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from fastvec.parameters import Parameter
from fastvec.scoring import Resampling, Scoring

from .options import Decorator, loading, one_of, together, without_python
from .score_tables import FORMS
from .streams import Text


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


_PRINTED = ("JSON.", "CSV, a line for each score.", "Markdown tables.", "LaTeX tables, for the package booktabs.")
# Option `form`: one of `FORMS`, or None.
printing = together(*one_of("form", {f"--{form}": form for form in FORMS}, [f"Print {text}" for text in _PRINTED]))


def scoring(
    group: type[Scoring], omit: tuple[str, ...] = (), **several: list[str]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a decorator that adds the options of a test, as the keywords of its parameters, `bootstrap` and `form`.

    Parameters
    ----------
    group : type of Scoring
        The parameters; the library checks their values.
    omit : tuple of str
        Those that have no option, of `group` or `Resampling`.
    several
        The defaults of parameters whose options may be given several times, which makes their names plurals.
    """
    declared = {**group.parameters, **Resampling.parameters}
    own = [option_of(each, several.get(name)) for name, each in declared.items() if each.flags and name not in omit]
    own.append(printing)

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_bootstrap(**given: Any) -> None:
            from fastvec.evaluation import Bootstrap

            resampling = {name: given.pop(name) for name in Resampling.parameters if name in given}
            command(bootstrap=Bootstrap(**resampling), **given)

        return together(*own)(with_bootstrap)

    return decorate


def option_of(each: Parameter, several: list[str] | None = None) -> Decorator:
    """Return the option of a parameter; `several` are the defaults of one that may be given several times."""
    facts: dict[str, Any] = {"type": click.Choice(each.choices) if each.choices else each.kind, "default": each.default}
    facts["metavar"] = each.metavar or ("N" if each.kind is int else None)
    if each.name == "limit":
        facts |= {"type": VocabLimit(), "default": each.default or "all"}
    name, text = each.name, without_python(each.help)
    if several:
        name, text = f"{name}s", f"{text.rstrip('.')}; may be given several times."
        facts |= {"default": several, "multiple": True}
    return click.option(*each.flags, name, show_default=True, help=text, **facts)


def data(help: str = "A test set, or a folder of them; may be given several times.") -> Decorator:
    """Make the option that names test sets."""
    return click.option(
        "--data", type=Text("google", "ca8", "weat", is_path=True), multiple=True, metavar="PATH", help=help
    )


_SETS: dict[str, Any] = {"multiple": True, "metavar": "PATH"}
# Arguments `analogies` and `similarity`, which `named_sets` of `.evaluations` reads.
analogies = click.option(
    "--analogies",
    type=Text("google", "ca8", is_path=True),
    help="Analogy questions, as for `fastvec eval analogies`; may be given several times.",
    **_SETS,
)
similarity = click.option(
    "--similarity",
    type=click.Path(),
    help="Word pairs with scores, or a folder of them, as for `fastvec eval similarity`; may be given several times.",
    **_SETS,
)

# Arguments `vectors`, `data`, `errors` and `save` of a command that scores files of vectors.
scored = together(
    click.argument("vectors", type=click.Path(), nargs=-1, metavar="[VECTORS]..."),
    data(),
    loading,
    click.option("--save", is_flag=True, help="Keep the scores in the files of vectors, where `info` shows them."),
)
