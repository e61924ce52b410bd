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
def run_row_dots(X, row, C, columns, n, scores):
    simd.row_dots(X, row, C, columns, n, scores)


@entry
def run_move_row(E, X, row, C, columns, n, steps, adds):
    simd.move_row(E, X, row, C, columns, n, steps, adds)


@entry
def run_logistic_steps(scores, m, labels, first, n, rate):
    simd.logistic_steps(scores, m, labels, first, n, rate)


@entry
def run_mean(W, rows, m, H, row):
    simd.mean(W, rows, m, H, row)


@entry
def run_add_to_rows(W, rows, m, E, row, factor):
    simd.add_to_rows(W, rows, m, E, row, factor)


@entry
def run_merge_row(A, row, copy, B, origin):
    simd.merge_row(A, row, copy, B, origin)


@entry
def run_prefetch(A, row):
    simd.prefetch(A, row)
    simd.prefetch_to_write(A, row)


@pytest.fixture(params=[np.float32, np.float16], ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


def matrices(seed, kind, rows=24, columns=48):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(rows, columns)).astype(kind) for _ in range(3)]


def assert_near(got, expected, *, atol=1e-4):
    """Compare numbers, which are rounded once or twice where they are float16."""
    rtol = 2e-3 if got.dtype == np.float16 else 1e-4
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=max(atol, rtol))


@pytest.mark.parametrize("m", range(1, 11))
@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 7, 13, 20])
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_dots_are_the_products_of_the_chosen_rows(m, n, index, kind):
    X, C, _ = matrices(1, kind)
    rng = np.random.default_rng(2)
    rows, columns = rng.permutation(24)[:m], rng.permutation(24).astype(index)
    scores = np.zeros((m, 32), np.float32)
    run_dots(X, rows, m, C, columns, n, scores)
    assert_near(scores[:, :n], X[rows].astype(np.float32) @ C[columns[:n]].astype(np.float32).T)


@pytest.mark.parametrize("m", range(1, 12))
@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 9, 13])
@pytest.mark.parametrize("apart", [False, True])
def test_move_is_its_numpy_twin(m, n, apart, kind):
    X, C, E = matrices(3, kind)
    if not apart:
        E = X
    rng = np.random.default_rng(4)
    rows, columns = rng.permutation(24)[:m], rng.permutation(24)
    steps = rng.normal(0, 0.1, (m, 16)).astype(np.float32)
    expected_X, expected_C = X.copy(), C.copy()
    expected_E = E.copy() if apart else expected_X
    simd.move(expected_E, expected_X, rows, m, expected_C, columns, n, steps)
    run_move(E, X, rows, m, C, columns, n, steps)
    for got, expected in ((X, expected_X), (C, expected_C), (E, expected_E)):
        assert_near(got, expected)


@pytest.mark.parametrize("n", [1, 5, 6, 7, 11, 12, 13, 20])
def test_dots_of_a_row_are_those_of_many(n, kind):
    X, C = matrices(1, np.float32)[0], matrices(1, kind)[1]
    columns, scores = np.random.default_rng(2).permutation(24), np.zeros((1, 32), np.float32)
    run_row_dots(X, 3, C, columns, n, scores)
    assert_near(scores[0, :n], C[columns[:n]].astype(np.float32) @ X[3].astype(np.float32))
    assert not scores[0, n:].any()


@pytest.mark.parametrize("n", [1, 5, 6, 7, 11, 12, 13, 20])
@pytest.mark.parametrize(("apart", "adds"), [(False, True), (True, True), (True, False)])
def test_move_of_a_row_is_its_numpy_twin(n, apart, adds, kind):
    X, C, E = matrices(3, kind)
    if apart:  # as with CBOW
        X, _, E = matrices(3, np.float32)
    else:
        E = X
    rng = np.random.default_rng(4)
    columns, steps = rng.permutation(24), rng.normal(0, 0.1, (1, 32)).astype(np.float32)
    expected_X, expected_C = X.copy(), C.copy()
    expected_E = E.copy() if apart else expected_X
    simd.move_row(expected_E, expected_X, 3, expected_C, columns, n, steps, adds)
    run_move_row(E, X, 3, C, columns, n, steps, adds)
    for got, expected in ((X, expected_X), (C, expected_C), (E, expected_E)):
        assert_near(got, expected)


def test_move_of_one_block_uses_the_values_from_before(kind):
    X, C, _ = matrices(5, kind)
    rows, columns, g = np.array([3, 9]), np.array([4, 0]), np.arange(4, dtype=np.float32).reshape(2, 2)
    expected_X, expected_C = X.copy(), C.copy()
    expected_X[rows] += g @ C[columns]
    expected_C[columns] += g.T @ X[rows]
    run_move(X, X, rows, 2, C, columns, 2, g)
    assert_near(X, expected_X)
    assert_near(C, expected_C)


@pytest.mark.parametrize("n", [1, 6, 16, 21])
def test_steps_are_the_rate_times_label_less_logistic(n):
    scores = np.linspace(-20, 20, 3 * 32).astype(np.float32).reshape(3, 32)
    labels = np.arange(40, dtype=np.float32) % 3 == 0
    expected = 0.05 * (labels[4 : 4 + n] - 1 / (1 + np.exp(-scores[:, :n].astype(np.float64))))
    run_logistic_steps(scores, 3, labels.astype(np.float32), 4, n, np.float32(0.05))
    np.testing.assert_allclose(scores[:, :n], expected, atol=5e-9, rtol=5e-6)


def test_steps_saturate_without_overflow():
    scores = np.array([[1e30, -1e30, np.inf, -np.inf] + [0] * 12], np.float32)
    with np.errstate(over="ignore"):  # of the plain Python twin
        run_logistic_steps(scores, 1, np.zeros(16, np.float32), 0, 4, np.float32(1))
    np.testing.assert_allclose(scores[0, :4], [-1, 0, -1, 0], atol=1e-30)


def test_steps_keep_nan_visible():
    scores = np.full((1, 16), np.nan, np.float32)
    run_logistic_steps(scores, 1, np.zeros(16, np.float32), 0, 3, np.float32(1))
    assert np.isnan(scores[0, :3]).all()


@pytest.mark.parametrize("count", [1, 2, 7, 14, 27])
def test_mean_counts_repeated_rows_each_time(count, kind):
    W, H = matrices(6, kind)[0], matrices(6, np.float32)[1]
    rows = np.tile([5, 5, 1, 2, 5, 3, 0], 4)
    run_mean(W, rows, count, H, 2)
    np.testing.assert_allclose(H[2], W[rows[:count]].mean(0, dtype=np.float32), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("rows", [[3], [3, 3], [1, 2, 1, 2, 1, 5, 5]])
def test_rows_that_repeat_are_added_to_each_time(rows, kind):
    W, E = matrices(7, kind)[0], matrices(7, np.float32)[1]
    expected = W.copy()
    for row in rows:
        expected[row] = expected[row] + np.float32(0.3) * E[2]
    run_add_to_rows(W, np.array(rows), len(rows), E, 2, np.float32(0.3))
    assert_near(W, expected)


@pytest.mark.parametrize(("ours", "others"), [(1, 1), (1, 3), (3, 1), (1, -1), (0, 1), (1, 0), (0, 0)])
def test_merge_of_a_row_is_its_numpy_twin(ours, others, kind):
    A, B, changes = matrices(9, kind)
    A[5], A[2] = B[3] + ours * changes[0], B[3] + others * changes[0] + (others > 1) * changes[1]
    expected_A, expected_B = A.copy(), B.copy()
    simd.merge_row(expected_A, 2, 5, expected_B, 3)
    run_merge_row(A, 2, 5, B, 3)
    for got, expected in ((A, expected_A), (B, expected_B)):
        assert_near(got, expected)
    np.testing.assert_array_equal(A[[2, 5]], B[[3, 3]])


def test_merges_keep_nan_visible(kind):
    A, B, _ = matrices(10, kind)
    A[5, 1] = np.nan
    run_merge_row(A, 2, 5, B, 3)
    assert np.isnan(B[3, 1])


def test_prefetch_changes_nothing(kind):
    A, _, _ = matrices(8, kind)
    before = A.copy()
    run_prefetch(A, 2)
    np.testing.assert_array_equal(A, before)
