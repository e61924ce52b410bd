"""Skip-gram on counts: pairs of a word and a context are drawn from them, in place of windows laid over a text."""

from collections.abc import Callable

import numpy as np

from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Vocabulary
from fastvec.corpus.text import Text
from fastvec.errors import TrainingError
from fastvec.kernels.alias import alias_table, noise_distribution
from fastvec.kernels.pairs import Pairs, train_pairs
from fastvec.kernels.word2vec import Noise, Weights, Work, new_work
from fastvec.models import spectrum
from fastvec.models.model import Made
from fastvec.models.word2vec import (
    Matrix,
    check_weights,
    diverged,
    learning_rate,
    made_of,
    set_first_weights,
    usual_length,
)
from fastvec.settings import Word2Vec
from fastvec.training.descent import Descent
from fastvec.training.estimate import LOADING, Estimate, Phase
from fastvec.training.job import Job
from fastvec.training.matrix import matrix_bytes, own_cache_lines, padded, zeros
from fastvec.training.replicas import no_copies

#: Pairs of a block.
_BLOCK = 1 << 14


def fit(settings: Word2Vec, source: Cooccurrence, vocabulary: Vocabulary, job: Job) -> Made:
    """Train on as many pairs, in each epoch, as the counts add up to.

    Parameters
    ----------
    settings : Word2Vec
        Of skip-gram with negative sampling.
    source : Cooccurrence
        Words and contexts.
    vocabulary : Vocabulary
        The words.
    job : Job
        With one thread the result is a function of the counts and the parameters; else it differs a little from run to
        run.

    Returns
    -------
    Made
        Vectors of words and of contexts.

    Raises
    ------
    TrainingError
        If weights are no longer finite, or vectors have run away.
    """
    W, C = (zeros(n, settings.dim, settings.dtype) for n in source.shape)
    saved = job.checkpoints.load() if job.checkpoints else None
    if saved:
        saved.read("W", W)
        saved.read("C", C)
    else:
        set_first_weights(settings, source, vocabulary, job, W, C, None)
    usual = usual_length(W, C)
    _Training(settings, source, W, C, job).go(saved.facts if saved else {})
    check_weights(settings, W, C, usual, job.threads)
    return made_of(settings, W, C, None)


def needs(settings: Word2Vec, source: Cooccurrence, text: Text, threads: int) -> Estimate:
    """Estimate what `fit` takes; its time is measured on the counts themselves."""
    matrices = sum(matrix_bytes(n, settings.dim, settings.dtype) for n in source.shape)
    n_cells = source.data.size
    training = Estimate(
        lower="dim (--dim), or count fewer words (--max-vocab)",
        phases=[
            Phase("compiling", LOADING + matrices + (8 + 8 + 16) * n_cells),  # the table is made of double precision
            Phase("training", matrices + (8 + 4 + 4) * n_cells),
            Phase("vectors", matrices),
        ],
        sample=lambda: source,
        work={"training": settings.epochs * _n_pairs(source)},
        weights=np.dtype(settings.dtype).itemsize * sum(source.shape) * padded(settings.dim),
    )
    if settings.init != "ppmi-svd":
        return training
    return spectrum.with_start(settings, training, source, text, threads)


def _n_pairs(source: Cooccurrence) -> int:
    """Return the pairs of an epoch."""
    return max(1, round(float(source.data.sum(dtype=np.float64))))


class _Training(Descent):
    """One training."""

    unit = "pairs"

    def __init__(self, settings: Word2Vec, source: Cooccurrence, W: Matrix, C: Matrix, job: Job) -> None:
        self.settings, self.W, self.C = settings, W, C
        assert settings.negative is not None
        assert settings.ns_exponent is not None
        contexts = source.vocabulary if source.contexts is None else source.contexts
        self.noise = Noise(alias_table(noise_distribution(contexts.counts, settings.ns_exponent)), settings.negative)
        data = source.data.astype(np.float64)
        words = np.repeat(np.arange(len(W), dtype=np.int32), np.diff(source.indptr))
        self.pairs = Pairs(alias_table(data / data.sum()), words, np.array(source.indices, np.int32))
        self.weights = Weights.of(W, C, no_copies(W), no_copies(C))
        new = new_work(0, 0, settings.negative + 1, settings.negative)
        works = [Work(*map(own_cache_lines, new)) for _ in range(job.threads)]  # type: ignore[arg-type] # arrays
        n_pairs = settings.epochs * _n_pairs(source)
        super().__init__(job, works, [], epochs=settings.epochs, n_blocks=-(-n_pairs // _BLOCK), total=n_pairs)

    def worker(self, number: int) -> Callable[[int], None]:
        """Return a function that trains on a block, counted over all epochs, with the arrays of one worker."""
        work = self.works[number]

        def train(block: int) -> None:
            first, last = block * _BLOCK, min((block + 1) * _BLOCK, self.total)
            rates = [self.rate(place / self.total) for place in (first, last)]
            step = np.float32(rates[0]), np.float32(rates[1] - rates[0])
            key = self.settings.seed, block
            train_pairs(last - first, key, *step, self.pairs, self.noise, self.weights, self.stop, work)

        return train

    def rate(self, done: float) -> float:
        """Return the learning rate when a fraction of the training is over."""
        return learning_rate(self.settings, done)

    def matrices(self) -> dict[str, Matrix]:
        """Return the weights."""
        return {"W": self.W, "C": self.C}

    def diverged(self) -> TrainingError:
        """Return the error for weights that are no longer finite."""
        return diverged(self.settings, "the weights are no longer finite", self.job.threads)
