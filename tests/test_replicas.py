import numpy as np

from fastvec.training.replicas import N_REPLICAS, Replicas, count_replicas


def test_one_thread_has_no_copies_and_several_have_the_busiest_rows():
    assert count_replicas(10**6, 1) == 0
    assert count_replicas(10**6, 2) == N_REPLICAS
    assert count_replicas(7, 2) == 7


def test_the_changes_of_all_threads_are_averaged():
    matrix = np.zeros((7, 4), np.float32)  # three words, of which two are copied for each of two threads
    matrix[:3] = [[1], [2], [3]]
    first, second = (Replicas([matrix], 2, 3 + 2 * k, 2) for k in range(2))
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
