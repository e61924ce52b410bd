"""What a running job tells about itself."""

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
        Work done in this phase and in all of it: bytes when reading, words or cells when counting or training, blocks
        when merging or shuffling, dimensions of the space that was searched when factorising. `total` is None where it
        is not known, as for standard input.
    seconds : float
        Since the phase began.
    epoch : int or None
        From 1.
    learning_rate : float or None
        At this moment.
    loss : float or None
        Mean loss per prediction since the epoch began; a prediction is a pair of words for skip-gram, a word for CBOW,
        a cell for GloVe.
    unit : str
        Of what is counted or trained on: "words", or "cells" of the matrix of co-occurrences.
    before : int
        Part of `done` that was done before the phase began, by a training that is gone on with.
    memory, disk : int or None
        When planning is done: bytes of memory that the process will take at most, and of files that will be written.
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
        """Seconds that the phase will still take, or None where that cannot be told."""
        return (self.total - self.done) / self.per_second if self.total is not None and self.per_second else None


Listener = Callable[[Progress], None]


def reading(listener: Listener) -> Callable[[int, int | None], None]:
    """Give what `fastvec.read_corpus` tells the bytes that it has read, for a listener to hear of."""
    began = perf_counter()
    return lambda done, total: listener(Progress("reading", done, total, perf_counter() - began))


def ignore(progress: Progress) -> None:
    """Take no notice of progress."""
