"""Notices and warnings, of the library and of others, as lines on stderr."""

import logging
import warnings
from collections.abc import Iterator
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
    click.echo(f"fastvec: {' '.join(str(message).split())}", err=True)


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
