import io

import numpy as np
import pytest

from fastvec.disk.untrusted import parse_json, parse_npy


def as_file(array):
    file = io.BytesIO()
    np.save(file, array)
    return np.frombuffer(file.getvalue(), np.uint8)


def test_an_array_is_returned_in_place():
    data = as_file(np.arange(6.0).reshape(2, 3))
    found = parse_npy(data, "x", "f", (2,), "")
    np.testing.assert_array_equal(found, [[0, 1, 2], [3, 4, 5]])
    assert np.shares_memory(found, data)


def test_an_array_that_is_not_aligned_is_copied():
    data = as_file(np.arange(6))
    shifted = np.empty(len(data) + 1, np.uint8)[1:]
    shifted[:] = data
    found = parse_npy(shifted, "x", "i", (1,), "")
    assert found.flags.aligned
    np.testing.assert_array_equal(found, np.arange(6))


def test_a_text_that_is_nested_too_deeply_is_refused():
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json("[" * 100_000)
