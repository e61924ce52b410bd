"""Means of word vectors over texts."""

import numpy as np

from fastvec.kernels.jit import entry


@entry
def add_texts(ids, end, starts, rows, table, out, known):
    """Add up the rows of the words of texts.

    Parameters
    ----------
    ids : (n,) int32
        Pieces of text; those below 0 are omitted.
    end : int
        The piece that ends a text.
    starts, rows : (n_pieces + 1,) int64, (m,) int32
        The words of piece i are the rows rows[starts[i]:starts[i + 1]] of `table`; -1 is an unknown word.
    table : (n_rows, dim) float32
    out : (n_texts, dim) float32, written
        The sums; zeros before.
    known : (n_texts, 2) int64, written
        Words that have a row, and all words; zeros before.
    """
    text = 0
    for piece in ids:
        if piece == end:
            text += 1
        elif piece >= 0:
            total = out[text]
            for k in range(starts[piece], starts[piece + 1]):
                row = np.int64(rows[k])
                known[text, 1] += 1
                if row >= 0:
                    known[text, 0] += 1
                    for column in range(table.shape[1]):
                        total[column] += table[row, column]
