"""What the models that start from counted co-occurrences have in common."""

import logging
import zipfile
from dataclasses import dataclass, fields
from typing import Any

from fastvec.checks import check_integer
from fastvec.cooccurrence import Cooccurrence, count_cooccurrence
from fastvec.cooccurrence.settings import CountSettings
from fastvec.corpus import Corpus, Vocabulary
from fastvec.errors import FileError
from fastvec.training.checkpoints import tolerating
from fastvec.training.job import Job

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class CountedModel(CountSettings):
    """Parameters of a model that counts first.

    Attributes
    ----------
    memory : int or None
        Bytes to count in; None is a quarter of what there is. The vectors do not depend on it.
    """

    memory: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.memory is not None:
            check_integer("memory", self.memory, 1)

    @property
    def has_context_vectors(self) -> bool:
        """Whether there are context vectors."""
        return True

    def count(self, corpus: Corpus, vocabulary: Vocabulary, job: Job, **changes: Any) -> Cooccurrence:
        """Count co-occurrences, or take those that an interrupted training counted.

        Parameters
        ----------
        corpus, vocabulary, job
            As for `fit`.
        **changes
            Attributes of `CountSettings` that are to be other than this model's.

        Raises
        ------
        InputError
            If there is nothing to count, or `memory` is too small.
        FileError
            If there is no space on the disk.
        """
        path = job.checkpoints.folder / "cooccurrence.npz" if job.checkpoints else None
        if path and path.exists():
            try:
                with zipfile.ZipFile(path) as archive:
                    if damaged := archive.testzip():
                        raise FileError(damaged)
                return Cooccurrence.load(path)
            except Exception as error:  # zipfile and what it calls raise many where a file is damaged
                _LOG.warning("%s: is damaged (%s); counting again", path, error)
        settings = {field.name: getattr(self, field.name) for field in fields(CountSettings)} | changes
        counts = count_cooccurrence(
            corpus, vocabulary, memory=self.memory, threads=job.threads, progress=job.listener, **settings
        )
        if path:
            with tolerating():
                counts.save(path)
        return counts
