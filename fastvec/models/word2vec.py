"""word2vec: skip-gram and CBOW, with negative sampling, hierarchical softmax (Mikolov et al. 2013a, 2013b) and others.

This module turns parameters into the arrays that `fastvec.kernels.word2vec` works on, and runs it over the corpus.
"""

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.sentences import largest_distance, why_no_context
from fastvec.corpus.spread import Spread
from fastvec.corpus.text import Text
from fastvec.corpus.thinned import of_epochs
from fastvec.errors import DataError, MachineError, TooLittleText, TrainingError
from fastvec.kernels import subword_steps
from fastvec.kernels.alias import alias_table, noise_distribution
from fastvec.kernels.emit import LANES
from fastvec.kernels.frozen import Frozen
from fastvec.kernels.huffman import huffman_paths
from fastvec.kernels.objectives import NCE, RANKING, SOFTMAX, Objective
from fastvec.kernels.subsampling import keep_probability
from fastvec.kernels.word2vec import (
    BAND,
    STRETCHES,
    Mean,
    Noise,
    Paths,
    Places,
    Step,
    Weights,
    Work,
    initialise,
    margin,
    new_work,
    train_block,
)
from fastvec.models import spectrum
from fastvec.models.input_rows import InputRows
from fastvec.models.model import Made
from fastvec.settings import Word2Vec
from fastvec.training.blocks import run_blocks
from fastvec.training.checkpoints import Saving
from fastvec.training.descent import Descent
from fastvec.training.estimate import LOADING, Estimate, Phase
from fastvec.training.job import Job
from fastvec.training.matrix import all_finite, compact, matrix_bytes, own_cache_lines, padded, zeros
from fastvec.training.replicas import (
    MOST,
    NGRAMS,
    NODES,
    WORDS,
    Replicas,
    copied_in_all,
    intervals,
    most_in_all,
    no_copies,
)
from fastvec.training.rounds import WORKERS, Rounds
from fastvec.words import PackedWords

Matrix = NDArray[np.float32]

#: The objectives that are no plain logistic loss.
_KINDS = {"nce": NCE, "sampled-softmax": SOFTMAX, "softmax": SOFTMAX, "ranking": RANKING}
#: Outputs that make a step, at most; or all of a softmax or ranking, whose steps are bounded however many there are.
_GROUP = 24
#: Length up to which the longest vector of a training is usual, and how many times as long they are when they have run
#: away.
_USUAL, _RUNAWAY = 10.0, 10.0
#: Ids for each word of a window that are read before and after a block; more if rare words are among them.
_MARGIN = 4
#: Positions of the id stream in a block: enough blocks for many threads, each long enough to be worth its dispatch.
SMALLEST_BLOCK, LARGEST_BLOCK, BLOCKS = 1 << 10, 1 << 16, 128


def fit(settings: Word2Vec, corpus: Corpus, vocabulary: Vocabulary, job: Job) -> Made:
    """Train on a corpus.

    Parameters
    ----------
    settings : Word2Vec
        The parameters.
    corpus : Corpus
        Ids beyond the vocabulary are skipped.
    vocabulary : Vocabulary
        The words to train, a prefix of the corpus's.
    job : Job
        With one thread, or `deterministic`, the result is a function of the corpus and the parameters; else several
        race for rows (Hogwild; Niu et al. 2011), and their results differ a little from run to run.

    Returns
    -------
    Made
        Input vectors, output vectors where these are of words, and the rows of n-grams if there are any.

    Raises
    ------
    InputError
        If no word has a context.
    TrainingError
        If weights are no longer finite, or vectors have run away.
    """
    inputs = input_rows(settings, vocabulary)
    n_words, n_inputs = len(vocabulary), len(inputs) if inputs else len(vocabulary)
    n_outputs, racing = settings.n_places * n_words, _racing(settings, job.threads)
    W = zeros(n_inputs + most_in_all(n_inputs, racing), settings.dim, settings.dtype)
    C = zeros(n_outputs + most_in_all(n_words, racing) * settings.n_places, settings.dim, settings.dtype)
    saved = job.checkpoints.load() if job.checkpoints else None
    if saved:
        saved.read("W", W[:n_inputs])
        saved.read("C", C[:n_outputs])
    else:
        set_first_weights(settings, corpus, vocabulary, job, W[:n_inputs], C[:n_outputs], inputs)
    usual = usual_length(W[:n_inputs], C[:n_outputs])
    frozen = job.initial.knows(vocabulary) if job.initial and settings.freeze else None
    run = Training(settings, corpus, vocabulary.counts, W, C, inputs, job, frozen)
    run.go(saved.facts if saved else {})
    if not (run.n_trained or saved):
        raise TooLittleText(why_no_context(corpus, vocabulary, settings.sample, settings.window))
    del run  # and the copies of its workers
    W, C = W[:n_inputs], C[:n_outputs]
    check_weights(settings, W, C, usual, racing)
    return made_of(settings, W, C, inputs)


def input_rows(settings: Word2Vec, vocabulary: Vocabulary) -> InputRows | None:
    """Return which rows of W belong to which word; None without subwords, where row i belongs to word i."""
    if settings.ngrams is None:
        return None
    words = PackedWords.pack(vocabulary.words, "surrogatepass")
    updates = settings.epochs * vocabulary.counts * keep_probability(vocabulary.counts, settings.sample)
    return InputRows.of(settings.ngrams, words, updates.astype(np.float64))


def set_first_weights(
    settings: Word2Vec,
    source: Corpus | Cooccurrence,
    vocabulary: Vocabulary,
    job: Job,
    W: Matrix,
    C: Matrix,
    inputs: InputRows | None,
) -> None:
    """Set the weights that training starts from: at random, from a PPMI-SVD, or from vectors that were given.

    All places of a word start with the same output vector.
    """
    places, C = by_places(settings, C), C[: len(C) // settings.n_places]
    _initialise(settings, W, C)
    if settings.init == "ppmi-svd":
        spectrum.start(settings, source, vocabulary, job, W, C, inputs)
    if job.initial:
        job.initial.fill(vocabulary, W, C if settings.has_context_vectors else None, inputs)
    if settings.n_places > 1:
        places[:] = C.copy()[:, None]


def by_places(settings: Word2Vec, C: Matrix) -> Matrix:
    """Return the output vectors by words and places, on the same memory."""
    return C.reshape(-1, settings.n_places, C.shape[1])


def usual_length(W: Matrix, C: Matrix) -> float:
    """Return the length up to which the longest vector of a training that starts from these weights is usual."""
    return max(_USUAL, *(_longest(matrix) for matrix in (W, C)))


def check_weights(settings: Word2Vec, W: Matrix, C: Matrix, usual: float, threads: int) -> None:
    """Raise `TrainingError` if weights are no longer finite, or vectors have run away."""
    if not (all_finite(W) and all_finite(C)):
        raise diverged(settings, "the weights are no longer finite", threads)
    longest = max(map(_longest, (W, C)))
    if longest > _RUNAWAY * usual:
        raise diverged(settings, f"the vectors have run away: the longest has length {longest:,.0f}", threads)


def made_of(settings: Word2Vec, W: Matrix, C: Matrix, inputs: InputRows | None) -> Made:
    """Return the vectors of words, from weights that are overwritten."""
    if settings.n_places > 1:  # the context vector of a word is their mean
        C = by_places(settings, C).mean(1)
    contexts = compact(C, settings.dim) if settings.has_context_vectors else None
    if inputs is None:
        return Made(compact(W, settings.dim), contexts)
    vectors, subwords = inputs.vectors(compact(W, settings.dim))
    return Made(vectors.astype(W.dtype, copy=False), contexts, subwords)


def needs(settings: Word2Vec, source: Corpus, text: Text, threads: int) -> Estimate:
    """Estimate what `fit` takes; its time is measured on stretches from all over the corpus, with all words."""
    n_words, dim, window = text.n_words, settings.dim, largest_distance(source, settings.window)
    n_keys, n_ngrams = InputRows.sizes(settings.ngrams, text) if settings.ngrams else (0, 0)
    has_shared = settings.ngrams is not None and settings.ngrams.hashes > 0
    n_inputs, racing = n_keys if has_shared else n_words + n_keys, _racing(settings, threads)
    sizes = n_inputs, n_words * settings.n_places
    copies = _n_copies(settings, text, n_inputs, racing)
    number = np.dtype(settings.dtype).itemsize
    matrices = sum(matrix_bytes(n + extra, dim, settings.dtype) for n, extra in zip(sizes, copies, strict=True))
    before = number * sum(copies) * padded(dim)  # the copies, as last merged
    n_works = threads
    if settings.deterministic:
        before, n_works = Rounds.bytes(sizes, dim, settings.dtype), WORKERS
    made = number * dim * (n_keys + 2 * n_words) if settings.ngrams else 0  # the rows of n-grams, and the means
    if settings.loss == "softmax" and n_words > settings.most_softmax_words:
        raise DataError(
            f"a softmax over all words is for at most {settings.most_softmax_words:,} words, not {n_words:,}: keep the "
            f"most frequent ones (--max-vocab {settings.most_softmax_words}), or choose loss sampled-softmax "
            "(--loss sampled-softmax)"
        )
    if settings.negative is not None:
        tables, n_outputs = (8 if settings.loss == "negative" else 12) * n_words, _n_noise(settings) + 1
    elif settings.loss == "softmax":
        tables, n_outputs = 4 * n_words, n_words
    else:  # a word's path is about as long as the logarithm of its fraction of the text
        depths = np.log2(max(1, text.counts.sum()) / np.maximum(1, text.counts))
        tables, n_outputs = 8 * n_words + 8 * int(depths.sum() + n_words / 2), int(depths.max()) + 2
    width = -(-n_outputs // LANES) * LANES
    contexts = 2 * (max(window, BAND) if settings.model == "cbow" else BAND)
    block = _block_size(text.n_ids)
    work = 8 * (block + window) + 8 * _MARGIN * window + 8 * BAND * width + 12 * contexts + 24 * width + 8 * 1024
    if settings.freeze is not None:
        work += matrix_bytes(max(width, contexts + 1), dim, settings.dtype)
    lower = "dim (--dim), max_vocab (--max-vocab), window (--window), negative (--negative) or threads (--threads)"
    if settings.deterministic:
        lower = f"{lower}, or train without deterministic (--deterministic)"
    training = Estimate(
        lower=lower,
        phases=[
            # context vectors, zero still, take no memory
            Phase("compiling", LOADING + matrix_bytes(sizes[0], dim, settings.dtype)),
            Phase("training", matrices + 4 * (n_words + n_ngrams) + tables + before + n_works * work),
            Phase("vectors", matrices + made),
        ],
        sample=lambda: Spread(source),
        work={"training": settings.epochs * text.n_tokens},
        weights=number * sum(sizes) * padded(dim),
    )
    if settings.init != "ppmi-svd":
        return training
    return spectrum.with_start(settings, training, source, text, threads)


def _n_copies(settings: Word2Vec, text: Text, n_inputs: int, n_threads: int) -> tuple[int, int]:
    """Return how many inputs and outputs the copies of all threads have, of n-grams and nodes at most."""
    updates = (settings.epochs * text.counts * keep_probability(text.counts, settings.sample)).astype(np.float64)
    merges = WORDS if settings.ngrams is None else NGRAMS
    words = outputs = n_threads * len(intervals(updates, n_threads, merges))
    if settings.loss == "hierarchical":
        outputs = copied_in_all(text.n_words, updates.sum(), n_threads, NODES)
    if settings.ngrams is not None:
        words = copied_in_all(n_inputs, updates.sum(), n_threads, NGRAMS)
    return words, outputs * settings.n_places


def _objective(settings: Word2Vec, counts: NDArray[np.int64], keep: NDArray[np.float32]) -> Objective | None:
    """Return what makes steps of scores, where it is not the logistic loss.

    A softmax over noise words subtracts the logarithm of how often each is expected among them (Jean et al. 2015). So
    does NCE, whose model of the probability of a word is its fraction of the text times exp(score), normalised as it is
    (Mnih and Teh 2012, with their biases fixed): scores estimate the pointwise mutual information. With 1 / n_words in
    place of the fraction, CBOW loses four points of MEN and WordSim-353, and skip-gram of both.
    """
    if settings.loss not in _KINDS:
        return None
    offsets = np.zeros(len(counts))
    if settings.loss in ("nce", "sampled-softmax"):
        assert settings.negative is not None
        assert settings.ns_exponent is not None
        noise = settings.negative * noise_distribution(counts, settings.ns_exponent)
        offsets = np.log(np.maximum(noise, np.finfo(np.float32).tiny))
    if settings.loss == "nce":
        words = np.maximum(counts * keep, np.finfo(np.float32).tiny)
        offsets -= np.log(words / words.sum())
    return Objective(_KINDS[settings.loss], offsets.astype(np.float32))


def _n_noise(settings: Word2Vec) -> int:
    """Return the noise words of a turn."""
    each = subword_steps.NOISE if settings.ngrams is not None and settings.model == "skipgram" else 1
    return (settings.negative or 0) * each


def _block_size(n_ids: int) -> int:
    """Return the positions of a block of an id stream."""
    return min(max(n_ids // BLOCKS, SMALLEST_BLOCK), LARGEST_BLOCK)


def learning_rate(settings: Word2Vec, done: float) -> float:
    """Return the learning rate when the fraction `done` of the training is over."""
    assert settings.learning_rate is not None
    assert settings.min_learning_rate is not None
    return settings.learning_rate + done * (settings.min_learning_rate - settings.learning_rate)


def _gain(settings: Word2Vec, done: float) -> float:
    """Return how much further a step goes than one with the default learning rate at the start, and window."""
    contexts = (settings.window + 1) / 2 if settings.shrinks else settings.window
    return learning_rate(settings, done) / settings.default_rate * contexts / 3


def _racing(settings: Word2Vec, threads: int) -> int:
    """Return how many threads share all rows: one, in effect, where workers have their own."""
    return 1 if settings.deterministic else threads


def _initialise(settings: Word2Vec, W: Matrix, C: Matrix) -> None:
    """Set the first weights."""
    dim, seed = settings.dim, settings.seed
    if settings.init == "xavier":
        scale = np.float32(np.sqrt(6 / (len(C) + dim)))
        initialise(C, dim, scale, np.uint64(seed + 1))
    else:  # a mean of many rows is as long as the row of a word without subwords
        scale = np.float32((0.5 if settings.ngrams is None else 1) / dim)
    initialise(W, dim, scale, np.uint64(seed))


def _longest(matrix: Matrix) -> float:
    """Return the length of the longest row."""
    return float(np.sqrt(np.einsum("ij,ij->i", matrix, matrix, dtype=np.float32).max(initial=0)))


def diverged(settings: Word2Vec, what: str, threads: int) -> TrainingError:
    """Return the error for a training that has gone wrong, with cures."""
    cures = [f"the learning rate (--lr), which is {settings.learning_rate:g}"]
    if threads > 1:
        cures.append(f"the number of threads (--threads), which is {threads}")
    return TrainingError(f"{what}: lower {', or '.join(cures)}")


class Training(Descent):
    """One training: the arrays that the kernel works on, and the order of the blocks."""

    def __init__(
        self,
        settings: Word2Vec,
        corpus: Corpus,
        counts: NDArray[np.int64],
        W: Matrix,
        C: Matrix,
        inputs: InputRows | None,
        job: Job,
        frozen: NDArray[np.bool_] | None = None,
    ) -> None:
        self.frozen = frozen
        self.settings, self.corpus, self.W, self.C, self.inputs = settings, corpus, W, C, inputs
        racing = _racing(settings, job.threads)
        n_works = WORKERS if settings.deterministic else job.threads
        self.keep = keep_probability(counts, settings.sample)
        self.noise: Noise | None = None
        self.paths: Paths | None = None
        self.objective = _objective(settings, counts, self.keep)
        negative = _n_noise(settings)
        n_outputs = negative + 1
        if settings.ns_exponent is not None:
            self.noise = Noise(alias_table(noise_distribution(counts, settings.ns_exponent)), negative)
        elif settings.loss == "softmax":
            n_outputs = len(counts)
        else:
            starts, nodes, labels = huffman_paths(counts)
            self.paths = Paths(starts, nodes, np.pad(labels, (0, LANES)))
            n_outputs = int(np.diff(self.paths.starts).max())
        self.window = largest_distance(corpus, settings.window)
        self.block_size, self.rounds = _block_size(corpus.n_ids), None
        if settings.deterministic:
            self.rounds = Rounds((W, C), self._busy(counts), self.block_size)
            self.block_size = self.rounds.block_size
        self.blocks_of_epoch = -(-corpus.n_ids // self.block_size)
        try:
            if inputs is not None and settings.model == "skipgram":
                n_outputs += 2 * subword_steps.BAND
            work = new_work(self.block_size, self.window, n_outputs, negative, is_cbow=settings.model == "cbow")
            works = [Work(*map(own_cache_lines, work)) for _ in range(n_works)]  # type: ignore[arg-type] # all arrays
        except (MemoryError, ValueError) as error:  # numpy raises ValueError for more than can be addressed
            raise MachineError(
                f"there is not enough memory for window {settings.window}, negative {negative} "
                f"and {job.threads} threads: lower them"
            ) from error
        n_words = len(counts)
        rows, outputs = self._copied(counts, racing)
        n_inputs = len(inputs) if inputs else n_words
        self.copied = [
            (Replicas(W, n_inputs, rows, k), Replicas(C, n_words * settings.n_places, outputs, k))
            for k in range(n_works)
        ]
        super().__init__(
            job,
            works,
            list(chain.from_iterable(self.copied)),
            epochs=settings.epochs,
            n_blocks=settings.epochs * self.blocks_of_epoch,
            total=settings.epochs * corpus.n_tokens,
        )

    def _copied(self, counts: NDArray[np.int64], n_threads: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Choose the inputs and the outputs of which threads have copies."""
        if n_threads == 1:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        occurrences = (self.settings.epochs * counts * self.keep).astype(np.float64)
        words = outputs = intervals(occurrences, n_threads, WORDS if self.inputs is None else NGRAMS)
        if self.paths is not None:
            outputs = intervals(_visits(self.paths, occurrences)[1], n_threads, NODES)
        if self.inputs is not None:
            words = intervals(self.inputs.merges(occurrences), n_threads, NGRAMS)
        return words, np.repeat(outputs, self.settings.n_places)

    def _busy(self, counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the updates of each input and output row in an id of the text."""
        words = counts * self.keep / self.corpus.n_ids
        inputs = words if self.inputs is None else self.inputs.updates / (self.settings.epochs * self.corpus.n_ids)
        outputs = words if self.paths is None else _visits(self.paths, words, len(words))[0]
        return inputs, np.repeat(outputs, self.settings.n_places)

    def worker(self, number: int) -> Callable[[int], None]:
        """Return a function that trains on a block, counted over all epochs, with the arrays of one worker."""
        settings, n_ids = self.settings, self.corpus.n_ids
        work, (copied_inputs, copied_outputs) = self.works[number], self.copied[number]
        W, C = (copies[number] for copies in self.rounds.copies) if self.rounds else (self.W, self.C)
        cbow = None
        if settings.model == "cbow":
            cbow = Mean(zeros(1, settings.dim), zeros(1, settings.dim), settings.cbow_update == "corrected")

        frozen = None
        if self.frozen is not None:
            n = max(work.outputs.size, work.inputs.size)
            moved = zeros(n, settings.dim, settings.dtype)
            frozen = Frozen(self.frozen, settings.freeze == "word", moved, np.arange(n))
        is_whole = self.objective is not None and self.objective.kind != NCE
        group = _GROUP if (settings.negative or 0) >= _GROUP and not is_whole else None
        reach = min(settings.window, 1 << 31)
        places = None
        if settings.n_places > 1:
            places = Places(settings.n_places, BAND if settings.context == "directional" else 1)
        step = Step(
            self.keep,
            self.window,
            reach,
            settings.shrinks,
            self.noise,
            self.paths,
            self.objective,
            frozen,
            cbow,
            group,
            places,
        )
        weights = Weights.of(W, C, copied_inputs.copies, copied_outputs.copies)
        if cbow is not None:
            weights = weights._replace(X=cbow.hidden, E=cbow.error)
        text = of_epochs(self.corpus, settings.seed, shuffles=settings.context == "line")
        rows, words = self._input_rows(), no_copies(C) if self.paths else weights.output_copies

        def train(place: int) -> None:
            epoch, block = divmod(place, self.blocks_of_epoch)
            start = block * self.block_size
            n = min(self.block_size, n_ids - start)
            text.epoch = epoch
            tokens, first = self._read(text, start, n, (settings.seed, epoch))
            rate = learning_rate(settings, (epoch + start / n_ids) / settings.epochs)
            change = (learning_rate(settings, 1) - learning_rate(settings, 0)) * n / (settings.epochs * n_ids)
            block_of_text = tokens, first, first + n, (settings.seed, epoch, block), start - first
            rates = np.float32(rate), np.float32(change)
            if rows is None:
                train_block(*block_of_text, *rates, step, weights, self.stop, work)
            else:
                subword_steps.train_block(*block_of_text, *rates, step, rows, weights, words, self.stop, work)

        return train

    def _input_rows(self) -> subword_steps.Inputs | None:
        """Return the rows of words with subwords, and arrays of one thread."""
        if self.inputs is None:
            return None
        settings, is_cbow = self.settings, self.settings.model == "cbow"
        slots = STRETCHES * (2 * self.window + 1) if is_cbow else 1
        return subword_steps.Inputs(
            self.inputs.starts,
            self.inputs.rows,
            zeros(2, settings.dim),
            zeros(slots, settings.dim),
            zeros(slots, settings.dim),
            own_cache_lines(np.zeros(np.diff(self.inputs.starts).max(), np.int64)),
            is_cbow or None,
            settings.cbow_update == "corrected",
        )

    def _read(self, text: Corpus, start: int, n: int, key: tuple[int, int]) -> tuple[NDArray[np.int32], int]:
        """Return the ids of a block with those around it that windows can reach, and where the block begins in them."""
        before = after = _MARGIN * self.window
        while True:
            first, last = max(0, start - before), min(self.corpus.n_ids, start + n + after)
            tokens = np.empty(last - first, np.int32)
            text.read(first, tokens)
            begin, end = start - first, start - first + n
            if first > 0 and margin(tokens, begin - 1, -1, first, key, self.keep, self.window) < 0:
                before *= 4
            elif last < self.corpus.n_ids and margin(tokens, end, 1, first, key, self.keep, self.window) < 0:
                after *= 4
            else:
                return tokens, begin

    def run(self, workers: Sequence[Callable[[int], None]], end: int, saving: Saving | None) -> None:
        """Train on the blocks from `first` to `end` - 1."""
        if self.rounds is None:
            super().run(workers, end, saving)
            return
        parts = self.rounds.parts(self.first, end, workers, lambda k: _gain(self.settings, k / end))
        threads = [lambda part: part()] * self.job.threads
        run_blocks(parts, threads, self.stop, self.tell, saving, self.rounds.stages)

    def n_done(self, n_taken: int) -> int:
        """Return the blocks of the whole training that are done when `run` has taken so many, or parts of rounds."""
        if self.rounds is None:
            return super().n_done(n_taken)
        return min(self.first + self.rounds.n_done(n_taken), self.n_blocks)

    def compile(self, worker: Callable[[int], None]) -> None:
        """Call all kernels once; they train on nothing, since `stop` is set, and merge nothing."""
        super().compile(worker)
        if self.rounds is not None:
            self.rounds.merge(0, 0, 0.0)

    def rate(self, done: float) -> float:
        """Return the learning rate when a fraction of the training is over."""
        return learning_rate(self.settings, done)

    def matrices(self) -> dict[str, Matrix]:
        """Return the weights without the copies."""
        n_words = len(self.keep)
        n_inputs = len(self.inputs) if self.inputs else n_words
        return {"W": self.W[:n_inputs], "C": self.C[: n_words * self.settings.n_places]}

    def diverged(self) -> TrainingError:
        """Return the error for weights that are no longer finite."""
        return diverged(self.settings, "the weights are no longer finite", _racing(self.settings, self.job.threads))


def _visits(
    paths: Paths, updates: NDArray[np.float64], most: int = MOST
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many updates pass through each of the first `most` Huffman nodes, and how many merges each is due.

    A step ends at any one node of its path: the one that is merged then, if it is to be.
    """
    visits, ends, part = np.zeros(most), np.zeros(most), 1 << 14  # words at a time, as there may be many
    for first in range(0, len(updates), part):
        starts, weights = paths.starts[first : first + part + 1], updates[first : first + part]
        nodes, lengths = paths.nodes[starts[0] : starts[-1]], np.diff(starts)
        near = nodes < most
        nodes = nodes[near]
        visits += np.bincount(nodes, np.repeat(weights, lengths)[near], most)
        ends += np.bincount(nodes, np.repeat(weights / lengths, lengths)[near], most)
    return visits, ends
