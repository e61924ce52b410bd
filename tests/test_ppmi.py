import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import fastvec
from fastvec.errors import InputError
from fastvec.kernels.sparse import PANEL, combine, multiply_rows
from tests.naive import counts as naive

COUNTS = np.array([[0, 2, 1], [2, 4, 0], [1, 0, 9]], np.float64)
some_counts = arrays(np.float64, st.tuples(st.integers(2, 6), st.integers(2, 6)), elements=st.integers(0, 9)).filter(
    lambda counts: counts.sum(1).all() and counts.sum(0).all()
)


@settings(deadline=None)
@given(some_counts, st.sampled_from([0.5, 0.75, 1.0]), st.sampled_from([0.5, 1.0, 2.0]))
def test_ppmi_is_that_of_the_definition(counts, cds, shift):
    got = fastvec.ppmi(scipy.sparse.csr_matrix(counts), cds=cds, shift=shift)
    np.testing.assert_allclose(got.toarray(), naive.ppmi(counts, cds, shift), atol=1e-6)
    assert (got.data > 0).all()


def test_threads_change_nothing():
    rng = np.random.default_rng(1)
    counts = scipy.sparse.random_array((300, 300), density=0.1, rng=rng, dtype=np.float32).tocsr()
    one, two = (fastvec.ppmi(counts, threads=threads) for threads in (1, 2))
    np.testing.assert_array_equal(one.toarray(), two.toarray())


def test_words_without_cooccurrences_have_empty_rows():
    counts = scipy.sparse.csr_matrix(np.array([[0, 2, 0], [2, 0, 0], [0, 0, 0]]))
    np.testing.assert_allclose(fastvec.ppmi(counts, cds=1).toarray(), np.log([[1, 2, 1], [2, 1, 1], [1, 1, 1]]))


def test_rare_cells_are_left_out_but_count_in_the_sums():
    every = fastvec.ppmi(scipy.sparse.csr_matrix(COUNTS)).toarray()
    some = fastvec.ppmi(scipy.sparse.csr_matrix(COUNTS), cell_min_count=2).toarray()
    np.testing.assert_array_equal(some, np.where(COUNTS >= 2, every, 0))


def test_cells_that_come_twice_are_added_up():
    twice = scipy.sparse.csr_matrix((np.ones(4), np.array([1, 1, 0, 0]), np.array([0, 2, 4])), shape=(2, 2))
    once = scipy.sparse.csr_matrix(np.array([[0.0, 2], [2, 0]]))
    np.testing.assert_array_equal(fastvec.ppmi(twice).toarray(), fastvec.ppmi(once).toarray())
    assert twice.nnz == 4


def test_counts_of_fastvec_and_of_scipy_give_the_same():
    with fastvec.read_corpus(["a b c a", "b a"]) as corpus:
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(1))
    np.testing.assert_array_equal(fastvec.ppmi(counts).toarray(), fastvec.ppmi(counts.matrix).toarray())


@pytest.mark.parametrize("bad", [-1, np.nan, np.inf])
def test_counts_below_zero_or_not_finite_are_refused(bad):
    with pytest.raises(InputError, match="counts must be finite numbers of at least 0"):
        fastvec.ppmi(scipy.sparse.csr_matrix(np.array([[0, bad], [1, 1.0]])))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cds": -1}, "cds must be at least 0, not -1"),
        ({"shift": 0}, "shift must be above 0, not 0"),
        ({"cell_min_count": -1}, "cell_min_count must be at least 0, not -1"),
    ],
)
def test_values_out_of_range_are_named(options, message):
    with pytest.raises(InputError, match=message):
        fastvec.ppmi(scipy.sparse.csr_matrix(COUNTS), **options)


def test_the_sparse_product_is_that_of_scipy():
    rng = np.random.default_rng(1)
    matrix = scipy.sparse.random_array((40, 30), density=0.1, rng=rng, dtype=np.float32).tocsr()
    assert (np.diff(matrix.indptr) == 0).any()
    panel, out = rng.normal(size=(30, PANEL)).astype(np.float32), np.full((40, PANEL), 7, np.float32)
    multiply_rows(matrix.indptr, matrix.indices, matrix.data, panel, 5, 40, out)
    np.testing.assert_allclose(out[5:], (matrix @ panel)[5:], atol=1e-6)
    assert (out[:5] == 7).all()


def test_the_combination_of_rows_is_that_of_its_python_twin():
    rng = np.random.default_rng(2)
    values, rows = rng.normal(size=9).astype(np.float32), rng.integers(0, 5, 9).astype(np.int32)
    panel, twin, out = rng.normal(size=(5, PANEL)).astype(np.float32), np.zeros((1, PANEL)), np.zeros((1, PANEL), "f4")
    combine(values, rows, 2, 9, panel, twin, 0)
    multiply_rows(np.array([2, 9]), rows, values, panel, 0, 1, out)
    np.testing.assert_allclose(out, twin, atol=1e-6)


def sparse_vectors(seed=1, n=30):
    """A random matrix of rows of numbers above zero, and its words."""
    matrix = scipy.sparse.random_array((n, n), density=0.3, rng=np.random.default_rng(seed), dtype=np.float32).tocsr()
    return matrix, fastvec.Vocabulary([f"w{k}" for k in range(n)], np.arange(n, 0, -1))


def test_explicit_vectors_have_the_cosines_of_the_sparse_ones():
    matrix, vocabulary = sparse_vectors()
    dense = matrix.toarray()
    unit = dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    wv = fastvec.explicit_vectors(matrix, vocabulary, ["w3", "w7", "w3"])
    assert wv.dim == 3
    for word, row in (("w3", 3), ("w7", 7)):
        np.testing.assert_allclose(wv.similarities(word), unit @ unit[row], atol=1e-5)
    np.testing.assert_allclose(wv.norms, np.linalg.norm(dense, axis=1), rtol=1e-5)


def test_explicit_vectors_may_be_asked_about_all_words():
    matrix, vocabulary = sparse_vectors()
    wv = fastvec.explicit_vectors(matrix, vocabulary, vocabulary.words)
    np.testing.assert_allclose(wv.vectors @ wv.vectors.T, (matrix @ matrix.T).toarray(), atol=1e-4)


def test_explicit_vectors_of_equal_and_empty_rows_are_finite():
    matrix = scipy.sparse.csr_matrix(np.array([[1, 0, 2], [1, 0, 2], [0, 0, 0]], np.float32))
    vocabulary = fastvec.Vocabulary(["a", "b", "c"], np.array([3, 2, 1]))
    wv = fastvec.explicit_vectors(matrix, vocabulary, ["a", "b", "c"])
    np.testing.assert_allclose(wv.vectors @ wv.vectors.T, (matrix @ matrix.T).toarray(), atol=1e-5)
    assert not fastvec.explicit_vectors(matrix, vocabulary, ["c"]).vectors[2].any()


def test_explicit_vectors_need_words_that_are_there_and_a_row_for_each():
    matrix, vocabulary = sparse_vectors()
    with pytest.raises(fastvec.UnknownWordError, match="'x' is not among the 30 words"):
        fastvec.explicit_vectors(matrix, vocabulary, ["x"])
    for words in ([], "w3"):
        with pytest.raises(InputError, match=r"words must (hold at least one word|be a list of words)"):
            fastvec.explicit_vectors(matrix, vocabulary, words)
    with pytest.raises(InputError, match="the matrix must have 30 rows, one for each word, not 20"):
        fastvec.explicit_vectors(matrix[:20], vocabulary, ["w3"])
