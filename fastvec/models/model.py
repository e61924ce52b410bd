"""What the module of every model has, seen from the pipeline."""

from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Vocabulary
from fastvec.training.job import Job

Matrix: TypeAlias = NDArray[np.float32]


class Model(Protocol):
    """A module; its parameters are a class of `fastvec.settings`."""

    def fit(self, settings: Any, source: Any, vocabulary: Vocabulary, job: Job) -> tuple[Matrix, Matrix | None]:
        """Make word and context vectors, (n_words, dim) float32, from a corpus, or where it counts from counts."""
