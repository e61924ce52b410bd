"""Words that lie as bytes on end: taking them out of text, and finding those that come twice."""

from numba import uint64

from fastvec.kernels.jit import entry, leaf


@leaf
def _hash(data, start, stop):
    """Mix the bytes of a word to 64 bits (FNV-1a, then a finishing multiplication)."""
    mixed = uint64(0xCBF29CE484222325)
    for place in range(start, stop):
        mixed = (mixed ^ uint64(data[place])) * uint64(0x100000001B3)
    mixed ^= mixed >> uint64(32)
    return mixed * uint64(0x9E3779B97F4A7C15)


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
        The words on end.
    """
    position = 0
    for word in range(len(spans)):
        for place in range(spans[word, 0], spans[word, 1]):
            out[position] = data[place]
            position += 1


@entry
def find_repeats(data, offsets, slots, first):
    """Find for each word the first word that is equal to it.

    Parameters
    ----------
    data : (n_bytes,) uint8
        The words on end.
    offsets : (n_words + 1,) int64
        Where each word begins.
    slots : (a power of two, at least 2 * n_words,) int32 or int64, changed
        An empty hash table: every slot -1.
    first : (n_words,) int32 or int64, written
        The word itself, or the earlier word that is equal to it.

    Returns
    -------
    int
        How many words are equal to an earlier one.
    """
    mask = len(slots) - 1
    repeats = 0
    for word in range(len(offsets) - 1):
        start, stop = offsets[word], offsets[word + 1]
        slot = (_hash(data, start, stop) >> uint64(20)) & uint64(mask)
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
            slot = (slot + uint64(1)) & uint64(mask)
    return repeats
