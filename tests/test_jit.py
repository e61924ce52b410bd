import numpy as np

from fastvec.kernels import jit


def test_kernels_are_compiled_where_nothing_can_be_cached_which_is_reported_once(monkeypatch, caplog):
    njit = jit.njit

    def without_cache(*, cache=False, **options):
        if cache:
            raise RuntimeError("no locator available")
        return njit(**options)

    monkeypatch.setattr(jit, "njit", without_cache)
    jit._report_no_cache.cache_clear()
    twice, thrice = jit.entry(lambda x: x + x), jit.entry(lambda x: x + x + x)
    assert (twice(np.float32(2)), thrice(np.float32(2))) == (4, 6)
    (message,) = caplog.messages
    assert message.startswith("kernels are compiled anew in each process: set NUMBA_CACHE_DIR")
