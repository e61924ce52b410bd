import numpy as np
import pytest

from fastvec.kernels import jit


def test_kernels_are_compiled_where_nothing_can_be_kept(monkeypatch):
    njit = jit.njit

    def without_cache(*, cache=False, **options):
        if cache:
            raise RuntimeError("no locator available")
        return njit(**options)

    monkeypatch.setattr(jit, "njit", without_cache)
    with pytest.warns(UserWarning, match="kernels are compiled anew each time: set NUMBA_CACHE_DIR"):
        twice = jit.entry(lambda x: x + x)
    assert twice(np.float32(2)) == 4


def test_linear_algebra_in_kernels_of_others_still_works():
    product = jit.njit(lambda x, y: np.dot(x, y) + np.linalg.det(x))
    x = np.array([[2.0, 1.0], [1.0, 3.0]])
    np.testing.assert_allclose(product(x, x), x @ x + 5)
