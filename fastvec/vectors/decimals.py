"""Decimal numbers to float32 by exact arithmetic, for the few that compiled code cannot decide."""

from decimal import Decimal

import numpy as np

_INFINITY = 0x7F800000  # the bits of a float32


def nearest_float32(text: bytes) -> np.float32:
    """Return the float32 nearest to a decimal number; of two equally near the even one, as in IEEE 754.

    The detour over a double alone would round twice:

    >>> text = b"1.00000017881393432617187499"
    >>> nearest_float32(text) == np.float32(float(text))
    np.False_
    """
    exact = Decimal(text.decode()).copy_abs()  # abs() would round
    with np.errstate(over="ignore"):
        bits = int(np.float32(float(exact)).view(np.uint32))
    odd = bits & 1
    if bits and (exact < _midpoint(bits - 1) or (odd and exact == _midpoint(bits - 1))):
        bits -= 1
    elif bits < _INFINITY and (exact > _midpoint(bits) or (odd and exact == _midpoint(bits))):
        bits += 1
    value = np.uint32(bits).view(np.float32)
    return -value if text.startswith(b"-") else value


def _midpoint(bits: int) -> float:
    """Return the number halfway between a float32 and the next larger one; a double holds it exactly."""
    here, following = np.array([bits, bits + 1], np.uint32).view(np.float32).tolist()
    return float((here + min(following, 2.0**128)) / 2)
