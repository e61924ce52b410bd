"""What a running job reports."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


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
        Mean loss per prediction since the epoch began; a prediction is a pair of words for skip-gram, a word for CBOW,
        a cell for GloVe.
    unit : str
        Of what is counted or trained on: "words", or "cells" of the co-occurrence matrix.
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


def reading(listener: Listener) -> Callable[[int, int | None], None]:
    """Return a progress function for `fastvec.read_corpus` that reports to a listener."""
    began = perf_counter()
    return lambda done, total: listener(Progress("reading", done, total, perf_counter() - began))


def ignore(progress: Progress) -> None:
    """Do nothing."""
