"""How a command shows the progress of a job: a bar on stderr, or lines where that is no terminal; and a log of JSON."""

import sys
from dataclasses import asdict
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING

import click

from fastvec.errors import duration

from . import notices
from .ending import describe, status_of
from .log import Log

if TYPE_CHECKING:
    import rich.console
    import rich.live

    from fastvec.training.progress import Lines, Progress

_LOG_SECONDS = 1.0
_SLOW = 2.0  # seconds after which a phase whose end is unknown shows how long it has taken
_PHASE = 11  # characters of the longest name, "factorising"
_GAP = "  "


class Display:
    """A listener for progress, to be used as a context manager.

    Parameters
    ----------
    quiet : bool
        Show nothing. Else there is a bar where stderr is a terminal, which vanishes in the end, and where it is not
        there are lines now and then (`fastvec.training.progress.Lines`).
    log_json : str or None
        File for JSON lines, or - for the standard output: one when a phase begins, one a second, one when it ends; the
        last one says how the command ended.

    Attributes
    ----------
    result : dict
        What was made, for the last line of the log.
    """

    def __init__(self, quiet: bool, log_json: str | None = None) -> None:
        self._quiet = quiet
        if quiet:
            notices.quiet()
        self._has_bar = not quiet and sys.stderr.isatty()
        self._lines: Lines | None = None
        self._live: rich.live.Live | None = None
        self._last: Progress | None = None
        self._logged = 0.0
        self._began = self._phase_began = perf_counter()
        self._log = None if log_json is None else Log(log_json)
        self.result: dict[str, object] = {}

    def __enter__(self) -> "Display":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.end()
        finally:
            if self._log is not None:
                message = None if error is None else describe(error)
                facts = {"phase": "end", "seconds": perf_counter() - self._began, "exit": status_of(error)}
                self._log.write(facts | {"error": message} | self.result)
                self._log.close()

    @property
    def elapsed(self) -> str:
        """How long it has been there."""
        return duration(perf_counter() - self._began)

    def __call__(self, progress: "Progress") -> None:
        """Show `progress`."""
        if self._last is None or progress.phase != self._last.phase:
            self._end_phase()
            self._phase_began = perf_counter()
            self._write(progress)
        elif progress.seconds - self._logged >= _LOG_SECONDS:
            self._write(progress)
        self._last = progress
        if self._quiet:
            return
        if self._has_bar and self._live is None:
            self._live = self._begin()
        if self._lines is None:
            from fastvec.training.progress import Lines

            self._lines = Lines(self._say, has_bar=self._has_bar)
        self._lines(progress)

    def _say(self, line: str) -> None:
        if self._live is None:
            click.echo(line, err=True)
        else:
            self._live.console.print(line, highlight=False, markup=False)

    def reading(self, done: int, total: int | None) -> None:
        """Show the bytes that `fastvec.read_corpus` has read."""
        from fastvec.training.progress import Progress

        self(Progress("reading", done, total, perf_counter() - self._began))

    def _write(self, progress: "Progress") -> None:
        self._logged = progress.seconds
        if self._log is not None:
            speed = {"per_second": progress.per_second, "seconds_left": progress.seconds_left}
            self._log.write(asdict(progress) | speed)

    def _begin(self) -> "rich.live.Live":
        from rich.console import Console
        from rich.live import Live

        live = Live(self, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)
        live.start()
        notices.through(self._say)
        return live

    def __rich_console__(
        self, console: "rich.console.Console", options: "rich.console.ConsoleOptions"
    ) -> "rich.console.RenderResult":
        """Yield the bar of the phase, for rich."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        progress = self._last
        assert progress is not None
        bar = min(max(options.max_width // 5, 10), 30)
        row = Table.grid(padding=(0, len(_GAP), 0, 0))
        for _ in range(3):
            row.add_column(no_wrap=True)
        row.add_row(
            f"{progress.phase:{_PHASE}}",
            ProgressBar(progress.total, progress.done, width=bar, pulse=not progress.total),
            told(progress, perf_counter() - self._phase_began, options.max_width - _PHASE - bar - 2 * len(_GAP)),
        )
        yield row

    def _end_phase(self) -> None:
        if self._last is not None and self._logged != self._last.seconds:
            self._write(self._last)

    def end(self) -> None:
        """End the display."""
        self._end_phase()
        if self._lines is not None:
            self._lines.close()
        if self._live is not None:
            notices.through(None)
            self._live.stop()
            self._live = None


def told(progress: "Progress", seconds: float, room: int) -> str:
    """Return what stands beside the bar, `seconds` after the phase began: as much as there is room for."""
    from fastvec.training.progress import COMPILING, ONCE, facts

    parts = facts(progress)
    if progress.phase == "compiling" and seconds >= COMPILING:
        parts = [ONCE]
    elif not progress.total and seconds >= _SLOW:
        parts.append(duration(seconds))
    while len(parts) > 1 and len(_GAP.join(parts)) > room:
        parts.pop()
    return _GAP.join(parts)
