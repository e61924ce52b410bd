"""The filling of an alias table, and a draw from it."""

import numpy as np

from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.rng import below, draw


@entry
def fill(share, alias):
    """Pair slots of too little probability with slots of too much (Vose 1991).

    Parameters
    ----------
    share : (n,) float64
        Probability of each item times n; becomes the probability of keeping a slot's own item.
    alias : (n,) int64
        ``arange(n)``; becomes the item taken otherwise.
    """
    n = len(share)
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    n_small = n_large = 0
    for k in range(n):
        if share[k] < 1.0:
            small[n_small] = k
            n_small += 1
        else:
            large[n_large] = k
            n_large += 1
    while n_small and n_large:
        n_small -= 1
        poor, rich = small[n_small], large[n_large - 1]
        alias[poor] = rich
        share[rich] -= 1.0 - share[poor]
        if share[rich] < 1.0:
            n_large -= 1
            small[n_small] = rich
            n_small += 1
    for k in range(n_small):  # what is left differs from 1 by rounding only
        share[small[k]] = 1.0
    for k in range(n_large):
        share[large[k]] = 1.0


@leaf
def sample(state, table):
    """Draw an item from an alias table."""
    bits = draw(state)
    slot = below(bits, len(table))
    packed = table[slot]
    return (
        slot if (bits & np.uint64(0xFFFFFFFF)) < (packed >> np.uint64(32)) else np.int64(packed & np.uint64(0xFFFFFFFF))
    )
