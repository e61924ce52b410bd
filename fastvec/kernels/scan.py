"""The compiled whitespace scanner: bytes to word ids, counting as it goes.

Words are separated by ASCII whitespace (space, tab, newline, vertical tab, form feed, carriage return); a newline also
ends a sentence. Bytes are not interpreted further: what is lower case, or a letter, is decided later, once per distinct
word. The words lie in one arena, each followed by a newline; `starts` holds where each begins. An open-addressing hash
table finds them: a slot is 0, or holds the upper half of the word's 64-bit hash and, below it, its id plus one. Where
the half hashes agree the bytes are compared, so two words are never confused.

Text is read eight bytes at a time, as a little-endian number, which is twice as fast as byte by byte.
"""

import numpy as np

from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.words import HASH_START, mix

_NEWLINE = 10
_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)
_ONE = np.uint64(1)

_TOP_BITS = np.uint64(0x8080808080808080)  # the top bit of each of eight bytes
_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_EACH = np.uint64(0x0101010101010101)
_ABOVE_8 = _EACH * np.uint64(127 - 8)  # added to a byte below 128, sets its top bit if the byte is above 8
_ABOVE_13 = _EACH * np.uint64(127 - 13)
_ABOVE_31 = _EACH * np.uint64(127 - 31)
_ABOVE_32 = _EACH * np.uint64(127 - 32)
_INDEX_OF_BYTE = np.uint64(0x0001020304050607)  # times 256**k, has k as its top byte
_TOP_BYTE = np.uint64(56)


@leaf
def _load(eights, position):
    """Return the eight bytes at a position, which need not be aligned, of an array viewed as uint64."""
    shift = np.uint64((position & 7) << 3)
    k = position >> 3
    return (eights[k] >> shift) | ((eights[k + 1] << _ONE) << (np.uint64(63) - shift))


@leaf
def _spaces(eight):
    """Set the top bit of each byte that is a separator: 9 to 13, or 32; clear all else."""
    low = eight & _LOW_BITS
    controls = (low + _ABOVE_8) & ~(low + _ABOVE_13)
    spaces = (low + _ABOVE_31) & ~(low + _ABOVE_32)
    return (controls | spaces) & ~eight & _TOP_BITS


@leaf
def _is_space(byte):
    return byte == 32 or (byte >= 9 and byte <= 13)


@leaf
def _word_at(eights, position):
    """Hash the word that begins at a position.

    Returns
    -------
    key, stop, tail, mask
        Its hash; where it ends; the bytes after its last whole eight, and a mask of these bytes.
    """
    state = HASH_START
    eight = _load(eights, position)
    spaces = _spaces(eight)
    while spaces == 0:
        state = mix(state, eight)
        position += 8
        eight = _load(eights, position)
        spaces = _spaces(eight)
    power = (spaces & -spaces) >> np.uint64(7)  # 256**k, where byte k is the first separator
    mask = power - _ONE
    tail = eight & mask
    return mix(state, tail), position + np.int64((power * _INDEX_OF_BYTE) >> _TOP_BYTE), tail, mask


@leaf
def _same(text, first, stop, tail, mask, arena, place):
    """Return whether a word of the arena equals one of the text, whose bytes do not include the final newline."""
    while stop - first >= 8:
        if _load(text, first) != _load(arena, place):
            return False
        first += 8
        place += 8
    end = np.uint64(_NEWLINE) * (mask + _ONE)
    return (_load(arena, place) ^ (tail | end)) & ((mask << np.uint64(8)) | np.uint64(255)) == 0


@entry
def has_space(text, start, stop):
    """Return whether ``text[start:stop]`` holds a separator."""
    for position in range(start, stop):
        if _is_space(text[position]):
            return True
    return False


@entry
def scan(text, start, stop, slots, arena, starts, counts, n_words, ids, n_ids, is_open):
    """Give an id to every word of ``text[start:stop]`` that is followed by a separator, and count it.

    A new word gets the next id, `n_words`. A sentence end is the id -1; empty sentences are omitted. The scanner stops
    before a new word that does not fit: make room and call again.

    Parameters
    ----------
    text : (a multiple of 8,) uint8
        The bytes. At least 16 more follow `stop`; the first of these is a separator.
    start, stop : int
        Where to begin and end.
    slots : (a power of two,) uint64
        The hash table, larger than `counts`, so that it always has an empty slot; changed.
    arena : (a multiple of 8,) uint8
        The words' bytes; new words are added. The last 16 bytes are not used.
    starts : (capacity + 1,) int64
        Where each word begins in the arena; ``starts[n_words]`` is where the next one will. New words are added.
    counts : (capacity,) int64
        Occurrences; changed.
    n_words : int
        Words known so far.
    ids : (stop - start + n_ids,) int32, written
        The ids.
    n_ids : int
        Ids already there.
    is_open : bool
        Whether the sentence already has a word.

    Returns
    -------
    position, n_words, n_ids, is_open
        `position` is where the word begins that is unfinished or does not fit.
    """
    text_eights, arena_eights = text.view(np.uint64), arena.view(np.uint64)
    table_mask = np.uint64(slots.size - 1)
    position = start
    while True:
        while position < stop and _is_space(text[position]):
            if text[position] == _NEWLINE and is_open:
                ids[n_ids] = -1
                n_ids += 1
                is_open = False
            position += 1
        first = position
        key, position, tail, mask = _word_at(text_eights, first)
        if position >= stop:
            return first, n_words, n_ids, is_open
        slot = key & table_mask
        while True:
            held = slots[slot]
            if held == 0:
                place = starts[n_words]
                if n_words == counts.size or place + position - first + 16 >= arena.size:
                    return first, n_words, n_ids, is_open
                word = n_words
                n_words += 1
                arena[place : place + position - first] = text[first:position]
                place += position - first
                arena[place] = _NEWLINE
                starts[n_words] = place + 1
                counts[word] = 0
                slots[slot] = (key & ~_LOWER) | np.uint64(n_words)
                break
            if (held ^ key) >> _HALF == 0:
                word = np.int64(held & _LOWER) - 1
                if _same(text_eights, first, position, tail, mask, arena_eights, starts[word]):
                    break
            slot = (slot + _ONE) & table_mask
        counts[word] += 1
        ids[n_ids] = word
        n_ids += 1
        is_open = True


@entry
def fill_slots(slots, arena, starts, n_words):
    """Enter all words into an empty table.

    Parameters
    ----------
    slots : (a power of two,) uint64
        All zero, and more than `n_words`; changed.
    arena, starts, n_words
        As in `scan`.
    """
    arena_eights = arena.view(np.uint64)
    table_mask = np.uint64(slots.size - 1)
    for word in range(n_words):
        key = _word_at(arena_eights, starts[word])[0]
        slot = key & table_mask
        while slots[slot] != 0:
            slot = (slot + _ONE) & table_mask
        slots[slot] = (key & ~_LOWER) | np.uint64(word + 1)


@entry
def close_up(arena, starts, n_words):
    """Move words together, without the newlines between them.

    Parameters
    ----------
    arena, starts, n_words
        As in `scan`; changed.
    """
    place = 0
    for word in range(n_words):
        first, stop = starts[word], starts[word + 1] - 1
        starts[word] = place
        for k in range(first, stop):
            arena[place] = arena[k]
            place += 1
    starts[n_words] = place
