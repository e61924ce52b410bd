import numpy as np
import pytest

from fastvec.kernels.alias import alias_table
from fastvec.kernels.pairs import Pairs, train_pairs
from fastvec.kernels.word2vec import Noise, Weights, new_work
from fastvec.training.matrix import zeros
from fastvec.training.replicas import no_copies
from tests.naive import word2vec as naive

DIM = 20


def train(probabilities, words, contexts, n, rate, negative=2, n_words=3, n_contexts=5):
    """Train on pairs whose noise is always context 4; return the weights before and after, and the work."""
    rng = np.random.default_rng(1)
    W, C = zeros(n_words, DIM), zeros(n_contexts, DIM)
    W[:, :DIM], C[:, :DIM] = rng.normal(0, 0.5, (n_words, DIM)), rng.normal(0, 0.5, (n_contexts, DIM))
    before = W[:, :DIM].copy(), C[:, :DIM].copy()
    pairs = Pairs(alias_table(np.array(probabilities)), np.array(words, np.int32), np.array(contexts, np.int32))
    noise = Noise(alias_table(np.eye(n_contexts)[4]), negative)
    work, weights = new_work(0, 0, negative + 1, negative), Weights.of(W, C, no_copies(W), no_copies(C))
    train_pairs(n, (1, 2), np.float32(rate), np.float32(0), pairs, noise, weights, np.zeros(1, int), work)
    return before, (W[:, :DIM], C[:, :DIM]), work


@pytest.mark.parametrize(("context", "rows", "labels"), [(1, [1, 4, 4], [1, 0, 0]), (4, [4], [1])])
def test_each_pair_is_a_step_of_stochastic_gradient_descent(context, rows, labels):
    rate, n = 5e-4, 11
    before, after, work = train([1.0], [2], [context], n, rate)
    expected = naive.train(*before, [(context, [2])] * n, lambda _: (rows, labels), False, rate)
    for got, wanted in zip(after, expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-6)
    assert work.counts[0] == n


def test_pairs_are_drawn_in_proportion_to_their_counts():
    rate, n = 1e-6, 40_000
    before, after, _ = train([0.75, 0.25], [0, 1], [4, 4], n, rate)  # noise that equals the context is omitted
    pull = [np.linalg.norm(after[0][k] - before[0][k]) for k in (0, 1)]
    share = [
        rate * n * (1 - naive.logistic(before[1][4] @ before[0][k])) * np.linalg.norm(before[1][4]) for k in (0, 1)
    ]
    assert pull[0] / share[0] == pytest.approx(0.75, rel=0.05)
    assert pull[1] / share[1] == pytest.approx(0.25, rel=0.05)
