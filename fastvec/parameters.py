"""How a parameter is declared: once, with its name, type, default, range and meaning.

A group of parameters is a frozen dataclass that derives from `Settings`. Its checks, its documentation, the options of
the command line and the suggestions for unknown names all come from the declarations.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from os import PathLike
from textwrap import wrap
from types import NoneType
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform, get_args, get_origin

from fastvec.checks import check_choice, check_flag, check_integer, check_number, check_path
from fastvec.errors import InputError

#: The annotation of a path.
_PATH = "str | PathLike[str] | None"

Class = TypeVar("Class", bound=type)
Group = TypeVar("Group", bound="Settings")
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Parameter:
    """What is declared about a parameter; see `parameter`.

    Attributes
    ----------
    kind : type or None
        int, float, bool, str or PathLike; None for anything else, which is checked where it is used.
    choices : tuple of str
        The values that there are, if they are words.
    optional : bool
        Whether None is a value.
    """

    name: str
    kind: type | None
    choices: tuple[str, ...]
    optional: bool
    default: Any
    help: str
    least: float | None = None
    inclusive: bool = True
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shown: str | None = None
    flags: Mapping[str, Any] = field(default_factory=dict)
    metavar: str | None = None
    known_as: tuple[str, ...] = ()

    def check(self, value: object) -> None:
        """Raise an `InputError` that names the parameter, the limit and the value, if the value is out of range."""
        if value is None and self.optional:
            return
        if self.choices:
            check_choice(self.name, value, self.choices)
        elif self.kind is int:
            check_integer(self.name, value, int(self.least or 0))
        elif self.kind is float:
            check_number(self.name, value, self.least or 0.0, inclusive=self.inclusive)
        elif self.kind is bool:
            check_flag(self.name, value)
        elif self.kind is PathLike:
            check_path(self.name, value)

    def plain(self, value: Any) -> Any:
        """Return a value as Python's own number or word, such as that of a dtype or a number of NumPy."""
        if self.choices:
            return self.choices[self.choices.index(value)]
        return self.kind(value) if self.kind in (int, float, bool) else value

    @property
    def default_text(self) -> str:
        """The default as documentation and help show it."""
        return self.shown or (f"{self.default:g}" if isinstance(self.default, float) else str(self.default))

    @property
    def type_text(self) -> str:
        """The type as docstrings show it."""
        kind = "path" if self.kind is PathLike else self.kind.__name__ if self.kind else ""
        text = " or ".join(f'"{choice}"' for choice in self.choices) or kind
        return text or (self.metavar or "object")


def parameter(
    default: Any,
    *,
    help: str,
    least: float | None = None,
    inclusive: bool = True,
    only: Mapping[str, tuple[str, ...]] | None = None,
    shown: str | None = None,
    flags: Mapping[str, Any] | None = None,
    metavar: str | None = None,
    known_as: tuple[str, ...] = (),
) -> Any:
    """Declare a parameter of a `Settings` class; its name and type are those of the field.

    Parameters
    ----------
    default : object
        The value where none is given.
    help : str
        What it means, in a sentence or two.
    least : float or None
        Smallest value, or the limit below all values where not `inclusive`; None is 0.
    only : dict or None
        Other parameters, and the values of each for which this one applies. Where one has another value, this one must
        not be given, and is None.
    shown : str or None
        What documentation shows as the default, if not the value.
    flags : dict or None
        Options of the command line, if not the name with dashes, each with the value that it sets; None takes a value.
        Empty where there is no option.
    metavar : str or None
        What stands for the value in help.
    known_as : tuple of str
        Names that other trainers have for it.
    """
    metadata = {
        "default": default, "help": help, "least": least, "inclusive": inclusive, "only": only or {}, "shown": shown,
        "flags": flags, "metavar": metavar, "known_as": known_as,
    }  # fmt: skip
    return field(default=None if only else default, metadata=metadata)


class Settings:
    """A group of parameters; frozen, and checked when it is made.

    Attributes
    ----------
    parameters : dict of str to Parameter
        What is declared.
    """

    parameters: ClassVar[dict[str, Parameter]]

    def __post_init__(self) -> None:
        for name, each in self.parameters.items():
            if self._applies(each):
                value = getattr(self, name)
                each.check(value)
                if value is not None:  # not NumPy's, which JSON cannot hold
                    object.__setattr__(self, name, each.plain(value))

    @classmethod
    def heading(cls) -> str:
        """Return what help and documentation call the group: the first line of its docstring."""
        return (cls.__doc__ or "").partition("\n")[0].rstrip(".")

    def as_dict(self) -> dict[str, Any]:
        """Return all values by name."""
        return {name: getattr(self, name) for name in self.parameters}

    def _applies(self, each: Parameter) -> bool:
        """Return whether a parameter applies to the modes chosen, and set its default; refuse it where it does not."""
        for choice, modes in each.only.items():
            if getattr(self, choice) not in modes:
                if getattr(self, each.name) is not None:
                    able = " or ".join(f"{choice}={mode!r}" for mode in modes)
                    raise InputError(f"{each.name} applies to {able} only, not to {getattr(self, choice)!r}; omit it")
                return False
        if each.only and getattr(self, each.name) is None:
            object.__setattr__(self, each.name, each.default)
        return True


def _collect(cls: Any) -> dict[str, Parameter]:
    """Return the parameters of a class by name; a default that is set again in a subclass replaces the first."""
    found = {}
    for each in fields(cls):
        declared = next(
            metadata
            for base in cls.__mro__
            if is_dataclass(base) and (metadata := base.__dataclass_fields__.get(each.name, each).metadata)
        )
        members = get_args(each.type) or (each.type,)
        if get_origin(each.type) is Literal:
            members = (each.type,)
        kinds = [member for member in members if member is not NoneType and not isinstance(each.type, str)]
        choices = get_args(kinds[0]) if kinds and get_origin(kinds[0]) is Literal else ()
        facts = dict(declared)
        if not each.metadata and each.default is not MISSING:
            facts |= {"default": each.default, "shown": None}
        if facts["flags"] is None:
            facts["flags"] = {f"--{each.name.replace('_', '-')}": None}
        kind: Any = PathLike if each.type == _PATH else str if choices else (kinds[0] if kinds else None)
        found[each.name] = Parameter(each.name, kind, choices, NoneType in members or not kinds, **facts)
    return found


@dataclass_transform(frozen_default=True, kw_only_default=True)
def settings(cls: Class, kw_only: bool = True) -> Class:
    """Make a frozen dataclass of a `Settings` class, and list its parameters in its docstring."""
    made: Any = dataclass(frozen=True, kw_only=kw_only)(cls)
    made.parameters = _collect(made)
    made.__doc__ = f"{cls.__doc__}\n\n    Attributes\n    ----------\n{documentation([made])}"
    return made  # type: ignore[no-any-return]


@dataclass_transform(frozen_default=True)
def positional_settings(cls: Class) -> Class:
    """Make the class that `settings` makes, but let its values come without their names too."""
    return settings(cls, kw_only=False)


def take(group: type[Group], given: dict[str, Any]) -> Group:
    """Remove the parameters of a group from some keywords, and return the group."""
    return group(**{name: given.pop(name) for name in group.parameters if name in given})


def take_all(group: type[Group], given: Mapping[str, Any]) -> Group:
    """Return a group from keywords, and refuse any that are no parameters of it."""
    rest = dict(given)
    taken = take(group, rest)
    for name in rest:
        raise unknown(name, [group], ", ".join(group.parameters))
    return taken


def documentation(groups: Iterable[type[Settings]], indent: str = "    ") -> str:
    """Return the parameters of groups as a section of a numpy docstring."""
    lines = []
    for group in groups:
        for name, each in group.parameters.items():
            lines.append(f"{indent}{name} : {each.type_text}, default {each.default_text}")
            lines += wrap(each.help, 120, initial_indent=indent + "    ", subsequent_indent=indent + "    ")
    return "\n".join(lines)


def documented(*groups: type[Settings]) -> Callable[[Function], Function]:
    """Make a decorator that puts the parameters of groups into a function's docstring and signature.

    Its docstring has ``{parameters}`` on a line, its last parameter takes keywords.
    """

    def decorate(function: Function) -> Function:
        function.__doc__ = (function.__doc__ or "").replace("    {parameters}", documentation(groups))
        known = inspect.signature(function)
        given = [each for each in known.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        names = {name: each.default for group in groups for name, each in group.parameters.items()}
        for each in given:
            names.pop(each.name, None)
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default) for name, default in names.items()
        ]
        function.__signature__ = known.replace(parameters=[*given, *added])  # type: ignore[attr-defined]
        return function

    return decorate


def by_other_names(table: Mapping[str, str]) -> dict[str, str]:
    """Return what is meant by each of some names, of a table of the names of each meaning with blanks between.

    >>> by_other_names({"dim": "size vector_size"})
    {'size': 'dim', 'vector_size': 'dim'}
    """
    return {name: meaning for meaning, names in table.items() for name in names.split()}


def closest(name: str, names: Mapping[str, str]) -> str | None:
    """Return what is meant by a name, or else by the one most like it; None if none is like it."""
    close = [name] if name in names else get_close_matches(name, names, 1, 0.75)
    return names[close[0]] if close else None


def suggestion(unknown: str, groups: Iterable[type[Settings]]) -> str | None:
    """Return the parameter that somebody means by an unknown name, or None if that is not clear.

    >>> from fastvec.settings import Word2Vec
    >>> suggestion("vector_size", [Word2Vec]), suggestion("windw", [Word2Vec]), suggestion("colour", [Word2Vec])
    ('dim', 'window', None)
    """
    names = {name: name for group in groups for name in group.parameters}
    for group in groups:
        for name, each in group.parameters.items():
            names |= {other: name for other in each.known_as if other not in names}
    return closest(unknown.replace("-", "_"), names)


def unknown(name: str, groups: Iterable[type[Settings]], known: str) -> InputError:
    """Return the error for a keyword that does not exist; it suggests the right one, or lists those in `known`."""
    likely = suggestion(name, groups)
    if likely is None:
        return InputError(f"there is no argument {name!r}, but {known}")
    choices = next(group.parameters[likely].choices for group in groups if likely in group.parameters)
    values = f" ({' or '.join(map(repr, choices))})" if choices else ""
    return InputError(f"there is no argument {name!r}; did you mean {likely}{values}?")
