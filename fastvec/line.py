"""A line that shows how far something is: in a terminal, in a notebook, or as few lines in a file."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from fastvec.errors import InputError


class Line:
    """A line on stderr, or in the output of a notebook's cell; each text replaces the one before."""

    def __init__(self) -> None:
        self._notebook = _notebook()
        self._shown: Any = None  # by the notebook
        self._kind: str | None = None
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()

    @property
    def is_seen(self) -> bool:
        """Whether somebody is there to see it."""
        return self._is_terminal or self._notebook is not None

    def show(self, kind: str, text: str) -> None:
        """Show a text; in a file only one of each kind in turn."""
        is_new, self._kind = kind != self._kind, kind
        if self._notebook is not None:
            self._update(text)
        elif self._is_terminal:
            self._write(f"\r{text[: shutil.get_terminal_size().columns - 1]}\x1b[K")
        elif is_new:
            self._write(f"{kind}\n")

    def clear(self) -> None:
        """Remove the line."""
        if self._shown is not None:
            self._update("")
        elif self._is_terminal and self._kind is not None:
            self._write("\r\x1b[K")

    def _update(self, text: str) -> None:
        data = {"text/plain": text}
        if self._shown is None:
            self._shown = self._notebook.display(data, raw=True, display_id=True)
        else:
            self._shown.update(data, raw=True)

    def _write(self, text: str) -> None:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()


@contextmanager
def open_line(progress: object) -> Iterator[Line | None]:
    """Yield a line, or None if none is asked for: True shows it, None only where somebody sees it, False does not."""
    if progress is not None and not isinstance(progress, bool):
        raise InputError(f"progress must be True, False, None or a function, not {progress!r}")
    line = Line()
    if progress is False or (progress is None and not line.is_seen):
        yield None
        return
    try:
        yield line
    finally:
        line.clear()


def _notebook() -> Any:
    """Return what displays in a notebook, or None elsewhere."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return import_module("IPython.display")
