"""Who listens to a job: a function of the caller's, or a line that shows its progress."""

from collections.abc import Iterator
from contextlib import contextmanager

from numba.core.event import Event, install_listener
from numba.core.event import Listener as EventListener

from fastvec.line import Line, open_line
from fastvec.training.progress import ONCE, Listener, Progress, facts, ignore


@contextmanager
def listening(progress: Listener | bool | None) -> Iterator[Listener]:
    """Yield a listener: the function, or one that shows a line, as `fastvec.line.open_line` says."""
    if callable(progress):
        yield progress
        return
    with open_line(progress) as line:
        if line is None:
            yield ignore
            return
        with install_listener("numba:compile", _Compiling(line)):
            yield lambda now: line.show(now.phase, describe(now))


class _Compiling(EventListener):
    """Says that a kernel is compiled, which takes some seconds."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def on_start(self, event: Event) -> None:
        """Say so."""
        self._line.show("compiling", f"compiling, which is done {ONCE}")

    def on_end(self, event: Event) -> None:
        """Leave the line to what comes next."""


def describe(now: Progress) -> str:
    """Return where a job stands in a few words.

    >>> describe(Progress("training", 500_000, 1_000_000, 2.0, epoch=2, loss=0.25))
    'training: 50 %, 2.0 s left, 250k words/s, epoch 2, loss 0.250'
    """
    parts = facts(now)
    return f"{now.phase}: {', '.join(parts)}" if parts else now.phase
