"""Options of the command line, made of the declarations in `fastvec.settings`; click checks values as Python does."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from fastvec.parameters import Parameter, Settings
from fastvec.settings import ALL, Counting, Glove, Loading, Phrasing, Reading, Run, Words

from .streams import Text

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Any], Any]


def flags_of(groups: Iterable[type[Settings]]) -> dict[str, str]:
    """Return the option of each parameter that has one, or the options that choose its value."""
    return {
        name: next(iter(each.flags)).partition("/")[0] if None in each.flags.values() else "/".join(each.flags)
        for group in groups
        for name, each in group.parameters.items()
        if each.flags
    }


#: The option of each parameter, for help that mentions others.
OPTIONS = flags_of(ALL)


class Option(click.Option):
    """An option of a declared parameter, which is shown in a section of help."""

    def __init__(self, *names: Any, declared: Parameter, section: str, varies: bool = False, **facts: Any) -> None:
        super().__init__(*names, **facts)
        self.declared, self.section, self.varies = declared, section, varies

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the record of the parameter, which names all its flags, and its default."""
        return record_of(self.declared, varies=self.varies)


class SectionedCommand(click.Command):
    """A command whose help lists its own options first, then those of each group of parameters in a section."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of help."""
        sections: dict[str, dict[str, str]] = {}
        for each in self.get_params(ctx):
            if isinstance(each, click.Option) and (record := each.get_help_record(ctx)):
                sections.setdefault(getattr(each, "section", "Options"), {}).update([record])
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(list(records.items()))


class Size(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of bytes, such as 500M or 2G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes; K, M, G and T are powers of 1,000."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", str(value).strip(), re.IGNORECASE)
        if match is None:
            self.fail(f"{value!r} is not a size such as 500M or 2G", param, ctx)
        return int(float(match[1]) * 1000 ** " KMGT".index(match[2].upper() or " "))


class YesNo(click.Choice[str]):
    """The words for True and False."""

    def __init__(self) -> None:
        super().__init__(["yes", "no"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the truth."""
        return super().convert(value, param, ctx) == "yes"


class Several(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Values of another type with commas between, as a tuple; "default" is None. A file's name may have commas."""

    def __init__(self, each: Any) -> None:
        self._each, self.name = each, each.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Any, ...]:
        """Return the values."""
        is_file = isinstance(self._each, click.Path)
        parts = [value] if is_file and os.path.exists(value) else value.split(",")
        if "" in parts:
            self.fail(f"{value!r} lacks a value beside a comma", param, ctx)
        for part in parts:
            if is_file and part != "default" and not os.path.exists(part):
                of = f", of {value!r}" if len(parts) > 1 else ""
                self.fail(f"there is no file {part!r}{of}", param, ctx)
        return tuple(None if part == "default" else self._each.convert(part, param, ctx) for part in parts)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return what may follow."""
        return self._each.shell_complete(ctx, param, incomplete)  # type: ignore[no-any-return]


def together(*decorators: Decorator) -> Callable[[Command], Command]:
    """Make one decorator of several."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def options_of(
    *groups: type[Settings],
    omit: Iterable[str] = (),
    only: Iterable[str] = (),
    varied: Collection[str] = (),
    section: str | None = None,
) -> Decorator:
    """Return the options for the parameters of some groups; what is not given is None.

    Those in `varied` take several values, of which they make a tuple. Help shows them in a section, by default that of
    the first group.
    """
    section = section or groups[0].heading()
    found: dict[str, list[Parameter]] = {}
    for group in groups:
        for name, each in group.parameters.items():
            if each.flags and name not in omit and (not only or name in only):
                found.setdefault(name, []).append(each)
    return together(*(option for several in found.values() for option in _options(several, section, varied)))


def output(help: str) -> Decorator:
    """Return the option for a file to write, by default the standard output."""
    return click.option("--output", "-o", type=click.Path(), default="-", show_default=True, metavar="FILE", help=help)


def number(*names: str, help: str, default: int | None = None, least: int = 1) -> Decorator:
    """Return an option that takes a whole number, `least` or more."""
    return click.option(
        *names, type=click.IntRange(least), metavar="N", default=default, show_default=default is not None, help=help
    )


def one_of(name: str, flags: Mapping[str, Any], helps: Iterable[str], **facts: Any) -> list[Decorator]:
    """Return options of which one may be given; `name` becomes the value of that one, or None.

    If the facts say that it `varies`, several may be given, and it becomes a tuple.
    """

    def choose(context: click.Context, option: click.Parameter, values: tuple[Any, ...]) -> Any:
        chosen = [flag for flag, value in flags.items() if value in values]
        if facts.get("varies"):
            return tuple(flags[flag] for flag in chosen) or None
        if len(chosen) > 1:
            raise click.UsageError(f"{' and '.join(chosen)} do not go together; give one of them")
        return flags[chosen[0]] if chosen else None

    facts |= {"multiple": True, "callback": choose}
    return [
        click.option(flag, name, flag_value=value, help=help, **facts)
        for (flag, value), help in zip(flags.items(), helps, strict=True)
    ]


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of those options that were given."""
    return {name: value for name, value in values.items() if value is not None}


def _options(several: list[Parameter], section: str, varied: Collection[str]) -> list[Decorator]:
    """Return the options of a parameter that groups may declare differently: one, or one for each value of a flag."""
    each, varies = several[0], several[0].name in varied
    shared: dict[str, Any] = {"cls": Option, "declared": each, "section": section, "varies": varies}
    if all(value is not None for value in each.flags.values()):
        return one_of(each.name, each.flags, [help_of(each)] * len(each.flags), **shared)
    kind: dict[str, Any] = {"type": _type(several), "metavar": _metavar(each)}
    if varies:
        kind = {"type": Several(YesNo() if each.kind is bool else _type(several))}
    elif each.kind is bool:
        kind = {"is_flag": True}
    return [click.option(*each.flags, each.name, default=None, help=help_of(each), **shared, **kind)]


def _type(several: list[Parameter]) -> Any:
    """Return what click checks values by, with the widest limits of the groups."""
    each = several[0]
    least, is_open = min(one.least or 0 for one in several), not any(one.inclusive for one in several)
    if each.metavar == "SIZE":
        return Size()
    if each.choices:
        return click.Choice(list(dict.fromkeys(choice for one in several for choice in one.choices)))
    if each.metavar in ("FILE", "VECTORS", "DIR"):
        return click.Path(file_okay=each.metavar != "DIR")
    if each.metavar and "|" in each.metavar:
        return Text(*(word for word in each.metavar.split("|") if word.islower()))
    if each.kind is int:
        return click.IntRange(int(least))
    return click.FloatRange(least, min_open=is_open) if each.kind is float else Text()


def _metavar(each: Parameter) -> str | None:
    return "|".join(each.choices) if each.choices else each.metavar


def help_of(each: Parameter) -> str:
    """Return the help of a parameter with its default; other parameters have the names of their options in it."""
    has_default = each.shown or (each.default is not None and each.kind is not bool)
    text = without_python(each.help) + (f"  [default: {each.default_text}]" if has_default else "")
    return re.sub(r"\b[a-z]+(_[a-z]+)+\b", lambda name: OPTIONS.get(name[0], name[0]), text)


def without_python(text: str) -> str:
    """Return a help text without what it says of Python in brackets."""
    return re.sub(r" \(in Python, [^)]*\)", "", text)


def record_of(each: Parameter, *, varies: bool = False) -> tuple[str, str]:
    """Return the two columns of help about a parameter, which takes several values if it `varies`."""
    flags = ", ".join(flag.replace("/", " / ") for flag in each.flags)
    value = "" if None not in each.flags.values() else _metavar(each) if each.kind is not bool else "yes|no" * varies
    return f"{flags} {value}{',...' * varies}" if value else flags, help_of(each)


def unless_exists(default: str) -> str:
    """Return the name of an output that was not named; raise a usage error if there is such a file."""
    if os.path.lexists(default):
        raise click.UsageError(f"{default} exists: name a file with --output (-o {default} replaces it).")
    return default


# Argument `sources`: a tuple of strings.
sources = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path())

# Keywords of `fastvec.read_corpus`, `fastvec.Corpus.vocabulary`, `count_cooccurrence` and `find_phrases`.
reading = options_of(Reading)
vocabulary = options_of(Words, omit=["vocabulary", "phrases", "pairs"])
pairs = options_of(Words, only=["pairs"])
counting = options_of(Counting)
phrasing = options_of(Phrasing)
# Keywords of `fastvec.load` that every command takes which reads vectors.
loading = options_of(Loading, only=["errors"])
memory = options_of(Glove, only=["memory"], section=Run.heading())
threads = options_of(Run, only=["threads"])

quiet = click.option("--quiet", "-q", is_flag=True, help="Show no progress and no notices, only warnings.")
log_json = click.option(
    "--log-json",
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help="Write the progress to FILE, or to stdout if it is -: a line of JSON a second, the last one with the result.",
)
