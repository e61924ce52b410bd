"""PV-DBOW: the vector of a document predicts each of its words (Le and Mikolov 2014), with negative sampling.

A step takes `GROUP` words of a document, at most, and noise words that they share:

    O = words and noise    scores = d O^T    g = rate * (up - times * logistic(scores))    d += g O    O += g^T d

where `times` is how often a row counts in the step, and `up` how often as a word of the document. Noise words are so
many that `SHARED` words of the document share one, which counts as often.

To infer the vector of a text, O stays as it is. Words have weights instead of being dropped at random, and noise words
are a function of the seed and the place in the text: so a text has the same vector wherever it is inferred.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.alias import sample
from fastvec.kernels.emit import LANES
from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.objectives import softplus
from fastvec.kernels.replicas import Copies, merge_copy, note, trained
from fastvec.kernels.rng import stream, uniform
from fastvec.kernels.simd import logistic_steps, move_row, prefetch_to_write, row_dots

#: Words of a document that make a step, and how many of them share a noise word.
GROUP, SHARED = 4, 2
#: The loss is measured on one step in this many.
LOSS_EVERY = 64


class Step(NamedTuple):
    """What a step does, fixed for a training.

    Attributes
    ----------
    keep : (n_words,) float32
        Probability of keeping an occurrence of each word; for inference how much it counts.
    table : (n_words,) uint64
        Alias table of the noise words.
    negative : int
        Noise words for each word of a document.
    copies : Copies
        The thread's copies of rows of C; none for inference.
    """

    keep: NDArray[np.float32]
    table: NDArray[np.uint64]
    negative: int
    copies: Copies


class Work(NamedTuple):
    """Arrays of one thread.

    Attributes
    ----------
    kept : (ids + 2 `GROUP`,) int32
        Rows of the words that are trained on; -1 ends a document.
    outputs : (outputs,) int64
        Output rows of a step. Here `outputs` is a multiple of `fastvec.kernels.simd.LANES`.
    labels, times : (outputs,) float32
        How often each output counts, and the fraction of it as a word of the document.
    noise : (n_noise,) int64
        Noise words of the next step.
    scores : (1, outputs) float32
        Scores, then steps.
    seen : (1024,) int64
        In which step an output was last seen, by the last bits of its id.
    state : (1,) uint64
        State of the random numbers.
    loss : (1,) float64
        Sum of the measured losses.
    counts : (3,) int64
        Words read, predictions whose loss was measured, and words trained on.
    """

    kept: NDArray[np.int32]
    outputs: NDArray[np.int64]
    labels: NDArray[np.float32]
    times: NDArray[np.float32]
    noise: NDArray[np.int64]
    scores: NDArray[np.float32]
    seen: NDArray[np.int64]
    state: NDArray[np.uint64]
    loss: NDArray[np.float64]
    counts: NDArray[np.int64]


def new_work(n_ids: int, negative: int) -> Work:
    """Allocate the arrays of one thread for at most so many ids at a time."""
    n_noise = max(negative * GROUP // SHARED, 1)
    width = -(-(GROUP + n_noise) // LANES) * LANES
    return Work(
        kept=np.zeros(n_ids + 2 * GROUP, np.int32),
        outputs=np.zeros(width, np.int64),
        labels=np.zeros(width, np.float32),
        times=np.zeros(width, np.float32),
        noise=np.zeros(n_noise, np.int64),
        scores=np.zeros((1, width), np.float32),
        seen=np.zeros(1024, np.int64),
        state=np.zeros(1, np.uint64),
        loss=np.zeros(1),
        counts=np.zeros(3, np.int64),
    )


@leaf
def _start(key, step, work):
    """Start the random numbers of a key, and draw the first noise words."""
    work.state[0] = stream(key[0], key[1], key[2])
    for k in range(len(work.noise)):
        work.noise[k] = trained(step.copies, sample(work.state, step.table))


@leaf
def _add(word, up, times, n, turn, work):
    """Add an output to the n of a step, or to itself if it is among them; return their number."""
    slot = word & 1023
    if work.seen[slot] == turn:
        for k in range(n):
            if work.outputs[k] == word:
                work.labels[k] += up
                work.times[k] += times
                return n
    work.seen[slot] = turn
    work.outputs[n], work.labels[n], work.times[n] = word, up, times
    return n + 1


@leaf
def _gather(t, turn, weights, step, C, work):
    """Gather the outputs of the step at place t of `work.kept`; return the number of words, and of outputs.

    The words count as `weights` says, or once where it is None.
    """
    kept, g, n, total = work.kept, 0, 0, np.float32(0)
    while g < GROUP and kept[t + g] >= 0:
        word, weight = np.int64(kept[t + g]), np.float32(1)
        if weights is not None:
            weight = weights[word]
        n = _add(word, weight, weight, n, turn, work)
        total += weight
        g += 1
    share = total * np.float32(step.negative) / np.float32(len(work.noise))
    for k in range(len(work.noise)):
        n = _add(work.noise[k], np.float32(0), share, n, turn, work)
        work.noise[k] = trained(step.copies, sample(work.state, step.table))
        prefetch_to_write(C, work.noise[k])
    for k in range(g, 2 * GROUP):
        if kept[t + k] >= 0:
            prefetch_to_write(C, np.int64(kept[t + k]))
    for k in range(n):
        work.labels[k] /= work.times[k]
    return g, n


@leaf
def _loss(n, work):
    """Return the sum of -log(logistic(score)) over words of the document, -log(1 - logistic(score)) over noise."""
    loss = 0.0
    for k in range(n):
        x = work.scores[0, k]
        loss += work.times[k] * (softplus(x) - work.labels[k] * x)
    return loss


@leaf
def _to_steps(n, rate, work):
    """Turn scores into steps."""
    logistic_steps(work.scores, 1, work.labels, 0, n, rate)
    for k in range(n):
        work.scores[0, k] *= work.times[k]


@entry
def train_block(tokens, document, key, rate, change, step, D, C, stop, work):
    """Train on one block of the id stream.

    Parameters
    ----------
    tokens : (n,) int32
        Word ids; -1 ends a document; ids of len(step.keep) and more are words outside the vocabulary and skipped.
    document : int
        Row in D of the first document.
    key : tuple of 3 int
        Seed, epoch and block; random numbers depend on nothing else.
    rate, change : float32
        Learning rate at the beginning of the block, and its change from there to the end.
    step : Step
        What each step does.
    D, C : (n_documents, padded dim) float32, (n_words + copies, padded dim) float32
        Vectors of documents, and output vectors of words; trained in place.
    stop : (1,) int64
        Training stops early once this is not 0.
    work : Work
        Arrays of this thread.
    """
    kept, keep, copies = work.kept, step.keep, step.copies
    loss, measured, n_trained, words, end = 0.0, 0, 0, 0, 0
    _start(key, step, work)
    work.seen[:] = -1
    for token in tokens:
        if token < 0:
            kept[end] = -1
            end += 1
            continue
        words += 1
        if token < len(keep):
            kept[end] = trained(copies, np.int64(token))
            end += uniform(work.state) < keep[token]
    kept[end : end + 2 * GROUP] = -1
    t, turn = 0, 0
    while t < end:
        if kept[t] < 0:
            document += 1
            t += 1
            continue
        if stop[0]:
            break
        g, n = _gather(t, turn, None, step, C, work)
        row_dots(D, document, C, work.outputs, n, work.scores)
        if turn % LOSS_EVERY == 0:
            loss += _loss(n, work)
            measured += g
        _to_steps(n, rate + change * np.float32(t) / np.float32(end), work)
        move_row(D, D, document, C, work.outputs, n, work.scores, True)
        for word in kept[t : t + g]:
            if note(copies, np.int64(word)):
                merge_copy(C, word - copies.base, copies)
        turn += 1
        n_trained += g
        t += g
    work.loss[0] += loss
    work.counts[0] += words
    work.counts[1] += measured
    work.counts[2] += n_trained


@entry
def infer_texts(ids, end, starts, rows, seed, epochs, rate, step, C, out, known, work):
    """Infer the vectors of texts.

    Parameters
    ----------
    ids : (n,) int32
        Pieces of text; those below 0 are omitted.
    end : int
        The piece that ends a text.
    starts, rows : (n_pieces + 1,) int64, (m,) int32
        The words of piece i are the rows rows[starts[i]:starts[i + 1]] of C; -1 is an unknown word.
    seed, epochs : int
    rate : float32
        Learning rate at the start; it falls linearly to 0.
    step : Step
        What each step does.
    C : (n_words, padded dim) float32
        Output vectors of words.
    out : (n_texts, padded dim) float32, written
        Vectors; zeros before, where they start, and where no word is known.
    known : (n_texts, 2) int64, written
        Words that have a row, and all words; zeros before.
    work : Work
        Arrays of this thread, with room for all words of the texts.
    """
    kept, text, n_kept, turn = work.kept, 0, 0, 0
    work.seen[:] = -1
    for piece in ids:
        if piece != end:
            if piece >= 0:
                for k in range(starts[piece], starts[piece + 1]):
                    known[text, 1] += 1
                    kept[n_kept] = rows[k]
                    n_kept += rows[k] >= 0
            continue
        kept[n_kept : n_kept + 2 * GROUP] = -1
        known[text, 0] = n_kept
        vector = out[text]
        for epoch in range(epochs):
            _start((seed, epoch, 0), step, work)
            t = 0
            while t < n_kept:
                g, n = _gather(t, turn, step.keep, step, C, work)
                row_dots(out, text, C, work.outputs, n, work.scores)
                left = 1 - (epoch + t / n_kept) / epochs
                _to_steps(n, rate * np.float32(left), work)
                for k in range(n):
                    row, size = work.outputs[k], work.scores[0, k]
                    for column in range(C.shape[1]):
                        vector[column] += size * C[row, column]
                turn += 1
                t += g
        text += 1
        n_kept = 0
