"""Compiled code: numba kernels, and what turns the counts of words into the tables they draw from."""
