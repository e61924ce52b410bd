"""Queries, beside slow ones written from their definitions, and beside gensim's where it is installed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec import FastvecError, InputError, KeyedVectors
from fastvec.vectors import search as search_module


def make(n_words=300, dim=8, seed=1):
    matrix = np.random.default_rng(seed).standard_normal((n_words, dim)).astype(np.float32)
    return KeyedVectors([f"w{row}" for row in range(n_words)], matrix)


def cosine(a, b):
    a, b = np.float64(a), np.float64(b)
    return a @ b / np.sqrt((a @ a) * (b @ b))


def naive_neighbours(wv, query, topn, without=()):
    scores = [(word, cosine(query, wv[word])) for word in wv.words if word not in without]
    return sorted(scores, key=lambda pair: -pair[1])[:topn]


def assert_same(found, expected):
    assert [word for word, _ in found] == [word for word, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


@pytest.fixture
def wv():
    return make()


def test_neighbours_of_a_word(wv):
    assert_same(wv.most_similar("w7", topn=5), naive_neighbours(wv, wv["w7"], 5, {"w7"}))


def test_words_are_added_and_subtracted_at_length_one(wv):
    unit = {word: wv[word] / np.linalg.norm(wv[word]) for word in ("w1", "w2", "w3")}
    query = unit["w1"] - unit["w2"] + unit["w3"]
    found = wv.most_similar(["w1", "w3"], ["w2"])
    assert_same(found, naive_neighbours(wv, query, 10, {"w1", "w2", "w3"}))
    assert wv.analogy("w1", "w2", "w3") == found


def test_vectors_can_be_mixed_with_words(wv):
    query = wv["w1"] / np.linalg.norm(wv["w1"]) + wv["w2"] / np.linalg.norm(wv["w2"])
    for vector in (wv["w1"] * 9, (wv["w1"] * 9).tolist()):
        assert_same(wv.most_similar([vector, "w2"], topn=3), naive_neighbours(wv, query, 3, {"w2"}))


def test_words_and_vectors_may_have_weights(wv):
    query = 0.5 * wv["w1"] / np.linalg.norm(wv["w1"]) - 2 * wv["w2"] / np.linalg.norm(wv["w2"])
    expected = naive_neighbours(wv, query, 10, {"w1", "w2"})
    assert_same(wv.most_similar([("w1", 0.5), ("w2", -2)]), expected)
    assert_same(wv.most_similar([(wv["w1"], 0.5)], [("w2", 2)]), naive_neighbours(wv, query, 10, {"w2"}))
    assert wv.most_similar(("w1", 0.5)) == wv.most_similar("w1")
    assert wv.most_similar(("w1", "w2")) == wv.most_similar(["w1", "w2"])
    squared = wv.most_similar([("w1", 2), "w3"], ["w2"], method="3cosmul")
    assert_same(squared, wv.most_similar(["w1", "w1", "w3"], ["w2"], method="3cosmul"))


def test_all_words_are_returned_on_request(wv):
    assert len(wv.most_similar("w1", topn=None)) == 299


@pytest.mark.parametrize("kind", [list, tuple, iter, np.array, dict.fromkeys])
def test_words_come_in_any_iterable(wv, kind):
    words = ["w1", "w2", "w5"]
    assert wv.doesnt_match(kind(words)) == wv.doesnt_match(words)
    assert (wv.centroid(kind(words)) == wv.centroid(words)).all()
    assert wv.nearest(kind(words)) == wv.nearest(words)
    assert wv.subset(kind(words)).words == words
    assert wv.most_similar(kind(words)) == wv.most_similar(words)
    assert (wv[kind(words)] == wv[words]).all()


def test_neighbours_are_a_table_too(wv):
    pd = pytest.importorskip("pandas")
    found = wv.most_similar("w1", topn=2)
    assert isinstance(found.to_pandas(), pd.DataFrame)
    assert found.to_pandas().columns.tolist() == ["word", "score"]
    (word, score), _ = found
    assert f"<td>{word}</td><td>{score:.4f}</td>" in found._repr_html_()


def test_multiplying_cosines(wv):
    def score(word):
        half = {other: (1 + cosine(wv[word], wv[other])) / 2 for other in ("w1", "w2", "w3")}
        return half["w1"] * half["w3"] / (half["w2"] + 1e-6)

    expected = sorted(((word, score(word)) for word in wv.words[:1] + wv.words[4:]), key=lambda pair: -pair[1])[:10]
    assert_same(wv.most_similar(["w1", "w3"], ["w2"], method="3cosmul"), expected)


def test_search_can_be_restricted_to_the_first_words(wv):
    found = wv.most_similar("w7", topn=50, limit=20)
    assert {word for word, _ in found} == {f"w{row}" for row in range(20)} - {"w7"}


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 400), st.integers(1, 300), st.integers(1, 40))
def test_many_queries_give_what_single_ones_give(n_words, topn, block):
    wv = make(n_words, 3)
    with pytest.MonkeyPatch.context() as patch:  # small blocks, so that there are several
        patch.setattr(search_module, "_FEWEST_ROWS", block)
        patch.setattr(search_module, "_PRODUCTS", 1)
        patch.setattr(search_module, "_MOST_WAITING", 10)
        items = [*wv.words[:3], wv.vectors[0]]
        for item, found in zip(items, wv.nearest(items, topn), strict=True):
            without = {item} if isinstance(item, str) else set()
            query = wv[item] if isinstance(item, str) else item
            expected = naive_neighbours(wv, query, topn, without)
            assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)
            assert len({word for word, _ in found}) == len(expected)
            assert not without & {word for word, _ in found}


def test_equal_scores_come_in_the_order_of_the_words():
    wv = KeyedVectors(["a", "b", "c", "d"], [[1, 0], [0, 2], [0, 1], [0, 3]])
    assert [word for word, _ in wv.most_similar("a")] == ["b", "c", "d"]


def test_a_vector_of_zeros_is_near_nothing():
    wv = KeyedVectors(["zero", "one"], [[0, 0], [1, 0]])
    assert wv.most_similar("one") == [("zero", 0.0)]
    assert wv.similarity("zero", "one") == 0


def test_float16_vectors_are_searched_too():
    wv = make()
    half = KeyedVectors(wv.words, wv.vectors.astype(np.float16))
    assert [word for word, _ in half.most_similar("w7", topn=3)] == [word for word, _ in wv.most_similar("w7", topn=3)]


def test_similarity_is_the_cosine(wv):
    assert wv.similarity("w1", "w2") == pytest.approx(cosine(wv["w1"], wv["w2"]))
    assert wv.similarities("w1") == pytest.approx(np.array([cosine(wv["w1"], row) for row in wv.vectors]), abs=1e-6)


def test_groups_are_compared_by_their_means(wv):
    expected = cosine(wv[["w1", "w2"]].mean(axis=0), wv[["w3"]].mean(axis=0))
    assert wv.n_similarity(["w1", "w2"], ["w3"]) == pytest.approx(expected)


def test_documents_are_compared_by_the_sum_of_all_cosines(wv):
    expected = sum(cosine(wv[a], wv[b]) for a in ("w1", "w2", "w2") for b in ("w3", "w4"))
    assert wv.document_similarity(["w1", "w2", "w2"], ["w3", "w4"]) == pytest.approx(expected, rel=1e-5)
    with pytest.raises(FastvecError, match="'nope'"):
        wv.document_similarity(["w1", "nope"], ["w3"])
    skipped = wv.document_similarity(["w1", "nope"], ["w3"], skip_unknown=True)
    assert skipped == pytest.approx(wv.similarity("w1", "w3"), rel=1e-5)


def test_a_mean_may_leave_out_unknown_words(wv):
    with pytest.raises(FastvecError, match="'nope'"):
        wv.centroid(["w1", "nope", "w2"])
    np.testing.assert_array_equal(wv.centroid(["w1", "nope", "w2"], skip_unknown=True), wv.centroid(["w1", "w2"]))
    with pytest.raises(FastvecError, match=r"^none of the words has a vector$"):
        wv.centroid(["nope"], skip_unknown=True)


def test_the_odd_word_is_farthest_from_the_mean():
    wv = KeyedVectors(["a", "b", "c"], [[1, 0.1], [5, 0], [0, 1]])
    assert wv.doesnt_match(["a", "b", "c"]) == "c"


def test_rank_counts_the_closer_words(wv):
    neighbours = [word for word, _ in wv.most_similar("w7", topn=299)]
    assert wv.rank("w7", neighbours[0]) == 1
    assert wv.rank("w7", neighbours[41]) == 42
    assert wv.closer_than("w7", neighbours[5]) == neighbours[:5]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda wv: wv.most_similar(), "at least one word or vector"),
        (lambda wv: wv.most_similar("w1", topn=0), "topn must be at least 1, not 0"),
        (lambda wv: wv.most_similar("w1", limit=0), "limit must be at least 1, not 0"),
        (lambda wv: wv.most_similar("w1", method="cosmul"), "method must be one of 3cosadd, 3cosmul, not 'cosmul'"),
        (lambda wv: wv.most_similar("w1", restrict_vocab=9), "no argument 'restrict_vocab'; did you mean limit?"),
        (lambda wv: wv.nearest(["w1"], vocab_limit=9), "no argument 'vocab_limit'; did you mean limit?"),
        (lambda wv: wv.most_similar([np.zeros(3)]), "a vector must have 8 numbers"),
        (lambda wv: wv.most_similar([np.full(8, np.nan)]), "a vector must hold finite numbers"),
        (lambda wv: wv.most_similar(None), "positive must be a word, a vector, or a list of these, not None"),
        (lambda wv: wv.most_similar([0.5] * 8), "an item must be a word or a vector, not 0.5"),
        (lambda wv: wv.most_similar([[1, [2]]]), r"an item must be a word or a vector, not \[1, \[2\]\]"),
        (lambda wv: wv.most_similar([("w1", np.inf)]), "a weight must be a finite number, not inf"),
        (lambda wv: wv.similarity("w1", 3), "an item must be a word or a vector, not 3"),
        (lambda wv: wv.doesnt_match("w1"), "words must be a list of words, not 'w1'"),
        (lambda wv: wv.subset(["w1", 2]), "words must hold words only; item 2 is 2"),
        (lambda wv: wv.document_similarity(["w1"], None), "second must be a list of words, not None"),
        (lambda wv: wv.nearest("w1"), "put it into a list"),
        (lambda wv: wv.nearest(np.zeros(8)), "put it into a list"),
        (lambda wv: wv.doesnt_match([]), "words must hold at least one word"),
        (lambda wv: wv.centroid([]), "words must hold at least one word"),
    ],
)
def test_questions_without_sense_are_refused(wv, call, message):
    with pytest.raises(InputError, match=message):
        call(wv)


def test_an_empty_list_of_queries_has_no_answers(wv):
    assert wv.nearest([]) == []


def test_without_words_nothing_is_near():
    assert KeyedVectors([], np.zeros((0, 2))).most_similar([np.ones(2)]) == []


def test_answers_are_those_of_gensim(wv):
    pytest.importorskip("gensim")
    keyed = wv.to_gensim()
    assert_same(wv.most_similar("w7"), keyed.most_similar("w7"))
    assert_same(wv.most_similar(["w1", "w3"], ["w2"]), keyed.most_similar(["w1", "w3"], ["w2"]))
    found = wv.most_similar(["w1", "w3"], ["w2"], method="3cosmul")
    with pytest.warns(DeprecationWarning, match="init_sims"):
        assert_same(found, keyed.most_similar_cosmul(["w1", "w3"], ["w2"]))
    assert_same(wv.most_similar("w7", limit=50), keyed.most_similar("w7", restrict_vocab=50))
    assert wv.similarity("w1", "w2") == pytest.approx(keyed.similarity("w1", "w2"), abs=1e-6)
    assert wv.n_similarity(["w1"], ["w2", "w3"]) == pytest.approx(keyed.n_similarity(["w1"], ["w2", "w3"]), abs=1e-6)
    assert wv.doesnt_match(["w1", "w2", "w3"]) == keyed.doesnt_match(["w1", "w2", "w3"])
    assert wv.rank("w1", "w2") == keyed.rank("w1", "w2")
    assert set(wv.closer_than("w1", "w2")) == set(keyed.closer_than("w1", "w2"))


EXTREME = [[1e38, 1e38], [3e38, -1e38], [1e-40, 1e-40], [1, 1], [0, 0]]
UNITS = np.array([[0.5**0.5, 0.5**0.5], [0.9**0.5, -(0.1**0.5)], [0.5**0.5, 0.5**0.5], [0.5**0.5, 0.5**0.5], [0, 0]])


def test_extreme_numbers_have_the_right_cosines():
    wv = KeyedVectors(list("abcde"), EXTREME)
    expected = UNITS @ UNITS.T
    np.testing.assert_allclose([wv.similarities(word) for word in wv], expected, atol=1e-5)
    np.testing.assert_allclose([[wv.similarity(a, b) for a in wv] for b in wv], expected, atol=1e-5)
    assert dict(wv.most_similar("a")) == pytest.approx({"b": expected[0, 1], "c": 1, "d": 1, "e": 0}, abs=1e-5)
    np.testing.assert_allclose(wv.normalize().vectors, UNITS, atol=1e-5)
    np.testing.assert_allclose(wv.norms, np.linalg.norm(np.float64(EXTREME), axis=1), rtol=1e-4)
    assert np.isfinite(wv.centroid(["a", "b"])).all()
    half = KeyedVectors(["a", "b"], np.float16([[65504] * 300, [6e-8] * 300]))
    assert half.similarity("a", "b") == pytest.approx(1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda wv: wv["b"],
        lambda wv: wv[["a", "b"]],
        lambda wv: wv.norms,
        lambda wv: wv.similarity("a", "b"),
        lambda wv: wv.similarities("a"),
        lambda wv: wv.most_similar("a"),
        lambda wv: wv.doesnt_match(["a", "b", "c"]),
        lambda wv: wv.centroid(["a", "b"]),
        lambda wv: wv.cluster(2),
        lambda wv: wv.normalize(),
        lambda wv: wv.center(),
        lambda wv: wv.remove_components(1),
        lambda wv: wv.embedding_matrix(["b"]),
    ],
)
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused_by_name(ask, number):
    wv = KeyedVectors(list("abc"), [[1, 2], [1, number], [3, 4]])
    assert wv.similarity("a", "c")
    with pytest.raises(InputError, match=r"^the vector of 'b' is not finite; load the file with errors='skip'"):
        ask(wv)


def test_a_vector_to_search_for_must_be_finite():
    with pytest.raises(InputError, match="a vector must hold finite numbers only"):
        KeyedVectors(["a"], [[1.0, 2.0]]).most_similar(np.array([1e39, 1]))
