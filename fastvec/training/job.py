"""How a model is to be trained, apart from its parameters."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Vocabulary
from fastvec.training.checkpoints import Checkpoints
from fastvec.training.progress import Listener, ignore

Matrix = NDArray[np.float32]


class Start(Protocol):
    """Vectors to start from."""

    def fill(self, vocabulary: Vocabulary, W: Matrix, C: Matrix | None, inputs: Any = None) -> None:
        """Set the rows of the words, and of the contexts unless `C` is None, that have vectors to start from."""

    def knows(self, vocabulary: Vocabulary) -> NDArray[np.bool_]:
        """Return for each word of a vocabulary whether it has a vector."""


@dataclass(frozen=True)
class Job:
    """How a model is to be trained."""

    threads: int
    listener: Listener = ignore  #: Called ten times a second.
    #: Where the state is saved from time to time, and from where training resumes if there is one.
    checkpoints: Checkpoints | None = None
    initial: Start | None = None  #: Sets the first weights of those words that have vectors to start from.
