from collections import Counter

import numpy as np
import pytest

import fastvec
from fastvec.corpus.shuffled import Shuffled, shuffled
from fastvec.corpus.spread import Spread
from fastvec.errors import InputError
from tests.models import WINDOWED
from tests.naive import counts as naive

LINES = ["a b c d e f g", "a", "h i", "b b a c"]
N_CLUSTERS, N_ITEMS = 4, 12


def read(corpus, first=0, last=None):
    out = np.empty((corpus.n_ids if last is None else last) - first, np.int32)
    assert corpus.read(first, out) == out.size
    return out


def lines_of(ids):
    return [line.tolist() for line in np.split(ids, np.flatnonzero(ids < 0) + 1) if line.size]


def baskets(n=600, n_others=9):
    """Make baskets of two items of a cluster, far from each other, with others in between that tell nothing."""
    rng = np.random.default_rng(1)
    for k in range(n):
        pair = rng.choice(N_ITEMS, 2, replace=False) + k % N_CLUSTERS * N_ITEMS
        others = rng.integers(10 * N_ITEMS, 20 * N_ITEMS, n_others)
        yield [f"{pair[0]}", *map(str, others), f"{pair[1]}"]


def test_each_line_keeps_its_words_in_an_order_of_its_own():
    with fastvec.read_corpus(LINES) as corpus:
        text = Shuffled(corpus, 1)
        orders = Counter()
        for text.epoch in range(60):
            for got, line in zip(lines_of(read(text)), lines_of(read(corpus)), strict=True):
                assert sorted(got[:-1]) == sorted(line[:-1])
                assert got[-1] == -1
            orders[tuple(lines_of(read(text))[2])] += 1
        assert len(orders) == 2
        assert min(orders.values()) > 15


def test_any_part_is_that_of_the_whole():
    with fastvec.read_corpus([" ".join(map(str, range(500))), *LINES]) as corpus:
        whole = read(Shuffled(corpus, 3))
        text = Shuffled(corpus, 3)
        for first in (400, 37, 490, 0, 505):
            np.testing.assert_array_equal(read(text, first, first + 9), whole[first : first + 9])
        assert not np.array_equal(whole, read(Shuffled(corpus, 4)))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 7, 12])
def test_every_order_is_about_equally_likely(n):
    with fastvec.read_corpus([[str(k) for k in range(n)]]) as corpus:
        text, places, followers = Shuffled(corpus, 1), np.zeros((n, n)), np.zeros((n, n))
        for text.epoch in range(2000):
            line = read(text)[:n]
            places[line, range(n)] += n / 2000
            followers[line[:-1], line[1:]] += n / 2000
    assert 0.75 < places.min() <= places.max() < 1.25
    assert 0.7 < followers[~np.eye(n, dtype=bool)].min()


def test_a_spread_of_shuffled_lines_cuts_no_line_where_stretches_meet(monkeypatch):
    monkeypatch.setattr("fastvec.corpus.spread.STRETCH", 4)
    with fastvec.read_corpus([[str(k) for k in range(30)]]) as corpus:
        text = shuffled(Spread(corpus), 1)
        assert isinstance(text, Spread)
        assert sorted(read(text)) == list(range(-1, 30))
        assert sorted(read(text, 0, 4)) != sorted(read(Spread(corpus), 0, 4))


def test_all_pairs_of_a_line_are_counted():
    sentences = [["a", "b", "a", "c"], ["b"], ["c", "d", "b", "a", "e"]]
    with fastvec.read_corpus(sentences) as corpus:
        words = corpus.vocabulary(1)
        counts = fastvec.count_cooccurrence(corpus, words, context="line", window=4)
        ids = [[words[word] for word in sentence] for sentence in sentences]
    expected = naive.cooccurrence(ids, len(words), 9, "flat", "both")
    np.testing.assert_array_equal(counts.matrix.toarray(), expected)


def test_of_a_long_line_pairs_are_counted_that_were_drawn_from_all_of_it():
    n, window = 1000, 3
    with fastvec.read_corpus([[str(k) for k in range(n)]]) as corpus:
        matrix = fastvec.count_cooccurrence(corpus, corpus.vocabulary(1), context="line", window=window).matrix.tocoo()
        assert matrix.sum() == 2 * n * window - window * (window + 1)
        words = np.array([int(word) for word in corpus.vocabulary(1)])
    distances = np.abs(words[matrix.row] - words[matrix.col])
    assert distances.mean() == pytest.approx(n / 3, rel=0.05)  # as of any two


@pytest.mark.parametrize("model", WINDOWED)
def test_items_of_a_cluster_are_neighbours_wherever_they_stand_in_baskets(model):
    options = {"dim": 12, "min_count": 1, "window": 10, "sample": 0, "threads": 1}
    if model in ("skipgram", "cbow"):
        options |= {"epochs": 12, "init": "word2vec"}
    wv = fastvec.train(baskets(), model, context="line", **options)
    right = 0
    for item in range(N_CLUSTERS * N_ITEMS):
        vector, rows = wv.vectors[wv.index(str(item))], [wv.index(str(k)) for k in range(N_CLUSTERS * N_ITEMS)]
        cosines = wv.vectors[rows] @ vector / np.linalg.norm(wv.vectors[rows], axis=1)
        cosines[item] = -2
        right += np.argmax(cosines) // N_ITEMS == item // N_ITEMS
    assert right > 0.85 * N_CLUSTERS * N_ITEMS


def test_all_words_of_a_line_longer_than_a_block_are_trained():
    words = [str(k % 50) for k in np.random.default_rng(0).permutation(5000)]
    wv = fastvec.train([words], context="line", dim=8, epochs=1, threads=1, min_count=1, init="word2vec")
    assert np.isfinite(wv.vectors).all()
    assert np.abs(wv.vectors).min(1).all()


@pytest.mark.parametrize("argument", [{"weighting": "flat"}, {"side": "left"}])
def test_distances_and_sides_are_refused_with_lines(argument):
    with pytest.raises(InputError, match=r"applies to context='window'"):
        fastvec.train(LINES, "glove", context="line", **argument)
