"""Correlations of resampled data, all resamples at once.

A resample is a weight for each item: how often it occurs. Its Pearson correlation is the weighted one. Spearman's is
Pearson's of the ranks, which are running sums of the weights, so that items are sorted only once.
"""

import numpy as np
from numpy.typing import NDArray

from fastvec.evaluation.bootstrap import parts_of

Floats = NDArray[np.float64]


def pearson_replicates(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Return Pearson's correlation in each resample.

    Parameters
    ----------
    x, y : (n,) float64
    weights : (draws, n) float64
        How often each item occurs in each resample; all rows have the same sum.

    Returns
    -------
    (draws,) float64
        NaN where a resample is constant.
    """
    return np.concatenate([_pearson(x, y, part) for part in parts_of(weights)])


def spearman_replicates(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Return Spearman's correlation in each resample; the parameters are those of `pearson_replicates`."""
    return np.concatenate([_pearson(_ranks(x, part), _ranks(y, part), part) for part in parts_of(weights)])


def _pearson(x: Floats, y: Floats, weights: Floats) -> Floats:
    total = weights.sum(axis=1)
    x = x - ((weights * x).sum(axis=1) / total)[:, None]
    y = y - ((weights * y).sum(axis=1) / total)[:, None]
    weighted = weights * x
    covariance = (weighted * y).sum(axis=1)
    scale = np.sqrt((weighted * x).sum(axis=1) * (weights * y * y).sum(axis=1))
    return np.asarray(np.divide(covariance, scale, out=np.full(len(scale), np.nan), where=scale > 1e-12))


def _ranks(values: Floats, weights: Floats) -> Floats:
    """Return the rank of each item in each resample; equal values share the mean of their ranks."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    tied = np.add.reduceat(weights[:, order], starts, axis=1)  # how often each value occurs
    middle = np.cumsum(tied, axis=1) - (tied - 1) / 2
    ranks = np.empty_like(weights)
    ranks[:, order] = np.repeat(middle, np.diff(np.r_[starts, len(values)]), axis=1)
    return ranks
