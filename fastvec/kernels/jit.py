"""The two ways in which fastvec compiles a function with numba, defined once.

A *leaf* is inlined into its caller and is never called from Python. An *entry* is called from Python, releases the
interpreter's lock and is cached on disk. Neither has ``fastmath``: a weight that has become NaN must stay visible.
The operations of `fastvec.kernels.simd` choose the order of their sums themselves.

A leaf must use each array for the last time on a line that all its paths pass. Otherwise numba cannot prove that the
counts of references cancel, and the caller's loop counts them: twelve atomic operations for a record of six arrays.
"""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from numba import config, njit

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_LOG = logging.getLogger(__name__)

# The first compilation imports scipy.linalg to look for BLAS, which no kernel here needs: 0.17 s and 12 MB. numba has
# no option against it, and to patch numba is not worth that little.

leaf = njit(**_OPTIONS, forceinline=True)


def entry(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that Python calls; where no cache can be written it is compiled anew in each process."""
    if _has_place():
        with suppress(RuntimeError):  # neither beside the module nor in the user's cache directory
            return njit(**_OPTIONS, cache=True)(function)  # type: ignore[no-any-return]
    _report_no_cache()
    return njit(**_OPTIONS)(function)  # type: ignore[no-any-return]


def _has_place() -> bool:
    """Return whether numba has a place to look at for its cache; else it would make a folder called "~" here."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~")
    given = getattr(config, "CACHE_DIR", "")
    return bool(given) or os.access(os.path.dirname(__file__), os.W_OK) or os.path.isabs(home)


@cache
def _report_no_cache() -> None:
    """Log, once in a process, that nothing is cached."""
    _LOG.warning("kernels are compiled anew in each process: set NUMBA_CACHE_DIR to a folder that can be written to")
