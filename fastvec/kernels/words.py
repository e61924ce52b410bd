"""Compiled passes over words that stand in one array, and over id streams."""

import numpy as np

from fastvec.kernels.jit import entry


@entry
def read_prefixes(data, starts, prefixes):
    """Read the first 8 bytes of each word as a big-endian number, short words filled with zeros.

    Parameters
    ----------
    data : (n_bytes,) uint8
        The words, each followed by one byte that is not part of it.
    starts : (n_words + 1,) int64
        Where each word begins.
    prefixes : (n_words,) uint64
        Receives the numbers, which sort as the bytes do.
    """
    for word in range(prefixes.size):
        length = starts[word + 1] - starts[word] - 1
        prefix = np.uint64(0)
        for k in range(8):
            prefix <<= np.uint64(8)
            if k < length:
                prefix |= np.uint64(data[starts[word] + k])
        prefixes[word] = prefix


@entry
def gather_words(data, starts, order, out):
    """Copy the words one after the other, in the given order and without the byte that follows each.

    Parameters
    ----------
    data, starts
        As in `read_prefixes`.
    order : (n,) int64
        The words wanted.
    out : (n_bytes,) uint8
        Receives their bytes.
    """
    place = 0
    for word in order:
        for k in range(starts[word], starts[word + 1] - 1):
            out[place] = data[k]
            place += 1


@entry
def renumber(ids, starts, finals, out, is_open):
    """Replace each id of a stream by a sequence of ids, none of them perhaps.

    Sentence ends stay, but not where all words of the sentence are gone.

    Parameters
    ----------
    ids : (n,) int32
        A part of the stream; -1 ends a sentence.
    starts : (n_words + 1,) int64
        Word w becomes ``finals[starts[w] : starts[w + 1]]``.
    finals : (m,) int32
        New ids.
    out : (n_out,) int32
        Receives the new stream; as long as the longest sequence at least.
    is_open : bool
        Whether the sentence has a word already.

    Returns
    -------
    n_read, n_written, is_open
        The kernel stops before a sequence that does not fit: take away what is written and call again.
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
