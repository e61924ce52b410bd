import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.kernels.huffman import huffman_paths
from tests.naive.word2vec import huffman_cost

falling = st.lists(st.integers(1, 10**12), min_size=2, max_size=60).map(lambda counts: sorted(counts, reverse=True))


def codes(paths):
    """Give each word's path as a tuple of (node, label)."""
    for start, end in zip(paths.starts[:-1], paths.starts[1:], strict=True):
        yield tuple(zip(paths.nodes[start:end].tolist(), paths.labels[start:end].tolist(), strict=True))


@settings(deadline=None)
@given(falling)
def test_the_weighted_path_length_is_the_least_possible(counts):
    paths = huffman_paths(np.array(counts))
    assert int((np.diff(paths.starts) * np.array(counts)).sum()) == huffman_cost(counts)


@settings(deadline=None)
@given(falling)
def test_paths_lead_to_different_words_and_begin_at_the_root(counts):
    found = list(codes(huffman_paths(np.array(counts))))
    assert len(set(found)) == len(counts)
    assert all(path[0][0] == 0 for path in found)
    labels = ["".join(str(int(label)) for _, label in path) for path in found]
    assert not any(a != b and b.startswith(a) for a in labels for b in labels)


def test_ties_always_give_the_same_tree():
    first, second = huffman_paths(np.full(7, 3)), huffman_paths(np.full(7, 3))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert np.diff(first.starts).max() == 3


def test_two_words_have_one_node():
    paths = huffman_paths(np.array([5, 1]))
    assert paths.nodes.tolist() == [0, 0]
    assert paths.labels.tolist() == [0, 1]


@pytest.mark.parametrize("n", [50])
def test_a_degenerate_tree_is_as_deep_as_its_words(n):
    counts = np.array([2**k for k in range(n, 0, -1)])
    assert np.diff(huffman_paths(counts).starts).max() == n - 1
