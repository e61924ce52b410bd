"""What a running job reports, and the lines of a log that are made of it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from time import perf_counter

from fastvec.errors import duration, megabytes

#: Where programs that ask for it find how their trainings go.
LOG = logging.getLogger(__name__)
#: Seconds of training after which the time that it will take is known; and the least that is worth telling.
_TIMED, _WORTH_TELLING = 3.0, 10.0
#: Seconds between two lines: a fraction of the phase, within bounds; and where the end is unknown.
_FRACTION, _LEAST, _MOST, _UNKNOWN = 0.05, 10.0, 600.0, 60.0
#: Seconds of compiling after which it is told that it happens once; to load compiled code takes less.
COMPILING = 2.0
ONCE = "once on this machine"


@dataclass(frozen=True)
class Progress:
    """The state of a job at one moment.

    Attributes
    ----------
    phase : str
        "reading", "planning", "compiling", "training" or "saving"; with co-occurrences "counting", "merging",
        "weighting", "factorising" and "shuffling".
    done, total : int or None
        Work done so far, and in the whole phase: bytes when reading, words or cells when counting or training, blocks
        when merging or shuffling, dimensions of the searched space when factorising. `total` is None if unknown, as
        for standard input.
    seconds : float
        Since the phase began.
    epoch : int or None
        From 1.
    learning_rate : float or None
    loss : float or None
        Mean loss per prediction since the epoch began; a prediction is a pair of words for skip-gram, a word for CBOW
        and PV-DBOW, a cell for GloVe.
    unit : str
        Of what is counted or trained on: "words"; of a co-occurrence matrix "cells", or "pairs" for skip-gram.
    before : int
        Part of `done` that a resumed training had done before.
    memory, disk : int or None
        After planning: bytes of memory that the process will take at most, and bytes of files that it will write.
    """

    phase: str
    done: int = 0
    total: int | None = None
    seconds: float = 0.0
    epoch: int | None = None
    learning_rate: float | None = None
    loss: float | None = None
    unit: str = "words"
    before: int = 0
    memory: int | None = None
    disk: int | None = None

    @property
    def per_second(self) -> float:
        """Work per second since the phase began: bytes or words."""
        return (self.done - self.before) / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the phase will still take, or None if unknown."""
        return (self.total - self.done) / self.per_second if self.total is not None and self.per_second else None


Listener = Callable[[Progress], None]


class Lines:
    """Tells what happens in lines, as a log wants them: few, and the first ones soon.

    Parameters
    ----------
    tell : function of a string
        Called with each line, from this thread or another.
    has_bar : bool
        Whether a bar shows how far the job is, so that lines need not.
    """

    def __init__(self, tell: Callable[[str], object], *, has_bar: bool = False) -> None:
        self._tell = tell
        self._has_bar = has_bar
        self._phase = ""
        self._told = 0.0  # seconds of the phase at the last line
        self._is_timed = False
        self._compiling: Timer | None = None

    def __call__(self, progress: Progress) -> None:
        """Tell what is worth a line."""
        if progress.memory is not None:
            disk = f", {megabytes(progress.disk)} of disk" if progress.disk else ""
            self._tell(f"training needs {megabytes(progress.memory)} of memory{disk}")
        if progress.phase != self._phase:
            self._begin(progress)
        if self._has_bar:
            return
        left = progress.seconds_left
        if progress.phase == "training" and not self._is_timed and progress.seconds >= _TIMED and left is not None:
            self._is_timed = True
            if progress.seconds + left >= _WORTH_TELLING:
                self._tell(f"training will take about {duration(progress.seconds + left)}")
        wait = _UNKNOWN if left is None else min(max(_FRACTION * (progress.seconds + left), _LEAST), _MOST)
        if progress.seconds - self._told >= wait:
            self._told = progress.seconds
            self._tell(f"{progress.phase}: {', '.join(facts(progress))}")

    def _begin(self, progress: Progress) -> None:
        self.close()
        self._phase, self._told = progress.phase, 0.0
        if progress.phase == "compiling" and not self._has_bar:
            self._compiling = Timer(COMPILING, self._tell, [f"compiling, which is done {ONCE}"])
            self._compiling.daemon = True
            self._compiling.start()
        if progress.before and progress.total:
            epoch = f", in epoch {progress.epoch}" if progress.epoch else ""
            self._tell(f"resuming: {progress.before / progress.total:.0%} was done{epoch}".replace("%", " %"))

    def close(self) -> None:
        """Tell nothing more of this phase."""
        if self._compiling is not None:
            self._compiling.cancel()


def facts(progress: Progress) -> list[str]:
    """Return how far a job is, how long it will still take and how fast it runs, what matters most first."""
    parts = []
    if progress.total:
        parts.append(f"{100 * progress.done / progress.total:.0f} %")
    if progress.seconds_left is not None:
        parts.append(f"{duration(progress.seconds_left)} left")
    if progress.phase == "reading":
        parts.append(f"{megabytes(progress.per_second)}/s")
    elif progress.phase == "factorising":
        parts.append(f"{progress.done:,} dimensions searched")
    elif progress.done and progress.phase in ("counting", "training"):
        parts.append(f"{progress.per_second / 1e3:,.0f}k {progress.unit}/s")
    if progress.epoch is not None:
        parts.append(f"epoch {progress.epoch}")
    if progress.loss is not None:
        parts.append(f"loss {progress.loss:.3f}")
    if progress.learning_rate is not None:
        parts.append(f"rate {progress.learning_rate:.4f}")
    return parts


@contextmanager
def logged(listener: Listener | None) -> Iterator[Listener]:
    """Make a listener that also logs lines at level INFO, where the program has asked for them."""
    if not LOG.isEnabledFor(logging.INFO):
        yield listener or ignore
        return
    lines = Lines(LOG.info)

    def listen(progress: Progress) -> None:
        lines(progress)
        if listener is not None:
            listener(progress)

    try:
        yield listen
    finally:
        lines.close()


def reading(listener: Listener) -> Callable[[int, int | None], None]:
    """Return a progress function for `fastvec.read_corpus` that reports to a listener."""
    began = perf_counter()
    return lambda done, total: listener(Progress("reading", done, total, perf_counter() - began))


def ignore(progress: Progress) -> None:
    """Do nothing."""


class EpochLoss:
    """The loss of the epoch that is under way, from sums over a whole training: of losses, and their number."""

    def __init__(self, epoch: int) -> None:
        self._epoch, self._before = epoch, (0.0, 0)

    def sums(self, loss: float, n: int) -> tuple[float, int]:
        """Return the sums of the epoch."""
        return loss - self._before[0], n - self._before[1]

    def mean(self, loss: float, n: int) -> float | None:
        """Return the mean of the epoch, if a loss was measured in it."""
        total, count = self.sums(loss, n)
        return total / count if count else None

    def enter(self, epoch: int, loss: float, n: int) -> None:
        """Begin anew if this is another epoch."""
        if epoch != self._epoch:
            self._epoch, self._before = epoch, (loss, n)
