"""The alias table (Walker 1977; Vose 1991): a draw from any discrete distribution in constant time."""

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.kernels.alias import fill

Counts = NDArray[np.int64]


def noise_distribution(counts: Counts, exponent: float = 0.75) -> NDArray[np.float64]:
    """Give the probability of each word under the noise of negative sampling.

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
        If `exponent` is not finite, or so far from 0 that the powers are.

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


def alias_table(probabilities: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Build the alias table of a distribution.

    Parameters
    ----------
    probabilities : (n,) float64
        Sums to 1.

    Returns
    -------
    (n,) uint64
        For each slot a threshold t in the upper 32 bits and an alias in the lower: a draw picks a slot uniformly, and
        then the slot itself with probability t / 2**32, else its alias. One load serves a draw.
    """
    n = len(probabilities)
    share, alias = np.asarray(probabilities * n, np.float64), np.arange(n, dtype=np.int64)
    fill(share, alias)
    threshold = np.minimum(np.rint(share * 2.0**32), 2.0**32 - 1).astype(np.uint64)
    return (threshold << np.uint64(32)) | alias.astype(np.uint64)
