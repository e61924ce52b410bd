"""Compiled code: numba kernels, which import nothing but numpy and numba."""
