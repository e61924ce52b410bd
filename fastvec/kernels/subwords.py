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
def _byte(word, place):
    """Return a byte of ``<word>``."""
    if place == 0:
        return uint32(_LESS)
    if place == len(word) + 1:
        return uint32(_GREATER)
    return uint32(word[place - 1])


@leaf
def _is_inside(word, place):
    """Return whether a byte of ``<word>`` continues a character."""
    return place < len(word) + 2 and (_byte(word, place) & uint32(0xC0)) == uint32(0x80)


@leaf
def _add_rows(word, shortest, longest, ngrams, total):
    """Add the rows of the n-grams to `total` and count them."""
    n_rows = 0
    length = len(word) + 2
    for start in range(length):
        if _is_inside(word, start):
            continue
        mixed = uint32(2166136261)
        stop = start
        for size in range(1, longest + 1):
            if stop >= length:
                break
            while True:
                byte = _byte(word, stop)
                if byte & uint32(0x80):
                    byte |= uint32(_SIGN)
                mixed = uint32((mixed ^ byte) * uint32(16777619))
                stop += 1
                if not _is_inside(word, stop):
                    break
            if size >= shortest and not (size == 1 and (start == 0 or stop == length)):
                row = mixed % uint32(len(ngrams))
                for column in range(len(total)):
                    total[column] += ngrams[row, column]
                n_rows += 1
    return n_rows


@entry
def compose(words, offsets, rows, ngrams, shortest, longest, out):
    """Compute for each word the mean of its own row and those of its n-grams.

    Parameters
    ----------
    words : (n_bytes,) uint8
        The words, one after the other.
    offsets : (n_words + 1,) int64
        Where each word begins.
    rows : (n_words or 0, dim) float32
        The words' own rows, if any.
    ngrams : (n_buckets, dim) float32
        The rows of the n-grams.
    shortest, longest : int
        Length of an n-gram, in characters.
    out : (n_words, dim) float32, written
        The means; zeros for a word without rows.
    """
    for number in range(len(out)):
        total = out[number]
        total[:] = 0.0
        n_rows = 0
        if len(rows):
            for column in range(len(total)):
                total[column] = rows[number, column]
            n_rows = 1
        word = words[offsets[number] : offsets[number + 1]]
        if len(ngrams):
            n_rows += _add_rows(word, shortest, longest, ngrams, total)
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
