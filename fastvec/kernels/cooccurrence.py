"""Counting of co-occurrences by inverted index.

The positions of a stretch of text are sorted by word. Each word's row is then made by itself: a pass over its positions
adds up the weights of the words around them in one dense accumulator, which fits the second-level cache. Nothing is
hashed, no pairs are sorted, and any thread can make any row.

Weights are whole numbers, so that sums are exact and do not depend on their order. Two bitmaps mark the
columns in use, with a bit for each column and for each 64 columns: they yield the columns in order.
"""

from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import lower_builtin, type_callable
from numpy.typing import NDArray

from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.rng import stream, uniform
from fastvec.kernels.simd import prefetch

#: Sentinels in a stretch of text: the end of a sentence, and the place of a dropped word.
END, GAP = -1, -2
#: How many positions ahead the surroundings are prefetched.
_AHEAD = 12
_ONE = np.uint64(1)


class Accumulator(NamedTuple):
    """The current row; all zero between rows.

    Attributes
    ----------
    sums : (n_columns,) int64
        Weight so far.
    used : (n_columns / 64 + 1,) uint64
        Bits of the columns whose sum is not 0.
    used_words : (n_columns / 4096 + 1,) uint64
        Bits of the elements of `used` that are not 0.
    """

    sums: NDArray[np.int64]
    used: NDArray[np.uint64]
    used_words: NDArray[np.uint64]

    @classmethod
    def of(cls, n_columns: int) -> "Accumulator":
        """Make an accumulator."""
        return cls(
            np.zeros(n_columns, np.int64),
            np.zeros(n_columns // 64 + 1, np.uint64),
            np.zeros(n_columns // 4096 + 1, np.uint64),
        )


def lowest_bit(bits):
    """Return the index of the lowest bit that is set in a uint64, which is not 0."""
    return (int(bits) & -int(bits)).bit_length() - 1


@type_callable(lowest_bit)
def _type_lowest_bit(context):
    def typer(bits):
        return types.int64

    return typer


@lower_builtin(lowest_bit, types.uint64)
def _lower_lowest_bit(context, builder, call, arguments):
    return builder.cttz(arguments[0], context.get_constant(types.boolean, True))


@leaf
def _add(row, column, amount):
    if row.sums[column] == 0:
        row.used[column >> 6] |= _ONE << np.uint64(column & 63)
        row.used_words[column >> 12] |= _ONE << np.uint64((column >> 6) & 63)
    row.sums[column] += amount


@leaf
def _emit(row, least, scale, columns, values, n):
    """Move the sums of at least `least` behind the first n cells, divided by `scale` if any; return the new n."""
    for k in range(len(row.used_words)):
        words = row.used_words[k]
        row.used_words[k] = 0
        while words:
            j = (k << 6) + lowest_bit(words)
            words &= words - _ONE
            bits = row.used[j]
            row.used[j] = 0
            while bits:
                column = (j << 6) + lowest_bit(bits)
                bits &= bits - _ONE
                total = row.sums[column]
                row.sums[column] = 0
                if total >= least:
                    columns[n] = column
                    if scale is None:
                        values[n] = total
                    else:
                        values[n] = total / scale
                    n += 1
    return n


@entry
def keep_words(tokens, keep, key, leave_gaps, text, end, weights, sentence, amounts):
    """Append to a text the words of a block that stay, and its sentence ends.

    Parameters
    ----------
    tokens : (n,) int32
        Word ids; -1 ends a sentence; ids of len(keep) and more are outside the vocabulary and are dropped.
    keep : (n_words,) float32
        Probability of keeping an occurrence.
    key : tuple of 3 int
        All that the random numbers depend on.
    leave_gaps : bool
        Write `GAP` in the place of each word that subsampling drops, instead of nothing.
    text : int32 array
        Has room for n more.
    end : int
        Where the text ends.
    weights : (n_sentences,) int64 or None
        Weights of sentences, if they have any.
    sentence : int
        Number of the first one in the block.
    amounts : int64 array or None
        Receives the weight of each word, at its place in the text.

    Returns
    -------
    int
        Where the text ends now.
    """
    state = np.empty(1, np.uint64)
    state[0] = stream(key[0], key[1], key[2])
    for token in tokens:
        if token < 0:
            text[end] = END
            end += 1
            sentence += 1
        elif token < len(keep):
            kept = keep[token] >= 1 or uniform(state) < keep[token]
            if kept or leave_gaps:
                text[end] = token if kept else GAP
                if weights is not None:
                    amounts[end] = weights[sentence]
                end += 1
    return end


@entry
def sort_positions(text, margin, starts, positions):
    """Sort the positions of a text by word, without the `margin` positions at either end.

    Parameters
    ----------
    text : (n,) int32
        Word ids, and negative numbers that are not words.
    starts : (n_words + 1,) int64
        Receives where each word's positions begin.
    positions : (n,) int32
        Receives the positions, ascending for each word.
    """
    starts[:] = 0
    for t in range(margin, len(text) - margin):
        if text[t] >= 0:
            starts[text[t] + 1] += 1
    for w in range(1, len(starts)):
        starts[w] += starts[w - 1]
    for t in range(margin, len(text) - margin):
        if text[t] >= 0:
            positions[starts[text[t]]] = t
            starts[text[t]] += 1
    for w in range(len(starts) - 1, 0, -1):  # each start has moved to the next word's
        starts[w] = starts[w - 1]
    starts[0] = 0


@entry
def count_rows(
    text, amounts, positions, starts, first, last, left, right, apart, least, scale, row, lengths, columns, values
):
    """Count the words around all positions of words `first` to `last` - 1.

    Parameters
    ----------
    text : (m, 16) int32
        Word ids, in rows of a cache line. Around each position come as many others as the windows reach, or a
        sentence end before.
    amounts : int64 array or None
        By what the weights of the words around each position are multiplied.
    positions, starts
        From `sort_positions`.
    left, right : (reach,) int64
        Weights of the words at distance 1, 2, ... before and behind.
    apart : bool or None
        True to count the words before and behind apart, word w in columns 2 w and 2 w + 1; else None, which costs no
        time.
    least : int
        Sums below it are dropped.
    scale : float or None
        Sums are divided by it, or stay whole numbers.
    row : Accumulator
        Of this thread.
    lengths : (last - first,) int64
        Receives the number of cells of each row.
    columns, values : int32 array, float32 or int64 array
        Receive the cells, columns ascending in each row.

    Returns
    -------
    int
        Number of cells.
    """
    flat = text.reshape(-1)
    n = 0
    for w in range(first, last):
        before = n
        for k in range(starts[w], starts[w + 1]):
            t = np.int64(positions[k])
            amount = 1 if amounts is None else amounts[t]
            following = np.int64(positions[min(k + _AHEAD, starts[-1] - 1)])
            prefetch(text, (following - len(left)) >> 4)
            prefetch(text, (following + len(right)) >> 4)
            for d in range(len(left)):
                word = flat[t - 1 - d]
                if word >= 0:
                    _add(row, word if apart is None else 2 * word, left[d] * amount)
                elif word == END:
                    break
            for d in range(len(right)):
                word = flat[t + 1 + d]
                if word >= 0:
                    _add(row, word if apart is None else 2 * word + 1, right[d] * amount)
                elif word == END:
                    break
        n = _emit(row, least, scale, columns, values, n)
        lengths[w - first] = n - before
    return n


@entry
def merge_rows(part_starts, part_columns, part_values, least, scale, row, lengths, columns, values):
    """Add up the same rows of several parts.

    Parameters
    ----------
    part_starts : (n_parts, n_rows + 1) int64
        Where each row of each part begins in `part_columns` and `part_values`.
    part_columns, part_values : int32 array, int64 array
        Cells of the parts.
    least, scale, row, lengths, columns, values
        As for `count_rows`.

    Returns
    -------
    int
        Number of cells.
    """
    n = 0
    for w in range(part_starts.shape[1] - 1):
        before = n
        for part in range(part_starts.shape[0]):
            for k in range(part_starts[part, w], part_starts[part, w + 1]):
                _add(row, part_columns[k], part_values[k])
        n = _emit(row, least, scale, columns, values, n)
        lengths[w] = n - before
    return n
