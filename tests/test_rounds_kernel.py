import numpy as np

from fastvec.kernels.rounds import merge_rows
from fastvec.training.rounds import WORKERS


def merged(matrix, copies, busy, pull):
    """Return what `merge_rows` should make of a matrix."""
    left = np.exp(-pull * busy)
    share = sum(left**k for k in range(WORKERS)) / WORKERS
    return matrix + share[:, None] * (copies - matrix).sum(0)


def test_the_changes_of_workers_are_merged_like_the_naive_ones():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(5, 16)).astype(np.float32)
    copies = matrix + rng.normal(size=(WORKERS, 5, 16)).astype(np.float32)
    copies[:, 3] = matrix[3]
    busy, pull = np.array([0, 0.1, 1, 1, 100], np.float32), np.float32(0.5)
    expected, before = merged(matrix, copies, busy, pull), matrix.copy()
    merge_rows(matrix, copies, 1, 5, busy, pull)
    np.testing.assert_allclose(matrix[1:], expected[1:], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(matrix[[0, 3]], before[[0, 3]])
    np.testing.assert_array_equal(copies[:, 1:], np.broadcast_to(matrix[1:], copies[:, 1:].shape))


def test_changes_of_rare_rows_add_up_and_those_of_busy_ones_are_averaged():
    matrix = np.zeros((2, 16), np.float32)
    copies = np.ones((WORKERS, 2, 16), np.float32)
    merge_rows(matrix, copies, 0, 2, np.array([0, 1000], np.float32), np.float32(1))
    np.testing.assert_array_equal(matrix[:, 0], [WORKERS, 1])


def test_a_weight_that_is_not_finite_stays_visible():
    matrix = np.zeros((1, 16), np.float32)
    copies = np.zeros((WORKERS, 1, 16), np.float32)
    copies[1, 0, 5] = np.nan
    merge_rows(matrix, copies, 0, 1, np.ones(1, np.float32), np.float32(1))
    assert np.isnan(matrix[0, 5])
