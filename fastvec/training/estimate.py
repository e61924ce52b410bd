"""What a training takes, beside the program and the words: memory, files, and what its time is measured on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from fastvec.settings import Model

#: Bytes that the compiler takes to compile or load code; word2vec gives them back before it trains.
LOADING = 42 << 20


class Phase(NamedTuple):
    """The memory that one phase of the work takes beyond the program and the words."""

    name: str  #: As in `fastvec.training.progress.Progress`.
    memory: int  #: Bytes at most.
    mapped: int = 0  #: Bytes of mapped files besides: they stay in memory as long as there is room.


class File(NamedTuple):
    """A file that is written."""

    what: str  #: As messages call it.
    folder: Path  #: Where.
    size: int  #: Bytes.
    is_there: bool = False  #: Whether it exists already.


@dataclass(frozen=True)
class Estimate:
    """What the training of one model on one text takes."""

    lower: str  #: Parameters that may be lowered to need less memory, as messages call them.
    phases: list[Phase]  #: The memory of each part of the work; the last one are the vectors.
    #: Returns what `fit` takes as its source to be timed; None if there is nothing to train on.
    sample: Callable[[], Any] | None
    #: How much work phases consist of that are timed by a part of it, in the unit of their progress.
    work: dict[str, float]
    quadratic: bool = False  #: Whether the work of these phases becomes harder in proportion to what has been done.
    scale: float = 1.0  #: How many times as long other phases take as with the sample.
    seconds: dict[str, float] = field(default_factory=dict)  #: Phases whose time is known already.
    files: list[File] = field(default_factory=list)  #: What does not fit the memory.
    weights: int = 0  #: Bytes of the weights that a checkpoint holds; 0 where there are none.
    #: What is timed one after the other in place of the whole, where this consists of several trainings.
    parts: list[tuple[Model, "Estimate"]] = field(default_factory=list)
