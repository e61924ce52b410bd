"""The Huffman tree of hierarchical softmax: each word a leaf, frequent words near the root."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.huffman import merge, trace


class HuffmanPaths(NamedTuple):
    """The way from the root to each word; word w's is at ``starts[w]:starts[w + 1]``.

    Attributes
    ----------
    starts : (n_words + 1,) int64
        Where each word's path begins.
    nodes : (n_steps,) int32
        Inner nodes passed, from 0 to n_words - 2, the heaviest first; the root is 0.
    labels : (n_steps,) float32
        1 - code: 1 where the path turns to the lighter child, as in word2vec.c.
    """

    starts: NDArray[np.int64]
    nodes: NDArray[np.int32]
    labels: NDArray[np.float32]


def huffman_paths(counts: NDArray[np.int64]) -> HuffmanPaths:
    """Build the Huffman tree of word counts and give the path to each word.

    Parameters
    ----------
    counts : (n_words,) int64
        Falling; at least two words.

    Returns
    -------
    HuffmanPaths
        Of least total length, weighted by `counts` (Huffman 1952). Ties are broken by taking words before inner nodes
        and later words before earlier ones, so the tree is a function of the counts alone.

    >>> paths = huffman_paths(np.array([5, 2, 1]))
    >>> np.diff(paths.starts)
    array([1, 2, 2])
    """
    n = len(counts)
    parent, code = np.zeros(2 * n - 1, np.int64), np.zeros(2 * n - 1, np.uint8)
    merge(np.ascontiguousarray(counts[::-1]), parent, code)
    starts = np.zeros(n + 1, np.int64)
    depth = np.zeros(2 * n - 1, np.int64)
    trace(parent, code, depth, starts, np.empty(0, np.int32), np.empty(0, np.float32))
    nodes, labels = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    trace(parent, code, depth, starts, nodes, labels)
    return HuffmanPaths(starts, nodes, labels)
