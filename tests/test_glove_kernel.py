import numpy as np
import pytest

from fastvec.kernels import glove
from fastvec.kernels.glove import STILL, Loss, train_tile
from fastvec.kernels.jit import entry
from tests.naive import glove as naive

N, DIM, HALF = 5, 20, 32
X_MAX, ALPHA, RATE = 10.0, 0.75, 0.05
CELLS = [(0, 1, 3.0), (0, 2, 0.25), (4, 2, 10.0), (0, 1, 40.0), (3, 3, 1.0), (1, 2, 7.5), (0, 0, 2.0), (4, 4, 11.0)]


@entry
def run_inner_product(W, i, C, j, out):
    glove.inner_product(W, i, C, j, out)


@entry
def run_adagrad_step(W, i, C, j, slope, limit):
    glove.adagrad_step(W, i, C, j, slope, limit)


def rows(seed, rate=RATE):
    """Weights of words and contexts as the kernel wants them."""
    rng = np.random.default_rng(seed)
    sides = []
    for bias, one in ((DIM, DIM + 1), (DIM + 1, DIM)):
        weights = np.zeros((N, 2 * HALF), np.float32)
        weights[:, : DIM + 2] = rng.normal(0, 0.4, (N, DIM + 2))
        weights[:, HALF:] = 1
        weights[:, HALF + bias] = rate**2
        weights[:, one], weights[:, HALF + one] = 1, STILL
        sides.append(weights)
    return sides


def model(W, C):
    """Word vectors, context vectors, word biases, context biases."""
    return [W[:, :DIM].copy(), C[:, :DIM].copy(), W[:, DIM].copy(), C[:, DIM + 1].copy()]


def train(W, C, cells, rate=RATE, clip=1e9, first=(0, 0)):
    packed = np.zeros(len(cells), np.uint64)
    for k, (word, context, x) in enumerate(cells):
        packed.view(np.uint16)[4 * k : 4 * k + 2] = word, context
        packed.view(np.float32)[2 * k + 1] = np.log(x)
    loss = Loss(np.float32(np.log(X_MAX)), np.float32(ALPHA), np.float32(rate * clip))
    return train_tile(
        packed, W, C, *first, loss, np.float32(rate), np.zeros(len(cells), np.float32), np.zeros(1, np.float32)
    )


@pytest.mark.parametrize("half", [16, 32, 112])
def test_the_inner_product_is_that_of_the_first_halves(half):
    rng = np.random.default_rng(1)
    W, C = rng.normal(size=(2, 3, 2 * half)).astype(np.float32)
    out = np.zeros(1, np.float32)
    run_inner_product(W, 2, C, 1, out)
    assert out[0] == pytest.approx(float(W[2, :half] @ C[1, :half]), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("half", [16, 32, 112])
def test_the_step_is_its_numpy_twin(half):
    rng = np.random.default_rng(2)
    W, C = rng.normal(size=(2, 3, 2 * half)).astype(np.float32)
    W[:, half:], C[:, half:] = abs(W[:, half:]) + 0.1, abs(C[:, half:]) + 0.1
    expected_W, expected_C = W.copy(), C.copy()
    glove.adagrad_step(expected_W, 0, expected_C, 2, np.float32(-0.7), np.float32(0.5))
    run_adagrad_step(W, 0, C, 2, np.float32(-0.7), np.float32(0.5))
    np.testing.assert_allclose(W, expected_W, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(C, expected_C, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("clip", [1e9, 0.3])
def test_a_tile_is_what_adagrad_gives(clip):
    W, C = rows(3)
    expected, expected_cost = naive.train(model(W, C), CELLS * 3, RATE, X_MAX, ALPHA, clip)
    assert train(W, C, CELLS * 3, clip=clip) == pytest.approx(expected_cost, rel=1e-5)
    for got, wanted in zip(model(W, C), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_the_step_is_the_gradient_of_the_cost(cell):
    rate, h = 1e-3, 1e-5
    W, C = rows(4, rate=1)  # all weights at one rate
    before = [part.astype(np.float64) for part in model(W, C)]
    train(W, C, [cell], rate)
    for part, (old, new) in enumerate(zip(before, model(W, C), strict=True)):
        for index in np.ndindex(old.shape):
            costs = []
            for sign in (1, -1):
                moved = [other.copy() for other in before]
                moved[part][index] += sign * h
                costs.append(naive.cost(moved, *cell, X_MAX, ALPHA))
            slope = (costs[0] - costs[1]) / (2 * h)
            assert (new[index] - old[index]) / rate == pytest.approx(-slope, rel=2e-3, abs=1e-3)


@pytest.mark.parametrize("x", [1e-30, 0.01, 0.5, 9.99, 10, 10.01, 1e9])
def test_cells_are_weighted_as_in_the_paper(x):
    W, C = rows(5)
    W[:, : DIM + 1] = C[:, :DIM] = C[:, DIM + 1] = 0
    cost = train(W, C, [(1, 2, x)])
    assert cost == pytest.approx(0.5 * naive.weight(x, X_MAX, ALPHA) * np.log(x) ** 2, rel=1e-5)


def test_rows_of_other_blocks_are_left_alone():
    W, C = rows(6)
    expected_W, expected_C = W.copy(), C.copy()
    train(expected_W, expected_C, [(3, 4, 5.0)])
    train(W, C, [(1, 1, 5.0)], first=(2, 3))
    np.testing.assert_array_equal(W, expected_W)
    np.testing.assert_array_equal(C, expected_C)


def test_ones_and_padding_never_move():
    W, C = rows(7)
    train(W, C, CELLS * 50, rate=0.5)
    assert (W[:, DIM + 1] == 1).all()
    assert (C[:, DIM] == 1).all()
    assert not W[:, DIM + 2 : HALF].any()
    assert not C[:, DIM + 2 : HALF].any()


def test_a_tile_without_cells_costs_nothing():
    W, C = rows(8)
    before = W.copy()
    assert train(W, C, []) == 0
    np.testing.assert_array_equal(W, before)


def test_a_weight_that_is_not_a_number_shows_in_the_cost():
    W, C = rows(9)
    W[0, 3] = np.nan
    assert np.isnan(train(W, C, CELLS))


def test_shuffling_moves_every_item_and_depends_on_three_numbers():
    def shuffled(*key):
        items = np.arange(50)
        glove.shuffle(items, *key)
        return items.tolist()

    assert sorted(shuffled(1, 2, 3)) == list(range(50))
    assert shuffled(1, 2, 3) == shuffled(1, 2, 3)
    assert len({tuple(shuffled(*key)) for key in ((1, 2, 3), (2, 2, 3), (1, 3, 3), (1, 2, 4))}) == 4


def test_runs_are_shuffled_each_by_itself():
    items = np.arange(60)
    glove.shuffle_runs(items, np.array([0, 20, 20, 50]), 1, 0)
    assert sorted(items[:20]) == list(range(20))
    assert sorted(items[20:50]) == list(range(20, 50))
    assert items[50:].tolist() == list(range(50, 60))
    assert items[:20].tolist() != list(range(20))
