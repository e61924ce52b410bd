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


def test_numba_makes_no_folder_called_tilde_for_a_user_without_a_home(monkeypatch):
    monkeypatch.setattr(jit.config, "CACHE_DIR", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(jit.os.path, "expanduser", lambda path: path)
    monkeypatch.setattr(jit.os, "access", lambda *_: False)
    assert jit.entry(lambda x: x)._cache.cache_path is None
    monkeypatch.setattr(jit.os, "access", lambda *_: True)
    assert jit._has_place()
