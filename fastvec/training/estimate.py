"""What an estimate of one model's work consists of."""

from pathlib import Path
from typing import NamedTuple, Protocol

from fastvec.corpus import Corpus

#: What the compiler takes while it compiles or loads code; word2vec gives it back before it trains.
LOADING = 42 << 20


class Phase(NamedTuple):
    """The memory that one part of the work takes beyond the program and the words.

    Attributes
    ----------
    name : str
        As in `fastvec.training.progress.Progress`.
    memory : int
        Bytes at most.
    mapped : int
        Bytes of files that are mapped besides: they are in memory as far as there is room for them.
    """

    name: str
    memory: int
    mapped: int = 0


class File(NamedTuple):
    """A file that is written.

    Attributes
    ----------
    what : str
        As messages call it.
    folder : Path
        Where.
    size : int
        Bytes.
    is_there : bool
        Whether it is there already.
    """

    what: str
    folder: Path
    size: int
    is_there: bool = False


class Estimate(Protocol):
    """What the training of one model on one text takes.

    Attributes
    ----------
    lower : str
        Parameters that may be lowered to need less memory, as messages call them.
    """

    lower: str

    def phases(self) -> list[Phase]:
        """Give the memory of each part of the work."""

    def files(self, folder: Path | None) -> list[File]:
        """Give the files for what does not fit the memory; `folder` is that of the stream of ids, if there is one."""

    def weights(self) -> int:
        """Give the bytes of the weights that a checkpoint would hold; 0 where there are none."""

    def seconds(self, corpus: Corpus | None) -> dict[str, float]:
        """Measure a sample of the work on a corpus, the text or a part of it; give the seconds of all of it."""
