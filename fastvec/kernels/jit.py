"""The two ways in which fastvec compiles a function with numba, defined once.

A *leaf* is inlined into its caller and is never called from Python. An *entry* is called from Python, releases the
interpreter's lock and is cached on disk. Neither has ``fastmath``: a weight that has become NaN must stay visible.
The SIMD operations of `fastvec.kernels.simd` say themselves which of their sums LLVM may reorder.
"""

from collections.abc import Callable
from typing import Any
from warnings import warn

from numba import njit
from numba.np import linalg

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def _spare_scipy() -> None:
    """Keep numba from importing SciPy's linear algebra, 14 MB and a quarter of a second, before its first kernel.

    It would only see whether that is there, and imports it again where a function needs it, as none of these does.
    """
    check = getattr(linalg, "ensure_blas", None)
    if check is not None:
        linalg.ensure_blas = lambda: None
        from numba.np import arraymath

        linalg.ensure_blas = arraymath.ensure_blas = check  # type: ignore[attr-defined] # imported from there


_spare_scipy()

leaf = njit(**_OPTIONS, forceinline=True)


def entry(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that Python calls; where nothing can be kept on disk it is compiled anew each time."""
    try:
        return njit(**_OPTIONS, cache=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # neither beside the module nor in the user's cache directory
        warn("kernels are compiled anew each time: set NUMBA_CACHE_DIR to a folder to keep them in", stacklevel=1)
        return njit(**_OPTIONS)(function)  # type: ignore[no-any-return]
