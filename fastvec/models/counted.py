"""What the models that start from co-occurrences have in common: counting, unless it has been done."""

import logging
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence import Cooccurrence, count_cooccurrence
from fastvec.corpus import Corpus, Vocabulary
from fastvec.errors import FileError
from fastvec.settings import Counted, Counting
from fastvec.training.checkpoints import tolerating
from fastvec.training.job import Job

_LOG = logging.getLogger(__name__)


def counted(
    settings: Counted, source: Corpus | Cooccurrence, vocabulary: Vocabulary, job: Job, **changes: Any
) -> Cooccurrence:
    """Return co-occurrences: those given, those that an interrupted training counted, or new ones.

    Parameters
    ----------
    settings, source, vocabulary, job
        As for `fit`.
    **changes
        Parameters of counting that differ from the model's.

    Raises
    ------
    InputError
        If there is nothing to count, or `memory` is too small.
    FileError
        If there is no space on the disk.
    """
    if isinstance(source, Cooccurrence):
        return source
    path = job.checkpoints.folder / "cooccurrence.npz" if job.checkpoints else None
    if path and path.exists():
        try:
            with zipfile.ZipFile(path) as archive:
                if damaged := archive.testzip():
                    raise FileError(damaged)
            return Cooccurrence.load(path)
        except Exception as error:  # zipfile and what it calls raise many where a file is damaged
            _LOG.warning("%s: is damaged (%s); counting again", path, error)
    chosen = {name: getattr(settings, name) for name in Counting.parameters} | changes
    counts = count_cooccurrence(
        source, vocabulary, memory=settings.memory, threads=job.threads, progress=job.listener, **chosen
    )
    if path:
        with tolerating():
            counts.save(path)
    return counts


def of_words(contexts: NDArray[np.float32], sides: int) -> NDArray[np.float32]:
    """Return the context vectors of words: where each is a context on either side, the mean of its two."""
    return contexts if sides == 1 else contexts.reshape(-1, sides, contexts.shape[1]).mean(1)
