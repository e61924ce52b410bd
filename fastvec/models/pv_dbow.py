"""PV-DBOW: vectors of documents that predict their words (Le and Mikolov 2014).

This module turns parameters into the arrays that `fastvec.kernels.documents` works on, and runs it over the corpus,
each line of which is a document. What is kept are the vectors of words; those of documents, of the text or of another,
are inferred (`fastvec.vectors.documents`). PV-DM, the other model of the paper, is out of scope.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.spread import Spread
from fastvec.corpus.text import Text
from fastvec.corpus.thinned import of_epochs
from fastvec.errors import TooLittleText, TrainingError
from fastvec.kernels.alias import alias_table, noise_distribution
from fastvec.kernels.documents import Step, Work, new_work, train_block
from fastvec.kernels.subsampling import keep_probability
from fastvec.kernels.word2vec import initialise
from fastvec.models import spectrum
from fastvec.models.model import Made
from fastvec.settings import PvDbow, Word2Vec
from fastvec.training.descent import Descent
from fastvec.training.estimate import LOADING, Estimate, Phase
from fastvec.training.job import Job
from fastvec.training.matrix import all_finite, compact, matrix_bytes, own_cache_lines, padded, zeros
from fastvec.training.replicas import WORDS, Replicas, intervals, most_in_all

Matrix = NDArray[np.float32]

#: Positions of the id stream in a block.
BLOCK = 1 << 13


def fit(settings: PvDbow, corpus: Corpus, vocabulary: Vocabulary, job: Job) -> Made:
    """Train on a corpus.

    Parameters
    ----------
    settings : PvDbow
        The parameters.
    corpus : Corpus
        Ids beyond the vocabulary are skipped.
    vocabulary : Vocabulary
        The words to train, a prefix of the corpus's.
    job : Job
        With one thread the result is a function of the corpus and the parameters; else several race for rows (Hogwild).

    Returns
    -------
    Made
        The output vectors of words.

    Raises
    ------
    TooLittleText
        If subsampling keeps no word.
    TrainingError
        If weights are no longer finite.
    """
    firsts = corpus.first_sentences(BLOCK)
    n_words = len(vocabulary)
    C = zeros(n_words + most_in_all(n_words, job.threads), settings.dim)
    D = zeros(int(firsts[-1]) + 1, settings.dim)
    saved = job.checkpoints.load() if job.checkpoints else None
    if saved:
        saved.read("C", C[:n_words])
        saved.read("D", D)
    else:
        if settings.init == "ppmi-svd":
            words = C[:n_words]  # given twice, since the contexts come last, and stay
            spectrum.start(_spectral(settings), corpus, vocabulary, job, words, words)
        initialise(D, settings.dim, np.float32(0.5 / settings.dim), np.uint64(settings.seed))
    run = _Training(settings, corpus, vocabulary.counts, C, D, firsts, job)
    run.go(saved.facts if saved else {})
    C = C[:n_words]
    if not (run.n_trained or saved):
        raise TooLittleText(
            f"{corpus.name}: there is nothing to train on: subsampling with sample={settings.sample:g} drops all "
            "words; raise sample (--sample), or set it to 0"
        )
    if not (all_finite(C) and all_finite(D)):
        raise run.diverged()
    return Made(compact(C, settings.dim), None)


def needs(settings: PvDbow, source: Corpus, text: Text, threads: int) -> Estimate:
    """Estimate what `fit` takes; its time is measured on stretches from all over the corpus, with all words."""
    # of a text of which a part was read, as many documents for each id as there
    n_documents = int(source.first_sentences(BLOCK)[-1] * text.n_ids / max(1, source.n_ids)) + 1
    sizes = text.n_words, n_documents
    updates = settings.epochs * text.counts * keep_probability(text.counts, settings.sample)
    copies = threads * len(intervals(updates.astype(np.float64), threads, WORDS))
    matrices = matrix_bytes(text.n_words + copies, settings.dim) + matrix_bytes(n_documents, settings.dim)
    tables = 12 * text.n_words + 8 * (text.n_ids // BLOCK)
    before = 4 * copies * padded(settings.dim)  # the copies, as last merged
    training = Estimate(
        lower="dim (--dim), max_vocab (--max-vocab) or threads (--threads), or train on fewer documents (lines)",
        phases=[
            Phase("compiling", LOADING + matrices),
            Phase("training", matrices + tables + before + threads * (8 * BLOCK + (1 << 14))),
            Phase("vectors", matrices),
        ],
        sample=lambda: Spread(source),
        work={"training": settings.epochs * text.n_tokens},
        weights=4 * sum(sizes) * padded(settings.dim),
    )
    if settings.init != "ppmi-svd":
        return training
    return spectrum.with_start(settings, training, source, text, threads)


def _spectral(settings: PvDbow) -> Word2Vec:
    """Return skip-gram that starts from the same PPMI-SVD."""
    return Word2Vec(dim=settings.dim, seed=settings.seed, init="ppmi-svd")


class _Training(Descent):
    """One training: the arrays that the kernel works on, and the order of the blocks."""

    def __init__(
        self,
        settings: PvDbow,
        corpus: Corpus,
        counts: NDArray[np.int64],
        C: Matrix,
        D: Matrix,
        firsts: NDArray[np.int64],
        job: Job,
    ) -> None:
        self.settings, self.corpus, self.C, self.D, self.firsts = settings, corpus, C, D, firsts
        noise = alias_table(noise_distribution(counts, settings.ns_exponent))
        keep = keep_probability(counts, settings.sample)
        every = intervals((settings.epochs * counts * keep).astype(np.float64), job.threads, WORDS)
        replicas = [Replicas(C, len(counts), every, thread) for thread in range(job.threads)]
        self.steps = [Step(keep, noise, settings.negative, each.copies) for each in replicas]
        works = [Work(*map(own_cache_lines, new_work(BLOCK, settings.negative))) for _ in range(job.threads)]  # type: ignore[arg-type] # all arrays
        self.blocks_of_epoch, self.n_words = len(firsts) - 1, len(counts)
        super().__init__(
            job,
            works,
            replicas,
            epochs=settings.epochs,
            n_blocks=settings.epochs * self.blocks_of_epoch,
            total=settings.epochs * corpus.n_tokens,
        )

    def worker(self, number: int) -> Callable[[int], None]:
        """Return a function that trains on a block, counted over all epochs, with the arrays of one worker."""
        settings, n_ids, tokens = self.settings, self.corpus.n_ids, np.empty(BLOCK, np.int32)
        work, step = self.works[number], self.steps[number]
        top, text = settings.learning_rate, of_epochs(self.corpus, settings.seed)

        def train(place: int) -> None:
            epoch, block = divmod(place, self.blocks_of_epoch)
            start = block * BLOCK
            text.epoch = epoch
            n = text.read(start, tokens)
            rate, change = self.rate((epoch + start / n_ids) / settings.epochs), -top * n / (settings.epochs * n_ids)
            key, rates = (settings.seed, epoch, block), (np.float32(rate), np.float32(change))
            train_block(tokens[:n], self.firsts[block], key, *rates, step, self.D, self.C, self.stop, work)

        return train

    def rate(self, done: float) -> float:
        """Return the learning rate when a fraction of the training is over."""
        return self.settings.learning_rate * (1 - done)

    def matrices(self) -> dict[str, Matrix]:
        """Return the weights without the copies."""
        return {"C": self.C[: self.n_words], "D": self.D}

    def diverged(self) -> TrainingError:
        """Return the error for weights that are no longer finite."""
        return TrainingError(
            "the weights are no longer finite: lower learning_rate (--lr), which is "
            f"{self.settings.learning_rate:g}, or negative (--negative), which is {self.settings.negative}"
        )
