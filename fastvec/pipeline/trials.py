"""The trainings of a sweep: points of a grid of settings, each with several seeds."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from random import Random
from typing import Any

import numpy as np

from fastvec.checks import check_integer, check_kind, check_list, shorten
from fastvec.errors import InputError
from fastvec.evaluation.sweeps import Values, cell
from fastvec.parameters import unknown
from fastvec.settings import ARGUMENTS, MODELS, VARIED, Reading, Run

_MOST = 100_000  # points, and trainings


@dataclass(frozen=True)
class Trial:
    """One training.

    Attributes
    ----------
    values : dict
        The settings that were given, without the seed; None is the default.
    seed : int
    """

    values: Values
    seed: int

    @property
    def cells(self) -> tuple[str, ...]:
        """The settings and the seed as text."""
        return (*map(cell, self.values.values()), str(self.seed))

    @property
    def arguments(self) -> Values:
        """The arguments of `fastvec.train`."""
        return {name: value for name, value in self.values.items() if value is not None} | {"seed": self.seed}


def check_grid(grid: object, fixed: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the grid with plain values; refuse what cannot vary, and what is no list of different values.

    `fixed` are the other arguments.
    """
    check_kind("grid", grid, Mapping, ", such as {'dim': [50, 100]}")
    assert isinstance(grid, Mapping)
    checked: dict[str, list[Any]] = {}
    for name, values in grid.items():
        _check_varies(name)
        if name in fixed:
            raise InputError(f"{name} is given twice: in grid, and as an argument; omit one")
        listed = [plain(name, value) for value in check_list(f"grid: {name}", values)]
        if not listed:
            raise InputError(f"grid: {name} must have values, or be omitted")
        for place, value in enumerate(listed):
            if cell(value) in map(cell, listed[:place]):
                raise InputError(f"grid: {name} must have different values; omit the second {cell(value)}")
        checked[name] = listed
    return checked


def _check_varies(name: object) -> None:
    """Refuse a name that is not in `VARIED`."""
    if name in VARIED:
        return
    if name in Reading.parameters:
        raise InputError(f"{name} cannot vary, as the text is read once; give one value, and sweep again for others")
    if name == "seed":
        raise InputError("seed cannot vary in grid; seeds says how many there are, from seed on")
    if name == "memory" or name in Run.parameters:
        raise InputError(f"{name} cannot vary, as the vectors do not depend on it; omit it from grid")
    raise unknown(str(name), [*MODELS.values(), *ARGUMENTS], ", ".join(VARIED))


def plain(name: str, value: Any) -> Any:
    """Return a value as a file of results can hold it: a number, text or None."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, np.generic):
        value = value.item()
    if value is not None and not isinstance(value, (bool, int, float, str)):
        raise InputError(f"{name} must be a number, a name or a path in a sweep, not {shorten(value)}")
    if isinstance(value, int) and not isinstance(value, bool) and all(kind is float for kind in _kinds(name)):
        return float(value)
    return value


def _kinds(name: str) -> Iterator[type | None]:
    """Yield the kinds of a parameter in the groups that have it."""
    return (group.parameters[name].kind for group in (*MODELS.values(), *ARGUMENTS) if name in group.parameters)


def points(grid: Mapping[str, Sequence[Any]], n_random: int | None, seed: int) -> list[Values]:
    """Return all points of a grid, or so many that are drawn at random; more of them begin with the same ones."""
    total = prod(map(len, grid.values()))
    if n_random is None:
        if total > _MOST:
            raise InputError(
                f"grid must have at most {_MOST:,} points, not {total:,}; or set random, to try some of them"
            )
        return [_point(grid, index) for index in range(total)]
    check_integer("random", n_random, 1)
    if n_random > min(total, _MOST):
        raise InputError(
            f"random must be at most {min(total, _MOST):,}, not {n_random:,}: the grid has {total:,} points"
        )
    generator, drawn = Random(seed), dict[int, None]()
    while len(drawn) < n_random:
        drawn[generator.randrange(total)] = None
    return [_point(grid, index) for index in drawn]


def _point(grid: Mapping[str, Sequence[Any]], index: int) -> Values:
    """Return a point by its number; the last setting varies first."""
    found: Values = {}
    for name, values in reversed(list(grid.items())):
        index, place = divmod(index, len(values))
        found[name] = values[place]
    return {name: found[name] for name in grid}


def trials(every: Sequence[Values], first: int, seeds: int) -> list[Trial]:
    """Return the trainings: all settings with the first seed, then all with the next."""
    total = len(every) * seeds
    if total > _MOST:
        raise InputError(f"a sweep has at most {_MOST:,} trainings, not {total:,}; lower seeds, or set random")
    return [Trial(values, seed) for seed in range(first, first + seeds) for values in every]
