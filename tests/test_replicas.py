import numpy as np
import pytest

from fastvec.training.replicas import Merges, Replicas, copied_in_all, intervals, most_replicas


def every(occurrences, n_threads=2, least=32):
    return intervals(np.array(occurrences, np.float64), n_threads, Merges(100, least)).tolist()


def test_copies_are_merged_often_enough_and_rare_rows_have_none():
    merges = 2 * 2 * 32
    assert every([9e9, merges * 101, merges * 50, merges * 8, merges * 7.9, merges * 8]) == [100, 100, 50, 8]
    assert every([merges * 8] * 2, least=33) == []
    assert every([]) == every([0, 0]) == []


def test_the_more_threads_the_more_merges():
    assert every([32 * 16 * 40] * 2, n_threads=4) == [40, 40]
    assert every([32 * 256 * 8, 32 * 256 * 7], n_threads=16) == [8]
    assert intervals(np.array([4.0 * 3**3 * 9]), 3, Merges(12, 4, 2)).tolist() == [9]


def test_there_are_not_too_many_copies_in_all():
    assert [most_replicas(10**6, n_threads) for n_threads in (1, 2, 16, 64)] == [0, 4096, 4096, 1024]
    assert most_replicas(100, 2) == 100
    assert len(every([1e12] * 10**4, 64)) == 1024


def test_no_more_rows_are_copied_than_are_busy_enough():
    merges = Merges(100, 32)
    occurrences = np.array([2 * 2 * 32 * 8] * 5 + [7])
    assert copied_in_all(6, occurrences.sum(), 2, merges) == 2 * 5 == 2 * len(intervals(occurrences / 1.0, 2, merges))
    assert copied_in_all(3, occurrences.sum(), 2, merges) == 2 * 3
    assert copied_in_all(6, 1e12, 1, merges) == 0


def merged(*changes):
    """Return the change of a row after all threads that changed it have merged, in their order."""
    matrix = np.zeros((2 * (1 + len(changes)), 16), np.float32)  # two rows, of which the second never changes
    threads = [Replicas(matrix, 2, np.array([9, 9]), k) for k in range(len(changes))]
    matrix[2::2, :3] = changes
    for _ in range(2):  # what has been merged is not merged again
        for replicas in threads:
            replicas.merge()
    np.testing.assert_array_equal(matrix[1::2], 0)
    np.testing.assert_array_equal(matrix[2::2], np.broadcast_to(matrix[0], (len(changes), 16)))
    return matrix[0, :3].tolist()


def test_what_threads_have_learnt_apart_adds_up_and_what_in_common_counts_once():
    assert merged((1, 0, 0), (0, 2, 0), (0, 0, 3)) == [1, 2, 3]
    assert merged((1, 0, 0), (1, 0, 0), (1, 0, 0)) == [1, 0, 0]
    assert merged((1, 0, 0), (3, 0, 0), (2, 0, 0)) == [3, 0, 0]
    assert merged((1, 0, 0), (-2, 0, 0)) == [-1, 0, 0]
    assert merged((0, 0, 0), (1, 0, 0)) == merged((1, 0, 0), (0, 0, 0)) == [1, 0, 0]
    assert merged((2, 1, 0), (2, -1, 0)) == pytest.approx([2.8, -0.6, 0])


def test_a_single_thread_has_nothing_to_merge():
    matrix = np.ones((3, 16), np.float32)
    Replicas(matrix, 3, np.zeros(0, np.int64), 0).merge()
    np.testing.assert_array_equal(matrix, 1)
