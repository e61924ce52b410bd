"""Checks of arguments; each error names the argument, the limit and the value."""

import os
from collections.abc import Sequence
from math import isfinite
from numbers import Integral, Real

from fastvec.errors import InputError


def check_integer(name: str, value: object, least: int) -> None:
    """Refuse anything but an integer of at least `least` that fits 64 bits."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise InputError(f"{name} must be an integer, not {value!r}")
    if value < least:
        raise InputError(f"{name} must be at least {least}, not {value}")
    if int(value) >= 2**63:
        raise InputError(f"{name} must be below 2**63, not {value}")


def check_number(name: str, value: object, least: float, *, inclusive: bool = True) -> None:
    """Refuse anything but a finite number of at least `least`, or above it where not `inclusive`."""
    if not isinstance(value, Real) or isinstance(value, bool) or not isfinite(value):
        raise InputError(f"{name} must be a finite number, not {value!r}")
    if value < least or (value == least and not inclusive):
        raise InputError(f"{name} must be {'at least' if inclusive else 'above'} {least:g}, not {value}")


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Refuse anything but one of `choices`."""
    if value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def check_flag(name: str, value: object) -> None:
    """Refuse anything but True and False."""
    if value not in (True, False):
        raise InputError(f"{name} must be True or False, not {value!r}")


def count_threads(threads: int | None) -> int:
    """Return the number of threads to use.

    Parameters
    ----------
    threads : int or None
        None is one thread for each core that this process may use, by its affinity.

    Raises
    ------
    InputError
        If it is below 1.
    """
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 1:
        raise InputError(f"threads must be at least 1, not {threads}")
    return threads
