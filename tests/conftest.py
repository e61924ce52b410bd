import os
import warnings

import pytest

collect_ignore = ["fuzz_formats.py"]  # is run by itself, and needs atheris


@pytest.fixture(autouse=bool(int(os.environ.get("NUMBA_DISABLE_JIT", "0"))))
def overflow_wraps():
    """Without the compiler, NumPy warns where the random numbers wrap around, as they must."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)
        yield
