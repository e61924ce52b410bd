"""Subsampling of frequent words: how likely one occurrence of a word is to be kept."""

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError


def keep_probability(counts: NDArray[np.int64], threshold: float | None = 1e-3) -> NDArray[np.float32]:
    """Return the probability of keeping one occurrence of each word.

    Parameters
    ----------
    counts : (n_words,) int64
        Occurrences in the corpus, each at least 1.
    threshold : float or None
        Relative frequency above which occurrences are dropped; 0 and None keep all.

    Returns
    -------
    (n_words,) float32
        In (0, 1].

    Raises
    ------
    InputError
        If `threshold` is negative or not a number.

    Notes
    -----
    word2vec.c's formula sqrt(t/f) + t/f, not the paper's sqrt(t/f) (Mikolov et al. 2013b, eq. 5). Frequencies are
    relative to the occurrences of the words in `counts`, as in word2vec.c.

    >>> keep_probability(np.array([999, 1]), threshold=0.001)
    array([0.0326396, 1.       ], dtype=float32)
    """
    if not threshold:
        return np.ones(len(counts), np.float32)
    if not threshold >= 0:
        raise InputError(f"sample must be at least 0, not {threshold}")
    ratio = threshold * counts.sum() / np.asarray(counts, np.float64)
    return np.asarray(np.minimum(np.sqrt(ratio) + ratio, 1.0), np.float32)
