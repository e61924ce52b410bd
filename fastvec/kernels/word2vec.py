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
from fastvec.kernels.emit import LANES
from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.replicas import merge_copy, note, waits
from fastvec.kernels.rng import below, draw, mix, stream
from fastvec.kernels.simd import add_to_rows, dots, logistic_steps, mean, move, prefetch_to_write

#: Stretches of a block whose centres share noise words; hierarchical softmax has none to share, and one stretch.
STRETCHES = 8
#: The loss is measured on the centres of one turn in this many.
LOSS_EVERY = 64

#: Nodes nearest to the root of the Huffman tree, which stay in the cache by themselves.
HOT_NODES = 1024


class Noise(NamedTuple):
    """Negative sampling: the alias table of the noise words, and how many of them each centre has."""

    table: NDArray[np.uint64]
    negative: int


class Paths(NamedTuple):
    """Hierarchical softmax: `fastvec.kernels.huffman.HuffmanPaths`, its labels with `LANES` zeros more."""

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
    kept : (block size + 2 window,) int32
        The rows of the words of a block that subsampling keeps, between as many sentence ends as a window has words.
    inputs, input_times : (2 window + 1,) int64, float32
        Input rows and how often each counts; ones at first.
    row : (1,) int64
        Zero: the input row of CBOW.
    outputs, output_times, labels : (outputs,) int64, float32, float32
        Output rows, how often each counts (ones at first), and the labels of negative sampling, 1, 0, 0, ...
    noise : (negative,) int64
        Noise words of the next turn.
    scores : (2 window, outputs) float32
        Scores, then steps. Here `outputs` is a multiple of `fastvec.kernels.simd.LANES`.
    seen : (1024,) int64
        When an input word was last met, by the last bits of its id.
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
    noise: NDArray[np.int64]
    scores: NDArray[np.float32]
    seen: NDArray[np.int64]
    state: NDArray[np.uint64]
    loss: NDArray[np.float64]
    counts: NDArray[np.int64]


def new_work(block_size: int, window: int, n_outputs: int, negative: int) -> Work:
    """Allocate the arrays of one thread, for blocks of `block_size` ids and at most `n_outputs` output rows."""
    width = -(-n_outputs // LANES) * LANES
    return Work(
        kept=np.zeros(block_size + 2 * window, np.int32),
        inputs=np.zeros(2 * window + 1, np.int64),
        input_times=np.ones(2 * window + 1, np.float32),
        row=np.zeros(1, np.int64),
        outputs=np.zeros(width, np.int64),
        output_times=np.ones(width, np.float32),
        labels=np.eye(1, width, dtype=np.float32)[0],
        noise=np.zeros(negative, np.int64),
        scores=np.zeros((2 * window, width), np.float32),
        seen=np.zeros(1024, np.int64),
        state=np.zeros(1, np.uint64),
        loss=np.zeros(1),
        counts=np.zeros(2, np.int64),
    )


@entry
def initialise(W, dim, scale, seed):
    """Fill the first `dim` columns of W with uniform numbers in ±scale; element k is a function of `seed` and k."""
    for row in range(W.shape[0]):
        for column in range(dim):
            bits = mix(stream(seed, np.uint64(0xFFFFFFFF), np.uint64(row * dim + column)))
            W[row, column] = (np.float32(bits >> np.uint64(40)) * np.float32(2.0**-23) - np.float32(1)) * scale


@leaf
def _subsample(tokens, keep, window, copies, work):
    """Copy the rows of the words to train on, and sentence ends, to `work.kept` from `window` on; return their end."""
    kept = work.kept
    kept[:window] = -1
    end, words = window, 0
    for token in tokens:
        if token < 0:
            kept[end] = -1
            end += 1
            continue
        words += 1
        if token < len(keep):
            uniform = np.float32(draw(work.state) >> np.uint64(40)) * np.float32(2.0**-24)
            kept[end] = token + (copies.base if token < copies.n else 0)
            end += uniform < keep[token]
    kept[end : end + window] = -1
    work.counts[0] += words
    return end


@leaf
def _context(t, reach, window, work):
    """Gather the words around position t as inputs; return their number and whether some may be equal.

    Without branches, which would be mispredicted once or twice for every centre.
    """
    kept, inputs, seen = work.kept, work.inputs, work.seen
    m, repeated = 0, False
    for step in (-1, 1):
        inside = True
        for distance in range(1, window + 1):
            word = np.int64(kept[t + step * distance])
            inside = inside & (word >= 0) & (distance <= reach)
            inputs[m] = word
            slot = word & 1023
            repeated = repeated | (inside & (seen[slot] == t))
            seen[slot] = t if inside else seen[slot]
            m += inside
    return m, repeated


@leaf
def _unite(rows, times, first, n):
    """Make equal rows among rows[first:n] one that counts as often; return the new n."""
    end = first
    for k in range(first, n):
        at = first
        while at < end and rows[at] != rows[k]:
            at += 1
        if at == end:
            rows[end] = rows[k]
            times[end] = 0
            end += 1
        times[at] += 1
    return end


@leaf
def _next_noise(noise, copies, work):
    """Make the noise words drawn a turn ago output rows, and draw those of the next turn; return the number of rows."""
    for k in range(noise.negative):
        work.outputs[k + 1] = work.noise[k]
        word = sample(work.state, noise.table)
        work.noise[k] = word + (copies.base if word < copies.n else 0)
    return _unite(work.outputs, work.output_times, 1, noise.negative + 1)


@leaf
def _loss(m, labels, first, n, work):
    """Give the sum of -log(logistic(score)) over the pairs whose label is 1, of -log(1 - logistic(score)) over 0."""
    loss = 0.0
    for i in range(m):
        for j in range(n):
            x = -work.scores[i, j] if labels[first + j] > 0 else work.scores[i, j]
            softplus = max(x, np.float32(0)) + np.log1p(np.exp(-abs(x)))
            loss += work.input_times[i] * work.output_times[j] * softplus
    return loss


@entry
def train_block(
    tokens, key, keep, W, C, noise, paths, cbow, window, shrink, rate, change, copies, output_copies, stop, work
):
    """Train on one block of the id stream.

    Parameters
    ----------
    tokens : (n,) int32
        Word ids; -1 ends a sentence; ids of len(keep) and more are words outside the vocabulary, passed over.
    key : tuple of 3 int
        Seed, epoch and block: all that the random numbers depend on.
    keep : (n_words,) float32
        Probability of keeping an occurrence.
    W, C : (at least n_words, padded dim) float32
        Input and output vectors, then the threads' copies of the busiest; changed.
    noise, paths : Noise or None, Paths or None
        Negative sampling or hierarchical softmax; the other is None, and its code is not compiled.
    cbow : Mean or None
        CBOW; skip-gram where None.
    window : int
        Largest distance of a context word.
    shrink : bool
        Draw the window of each centre from 1 to `window`, else always take all of it.
    rate, change : float32
        Learning rate at the beginning of the block, and its change from there to the end.
    copies, output_copies : Copies
        This thread's copies of the busiest rows of W and of C; as many, from the same row on, where both are of words.
    stop : (1,) int64
        Training stops early when this becomes other than 0.
    work : Work
        Arrays of this thread.
    """
    work.state[0] = stream(key[0], key[1], key[2])
    base = copies.base
    end = _subsample(tokens, keep, window, copies, work)
    work.seen[:] = -1
    # arrays are chosen here, once: to choose one inside the loop would count references to it
    kept, inputs, times, scores = work.kept, work.inputs, work.output_times, work.scores
    X, E, rows = W, W, work.inputs
    if cbow is not None:
        X, E, rows = cbow.hidden, cbow.error, work.row
    outputs, labels = work.outputs, work.labels
    if paths is not None:
        labels = paths.labels
    first = n = n_outputs = 0
    loss, measured = 0.0, 0
    if noise is not None:
        _next_noise(noise, copies, work)
    stretches = STRETCHES if noise is not None else 1
    stretch = (end - window + stretches - 1) // stretches
    for turn in range(stretch):
        if stop[0]:
            break
        if noise is not None:
            n_outputs = _next_noise(noise, copies, work)
        now = rate + change * np.float32(turn) / np.float32(stretch)
        for q in range(stretches):
            t = window + turn + q * stretch
            if t >= end:
                break
            centre = np.int64(kept[t])
            if centre < 0:
                continue
            coming, entering = np.int64(kept[t + 1]), np.int64(kept[t + window])
            if entering >= 0:
                prefetch_to_write(W, entering)
            reach = 1 + below(draw(work.state), window) if shrink else window
            n_context, repeated = _context(t, reach, window, work)
            if n_context == 0:
                continue
            m, n_predictions, uneven = n_context, n_context, False
            if cbow is None:
                if repeated:
                    m = _unite(inputs, work.input_times, 0, n_context)
                    uneven = m < n_context
            else:
                m, n_predictions = 1, 1
                mean(W, inputs, n_context, cbow.hidden)
                cbow.error[:] = 0
            if noise is not None:
                outputs[0] = centre
                n = n_outputs
                uneven = uneven or n <= noise.negative
                for j in range(1, n):
                    if outputs[j] == centre:  # noise that is the centre itself is set aside
                        n -= 1
                        outputs[j], outputs[n] = outputs[n], centre
                        times[j], times[n] = times[n], times[j]
                        break
            if paths is not None:
                word = centre - base if centre >= len(keep) else centre
                first = paths.starts[word]
                n = paths.starts[word + 1] - first
                for j in range(n):
                    node = np.int64(paths.nodes[first + j])
                    outputs[j] = node + (output_copies.base if node < output_copies.n else 0)

            dots(X, rows, m, C, outputs, n, scores)
            if coming >= 0:
                if noise is not None:
                    prefetch_to_write(C, coming)
                if paths is not None:
                    word = coming - base if coming >= len(keep) else coming
                    k = paths.starts[word + 1] - 1
                    while k >= paths.starts[word] and paths.nodes[k] >= HOT_NODES:
                        node = np.int64(paths.nodes[k])
                        prefetch_to_write(C, node + (output_copies.base if node < output_copies.n else 0))
                        k -= 1
                if waits(copies, coming) == 1:  # it will be merged
                    prefetch_to_write(W, coming - base)
                    prefetch_to_write(copies.before, coming - base)
                    if noise is not None:
                        prefetch_to_write(C, coming - base)
                        prefetch_to_write(output_copies.before, coming - base)
            if turn % LOSS_EVERY == 0:
                loss += _loss(m, labels, first, n, work)
                measured += n_predictions
            logistic_steps(scores, m, labels, first, n, now)
            if uneven:
                for i in range(m):
                    for j in range(n):
                        scores[i, j] *= work.input_times[i] * times[j]
                work.input_times[:m] = 1
            if noise is not None:
                for k in range(q, noise.negative, stretches):  # a few rows at a time, as the core's queues are short
                    prefetch_to_write(C, work.noise[k])
            move(E, X, rows, m, C, outputs, n, scores)
            if cbow is not None:
                share = np.float32(1) / np.float32(n_context) if cbow.corrected else np.float32(1)
                add_to_rows(W, inputs, n_context, cbow.error, share)

            if note(copies, centre):
                merge_copy(W, centre - base, copies, np.float32(1))
                if noise is not None:
                    merge_copy(C, centre - base, output_copies, np.float32(1))
            if paths is not None:
                node = outputs[turn % n]  # of the path, any
                if note(output_copies, node):
                    merge_copy(C, node - output_copies.base, output_copies, np.float32(1))
    work.loss[0] += loss
    work.counts[1] += measured
