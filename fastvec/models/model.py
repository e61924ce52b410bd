"""What every model has, seen from the pipeline."""

from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Corpus, Vocabulary
from fastvec.training.job import Job

Matrix: TypeAlias = NDArray[np.float32]


class Model(Protocol):
    """A frozen dataclass of parameters that checks itself; its field `model` names it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    dim: int

    @property
    def has_context_vectors(self) -> bool:
        """Whether `fit` gives context vectors."""

    @property
    def default_vectors(self) -> str:
        """The vectors that serve best: "word", "context" or "sum"."""

    def fit(self, corpus: Corpus, vocabulary: Vocabulary, job: Job) -> tuple[Matrix, Matrix | None]:
        """Make word and context vectors, (n_words, dim) float32, from text."""


@runtime_checkable
class CountModel(Model, Protocol):
    """A model that starts from co-occurrences; its parameters include those of `CountSettings`."""

    def fit_counts(self, counts: Cooccurrence, job: Job) -> tuple[Matrix, Matrix | None]:
        """Make word and context vectors, (n_words, dim) float32, from co-occurrences."""
