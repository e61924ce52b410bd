"""The Huffman tree of hierarchical softmax: each word a leaf, frequent words near the root.

Two queues build it, in linear time once counts are sorted. Nodes 0 to n - 1 are the words, least frequent
first. Nodes n to 2n - 2 are the inner nodes in the order in which they are made, so their weights rise too, and the two
smallest are always at the head of one queue or the other.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.jit import entry


class HuffmanPaths(NamedTuple):
    """The path from the root to each word; word w's is at ``starts[w]:starts[w + 1]``.

    Attributes
    ----------
    starts : (n_words + 1,) int64
        Where each word's path begins.
    nodes : (n_steps,) int32
        Inner nodes on the path, from 0 to n_words - 2, the heaviest first; the root is 0.
    labels : (n_steps,) float32
        1 - code: 1 where the path turns to the lighter child, as in word2vec.c.
    """

    starts: NDArray[np.int64]
    nodes: NDArray[np.int32]
    labels: NDArray[np.float32]


@entry
def _merge(weights, parent, code):
    """Join the two lightest nodes until one is left.

    Parameters
    ----------
    weights : (n,) int64
        Rising.
    parent : (2n - 1,) int64
        Receives each node's parent; the root's is not written.
    code : (2n - 1,) uint8
        Receives 0 for the lighter of two children, 1 for the heavier, as in word2vec.c.
    """
    n = len(weights)
    inner = np.empty(n, np.int64)
    word = made = 0
    for k in range(n - 1):
        total = 0
        for child in range(2):
            if word < n and (made >= k or weights[word] <= inner[made]):
                node = word
                total += weights[word]
                word += 1
            else:
                node = n + made
                total += inner[made]
                made += 1
            parent[node] = n + k
            code[node] = child
        inner[k] = total


@entry
def _trace(parent, code, depth, starts, nodes, labels):
    """Write the paths, root first, or only their lengths where `nodes` is empty; word w is node n - 1 - w."""
    n = len(starts) - 1
    if len(nodes) == 0:
        for node in range(2 * n - 3, -1, -1):
            depth[node] = depth[parent[node]] + 1
        for word in range(n):
            starts[word + 1] = starts[word] + depth[n - 1 - word]
        return
    for word in range(n):
        node, at = n - 1 - word, starts[word + 1]
        while at > starts[word]:
            at -= 1
            labels[at] = 1.0 - code[node]
            node = parent[node]
            nodes[at] = 2 * n - 2 - node


def huffman_paths(counts: NDArray[np.int64]) -> HuffmanPaths:
    """Build the Huffman tree of word counts and return the path to each word.

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
    _merge(np.ascontiguousarray(counts[::-1]), parent, code)
    starts = np.zeros(n + 1, np.int64)
    depth = np.zeros(2 * n - 1, np.int64)
    _trace(parent, code, depth, starts, np.empty(0, np.int32), np.empty(0, np.float32))
    nodes, labels = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    _trace(parent, code, depth, starts, nodes, labels)
    return HuffmanPaths(starts, nodes, labels)
