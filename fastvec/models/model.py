"""What the module of every model has, seen from the pipeline."""

from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Vocabulary
from fastvec.corpus.text import Text
from fastvec.subwords import Subwords
from fastvec.training.estimate import Estimate
from fastvec.training.job import Job

Matrix: TypeAlias = NDArray[np.float32]


class Made(NamedTuple):
    """What a training makes.

    Attributes
    ----------
    vectors : (n_words, dim) float32
    context_vectors : (n_words, dim) float32, or None with hierarchical softmax, whose outputs are no words
    subwords : Subwords, optional
        The rows of n-grams.
    """

    vectors: Matrix
    context_vectors: Matrix | None
    subwords: Subwords | None = None


class Model(Protocol):
    """A module; its parameters are a class of `fastvec.settings`."""

    def fit(self, settings: Any, source: Any, vocabulary: Vocabulary, job: Job) -> Made:
        """Make word and context vectors from a corpus, or where it counts from counts."""

    def needs(self, settings: Any, source: Any, text: Text, threads: int) -> Estimate:
        """Estimate what `fit` takes with that many threads; `text` describes the whole of which source is a part."""
