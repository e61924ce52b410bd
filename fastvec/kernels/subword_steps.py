"""The word2vec step with subwords: the input of a word is the mean of several rows, its own and those of its n-grams.

Skip-gram predicts the contexts from their centre here, as fastText does (Bojanowski et al. 2017), not the other way
round as `fastvec.kernels.word2vec` does: so a position reads and writes the rows of one word only. Their mean h is made
once for all contexts, taken through one step for each band of distances, and its whole change is written once:

    h = mean of the centre's rows       O = the contexts, labels 1, and the noise words, labels 0
    g = rate * (labels - logistic(O h))       h += g^T O       O += g h^T       in the end: each row += change of h

CBOW predicts the centre from the mean of its contexts' means. The mean of a position's rows is made when the window
reaches it, and its rows move when the window has left it, by the sum of its steps. So here too a position reads and
writes the rows of one word; in between its steps are taken from the mean that it had, as they are with several threads.

With other objectives than the logistic loss the contexts of a step, or the centre, are targets that have the noise
words in common: each of them has a softmax, or a ranking, of its own.

Noise words are shared by centres as in `fastvec.kernels.word2vec`, and count as often as their step has contexts. With
skip-gram all contexts of a step have the same input, which the same few noise words would push the same way for each of
them. So there are `NOISE` times as many noise words, each of which counts for less: from a random start, with 1 instead
of 3, a third of the analogies and a fourth of the rank correlation of rare words are lost.

The steps of both models stand in `train_block` itself: as leaves of their own they made the same weights a quarter to a
third slower at 100 dimensions.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.alias import sample
from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.objectives import NCE, softplus, subtract_offsets, target_steps, targets_loss
from fastvec.kernels.replicas import merge_copy, note, original, trained
from fastvec.kernels.rng import below, draw, stream
from fastvec.kernels.simd import add_to_rows, logistic_steps, mean, move_row, prefetch_to_write, row_dots
from fastvec.kernels.word2vec import LOSS_EVERY, STRETCHES, SUBSAMPLING, labels_of, subsample

#: Distances from a centre whose contexts make a step of skip-gram.
BAND = 5
#: Noise words of a step of skip-gram for each that a context has.
NOISE = 3


class Inputs(NamedTuple):
    """The input rows of the words, and what is made of them.

    Attributes
    ----------
    starts, rows : (n_words + 1,) int64, (n,) int32
        The rows of word i are rows[starts[i]:starts[i + 1]], at least one.
    hidden : (2, padded dim) float32
        The input of a step, which moves, and where it began.
    means, errors : (slots, padded dim) float32
        With CBOW, of the positions that windows reach: 2 window + 1 for each stretch.
    found : (most rows of a word,) int64
        The rows of one word.
    is_cbow : bool or None
        True, or None for skip-gram, whose code alone is compiled.
    corrected : bool
        With CBOW, divide the steps of the contexts by their number.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    hidden: NDArray[np.float32]
    means: NDArray[np.float32]
    errors: NDArray[np.float32]
    found: NDArray[np.int64]
    is_cbow: bool | None
    corrected: bool


@leaf
def _rows_of(word, inputs, copies):
    """Gather the input rows of a word; return their number."""
    first = inputs.starts[word]
    n = inputs.starts[word + 1] - first
    for k in range(n):
        inputs.found[k] = trained(copies, np.int64(inputs.rows[first + k]))
    return n


@leaf
def _prefetch_rows(word, inputs, copies, W):
    """Prefetch the input rows of a word."""
    for k in range(inputs.starts[word], inputs.starts[word + 1]):
        prefetch_to_write(W, trained(copies, np.int64(inputs.rows[k])))


@leaf
def _draw_noise(noise, copies, work):
    """Draw the noise words of a turn."""
    if noise is not None:
        for k in range(len(work.noise)):
            work.noise[k] = trained(copies, sample(work.state, noise.table))


@leaf
def _add_output(row, count, first, n, work):
    """Add an output row, or count it again if it is among those from `first` on; return the number of rows."""
    outputs, times = work.outputs, work.output_times
    k = first
    while k < n and outputs[k] != row:
        k += 1
    outputs[k] = row
    times[k] = count + (times[k] if k < n else np.float32(0))
    return max(n, k + 1)


@leaf
def _gather_band(t, near, last, left, right, work):
    """Gather the words around position t at distances `near` + 1 to `last` as outputs.

    Returns
    -------
    m, n : int
        Words, and distinct rows.
    left, right : bool
        Whether the sentence goes on; as parameters, whether it goes so far.
    """
    kept, m, n = work.kept, 0, 0
    for distance in range(near + 1, last + 1):
        left = left and kept[t - distance] >= 0
        if left:
            n = _add_output(np.int64(kept[t - distance]), np.float32(1), 0, n, work)
            m += 1
        right = right and kept[t + distance] >= 0
        if right:
            n = _add_output(np.int64(kept[t + distance]), np.float32(1), 0, n, work)
            m += 1
    return m, n, left, right


@leaf
def _gather_noise(count, n, work):
    """Add the noise words, each counted `count` times, to `n` outputs that are no noise; return the number of rows."""
    first, outputs = n, work.outputs
    for k in range(len(work.noise)):
        row, is_context = work.noise[k], False
        for j in range(first):
            is_context = is_context | (outputs[j] == row)
        if not is_context:  # noise that equals a context is omitted
            n = _add_output(row, count, first, n, work)
    return n


@leaf
def _gather_path(word, paths, copies, work):
    """Make the Huffman path of a word the outputs; return where their labels begin, and their number."""
    if paths is None:
        return np.int64(0), np.int64(0)
    first = paths.starts[word]
    n = paths.starts[word + 1] - first
    for j in range(n):
        work.outputs[j], work.output_times[j] = trained(copies, np.int64(paths.nodes[first + j])), np.float32(1)
    return first, n


@leaf
def _loss(labels, first, n_targets, n, n_noise, objective, work):
    """Return the sum of -log(logistic(score)) over outputs of label 1, -log(1 - logistic(score)) over those of 0.

    Without such labels it is that of `targets_loss`.
    """
    loss = 0.0
    if objective is not None:
        if objective.kind != NCE:
            return targets_loss(n_targets, n, n_noise, objective.kind, work)
    for j in range(n):
        x = -work.scores[0, j] if labels[first + j] > 0 else work.scores[0, j]
        loss += work.output_times[j] * softplus(x)
    return loss


@leaf
def _steps(labels, first, n_targets, n, n_noise, rate, objective, work):
    """Turn scores into steps."""
    if objective is None:
        logistic_steps(work.scores, 1, labels, first, n, rate)
    elif objective.kind == NCE:
        logistic_steps(work.scores, 1, labels, first, n, rate)
    else:
        target_steps(n_targets, n, n_noise, rate, objective.kind, work)


@leaf
def _take_step(labels, first, n_targets, n, n_noise, rate, measure, objective, words, inputs, C, work):
    """Take `inputs.hidden`, and the outputs, a step; return the loss where it is measured.

    The first `n_targets` outputs are targets; each of them has `n_noise` noise words.
    """
    hidden, scores = inputs.hidden, work.scores
    row_dots(hidden, 0, C, work.outputs, n, scores)
    subtract_offsets(1, n, objective, words, work)
    loss = _loss(labels, first, n_targets, n, n_noise, objective, work) if measure else 0.0
    _steps(labels, first, n_targets, n, n_noise, rate, objective, work)
    for j in range(n):
        scores[0, j] *= work.output_times[j]
    move_row(hidden, hidden, 0, C, work.outputs, n, scores, True)
    return loss


@leaf
def _keep(hidden):
    """Remember where the hidden row begins."""
    for column in range(hidden.shape[1]):
        hidden[1, column] = hidden[0, column]


@leaf
def _change(hidden):
    """Turn the hidden row into its change."""
    for column in range(hidden.shape[1]):
        hidden[0, column] -= hidden[1, column]


@leaf
def _enter(t, slot, copies, inputs, words, W, work):
    """Make the mean of the word at a position."""
    token = np.int64(work.kept[t])
    if token >= 0:
        n = _rows_of(original(words, token), inputs, copies)
        mean(W, inputs.found, n, inputs.means, slot)
        for column in range(inputs.errors.shape[1]):
            inputs.errors[slot, column] = 0


@leaf
def _leave(t, slot, copies, inputs, words, W, work):
    """Move the rows of the word at a position."""
    token = np.int64(work.kept[t])
    if token >= 0:
        n = _rows_of(original(words, token), inputs, copies)
        add_to_rows(W, inputs.found, n, inputs.errors, slot, np.float32(1))


@leaf
def _mean_of_window(t, reach, first, size, inputs, work):
    """Make the mean of the positions around t the hidden row; return their number."""
    kept, slots, m = work.kept, work.inputs, 0
    for direction in (-1, 1):
        place = t + direction
        while abs(place - t) <= reach and kept[place] >= 0:
            slots[m] = first + place % size
            m += 1
            place += direction
    if m > 0:
        mean(inputs.means, slots, m, inputs.hidden, 0)
        _keep(inputs.hidden)
    return m


@entry
def train_block(tokens, first, last, key, position, rate, change, step, inputs, weights, words, stop, work):
    """Train on one block of the id stream.

    Parameters
    ----------
    tokens, first, last, key, position, rate, change, step, stop, work
        As for `fastvec.kernels.word2vec.train_block`.
    inputs : Inputs
        The rows of words, and arrays of this thread.
    weights : Weights
        W holds the rows, C the outputs.
    words : Copies
        This thread's copies of the rows of words in C; none with hierarchical softmax, whose outputs are nodes.
    """
    noise, paths, window, is_cbow = step.noise, step.paths, step.window, inputs.is_cbow
    objective = step.objective
    W, C, copies, output_copies = weights.W, weights.C, weights.copies, weights.output_copies
    labels = labels_of(paths, work)
    kept, hidden = work.kept, inputs.hidden
    loss, measured, centres = 0.0, 0, 0
    work.state[0] = stream(key[0], key[1], key[2])
    end = subsample(tokens, first, last, position, stream(key[0], key[1], SUBSAMPLING), step, words, work)
    size = 2 * window + 1
    stretch = (end - window + STRETCHES - 1) // STRETCHES
    for turn in range(stretch):
        if stop[0]:
            break
        _draw_noise(noise, words, work)
        now, measure = rate + change * np.float32(turn) / np.float32(stretch), turn % LOSS_EVERY == 0
        for q in range(STRETCHES):
            t = window + turn + q * stretch
            if t >= end:
                break
            if is_cbow is not None:
                if turn == 0:
                    for place in range(t - window, t + window):
                        _enter(place, q * size + place % size, copies, inputs, words, W, work)
                _enter(t + window, q * size + (t + window) % size, copies, inputs, words, W, work)
            token = np.int64(kept[t])
            if token >= 0:
                word = original(words, token)
                reach = min(1 + below(draw(work.state), step.reach), window) if step.shrink else window
                n = n_outputs = 0
                if is_cbow is not None:
                    m = _mean_of_window(t, reach, q * size, size, inputs, work)
                    if m > 0:
                        if noise is not None:
                            begin, n = 0, _add_output(token, np.float32(1), 0, 0, work)
                            n = _gather_noise(np.float32(1), n, work)
                        else:
                            begin, n = _gather_path(word, paths, output_copies, work)
                        loss += _take_step(
                            labels, begin, 1, n, len(work.noise), now, measure, objective, words, inputs, C, work
                        )
                        measured += measure
                        n_outputs = n
                        _change(hidden)
                        share = np.float32(1) / np.float32(m) if inputs.corrected else np.float32(1)
                        add_to_rows(inputs.errors, work.inputs, m, hidden, 0, share)
                else:
                    near, left, right, n_rows = 0, True, True, 0
                    while near < reach and (left or right):
                        m, n, left, right = _gather_band(t, near, min(near + BAND, reach), left, right, work)
                        near += BAND
                        if m == 0:
                            break
                        if n_rows == 0:
                            n_rows = _rows_of(word, inputs, copies)
                            mean(W, inputs.found, n_rows, hidden, 0)
                            _keep(hidden)
                        measured += m * measure
                        if noise is not None:
                            for k in range(n):
                                labels[k] = 1
                            n_contexts, n = n, _gather_noise(np.float32(m) / np.float32(NOISE), n, work)
                            for k in range(n_contexts, n):
                                labels[k] = 0
                            n_noise = len(work.noise) // NOISE
                            loss += _take_step(
                                labels, 0, n_contexts, n, n_noise, now, measure, objective, words, inputs, C, work
                            )
                            n_outputs = n
                        else:
                            for j in range(n):
                                work.inputs[j], work.input_times[j] = work.outputs[j], work.output_times[j]
                            for j in range(n):
                                begin, n_nodes = _gather_path(work.inputs[j], paths, output_copies, work)
                                for k in range(n_nodes):
                                    work.output_times[k] = work.input_times[j]
                                loss += _take_step(
                                    labels, begin, 1, n_nodes, 0, now, measure, objective, words, inputs, C, work
                                )
                                n_outputs = n_nodes
                    if n_rows > 0:
                        _change(hidden)
                        add_to_rows(W, inputs.found, n_rows, hidden, 0, np.float32(1))
                coming = np.int64(kept[t + 1])
                if is_cbow is None and coming >= 0:
                    _prefetch_rows(original(words, coming), inputs, copies, W)
                if n_outputs > 0:
                    centres += 1
                    if note(words, token):
                        merge_copy(C, token - words.base, words)
                    chosen = inputs.starts[word] + turn % (inputs.starts[word + 1] - inputs.starts[word])
                    row = trained(copies, np.int64(inputs.rows[chosen]))  # of the word, any
                    if note(copies, row):
                        merge_copy(W, row - copies.base, copies)
                    if paths is not None:
                        node = work.outputs[turn % n_outputs]  # of the path of the last step, any
                        if note(output_copies, node):
                            merge_copy(C, node - output_copies.base, output_copies)
            if is_cbow is not None:
                _leave(t - window, q * size + (t - window) % size, copies, inputs, words, W, work)
                if turn == stretch - 1 or t == end - 1:
                    for place in range(t - window + 1, t + window + 1):
                        _leave(place, q * size + place % size, copies, inputs, words, W, work)
    work.loss[0] += loss
    work.counts[1] += measured
    work.counts[2] += centres
