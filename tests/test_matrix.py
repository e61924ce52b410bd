import numpy as np
import pytest

from fastvec.errors import InputError
from fastvec.training.matrix import all_finite, compact, own_cache_lines, zeros


@pytest.mark.parametrize(("dim", "columns"), [(1, 16), (16, 16), (17, 32), (300, 304)])
def test_rows_are_padded_to_whole_cache_lines(dim, columns):
    matrix = zeros(3, dim)
    assert matrix.shape == (3, columns)
    assert matrix.dtype == np.float32
    assert matrix.ctypes.data % 64 == 0
    assert not matrix.any()


@pytest.mark.parametrize("dim", [1, 5, 16, 20])
def test_compact_moves_rows_together_in_place(dim):
    matrix = zeros(9000, dim)
    matrix[:, :dim] = np.arange(9000 * dim).reshape(9000, dim)
    rows = compact(matrix, dim)
    np.testing.assert_array_equal(rows, np.arange(9000 * dim).reshape(9000, dim))
    assert rows.flags.c_contiguous
    assert np.shares_memory(rows, matrix)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_one_number_that_is_not_finite_is_found(value):
    matrix = zeros(5000, 4)
    assert all_finite(matrix)
    matrix[4999, 3] = value
    assert not all_finite(matrix)


def test_a_matrix_beyond_all_memory_is_refused():
    with pytest.raises(InputError, match=r"takes .* GiB, which cannot be allocated: raise min_count"):
        zeros(10**12, 300)


@pytest.mark.parametrize("kind", [np.int64, np.float32])
def test_arrays_on_cache_lines_of_their_own_share_none(kind):
    arrays = [own_cache_lines(np.arange(n, dtype=kind).reshape(-1, 1)) for n in (1, 5, 40) for _ in range(3)]
    lines = [line for a in arrays for line in range(a.ctypes.data // 64, (a.ctypes.data + a.nbytes - 1) // 64 + 1)]
    assert len(set(lines)) == len(lines)
    for array in arrays:
        np.testing.assert_array_equal(array, np.arange(array.size).reshape(-1, 1))
