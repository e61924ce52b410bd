"""PPMI-SVD: vectors from co-occurrence counts, without training (Levy, Goldberg and Dagan 2015).

Counts become positive pointwise mutual information, and the truncated singular value decomposition U S V^T of that
matrix gives the word vectors U S^p and the context vectors V S^p. The defaults were chosen on Wikipedia: a wide window
with harmonic weights, and frequent words thinned out.
"""

from math import ceil, log
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import count_cores
from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.needs import CELL, counting_needs
from fastvec.cooccurrence.survey import Survey
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.text import Text
from fastvec.errors import TooLittleText
from fastvec.kernels.sparse import PANEL
from fastvec.kernels.subsampling import keep_probability
from fastvec.models.counted import counted, of_words
from fastvec.models.model import Made
from fastvec.models.ppmi import ppmi
from fastvec.models.svd import LOOK, is_dense, truncated_svd
from fastvec.settings import PpmiSvd
from fastvec.training.checkpoints import State
from fastvec.training.estimate import Estimate, Phase
from fastvec.training.job import Job
from fastvec.training.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Matrix = NDArray[np.float32]

#: Dimensions that are searched for each one that is wanted, at a tolerance of 0.01: seen on English, on novels and on
#: Chinese with 50 to 200 dimensions, where it was between 2.4 and 5.5. Each panel more brings as many more digits.
_SEARCHED = 2.8
#: Panels that exist at the same time, beside the basis; bytes that the BLAS of NumPy keeps for each of its threads.
_PANELS, _BLAS = 6, 24 << 20


def fit(settings: PpmiSvd, source: Corpus | Cooccurrence, vocabulary: Vocabulary, job: Job) -> Made:
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
        Where the two sides are counted apart, a context vector is the mean of the two of a word.

    Raises
    ------
    InputError
        If there are fewer words than dimensions, or nothing to count.
    """
    check_words(settings, len(vocabulary))
    if isinstance(source, Cooccurrence):
        check_words(settings, source.shape[1], "contexts")
    if job.checkpoints and (saved := job.checkpoints.load()):
        return Made(saved.read("words"), saved.read("contexts"))
    matrix, sides = _weighted(settings, source, vocabulary, job)
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
    right = of_words(right, sides)
    if job.checkpoints:
        job.checkpoints.try_to_save(lambda: State({}, {"words": left, "contexts": right}))
    return Made(left, right)


def _weighted(
    settings: PpmiSvd, source: Corpus | Cooccurrence, vocabulary: Vocabulary, job: Job
) -> tuple["csr_matrix[np.float32]", int]:
    """Return the PPMI, and how many contexts each word is; the co-occurrences are counted and freed here."""
    counts = counted(settings, source, vocabulary, job, cell_min_count=0.0)
    job.listener(Progress("weighting"))
    matrix = ppmi(
        counts, cds=settings.cds, shift=settings.shift, cell_min_count=settings.cell_min_count, threads=job.threads
    )
    if not matrix.nnz:
        raise TooLittleText("no pair of words has a PPMI above 0: lower shift (--shift) or cell_min_count")
    return matrix, counts.sides


def check_words(settings: PpmiSvd, n_words: int, called: str = "words") -> None:
    """Refuse a vocabulary of fewer words, or contexts, than dimensions."""
    if n_words < settings.dim:
        raise TooLittleText(
            f"dim must be at most {n_words}, the number of {called}, not {settings.dim}; lower dim (--dim) or "
            "min_count (--min-count), or give more text"
        )


def needs(settings: PpmiSvd, source: Corpus | Cooccurrence, text: Text, threads: int) -> Estimate:
    """Estimate what `fit` takes; its time is measured on a matrix like the one to be counted."""
    n_words, dim = text.n_words, settings.dim
    check_words(settings, n_words)
    counting = counting_needs(settings, source, text, threads)
    if counting.found.contexts is not None:
        check_words(settings, len(counting.found.contexts), "contexts")
        n_words = max(n_words, len(counting.found.contexts))
    matrix = CELL * n_positive(settings, counting.found, text.counts) + 8 * n_words
    vectors = 2 * 4 * n_words * dim
    wanted, basis = dim + settings.oversampling, _expected_basis(settings, n_words)
    if is_dense(n_words, wanted):
        searching = final = 8 * 5 * n_words**2
    else:
        kept = _BLAS * count_cores()  # it knows of no quota
        searching = 4 * n_words * (basis + wanted + _PANELS * PANEL) + 6 * 8 * basis**2 + kept
        final = 4 * n_words * (2 * wanted + 2 * PANEL) + vectors + kept
    return Estimate(
        lower="dim (--dim), max_vocab (--max-vocab), window (--window) or memory (--memory)",
        phases=[
            *counting.phases,
            Phase("weighting", counting.held + matrix + 32 * n_words, counting.mapped),
            Phase("factorising", 2 * matrix + max(searching, final)),
            Phase("vectors", vectors),
        ],
        sample=(lambda: counting.found.sample(text.counts)) if counting.found.n_cells else None,
        work={} if is_dense(n_words, wanted) else {"factorising": basis + wanted / 2},  # the last products count half
        quadratic=True,
        scale=counting.found.scale,
        seconds=counting.seconds,
        files=counting.files,
    )


def n_positive(settings: PpmiSvd, found: Survey, counts: NDArray[np.int64]) -> int:
    """Estimate the cells with a PPMI above 0 from a sample; word counts stand for sums of cells."""
    if not found.data.size:
        return found.n_cells
    contexts = counts if found.contexts is None else found.contexts.counts
    smooth = (contexts * keep_probability(contexts, settings.sample)) ** settings.cds
    rows = np.repeat(np.arange(len(counts)), np.diff(found.indptr))
    sums = np.bincount(rows, found.data)
    is_positive = found.data * (smooth.sum() / settings.shift) > sums[rows] * smooth[found.indices]
    return round(found.n_cells * float(np.mean(is_positive & (found.data >= settings.cell_min_count))))


def _expected_basis(settings: PpmiSvd, n_words: int) -> int:
    """Return the dimensions that the decomposition will search."""
    wanted = settings.dim + settings.oversampling
    searched = wanted * (1 + (_SEARCHED - 1) * max(0.0, log(settings.tolerance) / log(1e-2)))
    basis = ceil(wanted / PANEL) * PANEL
    while basis < min(searched, n_words):
        basis += LOOK * PANEL
    return basis
