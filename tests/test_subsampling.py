import numpy as np
import pytest

from fastvec.errors import InputError
from fastvec.kernels.subsampling import keep_probability


def test_keep_probability_is_the_formula_of_word2vec_c():
    counts = np.array([900_000, 90_000, 9_900, 100])
    threshold = 1e-3
    ran = (np.sqrt(counts / (threshold * counts.sum())) + 1) * (threshold * counts.sum()) / counts
    np.testing.assert_allclose(keep_probability(counts, threshold), np.minimum(ran, 1), rtol=1e-6)


def test_threshold_zero_keeps_every_word():
    np.testing.assert_array_equal(keep_probability(np.array([10**9, 1]), 0), [1, 1])


@pytest.mark.parametrize("threshold", [-0.1, float("nan")])
def test_threshold_below_zero_is_refused(threshold):
    with pytest.raises(InputError, match="sample must be at least 0"):
        keep_probability(np.array([1]), threshold)
