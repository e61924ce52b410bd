"""The word2vec step: skip-gram or CBOW, with negative sampling or hierarchical softmax.

For each centre word the step gathers *input rows* X and *output rows* O, takes one logistic step and scatters it:

    skip-gram:  X = the m context rows         negative sampling:     O = centre and K noise words, labels 1, 0, 0, ...
    CBOW:       X = their mean, one row        hierarchical softmax:  O = the centre's Huffman path, labels 1 - code

    scores = X O^T      g = rate * (labels - logistic(scores))      X += g O      O += g^T X

As in word2vec.c the context words are the inputs and the centre is predicted, and words that subsampling drops are gone
before windows are laid. The noise words are shared by the contexts of a centre (Ji et al. 2016), and by `STRETCHES`
centres that lie far apart in the text: a block is cut into that many stretches whose centres take turns. So a noise row
is fetched once for some forty pairs, and yet no word meets the same noise twice in a row, as it would if neighbouring
centres shared it. A word that is k times among the inputs or outputs of a centre is one row whose step counts k-fold.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.alias import sample
from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.rng import below, draw, mix, stream
from fastvec.kernels.simd import add_row, dots, falls, mean, move, prefetch

#: Stretches of a block whose centres share noise words.
STRETCHES = 8
#: The loss is measured on the centres of one turn in this many.
LOSS_EVERY = 16


class Noise(NamedTuple):
    """Negative sampling: the alias table of the noise words, and how many of them each centre has."""

    table: NDArray[np.uint64]
    negative: int


class Paths(NamedTuple):
    """Hierarchical softmax: the fields of `fastvec.sampling.huffman.HuffmanPaths`."""

    starts: NDArray[np.int64]
    nodes: NDArray[np.int32]
    labels: NDArray[np.float32]


class Mean(NamedTuple):
    """CBOW's two rows, (1, padded dim): `hidden`, the mean of the inputs, and `error`, its step.

    Each input moves by `error`, as in word2vec.c, or by `error` divided by the number of inputs where `corrected`, the
    gradient of the mean (Irsoy et al. 2021).
    """

    hidden: NDArray[np.float32]
    error: NDArray[np.float32]
    corrected: bool


class Work(NamedTuple):
    """Arrays of one thread.

    Attributes
    ----------
    kept : (block size + 2,) int32
        The words of a block that subsampling keeps, between two sentence ends.
    inputs, input_times : (2 window,) int64, float32
        Input rows and how often each counts; ones at first.
    row : (1,) int64
        Zero: the input row of CBOW.
    outputs, output_times, labels : (outputs,) int64, float32, float32
        Output rows, how often each counts (ones at first), and their labels (1, 0, 0, ... at first).
    scores : (2 window * outputs + 32,) float32
        Scores, then steps.
    noise, next_noise : (negative,) int64
        Noise words of this turn and the next.
    state : (1,) uint64
        Of the random numbers.
    loss : (1,) float64
        Sum of the measured losses.
    counts : (2,) int64
        Words read, and predictions whose loss was measured.
    """

    kept: NDArray[np.int32]
    inputs: NDArray[np.int64]
    input_times: NDArray[np.float32]
    row: NDArray[np.int64]
    outputs: NDArray[np.int64]
    output_times: NDArray[np.float32]
    labels: NDArray[np.float32]
    scores: NDArray[np.float32]
    noise: NDArray[np.int64]
    next_noise: NDArray[np.int64]
    state: NDArray[np.uint64]
    loss: NDArray[np.float64]
    counts: NDArray[np.int64]


@entry
def initialise(W, dim, scale, seed):
    """Fill the first `dim` columns of W with uniform numbers in ±scale; element k is a function of `seed` and k."""
    for row in range(W.shape[0]):
        for column in range(dim):
            bits = mix(stream(seed, np.uint64(0xFFFFFFFF), np.uint64(row * dim + column)))
            W[row, column] = (np.float32(bits >> np.uint64(40)) * np.float32(2.0**-23) - np.float32(1)) * scale


@leaf
def _subsample(tokens, keep, work):
    """Copy the words to train on, and the sentence ends, to `work.kept`; return where they end."""
    work.kept[0] = -1
    end, words = 1, 0
    for token in tokens:
        if token < 0:
            work.kept[end] = -1
            end += 1
            continue
        words += 1
        if token < len(keep):
            uniform = np.float32(draw(work.state) >> np.uint64(40)) * np.float32(2.0**-24)
            if uniform < keep[token]:
                work.kept[end] = token
                end += 1
    work.kept[end] = -1
    work.counts[0] += words
    return end


@leaf
def _add(row, rows, times, first, n):
    """Add `row` to rows[first:n], or count it once more where it is there; return the new n."""
    for k in range(first, n):
        if rows[k] == row:
            times[k] += 1
            return n
    rows[n] = row
    times[n] = 1
    return n + 1


@leaf
def _context(t, reach, once, work):
    """Gather the words around position t as inputs, equal words `once` or each; return the number of rows and words."""
    kept, inputs, times = work.kept, work.inputs, work.input_times
    m = words = 0
    for step in (-1, 1):
        s = t + step
        while abs(s - t) <= reach and kept[s] >= 0:
            m = _add(np.int64(kept[s]), inputs, times, 0 if once else m, m)
            words += 1
            s += step
    return m, words


@leaf
def _turn_noise(C, noise, work):
    """Take the noise words drawn a turn ago, and draw those of the next turn, whose rows are then on their way."""
    for k in range(noise.negative):
        work.noise[k] = work.next_noise[k]
        work.next_noise[k] = sample(work.state, noise.table)
        prefetch(C, work.next_noise[k])


@leaf
def _outputs(centre, noise, paths, work):
    """Gather the output rows of a centre, and their labels where they vary; return their number."""
    n = 0
    if noise is not None:
        work.outputs[0] = centre
        n = 1
        for k in range(noise.negative):
            if work.noise[k] != centre:
                n = _add(work.noise[k], work.outputs, work.output_times, 1, n)
    if paths is not None:
        start = paths.starts[centre]
        n = paths.starts[centre + 1] - start
        for j in range(n):
            work.outputs[j] = paths.nodes[start + j]
            work.labels[j] = paths.labels[start + j]
    return n


@leaf
def _prefetch_outputs(word, C, paths):
    if paths is None:
        prefetch(C, word)
    else:
        for k in range(paths.starts[word], paths.starts[word + 1]):
            prefetch(C, np.int64(paths.nodes[k]))


@leaf
def _loss(m, n, work):
    """Give the sum of -log(logistic(score)) over the pairs whose label is 1, of -log(1 - logistic(score)) over 0."""
    loss = 0.0
    for i in range(m):
        for j in range(n):
            score = work.scores[i * n + j]
            x = -score if work.labels[j] > 0 else score
            softplus = max(x, np.float32(0)) + np.log1p(np.exp(-abs(x)))
            loss += work.input_times[i] * work.output_times[j] * softplus
    return loss


@leaf
def _steps(m, n, rate, repeated, paths, work):
    """Turn scores into steps."""
    scores = work.scores
    falls(scores, m * n, rate)
    for i in range(m):
        if paths is None:
            scores[i * n] += rate
        else:
            for j in range(n):
                scores[i * n + j] += rate * work.labels[j]
    if repeated:
        for i in range(m):
            for j in range(n):
                scores[i * n + j] *= work.input_times[i] * work.output_times[j]


@entry
def train_block(tokens, key, keep, W, C, noise, paths, cbow, window, shrink, rate, slope, stop, work):
    """Train on one block of the id stream.

    Parameters
    ----------
    tokens : (n,) int32
        Word ids; -1 ends a sentence; ids of len(keep) and more are words outside the vocabulary, passed over.
    key : tuple of 3 int
        Seed, epoch and block: all that the random numbers depend on.
    keep : (n_words,) float32
        Probability of keeping an occurrence.
    W, C : (n_words, padded dim) float32
        Input and output vectors; changed.
    noise, paths : Noise or None, Paths or None
        Negative sampling or hierarchical softmax; the other is None, and its code is not compiled.
    cbow : Mean or None
        CBOW; skip-gram where None.
    window : int
        Largest distance of a context word.
    shrink : bool
        Draw the window of each centre from 1 to `window`, else always take all of it.
    rate, slope : float32
        Learning rate at the first kept word, and its change from one to the next.
    stop : (1,) int64
        Training stops early when this becomes other than 0.
    work : Work
        Arrays of this thread.
    """
    work.state[0] = stream(key[0], key[1], key[2])
    end = _subsample(tokens, keep, work)
    loss, measured = 0.0, 0
    if noise is not None:
        _turn_noise(C, noise, work)
    stretch = (end - 1 + STRETCHES - 1) // STRETCHES
    for turn in range(stretch):
        if stop[0]:
            break
        if noise is not None:
            _turn_noise(C, noise, work)
        now = rate + slope * np.float32(turn * STRETCHES)
        for t in range(1 + turn, end, stretch):
            centre = np.int64(work.kept[t])
            if centre < 0:
                continue
            if work.kept[t + 1] >= 0:
                _prefetch_outputs(np.int64(work.kept[t + 1]), C, paths)
            entering = np.int64(work.kept[min(t + 1 + window, end)])
            if entering >= 0:
                prefetch(W, entering)
            reach = 1 + below(draw(work.state), window) if shrink else window
            m, n_context = _context(t, reach, cbow is None, work)
            if m == 0:
                continue
            n = _outputs(centre, noise, paths, work)
            repeated = m < n_context
            if noise is not None:
                repeated = repeated or n <= noise.negative
            X, E, rows, n_rows, n_predictions = W, W, work.inputs, m, n_context
            if cbow is not None:
                X, E, rows, n_rows, n_predictions = cbow.hidden, cbow.error, work.row, 1, 1
                mean(W, work.inputs, m, cbow.hidden)
                cbow.error[:] = 0
            dots(X, rows, n_rows, C, work.outputs, n, work.scores)
            if turn % LOSS_EVERY == 0:
                loss += _loss(n_rows, n, work)
                measured += n_predictions
            _steps(n_rows, n, now, repeated, paths, work)
            move(E, X, rows, n_rows, C, work.outputs, n, work.scores)
            if cbow is not None:
                share = np.float32(1) / np.float32(m) if cbow.corrected else np.float32(1)
                for i in range(m):
                    add_row(W, work.inputs[i], cbow.error, share)
    work.loss[0] += loss
    work.counts[1] += measured
