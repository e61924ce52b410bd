import numpy as np
import pytest

from fastvec.kernels.replicas import NEVER
from fastvec.training.replicas import Merging, Replicas, most_replicas


def choose(updates, n_threads=2, n_ids=10**7, gain=1.0, occurrences=None, n_sums=128):
    updates = np.array(updates, np.float64)
    occurrences = updates if occurrences is None else np.array(occurrences)
    every = Merging(n_threads, n_ids, gain).choose(updates, occurrences, n_sums)
    return ["mean" if n == NEVER else n for n in every.tolist()]


def test_copies_that_each_thread_updates_often_are_merged_to_the_mean():
    assert choose([9e9, 5e4, 4.9e4, 1e5]) == ["mean", "mean", 28, 28]
    assert choose([9e9, 8e6, 7.5e4, 7.4e4], n_threads=3) == ["mean", "mean", "mean", 9]


def test_in_a_long_training_copies_are_merged_to_the_mean_only_if_they_occur_often_within_a_pause():
    assert choose([9e9, 4.28e6, 4.27e6], n_ids=10**10) == ["mean", "mean", 28]
    assert choose([9e9, 2e5, 1.9e5], n_threads=9, n_ids=10**10) == ["mean"]  # there are no sums


def test_each_thread_merges_each_copy_some_hundred_times_and_rare_rows_have_none():
    assert choose([2 * 128 * n for n in (29, 28, 9.5, 8, 7.9, 8)]) == [28, 28, 9, 8]
    assert choose([9e9] * 4, occurrences=[9e9, 9e9, 2048, 0]) == ["mean"] * 4
    assert choose([1e4] * 4, occurrences=[9e9, 9e9, 2048, 0]) == [28, 28, 8]
    assert choose([1e4] * 4, occurrences=[9e9, 9e9, 512, 0], n_sums=32) == [28, 28, 8]
    assert choose([]) == choose([0, 0]) == []


def test_more_threads_and_longer_steps_are_merged_more_often():
    assert [Merging(n_threads, 10, 1).every for n_threads in (2, 3, 4, 5, 8)] == [28, 9, 4, 2, 1]
    assert [Merging(2, 10, gain).every for gain in (1.9, 2, 4, 9)] == [14, 14, 7, 3]
    assert choose([4e4], n_threads=5) == [2]
    assert choose([128 * 8, 128 * 8 - 1], n_threads=8) == [1]


def test_where_sums_would_go_too_far_there_are_steady_copies_only():
    assert [len(choose([9e9, 1e5], n_threads)) for n_threads in (2, 8, 9, 64)] == [2, 2, 1, 1]
    assert [len(choose([9e9, 4e4], 2, gain=gain)) for gain in (28, 29)] == [2, 1]


def test_there_are_not_too_many_copies_in_all():
    assert [most_replicas(10**6, n_threads) for n_threads in (1, 2, 8, 64)] == [0, 4096, 2048, 256]
    assert most_replicas(100, 2) == 100
    assert len(choose([1e12] * 10**4, 64)) == 256


def test_the_changes_of_all_threads_are_averaged_or_added_up():
    matrix = np.zeros((9, 4), np.float32)  # three words, the copies of which are steady in the first only
    matrix[:3] = [[1], [2], [3]]
    first, second = (Replicas(matrix, 3, np.array([NEVER, 9, 9]), k, Merging(2, 10**6, 1)) for k in range(2))
    np.testing.assert_array_equal(matrix[3:6], matrix[:3])
    matrix[3:5] += 1
    matrix[6:8] += 3
    first.merge()
    second.merge()
    np.testing.assert_array_equal(matrix[:3, 0], [3, 6, 3])
    np.testing.assert_array_equal(matrix[6:], matrix[:3])
    first.merge()  # what has been merged is not merged again
    np.testing.assert_array_equal(matrix[:3, 0], [3, 6, 3])
    np.testing.assert_array_equal(matrix[3:6], matrix[:3])


@pytest.mark.parametrize(("n_ids", "interval"), [(10**9, 1 << 16), (64 * 1000, 1000), (10, 1)])
def test_steady_copies_are_merged_after_some_ids_and_more_often_in_a_short_training(n_ids, interval):
    matrix = np.zeros((6, 4), np.float32)
    replicas = Replicas(matrix, 2, np.array([NEVER, 9]), 0, Merging(2, n_ids, 1))
    for _ in range(2):
        before = matrix[0].copy()
        matrix[2:4] += 1
        replicas.after(interval - 1)
        assert (matrix[0] == before).all() or interval == 1
        replicas.after(1)
        np.testing.assert_array_equal(matrix[0], before + 0.5)
        np.testing.assert_array_equal(matrix[1], 0)


def test_a_single_thread_has_nothing_to_merge():
    matrix = np.ones((3, 4), np.float32)
    Replicas(matrix, 3, np.zeros(0, np.int64), 0, Merging(1, 10, 1)).merge()
    np.testing.assert_array_equal(matrix, 1)
