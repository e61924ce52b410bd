"""The alias table (Walker 1977; Vose 1991): a draw from any discrete distribution in constant time."""

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.rng import below, draw


def noise_distribution(counts: NDArray[np.int64], exponent: float = 0.75) -> NDArray[np.float64]:
    """Return the probability of each word under the noise of negative sampling.

    Parameters
    ----------
    counts : (n_words,) int64
        Occurrences in the corpus, each at least 1.
    exponent : float
        Power to which counts are raised: 1 is the unigram distribution, 0 the uniform one.

    Returns
    -------
    (n_words,) float64
        Sums to 1.

    Raises
    ------
    InputError
        If `exponent` is not finite, or so far from 0 that the powers are not.

    Notes
    -----
    Mikolov et al. 2013b, section 2.2.

    >>> noise_distribution(np.array([16, 1]), exponent=0.5)
    array([0.8, 0.2])
    """
    if not np.isfinite(exponent):
        raise InputError(f"ns_exponent must be a finite number, not {exponent}")
    with np.errstate(over="ignore", under="ignore"):
        weights = np.asarray(counts, np.float64) ** exponent
        total = weights.sum()
    if not 0 < total < np.inf:
        raise InputError(f"ns_exponent {exponent} makes powers of the counts that are no numbers; choose one nearer 0")
    return np.asarray(weights / total)


@entry
def _fill(share, alias):
    """Pair slots of too little probability with slots of too much (Vose 1991).

    Parameters
    ----------
    share : (n,) float64
        Probability of each item times n; becomes the probability that a slot keeps its own item.
    alias : (n,) int64
        ``arange(n)``; becomes the item that the slot yields otherwise.
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
    for k in range(n_small):  # the rest differs from 1 by rounding only
        share[small[k]] = 1.0
    for k in range(n_large):
        share[large[k]] = 1.0


def alias_table(probabilities: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Build the alias table of a distribution.

    Parameters
    ----------
    probabilities : (n,) float64
        Sums to 1.

    Returns
    -------
    (n,) uint64
        For each slot a threshold t in the upper 32 bits and an alias in the lower. A draw picks a slot uniformly, then
        the slot itself with probability t / 2**32, else its alias: one load a draw.
    """
    n = len(probabilities)
    share, alias = np.asarray(probabilities * n, np.float64), np.arange(n, dtype=np.int64)
    _fill(share, alias)
    threshold = np.minimum(np.rint(share * 2.0**32), 2.0**32 - 1).astype(np.uint64)
    return (threshold << np.uint64(32)) | alias.astype(np.uint64)


@leaf
def sample(state, table):
    """Draw an item from an alias table."""
    bits = draw(state)
    slot = below(bits, len(table))
    packed = table[slot]
    return (
        slot if (bits & np.uint64(0xFFFFFFFF)) < (packed >> np.uint64(32)) else np.int64(packed & np.uint64(0xFFFFFFFF))
    )
