"""PPMI-SVD: vectors from co-occurrence counts, without training (Levy, Goldberg and Dagan 2015).

Counts become positive pointwise mutual information, and the truncated singular value decomposition U S V^T of that
matrix gives the word vectors U S^p and the context vectors V S^p. The defaults were chosen on Wikipedia: a wide window
with harmonic weights, and frequent words thinned out.
"""

from contextlib import nullcontext
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Corpus, Vocabulary
from fastvec.errors import InputError
from fastvec.models.counted import counted
from fastvec.models.ppmi import ppmi
from fastvec.models.svd import truncated_svd
from fastvec.settings import PpmiSvd
from fastvec.training.job import Job
from fastvec.training.progress import Progress
from fastvec.training.state import State

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Matrix = NDArray[np.float32]


def fit(settings: PpmiSvd, source: Corpus | Cooccurrence, vocabulary: Vocabulary, job: Job) -> tuple[Matrix, Matrix]:
    """Make vectors from a corpus, or from co-occurrences.

    Parameters
    ----------
    settings : PpmiSvd
        The parameters. Pairs of words below `cell_min_count` are dropped from the PPMI, though they count in the sums
        of their words.
    source : Corpus or Cooccurrence
        Ids beyond the vocabulary are skipped.
    vocabulary : Vocabulary
        The words, a prefix of the corpus's.
    job : Job
        The vectors do not depend on its threads. Its listener is called ten times a second while counting, then after
        each step.

    Returns
    -------
    vectors, context_vectors : (n_words, dim) float32

    Raises
    ------
    InputError
        If there are fewer words than dimensions, or nothing to count.
    """
    check_words(settings, len(vocabulary))
    if job.checkpoints and (saved := job.checkpoints.load()):
        return saved.read("words"), saved.read("contexts")
    matrix = _weighted(settings, source, vocabulary, job)
    began = perf_counter()

    def factorising(basis: int) -> None:
        job.listener(Progress("factorising", basis, None, perf_counter() - began))

    factorising(0)
    found = truncated_svd(
        matrix,
        settings.dim,
        oversampling=settings.oversampling,
        tolerance=settings.tolerance,
        seed=settings.seed,
        threads=job.threads,
        listener=factorising,
    )
    context_eig = settings.eig if settings.context_eig is None else settings.context_eig
    left, right = found.left, found.right
    left *= np.asarray(found.values**settings.eig, np.float32)
    right *= np.asarray(found.values**context_eig, np.float32)
    if job.checkpoints:
        job.checkpoints.try_to_save(nullcontext(State({}, {"words": left, "contexts": right})))
    return left, right


def _weighted(
    settings: PpmiSvd, source: Corpus | Cooccurrence, vocabulary: Vocabulary, job: Job
) -> "csr_matrix[np.float32]":
    """Return the PPMI; the co-occurrences are counted and freed here."""
    counts = counted(settings, source, vocabulary, job, cell_min_count=0.0)
    job.listener(Progress("weighting"))
    matrix = ppmi(
        counts, cds=settings.cds, shift=settings.shift, cell_min_count=settings.cell_min_count, threads=job.threads
    )
    if not matrix.nnz:
        raise InputError("no pair of words has a PPMI above 0: lower shift (--shift) or cell_min_count")
    return matrix


def check_words(settings: PpmiSvd, n_words: int) -> None:
    """Refuse a vocabulary of fewer words than dimensions."""
    if n_words < settings.dim:
        raise InputError(
            f"dim must be at most {n_words}, the number of words, not {settings.dim}; lower dim (--dim) or "
            "min_count (--min-count), or give more text"
        )
