"""Intervals: they contain a known truth as often as they say."""

from itertools import permutations

import numpy as np
import pytest
from numba import config

from fastvec import InputError, KeyedVectors, evaluation
from fastvec.evaluation import Bootstrap, analogy_grid, read_questions
from fastvec.evaluation.bootstrap import Design, mean_intervals, percentile_interval
from fastvec.evaluation.correlation import pearson_replicates

DRAWS = 1000
N_PAIRS = 40


def count_covering(intervals, truth):
    return sum(low <= truth <= high for low, high in intervals) / len(intervals)


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text("\n".join(f"a{i} b{i} a{j} b{j}" for i, j in permutations(range(N_PAIRS), 2)))
    return read_questions(path)


def draw_vectors(generator, truth):
    """Give vectors where pair i has b = a + o, or b = a - o by a toss, and a decoy at the other place.

    So a question is answered rightly when its two pairs fell the same way, and never else.
    """
    bases = generator.standard_normal((N_PAIRS, 48))
    bases /= np.linalg.norm(bases, axis=1, keepdims=True)
    offset = generator.standard_normal(48)
    offset *= 0.3 / np.linalg.norm(offset)
    heads = generator.random(N_PAIRS) < truth
    signed = np.where(heads, 1, -1)[:, None] * offset
    words = [f"{letter}{number}" for letter in "abz" for number in range(N_PAIRS)]
    n_same = heads.sum() * (heads.sum() - 1) + (~heads).sum() * ((~heads).sum() - 1)
    vectors = np.concatenate([bases, bases + signed, bases - signed]).astype(np.float32)
    return KeyedVectors(words, vectors), n_same


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="without the compiler, a thousand evaluations take too long")
def test_intervals_cover_the_known_accuracy_of_synthetic_vectors(questions):
    generator = np.random.default_rng(3)
    intervals = []
    for seed in range(DRAWS):
        wv, n_same = draw_vectors(generator, 0.8)
        result = analogy_grid(wv, questions, [None], bootstrap=Bootstrap(draws=300, seed=seed))[0]
        assert result.correct == n_same
        intervals.append(result.interval)
    assert 0.93 <= count_covering(intervals, 0.8**2 + 0.2**2) <= 0.97


def test_intervals_cover_where_questions_are_independent():
    generator = np.random.default_rng(4)
    nothing = np.arange(2000)
    design = Design(np.zeros(2000, np.int32), nothing, nothing)
    intervals = []
    for seed in range(DRAWS):
        values = (generator.random(2000) < 0.4).astype(np.float64)
        intervals += mean_intervals(values, design, [[0]], Bootstrap(300, seed, "question"))
    assert 0.93 <= count_covering(intervals, 0.4) <= 0.97


def test_intervals_cover_where_pairs_differ_and_questions_too():
    generator = np.random.default_rng(5)
    first, second = np.nonzero(~np.eye(30, dtype=bool))
    design = Design(np.repeat(np.arange(4), len(first)).astype(np.int32), np.tile(first, 4), np.tile(second, 4))
    intervals = []
    for seed in range(DRAWS):
        chances = generator.uniform(0.1, 0.9, (4, 30))
        values = np.concatenate([generator.random(len(first)) < (each[first] + each[second]) / 2 for each in chances])
        intervals += mean_intervals(values.astype(np.float64), design, [[0, 1, 2, 3]], Bootstrap(200, seed))
    assert 0.93 <= count_covering(intervals, 0.5) <= 0.97


def test_intervals_cover_a_known_correlation():
    generator = np.random.default_rng(6)
    weights = Bootstrap(300).weights(200)
    intervals = []
    for _ in range(DRAWS):
        x, noise = generator.standard_normal((2, 200))
        intervals.append(percentile_interval(pearson_replicates(x, 0.6 * x + 0.8 * noise, weights)))
    assert 0.93 <= count_covering(intervals, 0.6) <= 0.97


def test_resampling_questions_that_share_pairs_gives_wider_intervals():
    first, second = np.nonzero(~np.eye(20, dtype=bool))
    values = (np.arange(20) < 8)[second].astype(np.float64)  # what counts is the second pair alone
    design = Design(np.zeros(len(first), np.int32), first, second)
    (pair_low, pair_high), (low, high) = (
        mean_intervals(values, design, [[0]], Bootstrap(cluster=cluster))[0] for cluster in ("pair", "question")
    )
    assert pair_low < low < values.mean() < high < pair_high
    assert pair_high - pair_low > 3 * (high - low)


def test_sections_are_resampled_whole():
    design = Design(np.array([0, 0, 1, 1], np.int32), np.arange(4), np.arange(4))
    values = np.array([0.0, 0, 1, 1])
    total, single = mean_intervals(values, design, [[0, 1], [0]], Bootstrap(cluster="section"))
    assert total == (0, 1)
    assert np.isnan(single).all()


def test_groups_without_questions_have_no_interval():
    design = Design(np.zeros(2, np.int32), np.arange(2), np.arange(2))
    assert np.isnan(mean_intervals(np.ones(2), design, [[7]], Bootstrap())[0]).all()


def test_resamples_have_as_many_units_as_there_are():
    weights = Bootstrap(draws=100).weights(7)
    assert weights.shape == (100, 7)
    assert (weights.sum(axis=1) == 7).all()


def test_without_resamples_there_are_scores_and_no_intervals(tmp_path):
    wv = KeyedVectors("king queen man woman cat cats dog dogs".split(), np.random.default_rng(0).normal(size=(8, 5)))
    sets = {
        evaluation.analogies: ": family\nking queen man woman\nman woman king queen\n",
        evaluation.similarity: "king,queen,9\nking,cat,1\nman,woman,8\ndog,cat,6\n",
        evaluation.categories: "king\tperson\nqueen\tperson\nman\tperson\ncat\tanimal\ndog\tanimal\n",
        evaluation.bias: ": test\nmen: king man\nwomen: queen woman\npets: cat dog\nmany: cats dogs\n",
        evaluation.outliers: ",category,outliers,words\n0,people,\"['cat']\",\"['king', 'queen', 'man']\"\n",
    }
    for score, text in sets.items():
        path = tmp_path / "set.csv"
        path.write_text(text)
        found, usual = score(wv, path, bootstrap=0), score(wv, path)
        assert np.isnan(found.interval).all()
        assert not np.isnan(usual.interval).any()
        assert found.bootstrap == Bootstrap(draws=0)
        assert [row[1] for row in found.table()[1]] == [row[1] for row in usual.table()[1]]


def test_a_comparison_needs_resamples(tmp_path):
    wv = KeyedVectors(["a", "b", "c"], np.eye(3))
    with pytest.raises(InputError, match="draws must be at least 100 to compare, not 0"):
        evaluation.compare([wv, wv], bootstrap=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"draws": 99}, "draws must be 0, or at least 100, not 99"),
        ({"draws": -1}, "draws must be at least 0, not -1"),
        ({"seed": -1}, "seed must be at least 0, not -1"),
        ({"cluster": "word"}, "cluster must be one of pair, question, section, not 'word'"),
    ],
)
def test_bad_values_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Bootstrap(**arguments)
