import numpy as np
import pytest

from fastvec.kernels import simd
from fastvec.kernels.jit import entry


@entry
def run_dots(X, rows, m, C, columns, n, scores):
    simd.dots(X, rows, m, C, columns, n, scores)


@entry
def run_move(E, X, rows, m, C, columns, n, steps):
    simd.move(E, X, rows, m, C, columns, n, steps)


@entry
def run_falls(scores, count, rate):
    simd.falls(scores, count, rate)


@entry
def run_mean(W, rows, count, H):
    simd.mean(W, rows, count, H)


@entry
def run_add_row(W, row, E, factor):
    simd.add_row(W, row, E, factor)


@entry
def run_prefetch(A, row):
    simd.prefetch(A, row)


def matrices(seed, rows=24, columns=48):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(rows, columns)).astype(np.float32) for _ in range(3)]


@pytest.mark.parametrize("m", range(1, 11))
@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 7, 13, 20])
def test_dots_are_the_products_of_the_chosen_rows(m, n):
    X, C, _ = matrices(1)
    rng = np.random.default_rng(2)
    rows, columns = rng.permutation(24)[:m], rng.permutation(24)[:n]
    scores = np.zeros(m * n + 32, np.float32)
    run_dots(X, rows, m, C, columns, n, scores)
    np.testing.assert_allclose(scores[: m * n].reshape(m, n), X[rows] @ C[columns].T, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("m", range(1, 8))
@pytest.mark.parametrize("n", [1, 2, 5, 6, 9, 13])
@pytest.mark.parametrize("apart", [False, True])
def test_move_is_its_numpy_twin(m, n, apart):
    X, C, E = matrices(3)
    if not apart:
        E = X
    rng = np.random.default_rng(4)
    rows, columns = rng.permutation(24)[:m], rng.permutation(24)[:n]
    steps = rng.normal(size=m * n + 32).astype(np.float32)
    expected_X, expected_C = X.copy(), C.copy()
    expected_E = E.copy() if apart else expected_X
    simd.move(expected_E, expected_X, rows, m, expected_C, columns, n, steps)
    run_move(E, X, rows, m, C, columns, n, steps)
    for got, expected in ((X, expected_X), (C, expected_C), (E, expected_E)):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_move_of_one_block_uses_the_values_from_before():
    X, C, _ = matrices(5)
    rows, columns, g = np.array([3, 9]), np.array([4, 0]), np.arange(4, dtype=np.float32).reshape(2, 2)
    expected_X, expected_C = X.copy(), C.copy()
    expected_X[rows] += g @ C[columns]
    expected_C[columns] += g.T @ X[rows]
    run_move(X, X, rows, 2, C, columns, 2, np.concatenate([g.ravel(), np.zeros(32, np.float32)]))
    np.testing.assert_allclose(X, expected_X, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(C, expected_C, rtol=1e-4, atol=1e-5)


def test_falls_are_logistic():
    x = np.linspace(-30, 30, 6001).astype(np.float32)
    scores = np.concatenate([x, np.zeros(16, np.float32)])
    run_falls(scores, len(x), np.float32(0.05))
    expected = -0.05 / (1 + np.exp(-x.astype(np.float64)))
    np.testing.assert_allclose(scores[: len(x)], expected, atol=1e-7 * 0.05, rtol=5e-6)


def test_falls_saturate_without_overflow():
    scores = np.array([1e30, -1e30, np.inf, -np.inf] + [0] * 28, np.float32)
    with np.errstate(over="ignore"):  # of the plain Python twin
        run_falls(scores, 4, np.float32(1))
    np.testing.assert_allclose(scores[:4], [-1, 0, -1, 0], atol=1e-30)


def test_falls_keep_nan_visible():
    scores = np.full(32, np.nan, np.float32)
    run_falls(scores, 3, np.float32(1))
    assert np.isnan(scores[:3]).all()


@pytest.mark.parametrize("count", [1, 2, 7])
def test_mean_counts_repeated_rows_each_time(count):
    W, H, _ = matrices(6)
    rows = np.array([5, 5, 1, 2, 5, 3, 0])
    run_mean(W, rows, count, H)
    np.testing.assert_allclose(H[0], W[rows[:count]].mean(0), rtol=1e-4, atol=1e-6)


def test_add_row_changes_one_row_only():
    W, E, _ = matrices(7)
    expected = W.copy()
    expected[3] += np.float32(0.3) * E[0]
    run_add_row(W, 3, E, np.float32(0.3))
    np.testing.assert_allclose(W, expected, rtol=1e-5, atol=1e-6)


def test_prefetch_changes_nothing():
    A, _, _ = matrices(8)
    before = A.copy()
    run_prefetch(A, 2)
    np.testing.assert_array_equal(A, before)
