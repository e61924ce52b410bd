import numpy as np
import pytest

from fastvec.kernels.alias import alias_table
from fastvec.kernels.emit import LANES
from fastvec.kernels.frozen import Frozen
from fastvec.kernels.huffman import huffman_paths
from fastvec.kernels.objectives import NCE, RANKING, SOFTMAX, Objective
from fastvec.kernels.replicas import NEVER, Copies
from fastvec.kernels.word2vec import (
    BAND,
    STRETCHES,
    Mean,
    Noise,
    Paths,
    Places,
    Step,
    Weights,
    initialise,
    margin,
    new_work,
    train_block,
)
from fastvec.training.matrix import zeros
from fastvec.training.replicas import no_copies
from tests.models import OBJECTIVES, WORD2VEC
from tests.naive import word2vec as naive

N_WORDS, DIM, NOISE_WORD = 6, 20, 5
MODES = [(loss, model == "cbow") for model, loss in WORD2VEC]
ALL = MODES + [(loss, model == "cbow") for model, loss in OBJECTIVES]
KINDS = {
    "nce": (NCE, naive.Nce),
    "sampled-softmax": (SOFTMAX, naive.Softmax),
    "softmax": (SOFTMAX, naive.Softmax),
    "ranking": (RANKING, naive.Ranking),
}
RATE = 0.0005  # small: the order of register blocks is of second order in it
SENTENCES = [[0, 1, 2, 3], [4, 0, 2], [3, 1]]


class Case:
    """A model of six words whose noise is always the same word, so that nothing is random."""

    def __init__(self, loss, cbow, corrected=False, negative=1, seed=1, places=None):
        rng = np.random.default_rng(seed)
        self.places, n_outputs = places, N_WORDS * (places.n if places else 1)
        self.W, self.C = zeros(N_WORDS, DIM), zeros(n_outputs, DIM)
        self.W[:, :DIM], self.C[:, :DIM] = rng.normal(0, 0.5, (N_WORDS, DIM)), rng.normal(0, 0.5, (n_outputs, DIM))
        self.keep = np.ones(N_WORDS, np.float32)
        self.noise = self.paths = self.objective = self.frozen = None
        self.twin = naive.Logistic()
        if loss in KINDS:
            kind, twin = KINDS[loss]
            self.twin = twin(*rng.uniform(0.5, 2, (2, N_WORDS)), negative)
            self.objective = Objective(kind, self.twin.offsets.astype(np.float32))
        if loss not in ("hierarchical", "softmax"):
            self.stretches = STRETCHES
            self.noise = Noise(alias_table(np.eye(N_WORDS)[NOISE_WORD]), negative)
        elif loss == "softmax":
            self.stretches = 1
        else:
            self.stretches = 1
            starts, nodes, labels = huffman_paths(np.array([9, 7, 6, 5, 4, 2]))
            self.paths = Paths(starts, nodes, np.pad(labels, (0, LANES)))
        self.cbow = Mean(zeros(1, DIM), zeros(1, DIM), corrected) if cbow else None
        self.negative, self.corrected, self.group = negative, corrected, None
        self.copies = [no_copies(matrix) for matrix in (self.W, self.C)]
        self.work = new_work(200, 20, N_WORDS, negative, is_cbow=cbow)

    def copy(self, n_words, every=1):
        """Give the thread copies of the first words and of half as many nodes, merged after so many occurrences."""
        n_places = self.places.n if self.places else 1
        counts = [n_words, n_words * n_places if self.paths is None else n_words // 2]
        bases = len(self.W), len(self.C)
        before = [matrix[:count].copy() for matrix, count in zip((self.W, self.C), counts, strict=True)]
        self.W, self.C = (np.concatenate(pair) for pair in zip((self.W, self.C), before, strict=True))
        self.copies = []
        for count, base, rows in zip(counts, bases, before, strict=True):
            waits = np.append(NEVER, np.full(count, every))
            self.copies.append(Copies(count, base, waits, waits.copy(), rows))

    def train(self, sentences, rate, window=2, shrink=False, key=(1, 0, 0), stop=0, block=None, position=0):
        tokens = np.array([token for sentence in sentences for token in [*sentence, -1]], np.int32)
        modes = self.noise, self.paths, self.objective, self.frozen, self.cbow
        step = Step(self.keep, window, window, shrink, *modes, self.group, self.places)
        weights = Weights.of(self.W, self.C, *self.copies)
        if self.cbow is not None:
            weights = weights._replace(X=self.cbow.hidden, E=self.cbow.error)
        first, last = block or (0, len(tokens))
        rates = np.float32(rate), np.float32(0)
        train_block(tokens, first, last, key, position, *rates, step, weights, np.array([stop]), self.work)
        return self.W[:, :DIM].copy(), self.C[:, :DIM].copy()

    def outputs(self, centre):
        """Give the output rows and labels of a centre, or of a centre and a place, as the papers define them."""
        if self.places is not None:
            word, place = centre
            rows = [word] + [NOISE_WORD] * (self.negative if word != NOISE_WORD else 0)
            return [row * self.places.n + place for row in rows], [1] + [0] * (len(rows) - 1)
        if self.noise is not None:
            rows = [centre] + [NOISE_WORD] * (self.negative if centre != NOISE_WORD else 0)
            return rows, [1] + [0] * (len(rows) - 1)
        if self.paths is None:
            return list(range(N_WORDS)), [float(word == centre) for word in range(N_WORDS)]
        part = slice(self.paths.starts[centre], self.paths.starts[centre + 1])
        return self.paths.nodes[part].tolist(), self.paths.labels[part].tolist()

    def cases(self, sentences, window=2):
        """Give the centres and contexts in the order in which the kernel takes them."""
        found, position = {}, 0
        for sentence in sentences:
            for offset, case in enumerate(naive.windows([sentence], window)):
                found[position + offset] = case
            position += len(sentence) + 1
        return [found[t] for t in naive.turns(position, self.stretches) if t in found]


@pytest.mark.parametrize(("loss", "cbow"), ALL)
@pytest.mark.parametrize("corrected", [False, True])
def test_a_block_is_what_stochastic_gradient_descent_gives(loss, cbow, corrected):
    case = Case(loss, cbow, corrected)
    W, C = case.W[:, :DIM].copy(), case.C[:, :DIM].copy()
    expected = naive.train(W, C, case.cases(SENTENCES), case.outputs, cbow, RATE, corrected, case.twin)
    for got, wanted in zip(case.train(SENTENCES, RATE), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize("is_input", [True, False])
@pytest.mark.parametrize(("loss", "cbow"), [("negative", False), ("nce", True), ("softmax", False)])
@pytest.mark.parametrize("n_copies", [0, 3])
def test_frozen_rows_stay_and_the_others_move_as_ever(loss, cbow, is_input, n_copies):
    case, rows = Case(loss, cbow), [0, 2, NOISE_WORD]
    before = [case.W[:, :DIM].copy(), case.C[:, :DIM].copy()]
    frozen = (rows, ()) if is_input else ((), rows)
    expected = naive.train(*before, case.cases(SENTENCES), case.outputs, cbow, RATE, False, case.twin, frozen)
    case.frozen = Frozen(np.isin(range(N_WORDS), rows), is_input, zeros(40, DIM), np.arange(40))
    case.copy(n_copies, every=NEVER)
    for k, (got, wanted) in enumerate(zip(case.train(SENTENCES, RATE), expected, strict=True)):
        got[:n_copies] = got[N_WORDS:]
        np.testing.assert_allclose(got[:N_WORDS], wanted, rtol=0, atol=2e-6)
        np.testing.assert_array_equal(got[list(frozen[k])], before[k][list(frozen[k])])


@pytest.mark.parametrize(("loss", "cbow"), ALL)
def test_the_step_is_the_gradient_of_the_loss(loss, cbow):
    case, rate, h = Case(loss, cbow, corrected=True, seed=2), 1e-3, 1e-5
    before = [case.W[:, :DIM].astype(float), case.C[:, :DIM].astype(float)]
    after = case.train(SENTENCES, rate)
    for matrix in range(2):
        for row in range(N_WORDS):
            for column in (0, DIM - 1):
                losses = []
                for sign in (1, -1):
                    moved = [before[0].copy(), before[1].copy()]
                    moved[matrix][row, column] += sign * h
                    losses.append(naive.loss(*moved, case.cases(SENTENCES), case.outputs, cbow, case.twin))
                slope = (losses[0] - losses[1]) / (2 * h)
                step = (after[matrix][row, column] - before[matrix][row, column]) / rate
                assert step == pytest.approx(-slope, rel=0.02, abs=0.01)


@pytest.mark.parametrize(("loss", "cbow"), ALL)
def test_words_that_repeat_in_a_window_count_each_time(loss, cbow):
    case = Case(loss, cbow, seed=3)
    sentences = [[2, 2, 1, 2, 2]]
    W, C = case.W[:, :DIM].copy(), case.C[:, :DIM].copy()
    expected = naive.train(W, C, case.cases(sentences), case.outputs, cbow, RATE, objective=case.twin)
    for got, wanted in zip(case.train(sentences, RATE), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize(("loss", "cbow"), MODES)
def test_a_wide_window_is_taken_in_bands_of_distances(loss, cbow):
    case = Case(loss, cbow, seed=5)
    sentence = np.random.default_rng(2).integers(N_WORDS, size=30).tolist()
    case.stretches = max(case.stretches // (1 if cbow else 3), 1)
    W, C = case.W[:, :DIM].copy(), case.C[:, :DIM].copy()
    steps = []
    for t in naive.turns(31, case.stretches):
        near = [[sentence[s] for s in naive.around(t, 30, d + 1, d + BAND, 12)] for d in range(0, 12, BAND)]
        if t < 30:
            steps += [
                (sentence[t], words)
                for words in ([[word for band in near for word in band]] if cbow else near)
                if words
            ]
    expected = naive.train(W, C, steps, case.outputs, cbow, RATE)
    for got, wanted in zip(case.train([sentence], RATE, window=12), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-5)


@pytest.mark.parametrize(("places", "cbow"), [(Places(2, BAND), False), (Places(2, BAND), True), (Places(6, 1), False)])
@pytest.mark.parametrize("n_copies", [0, 3])
def test_contexts_at_each_place_have_outputs_of_their_own(places, cbow, n_copies):
    case, window = Case("negative", cbow, negative=2, places=places), 3
    steps = []
    for t in naive.turns(sum(map(len, SENTENCES)) + len(SENTENCES), STRETCHES):
        steps += naive.steps_by_place(SENTENCES, t, window, places.n)
    if cbow:
        assert {place for (_, place), _ in steps} == {0, 1}
    expected = naive.train(case.W[:, :DIM], case.C[:, :DIM], steps, case.outputs, cbow, RATE)
    if n_copies:
        case.copy(n_copies)  # each is merged whenever its word is a centre
    for got, wanted in zip(case.train(SENTENCES, RATE, window=window), expected, strict=True):
        n = len(got) - len(wanted)
        trained = np.concatenate([got[len(wanted) :], got[n : len(wanted)]])
        np.testing.assert_allclose(trained, wanted, rtol=0, atol=2e-6)


def test_outputs_beyond_a_group_make_steps_of_their_own():
    whole, case = (Case("hierarchical", cbow=False, seed=6) for _ in range(2))
    whole.group = case.group = None
    expected = whole.train([[5, 4]], RATE)
    case.group = 2  # of three nodes
    for got, wanted in zip(case.train([[5, 4]], RATE), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-5)
        assert not np.array_equal(got, wanted)


@pytest.mark.parametrize(("loss", "cbow"), MODES)
def test_windows_reach_over_the_edges_of_a_block(loss, cbow):
    case = Case(loss, cbow)
    sentence = [0, 1, 9, 2, 3, 9, 9, 4, 0, 1]  # 9 is outside the vocabulary
    wanted = [(3, [1, 2, 4, 0]), (4, [2, 3, 0, 1])]
    expected = naive.train(*(m[:, :DIM] for m in (case.W, case.C)), wanted, case.outputs, cbow, RATE)
    for got, sure in zip(case.train([sentence], RATE, block=(4, 8)), expected, strict=True):
        np.testing.assert_allclose(got, sure, rtol=0, atol=2e-6)


def test_blocks_agree_on_what_subsampling_keeps():
    case, found = Case("negative", cbow=False), []
    case.keep[:] = 0.5
    for block in (None, (20, 30)):
        case.work.kept[:] = -1
        case.train([[0, 1, 2, 3, 4] * 10], 0.0, block=block, position=100)
        found.append([word for word in case.work.kept.tolist() if word >= 0])
    whole, part = (" ".join(map(str, words)) for words in found)
    assert 15 < len(found[0]) < 35
    assert part in whole
    assert len(found[1]) > 4


@pytest.mark.parametrize(
    ("start", "direction", "ids"), [(3, 1, 4), (2, -1, 3), (0, -1, -1), (6, 1, 3), (4, 1, 5), (9, 1, 0), (10, 1, -1)]
)
def test_the_margin_holds_the_words_in_reach(start, direction, ids):
    tokens = np.array([0, 9, 1, 2, 9, 9, 3, 9, 4, -1, 0], np.int32)
    keep = np.ones(6, np.float32)
    assert margin(tokens, start, direction, 0, (1, 0), keep, 2) == ids


@pytest.mark.parametrize(("loss", "cbow"), MODES)
@pytest.mark.parametrize("n_copies", [2, N_WORDS])
def test_copies_of_rows_are_trained_in_their_place(loss, cbow, n_copies):
    alone, case = Case(loss, cbow), Case(loss, cbow)
    case.copy(n_copies, every=NEVER)
    before = [case.W[:N_WORDS, :DIM].copy(), case.C[:N_WORDS, :DIM].copy()]
    for wanted, original, got in zip(alone.train(SENTENCES, 0.05), before, case.train(SENTENCES, 0.05), strict=True):
        n = len(got) - N_WORDS
        np.testing.assert_array_equal(got[:n], original[:n])
        np.testing.assert_array_equal(got[n:N_WORDS], wanted[n:])
        np.testing.assert_array_equal(got[N_WORDS:], wanted[:n])
        assert not np.array_equal(wanted[:n], original[:n])


@pytest.mark.parametrize(("loss", "cbow"), MODES)
def test_copies_are_merged_at_their_occurrences(loss, cbow):
    alone, case = Case(loss, cbow), Case(loss, cbow)
    case.copy(N_WORDS)
    others, own = np.zeros((2, DIM), np.float32)  # what another thread has changed meanwhile, and this one
    others[::2], own[1::2] = 0.25, 0.5
    for matrix in (case.W, case.C):
        matrix[:N_WORDS, :DIM] += others
        matrix[N_WORDS:, :DIM] += own
    case.train([np.random.default_rng(1).integers(N_WORDS, size=150)], 1e-6)
    for matrix, copies, start in zip((case.W, case.C), case.copies, (alone.W, alone.C), strict=True):
        n = copies.n
        merged = start[:n].copy()
        merged[:, :DIM] += others + own
        np.testing.assert_allclose(matrix[:n], merged, atol=1e-3)  # the originals have what either has learnt
        np.testing.assert_array_equal(copies.before, matrix[:n])
        np.testing.assert_allclose(matrix[N_WORDS:], matrix[:n], atol=1e-4)


def test_each_copy_is_merged_after_so_many_occurrences_in_all_blocks():
    case = Case("negative", cbow=False)
    case.copy(N_WORDS, every=3)
    text = [0, 1, 2, 3, 0, 1, 2, 0, 4, 1]
    for wanted in ({0, 1}, {0, 1, 2}):  # the first three occur 3, 3 and 2 times in a block
        case.W[:N_WORDS] += 1  # by which it is seen what was merged
        before = case.W[N_WORDS:, 0].copy()
        case.train([text], 1e-6)
        assert set(np.flatnonzero(case.W[N_WORDS:, 0] - before > 0.5)) == wanted


def test_noise_words_that_repeat_count_each_time_and_the_centre_is_no_noise():
    case = Case("negative", cbow=False, negative=3, seed=4)
    sentences = [[0, NOISE_WORD, 1]]
    W, C = case.W[:, :DIM].copy(), case.C[:, :DIM].copy()
    expected = naive.train(W, C, case.cases(sentences), case.outputs, False, RATE)
    for got, wanted in zip(case.train(sentences, RATE), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-6)


@pytest.mark.parametrize(("loss", "cbow"), ALL)
def test_the_measured_loss_is_that_of_the_papers(loss, cbow):
    case = Case(loss, cbow)
    measured = case.cases(SENTENCES[:1])[: case.stretches]  # the first turn
    wanted = naive.loss(case.W[:, :DIM], case.C[:, :DIM], measured, case.outputs, cbow, case.twin)
    case.train(SENTENCES[:1], 0)  # a rate of 0 leaves the weights alone
    predictions = sum(1 if cbow else len(context) for _, context in measured)
    assert case.work.counts[1] == predictions
    assert case.work.loss[0] == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("sentences", [[], [[]], [[3]], [[1], [2], [3]]])
def test_words_without_context_change_nothing(sentences):
    case = Case("negative", cbow=False)
    W, C = case.W.copy(), case.C.copy()
    case.train(sentences, 0.05)
    np.testing.assert_array_equal(case.W, W)
    np.testing.assert_array_equal(case.C, C)


def test_words_outside_the_vocabulary_are_gone_before_the_window_is_laid():
    with_rare, without = Case("negative", cbow=False), Case("negative", cbow=False)
    with_rare.train([[0, 1, 77, 2, 99, 3]], 0.05)
    without.train([[0, 1, 2, 3]], 0.05)
    np.testing.assert_array_equal(with_rare.W, without.W)
    assert with_rare.work.counts[0] == 6


def test_words_that_are_never_kept_are_left_alone():
    case = Case("negative", cbow=False)
    case.keep[1] = 0
    before = case.W[1].copy()
    case.train([[0, 1, 2, 1, 3]], 0.05)
    np.testing.assert_array_equal(case.W[1], before)


def test_a_key_gives_the_same_numbers_and_another_gives_others():
    def run(key):
        return Case("negative", cbow=False).train([[0, 1, 2, 3, 4] * 4], 0.05, shrink=True, key=key)[0]

    np.testing.assert_array_equal(run((1, 2, 3)), run((1, 2, 3)))
    for other in ((2, 2, 3), (1, 3, 3), (1, 2, 4)):
        assert not np.array_equal(run((1, 2, 3)), run(other))


def test_random_windows_are_uniform_up_to_the_largest():
    case, drawn = Case("hierarchical", cbow=False), []
    for block in range(200):
        before = case.work.counts[1]
        case.train([[0, 1, 2, 3, 4, 0, 1]], 0, window=5, shrink=True, key=(1, 0, block))
        drawn.append(case.work.counts[1] - before)  # contexts of the first word, which has words on one side only
    times = np.bincount(drawn)
    assert times[0] == 0
    assert len(times) == 6
    assert times[1:].min() > 20  # of 40 in expectation


def test_padding_stays_zero():
    case = Case("negative", cbow=True)
    case.train(SENTENCES, 0.5)
    assert not case.W[:, DIM:].any()
    assert not case.C[:, DIM:].any()


def test_a_stop_ends_the_block():
    case = Case("negative", cbow=False)
    before = case.W.copy()
    case.train(SENTENCES, 0.05, stop=1)
    np.testing.assert_array_equal(case.W, before)


def test_initial_weights_are_uniform_in_their_bounds_and_depend_on_the_seed():
    W, again, other = zeros(300, 50), zeros(300, 50), zeros(300, 50)
    for matrix, seed in ((W, 1), (again, 1), (other, 2)):
        initialise(matrix, 50, np.float32(0.01), np.uint64(seed))
    np.testing.assert_array_equal(W, again)
    assert not np.array_equal(W, other)
    assert abs(W).max() <= 0.01
    assert not W[:, 50:].any()
    assert abs(W[:, :50].mean()) < 2e-4
    np.testing.assert_allclose(W[:, :50].std(), 0.01 / np.sqrt(3), rtol=0.02)
