import numpy as np
import pytest

from fastvec.training.replicas import Replicas, count_replicas, most_replicas


def test_threads_have_copies_of_the_rows_that_each_updates_often():
    updates = np.array([9e9, 8e6, 7.5e4, 7.4e4, 5e4, 4.9e4, 1e5, 0])
    assert [count_replicas(updates, n_threads) for n_threads in (1, 2, 3)] == [0, 5, 3]
    assert count_replicas(updates[:0], 2) == 0


def test_there_are_not_too_many_copies_in_all():
    assert [most_replicas(10**6, n_threads) for n_threads in (1, 2, 16, 64)] == [0, 1024, 1024, 256]
    assert most_replicas(100, 2) == 100
    assert count_replicas(np.full(10**4, 1e12), 64) == 256


def test_the_changes_of_all_threads_are_averaged():
    matrix = np.zeros((7, 4), np.float32)  # three words, of which two are copied for each of two threads
    matrix[:3] = [[1], [2], [3]]
    first, second = (Replicas(matrix, 2, 3 + 2 * k, 2, 10**6) for k in range(2))
    np.testing.assert_array_equal(matrix[3:5], matrix[:2])
    matrix[3:5] += 1
    matrix[5:7] += 3
    first.merge()
    second.merge()
    np.testing.assert_array_equal(matrix[:3, 0], [3, 4, 3])
    np.testing.assert_array_equal(matrix[5:7], matrix[:2])
    first.merge()  # what has been merged is not merged again
    np.testing.assert_array_equal(matrix[:3, 0], [3, 4, 3])
    np.testing.assert_array_equal(matrix[3:5], matrix[:2])


@pytest.mark.parametrize(("n_ids", "interval"), [(10**9, 1 << 16), (64 * 1000, 1000), (10, 1)])
def test_copies_are_merged_after_some_ids_and_more_often_in_a_short_training(n_ids, interval):
    matrix = np.zeros((3, 4), np.float32)
    replicas = Replicas(matrix, 1, 1, 2, n_ids)
    for _ in range(2):
        before = matrix[0].copy()
        matrix[1] += 1
        replicas.after(interval - 1)
        assert (matrix[0] == before).all() or interval == 1
        replicas.after(1)
        np.testing.assert_array_equal(matrix[0], before + 0.5)


def test_a_single_thread_has_nothing_to_merge():
    matrix = np.ones((3, 4), np.float32)
    Replicas(matrix, 0, 3, 1, 10).merge()
    np.testing.assert_array_equal(matrix, 1)
