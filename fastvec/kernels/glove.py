"""GloVe: one step of AdaGrad for each cell of a matrix of co-occurrences (Pennington, Socher and Manning 2014, eq. 8).

    difference = w . c + bias of w + bias of c - log x
    cost = f(x) difference^2 / 2,    f(x) = min(1, (x / x_max)^alpha)

Words and contexts are cut into blocks, and the matrix into *tiles*: the cells of a block of words and a block of
contexts, with few enough rows to stay in the cache. Tiles without a common block share no row, so threads may process
them at the same time.

A row of weights holds, side by side, `dim` weights, the bias, a one, padding, and as many sums of squared gradients.
A context has its one where a word has its bias, and the other way round. So the product of two rows is that of the
vectors plus both biases, and biases are learned as any other weight. The ones never move (`STILL`).
"""

from typing import NamedTuple

import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numpy.typing import NDArray

from fastvec.kernels import emit
from fastvec.kernels.emit import LANES
from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.rng import below, draw, stream
from fastvec.kernels.simd import prefetch

#: Most words in a block, so that a cell fits 64 bits: the places of its word and its context in their blocks, as
#: uint16, and the logarithm of its count, as float32.
LARGEST_BLOCK = 1 << 16
#: Sum of squared gradients of a weight that must not move.
STILL = np.float32(1e38)
#: How many cells ahead rows are prefetched.
_AHEAD = 4


class Counts(NamedTuple):
    """A matrix of co-occurrences by rows (CSR); cells below `least` are skipped."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]
    least: np.float32


class Loss(NamedTuple):
    """Logarithm of the count from which f(x) is 1, f's exponent, and the learning rate times a gradient's bound."""

    log_x_max: np.float32
    alpha: np.float32
    limit: np.float32


def inner_product(W, i, C, j, out):
    """Set out[0] to the inner product of the first halves of W[i] and C[j]."""
    half = W.shape[1] // 2
    out[0] = W[i, :half] @ C[j, :half]


@emit.compiled(inner_product)
def _inner_product(builder, W, i, C, j, out):
    w, c = W.at(emit.I64(0), i), C.at(emit.I64(0), j)

    def body(d, sums):
        return [emit.muladd(builder, emit.load(builder, w, d), emit.load(builder, c, d), sums[0])]

    sums = emit.loop(builder, builder.lshr(W.columns, emit.I64(1)), LANES, [emit.constant(0.0)], body)
    builder.store(builder.extract_element(emit.lane_sums(builder, sums)[0], emit.I32(0)), out.at(emit.I64(0)))


def adagrad_step(W, i, C, j, slope, limit):
    """Move the first halves of W[i] and C[j] against the gradient, and add its squares to their second halves.

    The gradient of one is `slope` times the other, within ±limit; it is divided by the square roots of the previous
    sums of squares.
    """
    half = W.shape[1] // 2
    w, c = W[i, :half], C[j, :half]
    steps = np.clip(slope * c, -limit, limit), np.clip(slope * w, -limit, limit)
    for row, step in ((W[i], steps[0]), (C[j], steps[1])):
        row[:half] -= step / np.sqrt(row[half:])
        row[half:] += step * step


@emit.compiled(adagrad_step)
def _adagrad_step(builder, W, i, C, j, slope, limit):
    half = builder.lshr(W.columns, emit.I64(1))
    slopes, most, least = (emit.splat(builder, x) for x in (slope, limit, builder.fneg(limit)))
    kind = slopes.type
    square_root = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(kind, [kind]), f"llvm.sqrt.v{LANES}f32"
    )

    def bounded(vector):
        vector = builder.select(builder.fcmp_ordered(">", vector, most), most, vector)
        return builder.select(builder.fcmp_ordered("<", vector, least), least, vector)

    rows = [W.at(emit.I64(0), i), C.at(emit.I64(0), j)]

    def body(d, _):
        places = [builder.gep(row, [d]) for row in rows]
        vectors = [emit.load(builder, place) for place in places]
        for place, vector, other in zip(places, vectors, reversed(vectors), strict=True):
            squares = builder.gep(place, [half])
            total = emit.load(builder, squares)
            step = bounded(builder.fmul(slopes, other))
            root = builder.call(square_root, [total], fastmath=["afn"])
            move = builder.fdiv(step, root, flags=["arcp"])  # the machine's estimate of 1 / sqrt, made exact to 1e-7
            emit.store(builder, builder.fsub(vector, move), place)
            emit.store(builder, emit.muladd(builder, step, step, total), squares)
        return []

    emit.loop(builder, half, LANES, [], body)


@leaf
def _shuffle(items, state):
    for k in range(len(items) - 1, 0, -1):
        other = below(draw(state), k + 1)
        items[k], items[other] = items[other], items[k]


@entry
def shuffle(items, seed, epoch, number):
    """Shuffle items; their order is a function of three numbers."""
    state = np.empty(1, np.uint64)
    state[0] = stream(seed, epoch, number)
    _shuffle(items, state)


@entry
def shuffle_runs(items, starts, seed, number):
    """Shuffle each run of items by itself; `starts` ends with the end of the last run."""
    state = np.empty(1, np.uint64)
    state[0] = stream(seed, 0, number)
    for k in range(len(starts) - 1):
        _shuffle(items[starts[k] : starts[k + 1]], state)


@entry
def count_tiles(counts, words, homes, lengths):
    """Add the number of cells in the rows `words` to `lengths`, by block of contexts; `homes` gives a context's."""
    for word in words:
        for k in range(counts.indptr[word], counts.indptr[word + 1]):
            lengths[homes[counts.indices[k]]] += counts.data[k] >= counts.least


@entry
def fill_tiles(counts, words, homes, places, ends, cells):
    """Write the cells of a block of words to its tiles.

    Parameters
    ----------
    counts : Counts
        All cells.
    words : (n,) int
        The words of the block.
    homes, places : (n_words,) int, (n_words,) uint16
        The block of each word, and its place there.
    ends : (n_blocks,) int64
        Where each tile begins in `cells`; moved to where it ends.
    cells : (n_cells,) uint64
        Changed.
    """
    addresses, logs = cells.view(np.uint16), cells.view(np.float32)
    for word in words:
        for k in range(counts.indptr[word], counts.indptr[word + 1]):
            if counts.data[k] >= counts.least:
                context = counts.indices[k]
                end = ends[homes[context]]
                addresses[4 * end], addresses[4 * end + 1] = places[word], places[context]
                logs[2 * end + 1] = np.log(counts.data[k])
                ends[homes[context]] = end + 1


@leaf
def _weight(log, loss):
    """Return f(x) of a count whose logarithm is `log`, to about 2e-7, in a form that LLVM turns into vector code."""
    t = min(loss.alpha * (log - loss.log_x_max) * np.float32(1.44269504), np.float32(0))
    t = max(t, np.float32(-126))
    whole = np.int32(t - np.float32(0.5))
    fraction = t - np.float32(whole)
    power = np.float32(1.33335581e-3)  # 2**fraction: Taylor's terms, the last fitted for |fraction| <= 1/2
    power = power * fraction + np.float32(9.61812911e-3)
    power = power * fraction + np.float32(5.55041087e-2)
    power = power * fraction + np.float32(2.40226507e-1)
    power = power * fraction + np.float32(6.93147181e-1)
    power = power * fraction + np.float32(1)
    return power * np.int32((whole + np.int32(127)) << np.int32(23)).view(np.float32)


@entry
def train_tile(cells, W, C, first_word, first_context, loss, rate, weights, score):
    """Take one step for each cell of a tile.

    Parameters
    ----------
    cells : (n,) uint64
        Cells of the tile, in the order of their steps.
    W, C : (n_rows, 2 half) float32
        Weights and squared gradients of words and contexts; changed.
    first_word, first_context : int
        First rows of the two blocks.
    loss : Loss
        The weighting of the cells.
    rate : float32
        Learning rate.
    weights : (n or more,) float32
        Overwritten.
    score : (1,) float32
        Overwritten.

    Returns
    -------
    float
        Sum of the costs, each before its step.
    """
    n = len(cells)
    places, logs = cells.view(np.uint16), cells.view(np.float32)
    for k in range(n):
        weights[k] = _weight(logs[2 * k + 1], loss)
    cost = 0.0
    for k in range(n):
        ahead = 4 * min(k + _AHEAD, n - 1)
        prefetch(W, first_word + np.int64(places[ahead]))
        prefetch(C, first_context + np.int64(places[ahead + 1]))
        i, j = first_word + np.int64(places[4 * k]), first_context + np.int64(places[4 * k + 1])
        inner_product(W, i, C, j, score)
        difference = score[0] - logs[2 * k + 1]
        slope = weights[k] * difference
        cost += np.float32(0.5) * slope * difference
        adagrad_step(W, i, C, j, rate * slope, loss.limit)
    return cost
