import numpy as np
import pytest
import scipy.sparse
from scipy.sparse.linalg import svds

import fastvec.models.svd
from fastvec.errors import InputError
from fastvec.models.product import transposed
from fastvec.models.svd import truncated_svd


def matrix_with(values, n=1500, seed=1):
    """A sparse matrix with these singular values, hidden by turns of pairs of rows and of columns."""
    rng = np.random.default_rng(seed)
    matrix = np.zeros((n, n))
    matrix[np.arange(len(values)), rng.permutation(n)[: len(values)]] = values
    for _ in range(2):
        for axis in (0, 1):
            order, angle = rng.permutation(n), rng.uniform(0, 6, n // 2)
            first, second = np.take(matrix, order[: n // 2], axis), np.take(matrix, order[n // 2 :], axis)
            shape = (-1, 1) if axis == 0 else (1, -1)
            c, s = np.cos(angle).reshape(shape), np.sin(angle).reshape(shape)
            turned = np.concatenate([c * first - s * second, s * first + c * second], axis)
            matrix = np.take(turned, np.argsort(order), axis)
    return scipy.sparse.csr_matrix(matrix.astype(np.float32))


VALUES = 100 / np.arange(1, 1201)


def residuals(matrix, found):
    return np.linalg.norm(matrix @ found.right - found.left * found.values, axis=0) / found.values[0]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shape", [(40, 30), (1, 50), (50, 1), (5, 0)])
def test_the_transpose_is_that_of_scipy(shape, threads):
    matrix = scipy.sparse.csr_matrix(np.random.default_rng(1).poisson(0.2, shape).astype(np.float32))
    falling, empty = matrix[:, ::-1], scipy.sparse.csr_matrix(shape, dtype=np.float32)
    for given in (matrix, falling, empty):
        got, wanted = transposed(given, threads), given.T.tocsr()
        wanted.sort_indices()
        assert got.shape == wanted.shape
        for name in ("indptr", "indices", "data"):
            np.testing.assert_array_equal(getattr(got, name), getattr(wanted, name))


def test_the_singular_values_are_those_of_the_matrix():
    found = truncated_svd(matrix_with(VALUES), 30, tolerance=1e-4)
    np.testing.assert_allclose(found.values, VALUES[:30], rtol=1e-4)


def test_the_singular_triples_are_those_of_arpack():
    matrix = matrix_with(VALUES, seed=2)
    found = truncated_svd(matrix, 10, tolerance=1e-5)
    left, values, _ = svds(matrix.astype(np.float64), 10, v0=np.ones(matrix.shape[0]))
    np.testing.assert_allclose(found.values, values[::-1], rtol=1e-6)
    np.testing.assert_allclose(abs((found.left * left[:, ::-1]).sum(0)), 1, rtol=1e-4)


def test_the_vectors_are_orthonormal_and_the_residual_is_what_it_says():
    matrix = matrix_with(VALUES)
    found = truncated_svd(matrix, 30, tolerance=1e-3)
    for vectors in (found.left, found.right):
        np.testing.assert_allclose(vectors.T @ vectors, np.eye(30), atol=1e-4)
        assert vectors.dtype == np.float32
    assert residuals(matrix, found).max() < 1.1e-3
    assert found.residual <= 1e-3


def test_a_smaller_tolerance_searches_a_larger_space():
    matrix = matrix_with(VALUES)
    rough, fine = (truncated_svd(matrix, 30, tolerance=tolerance) for tolerance in (0.1, 1e-5))
    assert rough.basis < fine.basis
    assert residuals(matrix, fine).max() < residuals(matrix, rough).max()


def test_oversampling_enlarges_the_space():
    matrix = matrix_with(VALUES)
    assert truncated_svd(matrix, 30, tolerance=1, oversampling=200).basis >= 230


def test_threads_change_nothing_and_a_seed_gives_the_same_each_time():
    matrix = matrix_with(VALUES)
    one, two, other = (truncated_svd(matrix, 20, threads=t, seed=seed) for t, seed in ((1, 1), (2, 1), (1, 2)))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(one.left, other.left)


def test_the_rank_may_be_less_than_the_dimensions():
    matrix = matrix_with([5, 4, 3, 2, 1])
    found = truncated_svd(matrix, 70)
    np.testing.assert_allclose(found.values[:5], [5, 4, 3, 2, 1], rtol=1e-5)
    np.testing.assert_allclose(found.values[5:], 0, atol=1e-3)
    assert np.isfinite(found.left).all()
    assert np.isfinite(found.right).all()
    np.testing.assert_allclose((found.left * found.values) @ found.right.T, matrix.toarray(), atol=1e-4)


def test_the_whole_space_may_be_searched(monkeypatch):
    monkeypatch.setattr(fastvec.models.svd, "DENSE", 0)
    matrix = matrix_with(np.ones(200), n=200)  # all are equal, so that no space but all of them is enough
    np.testing.assert_allclose(truncated_svd(matrix, 50, tolerance=1e-6).values, 1, rtol=1e-5)


def test_a_small_matrix_is_decomposed_exactly():
    matrix = scipy.sparse.random_array((30, 40), density=0.3, rng=np.random.default_rng(3), dtype=np.float32).tocsr()
    found = truncated_svd(matrix, 30)
    np.testing.assert_allclose((found.left * found.values) @ found.right.T, matrix.toarray(), atol=1e-5)


def test_a_matrix_need_not_be_square():
    matrix = matrix_with(VALUES)[:, :1300]
    found = truncated_svd(matrix, 20, tolerance=1e-3)
    assert found.left.shape == (1500, 20)
    assert found.right.shape == (1300, 20)
    assert residuals(matrix, found).max() < 1.1e-3


def test_the_listener_is_told_of_the_basis():
    told = []
    found = truncated_svd(matrix_with(VALUES), 80, listener=told.append)
    assert told[-1] == found.basis
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dim": 0}, "dim must be at least 1, not 0"),
        ({"dim": 4}, "dim must be at most 3, the number of words, not 4"),
        ({"oversampling": -1}, "oversampling must be at least 0, not -1"),
        ({"tolerance": 0}, "tolerance must be above 0, not 0"),
        ({"seed": -1}, "seed must be at least 0, not -1"),
    ],
)
def test_values_out_of_range_are_named(options, message):
    with pytest.raises(InputError, match=message):
        truncated_svd(scipy.sparse.csr_matrix(np.eye(3, dtype=np.float32)), **{"dim": 2} | options)
