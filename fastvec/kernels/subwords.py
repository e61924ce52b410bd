"""fastText's subwords: the rows of a word's character n-grams, and their mean.

A word is written ``<word>``. Its n-grams are runs of ``shortest`` to ``longest`` UTF-8 characters of that, except the
lone ``<`` and ``>`` (Bojanowski et al. 2017). An n-gram's row is its 32-bit FNV-1a hash modulo the number of rows. The
hash takes bytes as signed, as fastText's files require.
"""

from numba import uint32, uint64

from fastvec.kernels.jit import entry, leaf

_ZERO_BYTE, _LESS, _GREATER = 0, 60, 62
_SIGN = 0xFFFFFF00


@leaf
def byte_at(word, place):
    """Return a byte of ``<word>``."""
    if place == 0:
        return uint32(_LESS)
    if place == len(word) + 1:
        return uint32(_GREATER)
    return uint32(word[place - 1])


@leaf
def is_inside(word, place):
    """Return whether a byte of ``<word>`` continues a character."""
    return place < len(word) + 2 and (byte_at(word, place) & uint32(0xC0)) == uint32(0x80)


@leaf
def _is_sentence_end(word):
    """Return whether a word is ``</s>``, the only one that has no n-grams."""
    return len(word) == 4 and word[0] == _LESS and word[1] == 47 and word[2] == 115 and word[3] == _GREATER


@leaf
def _hash_ngrams(word, shortest, longest, hashes, first):
    """Write the hashes of the n-grams to `hashes` from `first` on, as far as it has room; return their number."""
    n_ngrams = 0
    length = 0 if _is_sentence_end(word) else len(word) + 2
    for start in range(length):
        if is_inside(word, start):
            continue
        mixed = uint32(2166136261)
        stop = start
        for size in range(1, longest + 1):
            if stop >= length:
                break
            while True:
                byte = byte_at(word, stop)
                if byte & uint32(0x80):
                    byte |= uint32(_SIGN)
                mixed = uint32((mixed ^ byte) * uint32(16777619))
                stop += 1
                if not is_inside(word, stop):
                    break
            if size >= shortest and not (size == 1 and (start == 0 or stop == length)):
                if first + n_ngrams < len(hashes):
                    hashes[first + n_ngrams] = mixed
                n_ngrams += 1
    return n_ngrams


@entry
def hash_ngrams(words, offsets, shortest, longest, starts, hashes):
    """Hash the n-grams of words.

    Parameters
    ----------
    words, offsets, shortest, longest
        See `fastvec.words.PackedWords`; and the length of an n-gram, in characters.
    starts : (n_words + 1,) int64, written
        Where the n-grams of each word begin, the first at 0.
    hashes : (n,) uint32, written
        As many as there is room for: a first call with none counts them.
    """
    starts[0] = 0
    for number in range(len(starts) - 1):
        word = words[offsets[number] : offsets[number + 1]]
        starts[number + 1] = starts[number] + _hash_ngrams(word, shortest, longest, hashes, starts[number])


@entry
def average(starts, rows, matrix, own, out):
    """Compute for each word the mean of the rows of its n-grams, and its own row.

    Parameters
    ----------
    starts : (n_words + 1,) int64
        Where the rows of each word begin.
    rows : (n,) int64
        Rows of `matrix`; -1 stands for zeros, which count.
    matrix : (n_rows, dim) float32
    own : (n_words or 0, dim) float32
        The words' own rows, if any.
    out : (n_words, dim) float32, written
        The means; zeros for a word without rows.
    """
    for number in range(len(out)):
        total = out[number]
        for column in range(len(total)):
            total[column] = own[number, column] if len(own) else 0.0
        for place in range(starts[number], starts[number + 1]):
            if rows[place] >= 0:
                for column in range(len(total)):
                    total[column] += matrix[rows[place], column]
        n_rows = starts[number + 1] - starts[number] + (1 if len(own) else 0)
        if n_rows:
            for column in range(len(total)):
                total[column] /= n_rows


@entry
def split_entries(data, start, spans, counts, kinds):
    """Read the entries of a fastText dictionary: a word, a zero byte, its count (int64) and its kind (int8).

    Parameters
    ----------
    data : (n_bytes,) uint8
        The file.
    start : int
        Where the entries begin.
    spans : (n_words, 2) int64, written
        Where each word begins and ends.
    counts : (n_words,) uint64, written
        The bits of the counts.
    kinds : (n_words,) uint8, written
        0 for a word, 1 for a label.

    Returns
    -------
    row, position : int
        How many complete entries were read, and where they end.
    """
    position = start
    for row in range(len(spans)):
        end = position
        while end < len(data) and data[end] != _ZERO_BYTE:
            end += 1
        if end + 10 > len(data):
            return row, position
        spans[row, 0] = position
        spans[row, 1] = end
        count = uint64(0)
        for place in range(8, 0, -1):
            count = count << uint64(8) | uint64(data[end + place])
        counts[row] = count
        kinds[row] = data[end + 9]
        position = end + 10
    return len(spans), position
