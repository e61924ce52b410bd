"""Lines in a random order, of which any part is computed by itself.

The permutation of a line is a Feistel network over the bits of a position; positions that fall outside the line are
permuted again until they are inside (Black and Rogaway 2002). So it takes no memory, however long the line is.
"""

import numpy as np

from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.rng import at, mix, stream

#: Rounds of the network; with four, neighbours in lines of a few words are not equally likely.
_ROUNDS = 8


@leaf
def _halves(n):
    """Return how many bits the lower half of a position below n has, and how many its upper half."""
    n_bits = 0
    while (1 << n_bits) < n:
        n_bits += 1
    return n_bits // 2, n_bits - n_bits // 2


@leaf
def _permuted(place, n, n_low, n_high, state):
    """Return where the permutation of 0 to n - 1 that `state` chooses sends a place."""
    low_mask, high_mask = (np.uint64(1) << n_low) - np.uint64(1), (np.uint64(1) << n_high) - np.uint64(1)
    while True:
        high, low = np.uint64(place) >> n_low, np.uint64(place) & low_mask
        for k in range(0, _ROUNDS, 2):
            high ^= (at(state, low * np.uint64(_ROUNDS) + np.uint64(k)) >> np.uint64(20)) & high_mask
            low ^= (at(state, high * np.uint64(_ROUNDS) + np.uint64(k + 1)) >> np.uint64(20)) & low_mask
        place = np.int64((high << n_low) | low)
        if place < n:
            return place


@entry
def shuffle_lines(tokens, start, seed, epoch, line, out):
    """Read ids of a stream whose lines are each in a random order.

    Parameters
    ----------
    tokens : (n,) int32
        The whole stream; -1 ends a line.
    start : int
        Position of the first id to read.
    seed, epoch : int
        The order of a line is a function of these and of where it begins.
    line : (2,) int64, changed
        Begin and end of the line that was read last, which need not be looked for again.
    out : (m,) int32, written
        At most n - start ids.
    """
    begin, end = line[0], line[1]
    state = mix(stream(seed, epoch, begin))
    n_low, n_high = _halves(end - begin)
    for k in range(len(out)):
        t = start + k
        if tokens[t] < 0:
            out[k] = tokens[t]
            continue
        if not begin <= t < end:
            begin, end = t, t + 1
            while begin > 0 and tokens[begin - 1] >= 0:
                begin -= 1
            while end < len(tokens) and tokens[end] >= 0:
                end += 1
            state = mix(stream(seed, epoch, begin))
            n_low, n_high = _halves(end - begin)
        out[k] = tokens[begin + _permuted(t - begin, end - begin, np.uint64(n_low), np.uint64(n_high), state)]
    line[0], line[1] = begin, end
