"""Skip-gram with negative sampling on pairs of a word and a context that are drawn from a matrix of counts.

A pair is drawn in proportion to its count, with replacement (Levy and Goldberg 2014 train on each in turn). The noise
is shared by `SHARED` pairs, which have nothing to do with one another. The rest is as in `fastvec.kernels.word2vec`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.alias import sample
from fastvec.kernels.jit import entry
from fastvec.kernels.objectives import measured_loss
from fastvec.kernels.rng import stream
from fastvec.kernels.simd import logistic_steps, move_row, prefetch_to_write, row_dots
from fastvec.kernels.word2vec import LOSS_EVERY, gather_outputs, next_noise, weigh_repeats

#: Pairs that share noise contexts.
SHARED = 8


class Pairs(NamedTuple):
    """What is drawn from.

    Attributes
    ----------
    table : (n_cells,) uint64
        The alias table of the counts.
    words, contexts : (n_cells,) int32
        The rows of W and of C of each cell.
    """

    table: NDArray[np.uint64]
    words: NDArray[np.int32]
    contexts: NDArray[np.int32]


@entry
def train_pairs(n, key, rate, change, pairs, noise, weights, stop, work):
    """Train on some pairs.

    Parameters
    ----------
    n : int
        How many.
    key : tuple of 2 int
        Seed and block; random numbers depend on nothing else.
    rate, change : float32
        Learning rate at the beginning, and its change from there to the end.
    pairs : Pairs
    noise : Noise
        Of contexts.
    weights : Weights
        Trained in place; no rows have copies.
    stop, work
        As for `fastvec.kernels.word2vec.train_block`.
    """
    W, C, outputs, scores, labels = weights.W, weights.C, work.outputs, work.scores, work.labels
    cells = np.zeros(SHARED, np.int64)
    loss, measured = 0.0, 0
    work.state[0] = stream(key[0], key[1], np.uint64(0))
    next_noise(noise, None, weights, work)
    for first in range(0, n, SHARED):
        if stop[0]:
            break
        n_noise = next_noise(noise, None, weights, work)
        now = rate + change * np.float32(first) / np.float32(n)
        count = min(SHARED, n - first)
        for q in range(count):
            cells[q] = sample(work.state, pairs.table)
            prefetch_to_write(W, np.int64(pairs.words[cells[q]]))
            prefetch_to_write(C, np.int64(pairs.contexts[cells[q]]))
        for q in range(count):
            word = np.int64(pairs.words[cells[q]])
            _, m = gather_outputs(np.int64(pairs.contexts[cells[q]]), n_noise, noise, None, None, None, weights, work)
            row_dots(W, word, C, outputs, m, scores)
            if (first // SHARED) % LOSS_EVERY == 0:
                loss += measured_loss(1, labels, 0, m, None, work)
                measured += 1
            logistic_steps(scores, 1, labels, 0, m, now)
            weigh_repeats(1, m, work)
            if q < noise.negative:
                prefetch_to_write(C, work.noise[q])
            move_row(W, W, word, C, outputs, m, scores, True)
        work.counts[0] += count
    work.loss[0] += loss
    work.counts[1] += measured
