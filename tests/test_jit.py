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
