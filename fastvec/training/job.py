"""How a model is to be trained, apart from its parameters."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Vocabulary
from fastvec.training.checkpoints import Checkpoints
from fastvec.training.progress import Listener, ignore

Matrix = NDArray[np.float32]


class Start(Protocol):
    """Vectors to start from."""

    def fill(self, vocabulary: Vocabulary, W: Matrix, C: Matrix | None) -> None:
        """Set the rows of words, and of contexts unless they are None, for which there are vectors."""


@dataclass(frozen=True)
class Job:
    """How a model is to be trained.

    Attributes
    ----------
    threads : int
        To work with.
    listener : function of a Progress
        Called ten times a second.
    checkpoints : Checkpoints or None
        Where the state is saved now and then, and where training goes on from if there is one already.
    initial : Start or None
        Sets the first weights of those words for which there are vectors to start from.
    """

    threads: int
    listener: Listener = ignore
    checkpoints: Checkpoints | None = None
    initial: Start | None = None
