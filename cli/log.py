"""A log of JSON lines, whose loss does not end the work."""

import json
import sys
from datetime import UTC, datetime
from typing import IO, Any

import click

from fastvec.errors import FileError

from . import streams


class Log:
    """A file of JSON lines.

    Parameters
    ----------
    path : str
        The file, which is replaced; or "-" for the standard output.

    Raises
    ------
    FileError
        If it cannot be opened; or in `write`, if not even the first line can be written.
    """

    def __init__(self, path: str) -> None:
        self._name = "standard output" if path == "-" else path
        self._n_lines = 0
        self._file: IO[bytes] | None = None
        self._is_lost = False
        if path != "-":
            try:
                self._file = open(path, "wb", buffering=0)
            except OSError as error:
                raise self._error(error.strerror) from error

    def write(self, facts: dict[str, Any]) -> None:
        """Write a line that begins with the time."""
        if self._is_lost:
            return
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": time} | facts).encode() + b"\n"
        try:
            if self._file is None:
                sys.stdout.buffer.write(line)
                sys.stdout.buffer.flush()
            elif (n_written := self._file.write(line)) < len(line):
                self._file.truncate(self._file.tell() - n_written)
                self._lose("no space left for a whole line")
            self._n_lines += 1
        except OSError as error:
            self._lose(error.strerror)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _error(self, reason: str | None) -> FileError:
        return FileError(f"{self._name}: cannot be written ({reason})")

    def _lose(self, reason: str | None) -> None:
        """Stop writing; that is an error only if nothing has been written yet."""
        self._is_lost = True
        if self._file is None:
            streams.discard_output()
        if self._n_lines == 0:
            raise self._error(reason)
        click.echo(f"fastvec: {self._error(reason)}; continuing without this log", err=True)
