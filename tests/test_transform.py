import numpy as np
import pytest

from fastvec import InputError, KeyedVectors, UnknownWordError


@pytest.fixture
def wv():
    matrix = np.random.default_rng(1).standard_normal((50, 6)).astype(np.float32) + 2
    return KeyedVectors([f"w{row}" for row in range(50)], matrix, counts=range(50), metadata={"seed": 1})


def test_normalized_vectors_have_length_one(wv):
    units = wv.normalize()
    np.testing.assert_allclose(np.linalg.norm(units.vectors, axis=1), 1, rtol=1e-6)
    assert units.similarity("w1", "w2") == pytest.approx(wv.similarity("w1", "w2"))
    assert units.counts.tolist() == wv.counts.tolist()
    assert units.metadata == {"seed": 1}


def test_a_vector_of_zeros_stays_when_normalized():
    assert KeyedVectors(["a", "b"], [[0, 0], [3, 4]]).normalize().vectors.tolist() == [
        [0, 0],
        pytest.approx([0.6, 0.8]),
    ]


def test_centered_vectors_have_a_mean_of_zero(wv):
    np.testing.assert_allclose(wv.center().vectors.mean(axis=0), 0, atol=1e-6)


def test_removed_components_are_gone(wv):
    removed = wv.remove_components(2).vectors
    centered = wv.vectors - wv.vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centered.astype(np.float64))
    np.testing.assert_allclose(removed @ directions[:2].T, 0, atol=1e-5)
    np.testing.assert_allclose(removed @ directions[2:].T, centered @ directions[2:].T, atol=1e-4)
    assert np.array_equal(wv.remove_components().vectors, wv.remove_components(1).vectors)


@pytest.mark.parametrize(("count", "limit"), [(0, "at least 1"), (6, "below 6")])
def test_not_all_components_can_be_removed(wv, count, limit):
    with pytest.raises(InputError, match=f"n_components must be {limit}, not {count}"):
        wv.remove_components(count)


def test_a_subset_keeps_the_order_asked_for(wv):
    part = wv.subset(["w9", "w3"])
    assert part.words == ["w9", "w3"]
    assert np.array_equal(part["w3"], wv["w3"])
    assert part.counts.tolist() == [9, 3]
    with pytest.raises(UnknownWordError, match="'nope'"):
        wv.subset(["nope"])
    with pytest.raises(InputError, match="'w1' comes twice"):
        wv.subset(["w1", "w1"])


def test_a_subset_keeps_context_vectors():
    wv = KeyedVectors(["a", "b"], [[1], [2]], context_vectors=[[3], [4]])
    assert wv.subset(["b"]).context_vectors.tolist() == [[4]]


def test_concatenated_words_have_both_vectors(wv):
    other = KeyedVectors(["w3", "x", "w1"], [[1, 2], [3, 4], [5, 6]])
    both = wv.concatenate(other)
    assert both.words == ["w1", "w3"]
    assert both["w1"].tolist() == [*wv["w1"].tolist(), 5, 6]
    assert both.counts.tolist() == [1, 3]
    with pytest.raises(InputError, match="no word in common"):
        wv.concatenate(KeyedVectors(["x"], [[1]]))


def test_a_rotated_set_is_aligned_with_the_original(wv):
    rotation, _ = np.linalg.qr(np.random.default_rng(2).standard_normal((6, 6)))
    turned = KeyedVectors(wv.words, wv.vectors @ rotation.astype(np.float32))
    np.testing.assert_allclose(turned.align(wv).vectors, wv.vectors, atol=1e-4)
    np.testing.assert_allclose(turned.align(wv, wv.words[:10]).vectors, wv.vectors, atol=1e-4)


def test_sets_that_cannot_be_aligned_are_refused(wv):
    with pytest.raises(InputError, match="as many dimensions, not 6 and 1"):
        wv.align(KeyedVectors(["w1"], [[1]]))
    with pytest.raises(InputError, match="at least one word"):
        wv.align(wv, [])
    with pytest.raises(UnknownWordError, match="'nope'"):
        wv.align(wv, ["nope"])


def test_an_embedding_matrix_has_the_rows_asked_for(wv):
    matrix = wv.embedding_matrix(["w2", "w0", "w2"])
    assert np.array_equal(matrix, wv.vectors[[2, 0, 2]])


def test_missing_words_get_what_the_policy_says(wv):
    with pytest.raises(UnknownWordError, match="'nope'"):
        wv.embedding_matrix(["w1", "nope"])
    assert not wv.embedding_matrix(["w1", "nope"], missing="zeros")[1].any()
    np.testing.assert_allclose(wv.embedding_matrix(["nope"], missing="mean")[0], wv.vectors.mean(axis=0), rtol=1e-5)
    noise = wv.embedding_matrix(["nope"] * 500, missing="random", seed=3)
    assert noise.mean() == pytest.approx(wv.vectors.mean(), abs=0.1)
    assert noise.std() == pytest.approx(wv.vectors.std(), abs=0.1)
    assert np.array_equal(noise, wv.embedding_matrix(["nope"] * 500, missing="random", seed=3))
    with pytest.raises(InputError, match="missing must be one of error, zeros, mean, random, not 'ones'"):
        wv.embedding_matrix(["w1"], missing="ones")
