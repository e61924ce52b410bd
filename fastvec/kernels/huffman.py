"""Building of the Huffman tree with two queues, in linear time once counts are sorted.

Nodes 0 to n - 1 are the words, least frequent first; nodes n to 2n - 2 are the inner nodes in the order they are made,
so their weights rise too and the two smallest are always at the head of one queue or the other.
"""

import numpy as np

from fastvec.kernels.jit import entry


@entry
def merge(weights, parent, code):
    """Join the two lightest nodes until one is left.

    Parameters
    ----------
    weights : (n,) int64
        Rising.
    parent : (2n - 1,) int64
        Filled with each node's parent; the root's is left.
    code : (2n - 1,) uint8
        Filled: 0 for the lighter of two children, 1 for the heavier, as in word2vec.c.
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
def trace(parent, code, depth, starts, nodes, labels):
    """Measure the paths where `nodes` is empty, else write them, root first; word w is node n - 1 - w."""
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
