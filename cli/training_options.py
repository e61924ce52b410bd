"""The options of `fastvec train`, which `fastvec plan` takes too, and their help by sections."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from fastvec.errors import InputError
from fastvec.parameters import Parameter, Settings
from fastvec.settings import GROUPS, MODELS, Cluster, Model, Reading, Words, check_model
from fastvec.vectors.formats import describe_suffixes

from . import options
from .reading import source_paths

if TYPE_CHECKING:
    from pathlib import Path

    from fastvec.cooccurrence import Cooccurrence

#: Where vectors are written if nothing else is said.
OUTPUT = "vectors.safetensors"
_GROUPS: tuple[type[Settings], ...] = (*GROUPS, Cluster)
_KINDS: tuple[type[Model], ...] = tuple(dict.fromkeys(MODELS.values()))


class ModelName(click.Choice[str]):
    """The name of a model; one that others have for it is answered with the right one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        try:
            check_model(value)
        except InputError as error:
            self.fail(str(error), param, ctx)
        return str(value)


class TrainingCommand(click.Command):
    """A command whose help lists the parameters of each model in a section of its own, with its defaults.

    Attributes
    ----------
    varied : collection of str
        Those that take several values.
    """

    varied: Collection[str] = ()

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of help."""
        declared = {name for group in _GROUPS for name in group.parameters}
        own = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        own = [each for each in own if each.name not in declared or each.name in ("model", "output")]
        with formatter.section("Options"):
            formatter.write_dl(list(filter(None, (each.get_help_record(ctx) for each in own))))
        for title, parameters in _sections({each.name or "" for each in self.get_params(ctx)}):
            with formatter.section(title):
                shown = [each for each in parameters if each.name != "output"]
                formatter.write_dl([options.record_of(each, varies=each.name in self.varied) for each in shown])


def _sections(taken: set[str]) -> list[tuple[str, list[Parameter]]]:
    """Return titles and parameters of help, of groups that are `taken`; what models have in common is told once."""
    counting = [kind for kind in _KINDS if kind.counts]
    shared: dict[str, Parameter] = {}
    sections = []
    for title, kinds in (
        ("All models", _KINDS),
        ("Co-occurrences (glove and ppmi-svd)", counting),
        *((kind.title, [kind]) for kind in _KINDS),
    ):
        first, *others = kinds
        common = {
            name: each
            for name, each in first.parameters.items()
            if each.flags and name not in shared and all(kind.parameters.get(name) == each for kind in others)
        }
        shared |= common if others else {}
        sections.append((title, list(common.values())))
    for group in _GROUPS[len(_KINDS) :]:
        shown = [each for name, each in group.parameters.items() if each.flags and name in taken]
        if shown:  # `fastvec plan` knows nothing of a cluster
            sections.append((group.heading(), shown))
    sections.insert(len(_KINDS) + 1, sections.pop(1))  # co-occurrences after the models
    return sections


# Arguments `sources`, `cooccurrence` and `output`, and the keywords of `fastvec.train`; what is not given is None.
training = options.together(
    click.argument("sources", nargs=-1, metavar="[SOURCE]...", type=click.Path()),
    click.option("--model", type=ModelName(list(MODELS)), help="What to train.  [default: skipgram]"),
    click.option(
        "--cooccurrence",
        type=click.Path(),
        metavar="FILE",
        help="Train on the counts in this file, from `fastvec cooccurrence`, in place of a SOURCE.",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(),
        metavar="FILE",
        help=f"Where to write the vectors: {describe_suffixes()}.  [default: {OUTPUT}, unless it exists]",
    ),
    options.options_of(*GROUPS, omit=["output"]),
)


def training_source(
    sources: tuple[str, ...], cooccurrence: str | None, output: str, *, is_needed: bool = True
) -> "list[Path | str] | Cooccurrence | None":
    """Return the source of a command line as `fastvec.train` takes it, and refuse what does not go together."""
    from fastvec.cooccurrence import Cooccurrence

    if (sources and cooccurrence) or (is_needed and not sources and not cooccurrence):
        raise click.UsageError("What to train on? Give SOURCE (a file, a folder, or -), or --cooccurrence FILE.")
    if cooccurrence is None:
        return source_paths(sources, output) or None
    for option in click.get_current_context().command.params:
        name = option.name or ""
        if (name in Words.parameters or name in Reading.parameters) and is_typed(name):
            raise click.UsageError(
                f"{option.opts[0]} does not apply to --cooccurrence, whose words were chosen when it was counted"
            )
    return Cooccurrence.load(cooccurrence)


def as_options(values: Mapping[str, Any]) -> list[str]:
    """Return arguments of `fastvec.train` as words of the command line.

    >>> as_options({"model": "glove", "dim": 50, "side": "left", "fixed_window": True, "save_context": False})
    ['--model', 'glove', '--dim', '50', '--left', '--fixed-window']
    """
    words = []
    declared = {name: each for group in _GROUPS for name, each in group.parameters.items()}
    for name, value in values.items():
        flags = declared[name].flags
        if isinstance(value, bool):
            flag, _, opposite = next(iter(flags)).partition("/")
            words += [flag] if value else [opposite] * bool(opposite)
        elif value in flags.values():
            words.append(next(flag for flag, own in flags.items() if own == value))
        else:
            words += [options.OPTIONS.get(name, f"--{name}"), str(value)]
    return words


def is_typed(name: str) -> bool:
    """Return whether an option was given on the command line."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE
