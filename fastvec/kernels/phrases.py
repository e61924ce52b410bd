"""Passes over an id stream: joining pairs of words, and writing the ids out as words."""

import numpy as np

from fastvec.kernels.jit import entry, leaf

#: Sentinel: no id is held.
NOTHING = -2


@leaf
def _find(sorted_ids, start, stop, wanted):
    """Return the position of an id between `start` and `stop`; -1 if it is absent."""
    while start < stop:
        middle = (start + stop) >> 1
        if sorted_ids[middle] < wanted:
            start = middle + 1
        elif sorted_ids[middle] > wanted:
            stop = middle
        else:
            return middle
    return -1


@entry
def join_pairs(ids, starts, seconds, joined, held, out, counts):
    """Replace pairs of adjacent words in a sentence by one id, from the left, as word2phrase does.

    Parameters
    ----------
    ids : (n,) int32
        A part of the stream; -1 ends a sentence.
    starts : (n_words + 1,) int64
        The second words of pairs that begin with word w are ``seconds[starts[w] : starts[w + 1]]``, ascending.
    seconds, joined : (n_pairs,) int32
        Second word and id of each pair.
    held : int
        The id before this part, if it may begin a pair, or `NOTHING`.
    out : (n + 1,) int32
        Receives the new stream.
    counts : (n_ids,) int64, changed
        Number of each id in the new stream.

    Returns
    -------
    n, held
        The length of the new stream, and the id that is not yet in it.
    """
    n = 0
    for token in ids:
        if held >= 0 and token >= 0:
            k = _find(seconds, starts[held], starts[held + 1], token)
            if k >= 0:
                out[n] = joined[k]
                counts[joined[k]] += 1
                n += 1
                held = NOTHING
                continue
        if held != NOTHING:
            out[n] = held
            n += 1
            if held >= 0:
                counts[held] += 1
        held = np.int64(token)
    return n, held


@entry
def spell(ids, data, offsets, out, is_open):
    """Write the words of a stream, separated by spaces, with a newline for the end of a sentence.

    Parameters
    ----------
    ids : (n,) int32
        A part of the stream; -1 ends a sentence.
    data : (n_bytes,) uint8
        The words, concatenated.
    offsets : (n_words + 1,) int64
        Where each word begins.
    out : uint8 array
        Receives the text: the bytes of the words and at most n more.
    is_open : bool
        Whether the current sentence has a word already.

    Returns
    -------
    n, is_open
        The length of the text, and whether its last sentence is open.
    """
    n = 0
    for token in ids:
        if token < 0:
            out[n] = 10
            n += 1
            is_open = False
            continue
        if is_open:
            out[n] = 32
            n += 1
        for k in range(offsets[token], offsets[token + 1]):
            out[n] = data[k]
            n += 1
        is_open = True
    return n, is_open
