"""How a command shows the progress of a job: a bar on stderr, and JSON lines in a file."""

import json
import sys
from dataclasses import asdict
from time import perf_counter
from types import TracebackType
from typing import IO, TYPE_CHECKING

import click

from fastvec.errors import FileError, megabytes

if TYPE_CHECKING:
    import rich.progress

    from fastvec.training.progress import Progress

_LOG_SECONDS = 1.0
#: Seconds of training after which the time that it will take is shown.
_TIMED = 3.0


class Display:
    """A listener for progress, to be used as a context manager.

    Parameters
    ----------
    quiet : bool
        Show nothing. Else there is a bar where stderr is a terminal, and where it is not a line that says how long
        training will take, once some seconds of it are over; and a line that says what it needs.
    log_json : str or None
        File for JSON lines: one when a phase begins, one a second, one at the end.
    """

    def __init__(self, quiet: bool, log_json: str | None = None) -> None:
        self._quiet = quiet
        self._has_bar = not quiet and sys.stderr.isatty()
        self._has_told = quiet or self._has_bar
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None
        self._last: Progress | None = None
        self._logged = 0.0
        self._began = perf_counter()
        self._log: IO[bytes] | None = None
        self._n_lines = 0
        if log_json is not None:
            try:
                self._log = open(log_json, "wb", buffering=0)
            except OSError as error:
                raise FileError(f"{log_json}: cannot be written ({error.strerror})") from error

    def __enter__(self) -> "Display":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.end()
        finally:
            if self._log is not None:
                self._log.close()

    def __call__(self, progress: "Progress") -> None:
        """Show `progress`."""
        if self._last is None or progress.phase != self._last.phase:
            self.end()
            self._write(progress)
            if self._has_bar:
                self._begin_phase(progress)
        elif progress.seconds - self._logged >= _LOG_SECONDS:
            self._write(progress)
        self._last = progress
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=progress.done, total=progress.total, facts=_facts(progress))
        if progress.memory is not None and not self._quiet:
            disk = f", {megabytes(progress.disk)} of disk" if progress.disk else ""
            self._say(f"training needs {megabytes(progress.memory)} of memory{disk}")
        left = progress.seconds_left
        if not self._has_told and progress.phase == "training" and progress.seconds >= _TIMED and left is not None:
            self._has_told = True
            self._say(f"training will take {progress.seconds + left:,.0f} s")

    def _say(self, line: str) -> None:
        self._end_bar()
        click.echo(line, err=True)

    def reading(self, done: int, total: int | None) -> None:
        """Show the bytes that `fastvec.read_corpus` has read."""
        from fastvec.training.progress import Progress

        self(Progress("reading", done, total, perf_counter() - self._began))

    def _write(self, progress: "Progress") -> None:
        self._logged = progress.seconds
        if self._log is not None:
            facts = asdict(progress) | {"per_second": progress.per_second, "seconds_left": progress.seconds_left}
            line = json.dumps(facts).encode() + b"\n"
            try:
                n_written = self._log.write(line)
            except OSError as error:
                self._give_up(error.strerror)
            else:
                if n_written < len(line):
                    self._log.truncate(self._log.tell() - n_written)
                    self._give_up("no space left for a whole line")
                self._n_lines += 1

    def _give_up(self, reason: str | None) -> None:
        """Stop writing the log; that is an error only if nothing has been written yet."""
        assert self._log is not None
        message = f"{self._log.name}: cannot be written ({reason})"
        if self._n_lines == 0:
            raise FileError(message)
        click.echo(f"fastvec: {message}; continuing without this log", err=True)
        self._log.close()
        self._log = None

    def _begin_phase(self, progress: "Progress") -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = [
            TextColumn("{task.description:9}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[facts]}"),
            TimeRemainingColumn(compact=True),
        ]
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task(progress.phase, total=progress.total, facts="")
        self._bar.start()

    def end(self) -> None:
        """End the display of this phase."""
        if self._last is not None and self._logged != self._last.seconds:
            self._write(self._last)
        self._end_bar()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _facts(progress: "Progress") -> str:
    """Return in a few words how fast a job runs and where it stands."""
    if progress.phase == "reading":
        return f"{megabytes(progress.per_second)}/s"
    parts = []
    if progress.phase == "factorising":
        parts.append(f"{progress.done:,} dimensions searched")
    elif progress.done and progress.phase in ("counting", "training"):
        parts.append(f"{progress.per_second / 1e3:,.0f}k {progress.unit}/s")
    if progress.epoch is not None:
        parts.append(f"epoch {progress.epoch}")
    if progress.learning_rate is not None:
        parts.append(f"rate {progress.learning_rate:.4f}")
    if progress.loss is not None:
        parts.append(f"loss {progress.loss:.3f}")
    return "  ".join(parts)
