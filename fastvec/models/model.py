"""What the module of every model has, seen from the pipeline."""

from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Vocabulary
from fastvec.corpus.text import Text
from fastvec.training.estimate import Estimate
from fastvec.training.job import Job

Matrix: TypeAlias = NDArray[np.float32]


class Model(Protocol):
    """A module; its parameters are a class of `fastvec.settings`."""

    def fit(self, settings: Any, source: Any, vocabulary: Vocabulary, job: Job) -> tuple[Matrix, Matrix | None]:
        """Make word and context vectors, (n_words, dim) float32, from a corpus, or where it counts from counts."""

    def needs(self, settings: Any, source: Any, text: Text, threads: int) -> Estimate:
        """Estimate what `fit` takes with that many threads; `text` describes the whole of which source is a part."""
