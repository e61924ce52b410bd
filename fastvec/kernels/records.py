"""Records of word2vec's binary format: a word, a space, float32 numbers, perhaps a newline."""

from numba import uint32

from fastvec.kernels.jit import entry, leaf

DONE = 0
NO_WORD = 1
NOT_FINITE = 2

_NEWLINE, _SPACE = 10, 32
_NOT_A_NUMBER = 0x7F800000


@leaf
def _copy(source, target):
    for place in range(len(target)):
        target[place] = source[place]


@leaf
def _largest_exponent(bits):
    largest = uint32(0)
    for place in range(len(bits)):
        largest = max(largest, bits[place] & uint32(_NOT_A_NUMBER))
    return largest


@entry
def split_records(data, start, values, bits, spans):
    """Read the complete records.

    Parameters
    ----------
    data : (n_bytes,) uint8
        Part of the file.
    start : int
        Where to begin.
    values : (n_rows, 4 * dim) uint8, written
        The bytes of the numbers.
    bits : (n_rows, dim) uint32
        The same memory.
    spans : (n_rows, 2) int64, written
        Where each word begins and ends in `data`.

    Returns
    -------
    status : int
        `DONE`, or what is wrong with record `row`.
    row : int
        How many records were read.
    position : int
        The next byte to read; for a malformed record, where it begins.
    """
    n_bytes = values.shape[1]
    position = start
    for row in range(len(values)):
        begin = position
        while begin < len(data) and data[begin] == _NEWLINE:
            begin += 1
        end = begin
        while end < len(data) and data[end] != _SPACE:
            end += 1
        first = end + 1
        if first + n_bytes > len(data):
            return DONE, row, position
        if end == begin:
            return NO_WORD, row, begin
        spans[row, 0] = begin
        spans[row, 1] = end
        # slices, because loops that start at zero are vectorised
        _copy(data[first : first + n_bytes], values[row])
        if _largest_exponent(bits[row]) == _NOT_A_NUMBER:
            return NOT_FINITE, row, begin
        position = first + n_bytes
    return DONE, len(values), position
