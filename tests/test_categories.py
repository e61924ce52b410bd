"""Categories: reading classes, clustering, agreement."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec import FileError, InputError, KeyedVectors
from fastvec.evaluation import categories, read_classes
from fastvec.evaluation.agreement import adjusted_rand, is_majority
from fastvec.vectors.kmeans import cluster_directions, distant_rows

SHARED = Path(__file__).parents[2] / "shared" / "data" / "eval"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no shared evaluation sets beside the repository")

CLASSES = "cat\tanimal\ndog\tanimal\ncow\tanimal\nred\tcolour\nblue\tcolour\ngreen\tcolour\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "classes.tsv"
    path.write_text(CLASSES)
    return path


@pytest.fixture
def wv():
    vectors = [[9, 1, 0], [9, 0, 1], [9, 1, 1], [0, 9, 1], [1, 9, 0], [1, 9, 1]]
    return KeyedVectors(["cat", "dog", "cow", "red", "blue", "green"], vectors)


def naive_adjusted_rand(first, second):
    """Count pairs one by one (Hubert and Arabie 1985)."""
    pairs = list(combinations(range(len(first)), 2))
    both = sum(first[i] == first[j] and second[i] == second[j] for i, j in pairs)
    in_first = sum(first[i] == first[j] for i, j in pairs)
    in_second = sum(second[i] == second[j] for i, j in pairs)
    chance = in_first * in_second / len(pairs)
    span = (in_first + in_second) / 2 - chance
    return (both - chance) / span if span > 0 else float("nan")


def test_classes_that_lie_apart_are_found(wv, path):
    result = categories(wv, path)
    assert (result.purity, result.adjusted_rand, result.classes) == (1, 1, 2)
    assert result.purity_spread == 0
    assert result.interval == (1, 1)
    assert (result.covered, result.questions, result.coverage) == (6, 6, 1)


def test_a_single_run_has_no_spread(wv, path):
    assert np.isnan(categories(wv, path, runs=1).purity_spread)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=12))
def test_the_rand_index_is_that_of_its_definition(labels):
    first, second = np.array(labels, np.int64).T
    assert adjusted_rand(first, second)[0] == pytest.approx(naive_adjusted_rand(first, second), nan_ok=True)


def test_copies_of_a_word_are_no_pair():
    clusters, classes = np.array([0, 1]), np.array([0, 1])
    assert np.isnan(adjusted_rand(clusters, classes, np.array([[2.0, 0.0]]))[0])


def test_purity_counts_the_most_frequent_class_of_each_cluster():
    assert is_majority(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])).mean() == 0.8


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 8), st.integers(0, 50))
def test_no_cluster_is_empty(n_clusters, seed):
    units = np.random.default_rng(seed).standard_normal((8, 3)).astype(np.float32)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    units[:4] = units[0]  # copies, which no centre tells apart
    assert set(cluster_directions(units, distant_rows(units, n_clusters, seed), 100)) == set(range(n_clusters))


def test_several_columns_are_several_sets(tmp_path):
    path = tmp_path / "grains.csv"
    path.write_text("cat,pet,animal\nwolf,wild,animal\nred,warm,colour\n")
    assert [each.labels for each in read_classes(path)] == [("pet", "wild", "warm"), ("animal", "animal", "colour")]


def test_headings_and_row_numbers_are_understood(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text(",category,word\n0,bird,crow\n1,bird,\n2,tree,oak\n")
    classes = read_classes(path)[0]
    assert (classes.words, classes.labels) == (("crow", "oak"), ("bird", "tree"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("cat\tanimal\ndog\nred\tcolour\n", r"line 2: 1 of 3 lines malformed; expected a word and 1 class, not 'dog'"),
        ("word,category\n", "holds no word"),
        ("cat\tanimal\ndog\tanimal\n", "column 2: all words have the class 'animal'; two are needed"),
    ],
)
def test_bad_classes_are_refused(tmp_path, text, message):
    path = tmp_path / "classes.tsv"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_classes(path)


def test_sets_that_are_not_covered_are_refused(path):
    with pytest.raises(InputError, match="0 of 6 words covered"):
        categories(KeyedVectors(["sun"], [[1.0]]), path)
    with pytest.raises(InputError, match="2 of 6 words of classes covered, all of the class 'animal'"):
        categories(KeyedVectors(["cat", "dog"], np.eye(2)), path)


def test_runs_must_be_positive(wv, path):
    with pytest.raises(InputError, match="runs must be at least 1, not 0"):
        categories(wv, path, runs=0)


@needs_shared
@pytest.mark.parametrize(
    ("name", "n_words", "n_classes"),
    [("AP", 402, 21), ("BLESS", 200, 17), ("Battig", 5231, 56), ("ESSLLI_2a_nouns", 44, 6), ("ESSLLI_2c_verbs", 45, 9)],
)
def test_known_sets_are_read_whole(name, n_words, n_classes):
    classes = read_classes(SHARED / "categorization" / f"{name}.tsv")[0]
    assert (len(classes), len(set(classes.labels))) == (n_words, n_classes)
