"""The standard streams: UTF-8 whatever the locale says, and there even if they are closed.

Results must reach the standard output, so an error there ends the command. What goes to the standard error must not:
a training goes on when the terminal that showed its progress is gone.
"""

import codecs
import io
import os
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem


def prepare() -> None:
    """Replace the standard streams of this process, unless somebody has done so, as tests do."""
    codecs.register_error("fastvec", _escape)
    _open_closed()
    if isinstance(sys.stdin, io.TextIOWrapper) and sys.stdin is sys.__stdin__:
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")
    if sys.stdout is sys.__stdout__:
        sys.stdout = _Output(io.FileIO(1, "w", closefd=False), line_buffering=os.isatty(1))
    if sys.stderr is sys.__stderr__:
        sys.stderr = _Output(_Expendable(2, "w", closefd=False), line_buffering=True)


def discard_output() -> None:
    """Drop what could not be written to the standard output, lest Python tries it again at the end."""
    if isinstance(sys.stdout, _Output):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.close(null)


class Text(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A word or other text of the command line, in UTF-8 whatever the locale says; a path stays as it is.

    The shell completes the values that are known, and names of files if it may be a path.
    """

    name = "text"

    def __init__(self, *known: str, is_path: bool = False) -> None:
        self._known, self._is_path = known, is_path

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text."""
        if self._is_path:
            return str(value)
        try:
            return os.fsencode(value).decode()
        except UnicodeDecodeError:
            self.fail(f"{value!r} is not UTF-8", param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return what may follow."""
        found = [CompletionItem(each) for each in self._known if each.startswith(incomplete)]
        return [*found, CompletionItem(incomplete, type="file")] if self._is_path else found


class _Expendable(io.FileIO):
    """A stream that forgets what cannot be written."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return memoryview(data).nbytes


class _Output(io.TextIOWrapper):
    """Text that goes to a stream in UTF-8."""

    def __init__(self, raw: io.FileIO, line_buffering: bool) -> None:
        super().__init__(io.BufferedWriter(raw), "utf-8", "fastvec", line_buffering=line_buffering)


def _open_closed() -> None:
    """Open the null device in place of streams that are closed, lest other files get their numbers.

    The standard output is opened such that writing fails, as it does where it is closed.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest number that is free


def _escape(error: UnicodeError) -> tuple[str | bytes, int]:
    """Encode what UTF-8 cannot: the bytes of a file's name as they are if they are UTF-8 after all, else escaped."""
    assert isinstance(error, UnicodeEncodeError)
    try:
        data = error.object[error.start : error.end].encode("ascii", "surrogateescape")
        data.decode()
    except UnicodeError:
        return codecs.backslashreplace_errors(error)
    return data, error.end
