"""The word2vec step: skip-gram or CBOW, with negative sampling or hierarchical softmax.

For each centre word the step gathers *input rows* X and *output rows* O, takes one logistic step and scatters it:

    skip-gram:  X = the m context rows         negative sampling:     O = centre and K noise words, labels 1, 0, 0, ...
    CBOW:       X = their mean, one row        hierarchical softmax:  O = the centre's Huffman path, labels 1 - code

    scores = X O^T      g = rate * (labels - logistic(scores))      X += g O      O += g^T X

An `Objective` makes other steps g of the scores: noise contrastive estimation, a softmax or a margin ranking.

As in word2vec.c the context words are the inputs and the centre is predicted, and subsampling drops words before
windows are laid. The noise words are shared by the contexts of a centre (Ji et al. 2016), and by `STRETCHES` centres
that lie far apart in the text: a block is cut into that many stretches whose centres take turns. So a noise row is
fetched once for some forty pairs, yet no word meets the same noise twice in a row, as it would if neighbouring centres
shared it. A word that occurs k times among the inputs or outputs of a step is one row whose step counts k-fold.

All scores of a step are computed before any row moves. So the more contexts a step has, the further it overshoots,
since each moves the outputs as if it were alone; and so it is with outputs, which move the inputs. Skip-gram therefore
takes the contexts of a centre in *bands* of distances, and all models the outputs in groups, one step after the other:
steps are as bounded with a window of 1,000 and 100 noise words as with the defaults.

Where contexts are told apart by their *place*, left or right of the centre or at which distance (Ling et al. 2015),
each place has outputs, and steps, of its own. The rows of a word in C lie side by side, so the outputs of a step are
those of the first place, moved on. A centre then comes twice, for its left and for its right.

A block is a unit of work, not of text: windows reach over its edges as far as the sentence does. Whether subsampling
keeps an occurrence of a word is a function of its position, so the blocks on both sides of an edge agree.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.alias import sample
from fastvec.kernels.emit import LANES
from fastvec.kernels.frozen import Frozen, move_trained, trained_inputs
from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.objectives import Objective, measured_loss, subtract_offsets, take_steps
from fastvec.kernels.replicas import Copies, merge_copy, note, original, trained, waits
from fastvec.kernels.rng import at, below, draw, fraction, mix, stream
from fastvec.kernels.simd import add_to_rows, dots, mean, prefetch_to_write, row_dots

#: Distances from a centre whose contexts make a step of skip-gram.
BAND = 5
#: Stretches of a block whose centres share noise words, and at most as many steps; hierarchical softmax has none to
#: share, and one stretch.
STRETCHES = 8
#: The loss is measured on the centres of one turn in this many.
LOSS_EVERY = 64

#: Stands in the place of a block in the key of the random numbers of subsampling.
SUBSAMPLING = np.uint64(2**64 - 1)

#: Nodes nearest to the root of the Huffman tree, which are always cached.
HOT_NODES = 1024


class Noise(NamedTuple):
    """The alias table of the noise words, and how many of them each centre has."""

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


class Places(NamedTuple):
    """Contexts by their places: row ``word * n + place`` of C is the output of a word for the contexts at a place.

    Attributes
    ----------
    n : int
        Places: two, left and right, or one for each distance on the left and then on the right.
    band : int
        Distances on a side whose contexts make a step of skip-gram: `BAND`, or 1 where each has its place.
    """

    n: int
    band: int


class Step(NamedTuple):
    """What a step does, fixed for a training.

    Attributes
    ----------
    keep : (n_words,) float32
        Probability of keeping an occurrence of each word.
    window : int
        Largest distance at which there may be a context word: that of the settings, or less if no sentence is so long.
    reach : int
        Largest distance of a context word in the settings.
    shrink : bool
        Draw the window of each centre from 1 to `reach`, else always use all of it.
    noise, paths : Noise or None, Paths or None
        Noise words or hierarchical softmax; the other is None, and its code is not compiled. With neither all words are
        outputs.
    objective : Objective or None
        None for negative sampling and hierarchical softmax.
    frozen : Frozen or None
        None where all rows are trained.
    cbow : Mean or None
        CBOW; skip-gram where None.
    group : int or None
        Outputs that make a step at most, or all where None, which costs no time.
    places : Places or None
        With negative sampling: tell contexts apart by their places; None does not, and its code is not compiled.
    """

    keep: NDArray[np.float32]
    window: int
    reach: int
    shrink: bool
    noise: Noise | None
    paths: Paths | None
    objective: Objective | None
    frozen: Frozen | None
    cbow: Mean | None
    group: int | None
    places: Places | None = None


class Weights(NamedTuple):
    """The matrices that a thread trains.

    Attributes
    ----------
    W, C : (at least n_words, padded dim) float32 or float16
        Input and output vectors, then the threads' copies of the busiest; changed.
    copies, output_copies : Copies
        This thread's copies of rows of W and of C, which are of the same words where C has rows of words.
    X, E : (n_rows, padded dim) float32 or float16
        What a step takes as inputs, and what moves in their place: W and W; with CBOW `hidden` and `error` of `Mean`.
    """

    W: NDArray[np.float32]
    C: NDArray[np.float32]
    copies: Copies
    output_copies: Copies
    X: NDArray[np.float32]
    E: NDArray[np.float32]

    @classmethod
    def of(cls, W: NDArray[np.float32], C: NDArray[np.float32], copies: Copies, output_copies: Copies) -> "Weights":
        """Return those of skip-gram."""
        return cls(W, C, copies, output_copies, W, W)


class Work(NamedTuple):
    """Arrays of one thread.

    Attributes
    ----------
    kept : (block size + 2 window,) int32
        Rows of the words of a block that subsampling keeps, and of a window's length of words, or sentence ends, before
        and after.
    inputs, input_times : (contexts + 1,) int64, float32
        Input rows and how often each counts, initially once. There are 2 `BAND` contexts, with CBOW 2 window.
    outputs, output_times, labels : (outputs,) int64, float32, float32
        Output rows, how often each counts (initially once), and the labels of negative sampling, 1, 0, 0, ...
    noise : (negative,) int64
        Noise words of the next turn.
    scores : (2 `BAND`, outputs) float32
        Scores, then steps. Here `outputs` is a multiple of `fastvec.kernels.simd.LANES`.
    seen : (1024,) int64
        At which centre an input word was last seen, by the last bits of its id.
    state : (1,) uint64
        State of the random numbers.
    loss : (1,) float64
        Sum of the measured losses.
    counts : (3,) int64
        Words read, predictions whose loss was measured, and centres that had a context.
    """

    kept: NDArray[np.int32]
    inputs: NDArray[np.int64]
    input_times: NDArray[np.float32]
    outputs: NDArray[np.int64]
    output_times: NDArray[np.float32]
    labels: NDArray[np.float32]
    noise: NDArray[np.int64]
    scores: NDArray[np.float32]
    seen: NDArray[np.int64]
    state: NDArray[np.uint64]
    loss: NDArray[np.float64]
    counts: NDArray[np.int64]


def new_work(block_size: int, window: int, n_outputs: int, negative: int, *, is_cbow: bool = False) -> Work:
    """Allocate the arrays of one thread for blocks of `block_size` ids and at most `n_outputs` output rows."""
    width = -(-n_outputs // LANES) * LANES
    n_contexts = 2 * max(window, BAND) if is_cbow else 2 * BAND
    return Work(
        kept=np.zeros(block_size + 2 * window, np.int32),
        inputs=np.zeros(n_contexts + 1, np.int64),
        input_times=np.ones(n_contexts + 1, np.float32),
        outputs=np.zeros(width, np.int64),
        output_times=np.ones(width, np.float32),
        labels=np.eye(1, width, dtype=np.float32)[0],
        noise=np.zeros(negative, np.int64),
        scores=np.zeros((2 * BAND, width), np.float32),
        seen=np.zeros(1024, np.int64),
        state=np.zeros(1, np.uint64),
        loss=np.zeros(1),
        counts=np.zeros(3, np.int64),
    )


@entry
def initialise(W, dim, scale, seed):
    """Fill the first `dim` columns of W with uniform numbers in ±scale; element k is a function of `seed` and k."""
    for row in range(W.shape[0]):
        for column in range(dim):
            bits = mix(stream(seed, np.uint64(0xFFFFFFFF), np.uint64(row * dim + column)))
            W[row, column] = (np.float32(bits >> np.uint64(40)) * np.float32(2.0**-23) - np.float32(1)) * scale


@leaf
def _keeps(token, position, chance, keep):
    """Return whether subsampling keeps a word at a position of the text; words outside the vocabulary are dropped."""
    if token >= len(keep):
        return False
    return fraction(at(chance, np.uint64(position))) < keep[token]


@entry
def margin(tokens, start, direction, position, key, keep, window):
    """Return how many ids from `start` on, in a direction, hold the words that a window can reach.

    Parameters
    ----------
    tokens : (n,) int32
        Ids, of which the first is that at `position` of the text.
    start, direction : int
        The first id that counts, and 1 or -1.
    key : tuple of 2 int
        Seed and epoch.
    keep : (n_words,) float32
        Probability of keeping an occurrence of each word.
    window : int
        Words that count at most; a sentence end stops.

    Returns
    -------
    int
        -1 if there are not enough ids to tell.
    """
    chance, found, place = stream(key[0], key[1], SUBSAMPLING), 0, start
    while 0 <= place < len(tokens):
        if tokens[place] < 0 or found == window:
            return abs(place - start)
        found += _keeps(tokens[place], position + place, chance, keep)
        place += direction
    return abs(place - start) if found == window else -1


@leaf
def subsample(tokens, first, last, position, chance, step, copies, work):
    """Copy the rows of the words to train on, and sentence ends, to `work.kept` from the window on; return their end.

    The words before and after the block that windows can reach are put before and after them.
    """
    kept, keep, window = work.kept, step.keep, step.window
    kept[:window] = -1
    place, k = first - 1, window - 1
    while place >= 0 and k >= 0 and tokens[place] >= 0:
        if _keeps(tokens[place], position + place, chance, keep):
            kept[k] = trained(copies, tokens[place])
            k -= 1
        place -= 1
    end, words = window, 0
    for place in range(first, last):
        token = tokens[place]
        if token < 0:
            kept[end] = -1
            end += 1
            continue
        words += 1
        if token < len(keep):
            kept[end] = trained(copies, token)
            end += fraction(at(chance, np.uint64(position + place))) < keep[token]
    kept[end : end + window] = -1
    place, k = last, end
    while place < len(tokens) and k < end + window and tokens[place] >= 0:
        if _keeps(tokens[place], position + place, chance, keep):
            kept[k] = trained(copies, tokens[place])
            k += 1
        place += 1
    work.counts[0] += words
    return end


@leaf
def _steps_of(places):
    """Return how many sides of a centre are taken apart, and the distances of a step."""
    if places is None:
        return 1, BAND
    return 2, places.band


@leaf
def _place(places, side, near):
    """Return the place of the contexts beyond the distance `near` on a side."""
    if places is None:
        return 0
    return side * (places.n // 2) + min(near, places.n // 2 - 1)


@leaf
def _output_row(word, places, weights):
    """Return the row of C that is trained for a word, with places for the first of them."""
    if places is None:
        return trained(weights.copies, word)
    return trained(weights.output_copies, word * places.n)


@leaf
def _to_place(outputs, n, place):
    """Move outputs on by a place."""
    for j in range(n):
        outputs[j] += place


@leaf
def _context(t, near, last, first, left, right, work):
    """Gather the words around position t at distances `near` + 1 to `last` as inputs from `first` on.

    Without branches, which would be mispredicted once or twice for every centre.

    Returns
    -------
    m : int
        End of the inputs.
    repeated : bool
        Whether some may be equal.
    left, right : bool
        Whether the sentence goes on; as parameters, whether it goes so far, and the side counts.
    """
    kept, inputs, seen = work.kept, work.inputs, work.seen
    m, repeated = first, False
    for step in (-1, 1):
        inside = left if step < 0 else right
        for distance in range(near + 1, last + 1):
            word = np.int64(kept[t + step * distance])
            inside = inside & (word >= 0)
            inputs[m] = word
            slot = word & 1023
            repeated = repeated | (inside & (seen[slot] == t))
            seen[slot] = t if inside else seen[slot]
            m += inside
        if step < 0:
            left = inside
        else:
            right = inside
    return m, repeated, left, right


@leaf
def _unite(rows, times, first, n):
    """Unite equal rows among rows[first:n], and count them in `times`; return the new n."""
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
def labels_of(paths, work):
    """Return the labels of outputs."""
    if paths is not None:
        return paths.labels
    return work.labels


@leaf
def _score(X, m, C, n, cbow, work):
    """Compute the scores of the first outputs, as many as `n`, with `m` inputs or their mean."""
    if cbow is None:
        dots(X, work.inputs, m, C, work.outputs, n, work.scores)
    else:
        row_dots(X, 0, C, work.outputs, n, work.scores)


@leaf
def next_noise(noise, places, weights, work):
    """Make the noise words drawn a turn ago output rows, and draw those of the next turn; return the number of rows."""
    if noise is None:
        return 0
    for k in range(noise.negative):
        work.outputs[k + 1] = work.noise[k]
        work.noise[k] = _output_row(sample(work.state, noise.table), places, weights)
    return _unite(work.outputs, work.output_times, 1, noise.negative + 1)


@leaf
def _fill_outputs(noise, objective, copies, work):
    """Make all words the outputs, for all centres, where an objective has no noise words."""
    if objective is not None:
        if noise is None:
            for word in range(len(objective.offsets)):
                work.outputs[word] = trained(copies, word)


@leaf
def gather_outputs(centre, n_noise, noise, paths, objective, places, weights, work):
    """Gather the outputs of a centre; return where their labels begin, or the place of the centre, and their number."""
    if places is not None:
        centre = _output_row(original(weights.copies, centre), places, weights)
    if paths is not None:
        word = original(weights.copies, centre)
        first = paths.starts[word]
        n = paths.starts[word + 1] - first
        for j in range(n):
            work.outputs[j] = trained(weights.output_copies, np.int64(paths.nodes[first + j]))
        return first, n
    if objective is not None:
        if noise is None:
            return original(weights.copies, centre), len(objective.offsets)
    outputs, times, n = work.outputs, work.output_times, n_noise
    for j in range(1, n):
        if outputs[j] == centre:  # noise that equals the centre is omitted
            n -= 1
            outputs[j], outputs[n] = outputs[n], centre
            times[j], times[n] = times[n], times[j]
            break
    outputs[0], times[0] = centre, 1
    return 0, n


@leaf
def _part(done, n, group, work):
    """Return how many outputs from `done` on make a step; those that count more than once, as often as they count."""
    if group is None:
        return n
    part, weight = 1, work.output_times[done]
    while done + part < n and weight + work.output_times[done + part] <= group:
        weight += work.output_times[done + part]
        part += 1
    return part


@leaf
def _swap(done, part, work):
    """Exchange the first outputs with those from `done` on, as many as `part`."""
    for k in range(part):
        other = done + k
        work.outputs[k], work.outputs[other] = work.outputs[other], work.outputs[k]
        work.output_times[k], work.output_times[other] = work.output_times[other], work.output_times[k]


@leaf
def _prefetch_outputs(word, place, paths, places, weights):
    """Prefetch the output rows of a centre: its own at a place, or those of its path that are not always cached."""
    if places is not None:
        prefetch_to_write(weights.C, _output_row(original(weights.copies, word), places, weights) + place)
        return
    if paths is None:
        prefetch_to_write(weights.C, word)
        return
    word = original(weights.copies, word)
    for k in range(paths.starts[word], paths.starts[word + 1]):
        if paths.nodes[k] >= HOT_NODES:
            prefetch_to_write(weights.C, trained(weights.output_copies, np.int64(paths.nodes[k])))


@leaf
def _prefetch_merge(k, paths, places, weights):
    """Prefetch what merging copy k of a word needs."""
    prefetch_to_write(weights.W, k)
    prefetch_to_write(weights.copies.before, k)
    if paths is None and places is None:
        prefetch_to_write(weights.C, k)
        prefetch_to_write(weights.output_copies.before, k)


@leaf
def weigh_repeats(m, n, work):
    """Multiply the steps of rows that count more than once."""
    for i in range(m):
        for j in range(n):
            work.scores[i, j] *= work.input_times[i] * work.output_times[j]


@leaf
def _prefetch_noise(q, place, noise, C, work):
    """Prefetch noise rows of the next turn, a few in each step, as the core's queues are short."""
    if noise is not None:
        for k in range(q % STRETCHES, noise.negative, STRETCHES):
            prefetch_to_write(C, work.noise[k] + place)


@leaf
def _scatter(n_context, cbow, frozen, W, copies, work):
    """Move the context words of CBOW by the step of their mean; those of skip-gram have moved themselves."""
    if cbow is not None:
        share = np.float32(1) / np.float32(n_context) if cbow.corrected else np.float32(1)
        if frozen is None:
            add_to_rows(W, work.inputs, n_context, cbow.error, 0, share)
        else:
            n_trained = trained_inputs(n_context, frozen, copies, work)
            if n_trained > 0:
                add_to_rows(W, work.inputs, n_trained, cbow.error, 0, share)


@leaf
def _merge_word(k, paths, places, weights):
    """Merge copy k of a word with its original, in both matrices where outputs are words."""
    merge_copy(weights.W, k, weights.copies)
    if places is not None:
        for place in range(places.n):
            merge_copy(weights.C, k * places.n + place, weights.output_copies)
        return
    if paths is None:
        merge_copy(weights.C, k, weights.output_copies)


@entry
def train_block(tokens, first, last, key, position, rate, change, step, weights, stop, work):
    """Train on one block of the id stream.

    Parameters
    ----------
    tokens : (n,) int32
        Word ids; -1 ends a sentence; ids of len(step.keep) and more are words outside the vocabulary and skipped.
    first, last : int
        The block is tokens[first:last]; the ids before and after it hold the words that windows can reach.
    key : tuple of 3 int
        Seed, epoch and block; random numbers depend on nothing else but positions.
    position : int
        Of the first of `tokens` in the text.
    rate, change : float32
        Learning rate at the beginning of the block, and its change from there to the end.
    step : Step
        What each step does.
    weights : Weights
        Trained in place.
    stop : (1,) int64
        Training stops early once this is not 0.
    work : Work
        Arrays of this thread.
    """
    noise, paths, cbow, window, shrink, group = step.noise, step.paths, step.cbow, step.window, step.shrink, step.group
    places = step.places
    n_sides, band = _steps_of(places)
    objective, frozen = step.objective, step.frozen
    W, C, copies, output_copies, X, E = weights
    labels = labels_of(paths, work)  # once: a choice inside the loop would count references
    kept, outputs = work.kept, work.outputs
    loss, measured, centres = 0.0, 0, 0
    work.state[0] = stream(key[0], key[1], key[2])
    work.seen[:] = -1
    end = subsample(tokens, first, last, position, stream(key[0], key[1], SUBSAMPLING), step, copies, work)
    _fill_outputs(noise, objective, output_copies, work)
    next_noise(noise, places, weights, work)
    n_bands = (window + BAND - 1) // BAND if cbow is None else 1
    stretches = max(STRETCHES // n_bands, 1) if noise is not None else 1
    stretch = (end - window + stretches - 1) // stretches
    for turn in range(stretch):
        if stop[0]:
            break
        n_noise = next_noise(noise, places, weights, work)
        now = rate + change * np.float32(turn) / np.float32(stretch)
        for q in range(stretches * n_sides):
            side, t = q % n_sides, window + turn + q // n_sides * stretch
            if t >= end:
                break
            centre, coming, entering = np.int64(kept[t]), np.int64(kept[t + 1]), np.int64(kept[t + window])
            if centre < 0:
                continue
            prefetch_to_write(W, entering if entering >= 0 else centre)
            reach = 1 + below(draw(work.state), step.reach) if shrink else window
            reach = min(reach, window)
            near, left, right, begin, n = 0, side == 0, places is None or side == 1, 0, 0
            while near < reach:
                place, last = _place(places, side, near), min(near + band, reach)
                n_context, repeated, left, right = _context(t, near, last, 0, left, right, work)
                near += band
                if cbow is not None:
                    while near < reach and (left or right):
                        last = min(near + band, reach)
                        n_context, repeated, left, right = _context(t, near, last, n_context, left, right, work)
                        near += band
                if n_context == 0:
                    break
                m = n_context
                if cbow is not None:
                    m, repeated = 1, False
                    mean(W, work.inputs, n_context, X, 0)
                elif repeated:
                    m = _unite(work.inputs, work.input_times, 0, n_context)
                    repeated = m < n_context
                is_first = n == 0
                if noise is not None and cbow is None and near % (STRETCHES * BAND) == 0:
                    n_noise = next_noise(noise, places, weights, work)
                    is_first = True
                if is_first:
                    begin, n = gather_outputs(centre, n_noise, noise, paths, objective, places, weights, work)
                if places is not None:
                    _to_place(outputs, n, place)
                done = 0
                while done < n:
                    part = _part(done, n, group, work)
                    if done > 0:
                        _swap(done, part, work)
                    _score(X, m, C, part, cbow, work)
                    if done == 0 and (near == BAND or places is not None) and coming >= 0:
                        _prefetch_outputs(coming, place, paths, places, weights)
                        if waits(copies, coming) == 1:
                            _prefetch_merge(coming - copies.base, paths, places, weights)
                    subtract_offsets(m, part, objective, output_copies, work)
                    if turn % LOSS_EVERY == 0:
                        loss += measured_loss(m, labels, begin + done, part, objective, work)
                    take_steps(m, labels, begin + done, part, now, objective, work)
                    if repeated or 0 < n_noise <= len(work.noise):
                        weigh_repeats(m, part, work)
                    _prefetch_noise(q * n_bands + (near - 1) // BAND, place, noise, C, work)
                    move_trained(E, X, m, C, part, done > 0, cbow, frozen, weights, work)
                    if done > 0:
                        _swap(done, part, work)
                    done += part
                if places is not None:
                    _to_place(outputs, n, -place)
                if repeated:
                    work.input_times[:m] = 1
                if turn % LOSS_EVERY == 0:
                    measured += n_context if cbow is None else 1
                _scatter(n_context, cbow, frozen, W, copies, work)
            if n == 0:
                continue
            centres += 1
            if note(copies, centre):
                _merge_word(centre - copies.base, paths, places, weights)
            if paths is not None:
                node = outputs[turn % n]  # of the path, any
                if note(output_copies, node):
                    merge_copy(C, node - output_copies.base, output_copies)
    work.loss[0] += loss
    work.counts[1] += measured
    work.counts[2] += centres
