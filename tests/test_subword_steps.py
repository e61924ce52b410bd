"""The kernel that trains with subwords, against its slow twin."""

import numpy as np
import pytest

from fastvec.kernels import subword_steps
from fastvec.kernels.alias import alias_table
from fastvec.kernels.emit import LANES
from fastvec.kernels.huffman import huffman_paths
from fastvec.kernels.objectives import NCE, RANKING, SOFTMAX, Objective
from fastvec.kernels.word2vec import STRETCHES, Noise, Paths, Step, Weights, new_work
from fastvec.training.matrix import zeros
from fastvec.training.replicas import no_copies
from tests.models import WORD2VEC
from tests.naive import subwords as naive
from tests.naive.word2vec import Logistic, Nce, Ranking, Softmax, windows

N_WORDS, DIM, NOISE_WORD = 6, 20, 5
#: Small: that a step sees those before it late, or not, is of second order in it.
RATE = 0.00005
#: Words share rows, and one has a row twice.
ROWS = [[0, 6, 7], [1, 7], [2, 8, 8], [3], [4, 6, 9], [5]]
#: The other objectives, and their twins.
OBJECTIVES = {"nce": (NCE, Nce), "sampled-softmax": (SOFTMAX, Softmax), "ranking": (RANKING, Ranking)}
MODES = [*WORD2VEC, *((model, loss) for model in ("skipgram", "cbow") for loss in OBJECTIVES)]
SENTENCES = [[0, 1, 2, 3], [4, 0, 2], [3, 1], [2, 4, 2, 0, 0, 1, 3]]


class Case:
    """A model of six words whose noise is always the same word, so that nothing is random."""

    def __init__(self, model, loss, *, window=3, corrected=False, rows=ROWS, keep=1.0):
        rng = np.random.default_rng(1)
        self.W, self.C = zeros(10, DIM), zeros(N_WORDS, DIM)
        self.W[:, :DIM], self.C[:, :DIM] = rng.normal(0, 0.5, (10, DIM)), rng.normal(0, 0.5, (N_WORDS, DIM))
        self.rows, self.cbow, self.corrected, self.window = rows, model == "cbow", corrected, window
        self.noise = self.paths = None
        n_noise = 2 if self.cbow else 2 * subword_steps.NOISE
        self.objective, self.twin = None, Logistic()
        if loss in OBJECTIVES:
            kind, twin = OBJECTIVES[loss]
            prior, noise = np.array([0.3, 0.2, 0.2, 0.1, 0.1, 0.1]), np.array([0.2, 0.3, 0.3, 0.4, 0.4, 0.4])
            self.twin = twin(prior, noise, 2)
            self.objective = Objective(kind, self.twin.offsets.astype(np.float32))
        if loss != "hierarchical":
            self.noise = Noise(alias_table(np.eye(N_WORDS)[NOISE_WORD]), n_noise)
        else:
            starts, nodes, labels = huffman_paths(np.array([9, 7, 6, 5, 4, 2]))
            self.paths = Paths(starts, nodes, np.pad(labels, (0, LANES)))
        self.keep = np.full(N_WORDS, keep, np.float32)
        self.work = new_work(200, window, 20, n_noise, is_cbow=self.cbow)

    def train(self, sentences, rate=RATE, block=0):
        tokens = np.array([token for sentence in sentences for token in [*sentence, -1]], np.int32)
        slots = STRETCHES * (2 * self.window + 1)
        inputs = subword_steps.Inputs(
            np.cumsum([0, *map(len, self.rows)]), np.concatenate(self.rows).astype(np.int32), zeros(2, DIM),
            zeros(slots, DIM), zeros(slots, DIM), np.zeros(9, np.int64), self.cbow or None, self.corrected,
        )  # fmt: skip
        step = Step(
            self.keep, self.window, self.window, False, self.noise, self.paths, self.objective, None, None, None
        )
        outputs = no_copies(self.C)
        weights = Weights.of(self.W, self.C, no_copies(self.W), outputs)
        subword_steps.train_block(
            tokens, 0, len(tokens), (1, 0, block), 0, np.float32(rate), np.float32(0), step, inputs, weights, outputs,
            np.zeros(1, np.int64), self.work,
        )  # fmt: skip

    def outputs(self, word, others):
        if self.noise is not None:
            noise = [] if NOISE_WORD in others else [NOISE_WORD] * 2
            return [word, *noise], [1] + [0] * len(noise)
        span = slice(self.paths.starts[word], self.paths.starts[word + 1])
        return self.paths.nodes[span], self.paths.labels[span]

    def expected(self, sentences):
        cases = list(windows(sentences, self.window))
        arguments = self.W[:, :DIM], self.C[:, :DIM], self.rows, cases, self.outputs, self.cbow, RATE
        return naive.train(*arguments, corrected=self.corrected, objective=self.twin)


def check(case, sentences):
    """Train, and compare the changes of both matrices with those of the slow twin."""
    before = case.W[:, :DIM].copy(), case.C[:, :DIM].copy()
    expected = case.expected(sentences)
    case.train(sentences)
    for start, twin, trained in zip(before, expected, (case.W, case.C), strict=True):
        change = twin - start
        np.testing.assert_allclose(trained[:, :DIM] - start, change, atol=0.01 * np.abs(change).max())
        assert not trained[:, DIM:].any()


@pytest.mark.parametrize("window", [1, 3, 5])
@pytest.mark.parametrize(("model", "loss"), MODES)
def test_steps_are_those_of_the_slow_twin(model, loss, window):
    check(Case(model, loss, window=window), SENTENCES)


def test_the_corrected_update_of_cbow_is_divided_among_the_contexts():
    check(Case("cbow", "negative", corrected=True), SENTENCES)


@pytest.mark.parametrize(("model", "loss"), MODES)
def test_the_step_follows_the_gradient(model, loss):
    """With one row a word the step is that of the gradient, which is measured here."""
    case = Case(model, loss, rows=[[0], [1], [2], [3], [4], [5]], corrected=True)
    sentence = [0, 1, 2]

    def total(W, C):
        cost = 0.0
        for centre, context in windows([sentence], case.window):
            hidden, predicted = (W[context].mean(0), [centre]) if case.cbow else (W[centre], context)
            for word in predicted:
                found, labels = case.outputs(word, predicted)
                cost += case.twin.cost(C[found] @ hidden, np.asarray(found), labels)
        return cost

    W, C = (matrix[:, :DIM].astype(np.float64) for matrix in (case.W, case.C))
    case.train([sentence])
    for matrix, trained in ((W, case.W), (C, case.C)):
        for row, column in [(0, 0), (1, 7), (2, 19)]:
            start, costs = matrix[row, column], []
            for change in (1e-5, -1e-5):
                matrix[row, column] = start + change
                costs.append(total(W, C))
            matrix[row, column] = start
            step = (trained[row, column] - start) / RATE
            assert step == pytest.approx((costs[1] - costs[0]) / 2e-5, rel=2e-2, abs=2e-3)


@pytest.mark.parametrize(("model", "loss"), WORD2VEC)
@pytest.mark.parametrize("sentences", [[], [[]], [[3]], [[1], [2]]])
def test_words_without_a_context_teach_nothing(model, loss, sentences):
    case = Case(model, loss)
    before = case.W.copy(), case.C.copy()
    case.train(sentences)
    np.testing.assert_array_equal(case.W, before[0])
    np.testing.assert_array_equal(case.C, before[1])
    assert case.work.counts.tolist() == [sum(map(len, sentences)), 0, 0]


@pytest.mark.parametrize(("model", "loss"), WORD2VEC)
def test_a_window_beyond_the_band_learns_from_all_of_it(model, loss):
    check(Case(model, loss, window=20), [[k % 5 for k in range(17)]])


@pytest.mark.parametrize("loss", ["negative", *OBJECTIVES])
def test_the_loss_is_that_of_predictions(loss):
    case, rows = Case("skipgram", loss), [0, NOISE_WORD, NOISE_WORD]
    case.train([[0, 1, 2]], rate=1e-9)
    expected = 0.0
    for centre, context in windows([[0, 1, 2]], 3):
        for word in context:
            scores = case.C[[word, *rows[1:]]] @ case.W[ROWS[centre]].mean(0)
            expected += case.twin.cost(scores, np.array([word, *rows[1:]]), [1, 0, 0])
    assert case.work.counts[1] == 6
    assert case.work.loss[0] == pytest.approx(expected, rel=1e-5)
