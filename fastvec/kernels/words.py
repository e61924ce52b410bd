"""Compiled passes over words that lie as bytes one after the other, and the renumbering of id streams."""

import numpy as np

from fastvec.kernels.jit import entry, leaf

HASH_START = np.uint64(0xCBF29CE484222325)
_HASH_STEP = np.uint64(0x9E3779B97F4A7C15)


@leaf
def mix(state, eight):
    """Mix up to eight more bytes, as one uint64, into a 64-bit hash that begins as `HASH_START`."""
    state = (state ^ eight) * _HASH_STEP
    return state ^ (state >> np.uint64(32))


@leaf
def _hash(data, start, stop):
    state = HASH_START
    for place in range(start, stop):
        state = mix(state, np.uint64(data[place]))
    return state


@leaf
def _same(data, start, stop, other_start, other_stop):
    if stop - start != other_stop - other_start:
        return False
    for place in range(stop - start):
        if data[start + place] != data[other_start + place]:
            return False
    return True


@entry
def gather_spans(data, spans, out):
    """Copy words out of text.

    Parameters
    ----------
    data : (n_bytes,) uint8
        Text.
    spans : (n_words, 2) int64
        Where each word begins and ends in `data`.
    out : (the sum of their lengths,) uint8, written
        The words, one after the other.
    """
    position = 0
    for word in range(len(spans)):
        for place in range(spans[word, 0], spans[word, 1]):
            out[position] = data[place]
            position += 1


@entry
def read_prefixes(data, offsets, depth, prefixes):
    """Read 8 bytes of each word, from a place in it on, as a big-endian number; short words are padded with zeros.

    Parameters
    ----------
    data : (n_bytes,) uint8
        The words.
    offsets : (n_words + 1,) int64
        Where each word begins.
    depth : int
        The place.
    prefixes : (n_words,) uint64, written
        The numbers, which sort as the bytes do.
    """
    for word in range(prefixes.size):
        prefix = np.uint64(0)
        first = offsets[word] + depth
        for place in range(first, first + 8):
            prefix <<= np.uint64(8)
            if place < offsets[word + 1]:
                prefix |= np.uint64(data[place])
        prefixes[word] = prefix


@entry
def find_repeats(data, offsets, slots, first):
    """Find for each word the first word that is equal to it.

    Parameters
    ----------
    data, offsets
        As in `read_prefixes`.
    slots : (a power of two, at least 2 * n_words,) int32 or int64, changed
        An empty hash table: every slot -1.
    first : (n_words,) int32 or int64, written
        The word itself, or the earlier word that is equal to it.

    Returns
    -------
    int
        How many words are equal to an earlier one.
    """
    mask = np.uint64(len(slots) - 1)
    repeats = 0
    for word in range(len(offsets) - 1):
        start, stop = offsets[word], offsets[word + 1]
        slot = _hash(data, start, stop) & mask
        while True:
            other = slots[slot]
            if other < 0:
                slots[slot] = word
                first[word] = word
                break
            if _same(data, start, stop, offsets[other], offsets[other + 1]):
                first[word] = other
                repeats += 1
                break
            slot = (slot + np.uint64(1)) & mask
    return repeats


@entry
def renumber(ids, starts, finals, out, is_open):
    """Replace each id of a stream by a sequence of ids, which may be empty.

    Sentence ends are kept, unless the sentence has no word left.

    Parameters
    ----------
    ids : (n,) int32
        A part of the stream; -1 ends a sentence.
    starts : (n_words + 1,) int64
        Word w becomes ``finals[starts[w] : starts[w + 1]]``.
    finals : (m,) int32
        New ids.
    out : (n_out,) int32, written
        The new stream; at least as long as the longest sequence.
    is_open : bool
        Whether the sentence already has a word.

    Returns
    -------
    n_read, n_written, is_open
        The kernel stops before a sequence that does not fit: empty `out` and call again with the rest.
    """
    n_written = 0
    for k in range(ids.size):
        word = ids[k]
        if word < 0:
            if is_open:
                if n_written == out.size:
                    return k, n_written, is_open
                out[n_written] = -1
                n_written += 1
                is_open = False
            continue
        first, last = starts[word], starts[word + 1]
        if n_written + last - first > out.size:
            return k, n_written, is_open
        for place in range(first, last):
            out[n_written] = finals[place]
            n_written += 1
        is_open = is_open or last > first
    return ids.size, n_written, is_open
