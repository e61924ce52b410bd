"""The two ways in which fastvec compiles a function with numba, defined once.

A *leaf* is inlined into its caller and is never called from Python. An *entry* is called from Python, releases the
interpreter's lock and is cached on disk. Neither has ``fastmath``: a weight that has become NaN must stay visible.
The SIMD operations of `fastvec.kernels.simd` say themselves which of their sums LLVM may reorder.
"""

from numba import njit

leaf = njit(nogil=True, error_model="numpy", forceinline=True)
entry = njit(nogil=True, error_model="numpy", cache=True)
