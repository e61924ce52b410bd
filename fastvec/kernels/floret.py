"""floret's subwords: a word and its n-grams, each hashed into several rows of one small matrix.

A word is written ``<word>``. That and its runs of ``shortest`` to ``longest`` UTF-8 characters are its keys, with
repetitions, as spaCy takes them: a lone ``<`` is one, and ``</s>`` is a word like others. The rows of a key are the
32-bit parts of its 128-bit hash, MurmurHash3_x64_128 (Appleby 2011), modulo the number of rows.
"""

from numba import uint32, uint64

from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.subwords import byte_at, is_inside

#: floret's own.
SEED = 2166136261


@leaf
def _rotate(x, n):
    return (x << uint64(n)) | (x >> uint64(64 - n))


@leaf
def _mix_first(k):
    return _rotate(k * uint64(0x87C37B91114253D5), 31) * uint64(0x4CF5AD432745937F)


@leaf
def _mix_second(k):
    return _rotate(k * uint64(0x4CF5AD432745937F), 33) * uint64(0x87C37B91114253D5)


@leaf
def _finish(k):
    k = (k ^ (k >> uint64(33))) * uint64(0xFF51AFD7ED558CCD)
    k = (k ^ (k >> uint64(33))) * uint64(0xC4CEB9FE1A85EC53)
    return k ^ (k >> uint64(33))


@leaf
def _read(word, start, stop):
    """Return at most 8 bytes of ``<word>`` as a number, little-endian."""
    number = uint64(0)
    for place in range(min(start + 8, stop) - 1, start - 1, -1):
        number = (number << uint64(8)) | uint64(byte_at(word, place))
    return number


@leaf
def _hash(word, start, stop):
    """Return the two halves of the hash of some bytes of ``<word>``."""
    first = second = uint64(SEED)
    place = start
    while place + 16 <= stop:
        first = _rotate(first ^ _mix_first(_read(word, place, stop)), 27) + second
        first = first * uint64(5) + uint64(0x52DCE729)
        second = _rotate(second ^ _mix_second(_read(word, place + 8, stop)), 31) + first
        second = second * uint64(5) + uint64(0x38495AB5)
        place += 16
    first ^= _mix_first(_read(word, place, stop)) ^ uint64(stop - start)
    second ^= _mix_second(_read(word, place + 8, stop)) ^ uint64(stop - start)
    first += second
    second += first
    first, second = _finish(first), _finish(second)
    first += second
    return first, first + second


@leaf
def _add(word, start, stop, n_hashes, hashes, place):
    """Write the hashes of a key, if there is room; return where those of the next one begin."""
    if place + n_hashes <= len(hashes):
        first, second = _hash(word, start, stop)
        for k in range(n_hashes):
            half = first if k < 2 else second
            hashes[place + k] = uint32(half >> uint64(32 * (k & 1)))
    return place + n_hashes


@entry
def hash_keys(words, offsets, shortest, longest, n_hashes, starts, hashes):
    """Hash words and their n-grams.

    Parameters
    ----------
    words, offsets, shortest, longest
        See `fastvec.words.PackedWords`; and the length of an n-gram, in characters.
    n_hashes : int
        For each of them, 1 to 4.
    starts : (n_words + 1,) int64, written
        Where the hashes of each word begin, the first at 0; an empty word has none.
    hashes : (n,) uint32, written
        As many as there is room for: a first call with none counts them.
    """
    starts[0] = place = 0
    for number in range(len(starts) - 1):
        word = words[offsets[number] : offsets[number + 1]]
        length = len(word) + 2 if len(word) else 0
        if length:
            place = _add(word, 0, length, n_hashes, hashes, place)
        for start in range(length):
            stop = start
            for size in range(1, 0 if is_inside(word, start) else longest + 1):
                if stop >= length:
                    break
                stop += 1
                while is_inside(word, stop):
                    stop += 1
                if size >= shortest:
                    place = _add(word, start, stop, n_hashes, hashes, place)
        starts[number + 1] = place
