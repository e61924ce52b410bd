"""PPMI-SVD: vectors from co-occurrence counts, without training (Levy, Goldberg and Dagan 2015).

Counts become positive pointwise mutual information, and the truncated singular value decomposition U S V^T of that
matrix gives the word vectors U S^p and the context vectors V S^p. The defaults were chosen on Wikipedia: a wide window
with harmonic weights, and frequent words thinned out.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_choice, check_integer, check_number
from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Corpus, Vocabulary
from fastvec.errors import InputError
from fastvec.models.counted import CountedModel
from fastvec.models.ppmi import ppmi
from fastvec.models.svd import truncated_svd
from fastvec.training.job import Job
from fastvec.training.progress import Progress
from fastvec.training.state import State

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class PpmiSvd(CountedModel):
    """Parameters of PPMI-SVD; those of `CountSettings` and `CountedModel` too.

    Attributes
    ----------
    cell_min_count : float
        Pairs of words that count less are left out of the PPMI, though they count in the sums of their words.
    model : str
        "ppmi-svd".
    dim : int
        Dimensions of the vectors.
    cds : float
        Context distribution smoothing: power to which context counts are raised.
    shift : float
        Its logarithm is subtracted from the mutual information; 1 is no shift.
    eig : float
        Power of the singular values in the word vectors; 0 leaves them out, 1 weakens similarities a lot.
    context_eig : float or None
        The same in the context vectors; None is `eig`. With 1 - `eig`, word vectors times context vectors are the PPMI.
    oversampling, tolerance
        Of the decomposition; see `fastvec.models.svd.truncated_svd`.

    Raises
    ------
    InputError
        If a value is out of range; the message names it.
    """

    sample: float = 1e-4
    model: str = "ppmi-svd"
    dim: int = 100
    cds: float = 0.75
    shift: float = 1.0
    eig: float = 0.5
    context_eig: float | None = None
    oversampling: int = 20
    tolerance: float = 1e-2

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("model", self.model, ("ppmi-svd",))
        check_integer("dim", self.dim, 1)
        check_number("cds", self.cds, 0)
        check_number("shift", self.shift, 0, inclusive=False)
        check_number("eig", self.eig, 0)
        if self.context_eig is not None:
            check_number("context_eig", self.context_eig, 0)
        check_integer("oversampling", self.oversampling, 0)
        check_number("tolerance", self.tolerance, 0, inclusive=False)

    @property
    def default_vectors(self) -> str:
        """The vectors that serve best."""
        return "word"

    def fit(self, corpus: Corpus, vocabulary: Vocabulary, job: Job) -> tuple[Matrix, Matrix]:
        """Make vectors from a corpus.

        Parameters
        ----------
        corpus : Corpus
            Its ids beyond the vocabulary are passed over.
        vocabulary : Vocabulary
            The words, a prefix of the corpus's.
        job : Job
            The vectors do not depend on its threads. Its listener is called ten times a second while counting, then now
            and then.

        Returns
        -------
        vectors, context_vectors : (n_words, dim) float32

        Raises
        ------
        InputError
            If there are fewer words than dimensions, or nothing to count.
        """
        self.check_words(len(vocabulary))
        return self.fit_counts(self.count(corpus, vocabulary, job, cell_min_count=0.0), job)

    def fit_counts(self, counts: Cooccurrence, job: Job) -> tuple[Matrix, Matrix]:
        """Make vectors from co-occurrences; as `fit`, which see."""
        self.check_words(len(counts.vocabulary))
        if job.checkpoints and (saved := job.checkpoints.load()):
            return saved.read("words"), saved.read("contexts")
        job.listener(Progress("weighting"))
        matrix = ppmi(counts, cds=self.cds, shift=self.shift, cell_min_count=self.cell_min_count, threads=job.threads)
        del counts  # which may be all that holds this memory
        if not matrix.nnz:
            raise InputError("no pair of words has a PPMI above 0: lower shift (--shift) or cell_min_count")
        began = perf_counter()

        def factorising(basis: int) -> None:
            job.listener(Progress("factorising", basis, None, perf_counter() - began))

        factorising(0)
        found = truncated_svd(
            matrix,
            self.dim,
            oversampling=self.oversampling,
            tolerance=self.tolerance,
            seed=self.seed,
            threads=job.threads,
            listener=factorising,
        )
        context_eig = self.eig if self.context_eig is None else self.context_eig
        left, right = found.left, found.right
        left *= np.asarray(found.values**self.eig, np.float32)
        right *= np.asarray(found.values**context_eig, np.float32)
        if job.checkpoints:
            job.checkpoints.try_to_save(nullcontext(State({}, {"words": left, "contexts": right})))
        return left, right

    def check_words(self, n_words: int) -> None:
        """Refuse a vocabulary of fewer words than dimensions."""
        if n_words < self.dim:
            raise InputError(
                f"dim must be at most {n_words}, the number of words, not {self.dim}; lower dim (--dim) or "
                "min_count (--min-count), or give more text"
            )
