import numpy as np
import pytest

from fastvec.training.replicas import Replicas, most_replicas, steady_replicas


def test_copies_that_each_thread_updates_often_are_merged_seldom():
    updates = np.array([9e9, 8e6, 7.5e4, 7.4e4, 5e4, 4.9e4, 1e5, 0])
    assert [steady_replicas(updates, n_threads) for n_threads in (1, 2, 3)] == [0, 5, 3]
    assert steady_replicas(updates[:0], 2) == 0


def test_there_are_not_too_many_copies_in_all():
    assert [most_replicas(10**6, n_threads) for n_threads in (1, 2, 16, 64)] == [0, 1024, 1024, 256]
    assert most_replicas(100, 2) == 100
    assert steady_replicas(np.full(10**4, 1e12), 64) == 256


def copies(n_threads, gain=1.0):
    """Give the copies that the first thread has of three rows, of which one is steady."""
    return Replicas(np.zeros((100, 4), np.float32), 3, 1, 0, n_threads, 10, gain).copies


def test_more_threads_and_longer_steps_are_merged_more_often():
    assert [copies(n_threads).every for n_threads in (2, 3, 4, 5, 8)] == [16, 7, 4, 2, 1]
    assert [copies(2, gain).every for gain in (1.9, 2, 4, 9)] == [8, 8, 4, 1]


def test_where_sums_would_go_too_far_there_are_steady_copies_only():
    assert [copies(n_threads).n for n_threads in (2, 8, 9, 64)] == [3, 3, 1, 1]
    assert [copies(2, gain).n for gain in (16, 17)] == [3, 1]


def test_the_changes_of_all_threads_are_averaged_or_added_up():
    matrix = np.zeros((9, 4), np.float32)  # three words, the copies of which are steady in the first only
    matrix[:3] = [[1], [2], [3]]
    first, second = (Replicas(matrix, 3, 1, k, 2, 10**6, 1) for k in range(2))
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
    replicas = Replicas(matrix, 2, 1, 0, 2, n_ids, 1)
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
    Replicas(matrix, 3, 0, 0, 1, 10, 1).merge()
    np.testing.assert_array_equal(matrix, 1)
