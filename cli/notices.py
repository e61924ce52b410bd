"""Notices and warnings, of the library and of others, as lines on stderr."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from .spoken import spoken

_LOGGER = logging.getLogger("fastvec")
_NOTICES = logging.getLogger("fastvec.notices")  # `fastvec.corpus.notices.NOTICES`, which takes long to import
_PROGRESS = logging.getLogger("fastvec.training.progress")  # which commands show by themselves


class _Lines(logging.Handler):
    """Writes each record as a line."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        _show(spoken(record.getMessage()))


def _show(message: Warning | str, *_: Any, **__: Any) -> None:
    _tell(f"fastvec: {' '.join(str(message).split())}")


def _echo(line: str) -> None:
    click.echo(line, err=True)


_tell: Callable[[str], object] = _echo


def through(tell: Callable[[str], object] | None) -> None:
    """Write lines by a function, such as one that keeps a bar below them; None ends that."""
    global _tell
    _tell = tell or _echo


_LINES = _Lines()


@contextmanager
def shown() -> Iterator[None]:
    """Show notices until the end of the block, or until `quiet`."""
    levels = _LOGGER.level, _PROGRESS.level
    _LINES.setLevel(logging.INFO)
    _LOGGER.addHandler(_LINES)
    _LOGGER.setLevel(logging.INFO)
    _PROGRESS.setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.showwarning = _show
        try:
            yield
        finally:
            for logger, level in zip((_LOGGER, _PROGRESS), levels, strict=True):
                logger.setLevel(level)
            _LOGGER.removeHandler(_LINES)
            _NOTICES.disabled = False


def quiet() -> None:
    """Show warnings only."""
    _LINES.setLevel(logging.WARNING)
    _NOTICES.disabled = True
