"""Checks of arguments; each error names the argument, the limit and the value."""

import logging
import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache, wraps
from math import ceil, isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from fastvec.control_groups import processor_quota
from fastvec.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_LOG = logging.getLogger(__name__)
_MOST_THREADS = 1 << 14

Arguments = ParamSpec("Arguments")
Returned = TypeVar("Returned")


def check_integer(name: str, value: object, least: int) -> None:
    """Refuse anything but an integer of at least `least` that fits 64 bits."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise InputError(f"{name} must be an integer, not {shorten(value)}")
    if value < least:
        raise InputError(f"{name} must be at least {least}, not {value}")
    if int(value) >= 2**63:
        raise InputError(f"{name} must be below 2**63, not {value}")


def check_number(name: str, value: object, least: float, *, inclusive: bool = True) -> None:
    """Refuse anything but a finite number of at least `least`, or above it where not `inclusive`."""
    if not isinstance(value, Real) or isinstance(value, bool) or not _is_finite(value):
        raise InputError(f"{name} must be a finite number, not {shorten(value)}")
    if value < least or (value == least and not inclusive):
        raise InputError(f"{name} must be {'at least' if inclusive else 'above'} {least:g}, not {value}")


def _is_finite(value: Real) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # an integer too large for a float
        return False


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Refuse anything but one of `choices`."""
    if not isinstance(value, Hashable) or value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, not {shorten(value)}")


def check_flag(name: str, value: object) -> None:
    """Refuse anything but True and False."""
    if not isinstance(value, Hashable) or value not in (True, False):
        raise InputError(f"{name} must be True or False, not {shorten(value)}")


def check_path(name: str, value: object, *, optional: bool = False) -> None:
    """Refuse anything but a path, or where it is `optional` None."""
    if not isinstance(value, (str, os.PathLike)) and not (optional and value is None):
        raise InputError(f"{name} must be a path, not {shorten(value)}")
    if value is not None and (not isinstance(os.fspath(value), str) or "\0" in os.fspath(value)):
        raise InputError(f"{name} must be a path of text without NUL, not {shorten(value)}")


def check_kind(name: str, value: object, kind: type, source: str = "") -> None:
    """Refuse anything but an object of a class; `source` says where these come from."""
    if not isinstance(value, kind):
        raise InputError(f"{name} must be a {kind.__name__}{source}, not {shorten(value)}")


def check_list(name: str, value: object, kind: type = object) -> list[Any]:
    """Return the items of a list, or of any other iterable but a string; refuse any that is not of a class."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise InputError(f"{name} must be a list, not {shorten(value)}")
    listed = list(value)
    for number, item in enumerate(listed, 1):
        check_kind(f"{name}: item {number}", item, kind)
    return listed


def as_list(name: str, value: object, *kinds: type) -> list[Any]:
    """Return the items of a list, or of any other iterable; a path, or one of a class, is the only one."""
    return [value] if isinstance(value, (str, os.PathLike, *kinds)) else check_list(name, value)


def check_words(name: str, words: object, *, some: bool = False) -> list[str]:
    """Return the words of any iterable of strings; refuse a string, and anything else that is no string in it.

    Where there must be `some`, refuse none too.
    """
    if isinstance(words, (str, bytes)) or not isinstance(words, Iterable):
        raise InputError(f"{name} must be a list of words, not {shorten(words)}")
    listed = list(words)
    for number, word in enumerate(listed, 1):
        if not isinstance(word, str):
            raise InputError(f"{name} must hold words only; item {number} is {shorten(word)}")
    if some and not listed:
        raise InputError(f"{name} must hold at least one word")
    return listed


def as_counts(values: "ArrayLike") -> "NDArray[np.int64]":
    """Return counts, (n,) int64; refuse what is no list of integers."""
    import numpy as np

    try:
        counts = np.asarray(values, np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"counts must be integers, one for each word: {error}") from None
    if counts.ndim != 1:
        raise InputError(f"counts must be a list of integers, not an array of shape {counts.shape}")
    return counts


def renamed(**names: str) -> Callable[[Callable[Arguments, Returned]], Callable[Arguments, Returned]]:
    """Make a decorator that answers keywords a function had, or has elsewhere, with what they are called: old="new"."""

    def decorate(function: Callable[Arguments, Returned]) -> Callable[Arguments, Returned]:
        @wraps(function)
        def checked(*args: Arguments.args, **keywords: Arguments.kwargs) -> Returned:
            for old in names.keys() & keywords:
                raise InputError(f"there is no argument {old!r}; did you mean {names[old]}?")
            return function(*args, **keywords)

        return checked

    return decorate


def shorten(value: object) -> str:
    """Return a value as a message shows it, or only its kind where that is long.

    >>> shorten(3), shorten(range(3)), shorten("x" * 100)
    ('3', 'range(0, 3)', 'a str')
    """
    shown = repr(value)
    return shown if len(shown) <= 60 and "\n" not in shown else f"a {type(value).__name__}"


def count_cores() -> int:
    """Return the number of cores that this process may use, by its affinity."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count_threads(threads: int | None) -> int:
    """Return the number of threads to use; more than there are cores are reported.

    Parameters
    ----------
    threads : int or None
        None is one thread for each core that this process may use, by its affinity and by the quota of its control
        group, of which a part of a core counts as one.

    Raises
    ------
    InputError
        If it is below 1.
    """
    usable = min(count_cores(), ceil(processor_quota() or count_cores()))
    if threads is None:
        return usable
    check_integer("threads", threads, 1)
    if threads > _MOST_THREADS:
        raise InputError(f"threads must be at most {_MOST_THREADS:,}, not {threads:,}")
    if threads > usable:
        _report_threads(threads, usable)
    return threads


@cache
def _report_threads(threads: int, usable: int) -> None:
    """Log, once in a process, that there are more threads than cores."""
    cores = "1 core" if usable == 1 else f"{usable} cores"
    _LOG.warning("%d threads share the %s that this process may use; %d would be as fast", threads, cores, usable)
