"""Lines of "word number number ..." written from float32, each number as short as possible.

That is the shortest decimal number that reads back as the same float32, and of those the nearest: the Schubfach method
(Giulietti 2020, "The Schubfach way to render doubles", here for 24 bits), whose products fit 64 bits.
"""

import numpy as np
from numba import uint32, uint64

from fastvec.kernels.jit import entry, leaf

_NEWLINE, _SPACE, _PLUS, _MINUS, _DOT, _ZERO, _LOWER_E = 10, 32, 43, 45, 46, 48, 101

_LEAST_SCALE, _MOST_SCALE = -31, 45
NUMBER_BYTES = 24  # at most, with the separator


def _scale(power):
    """Return the upper 64 bits of 10^power, rounded up."""
    if power >= 0:
        digits = 10**power
        shift = digits.bit_length() - 64
        return digits << -shift if shift <= 0 else -(-digits >> shift)
    shift = (10**-power).bit_length() + 63
    scale = -(-(1 << shift) // 10**-power)
    return scale if scale < 1 << 64 else -(-(1 << (shift - 1)) // 10**-power)


_SCALES = np.array([_scale(power) for power in range(_LEAST_SCALE, _MOST_SCALE + 1)], np.uint64)


@leaf
def _round_to_odd(scale, value):
    """Return the product's bits from the 64th up, the lowest of them set when bits below were lost."""
    low = (scale & uint64(0xFFFFFFFF)) * value
    high = (scale >> uint64(32)) * value + (low >> uint64(32))
    return np.int64(high >> uint64(32)) | np.int64((high & uint64(0xFFFFFFFF)) > uint64(1))


@leaf
def _shortest(bits):
    """Return digits and power such that digits * 10^power is the shortest decimal for a float32 above 0."""
    fraction = np.int64(bits) & 0x7FFFFF
    biased = (np.int64(bits) >> 23) & 0xFF
    significand = fraction | 0x800000 if biased else fraction
    exponent = biased - 150 if biased else -149
    even = significand & 1 == 0
    closer = 1 if fraction == 0 and biased > 1 else 0  # below a power of two the next float32 is half as far
    power = (exponent * 1262611 - 524031 * closer) >> 22  # floor(log10(2^exponent)), or of 3/4 of it
    shift = exponent + ((-power * 1741647) >> 19) + 1
    scale = _SCALES[-power - _LEAST_SCALE]
    lower = _round_to_odd(scale, uint64((4 * significand - 2 + closer) << shift)) + (0 if even else 1)
    middle = _round_to_odd(scale, uint64((4 * significand) << shift))
    upper = _round_to_odd(scale, uint64((4 * significand + 2) << shift)) - (0 if even else 1)
    digits = middle >> 2
    if digits >= 10:
        tens = digits // 10
        below = lower <= 40 * tens
        above = 40 * tens + 40 <= upper
        if below != above:
            return tens + (1 if above else 0), power + 1
    below = lower <= 4 * digits
    above = 4 * digits + 4 <= upper
    if below != above:
        return digits + (1 if above else 0), power
    half = 4 * digits + 2
    return digits + (1 if middle > half or (middle == half and digits & 1 == 1) else 0), power


@leaf
def _put_digits(out, position, digits, n_digits):
    for place in range(position + n_digits - 1, position - 1, -1):
        out[place] = _ZERO + digits % 10
        digits //= 10
    return position + n_digits


@leaf
def _put_number(out, position, value):
    """Write a float32 in Python's notation: 0.25, 3.0, 1.5e-07."""
    bits = np.float32(value).view(np.uint32)
    if bits >> 31:
        out[position] = _MINUS
        position += 1
    bits &= uint32(0x7FFFFFFF)
    digits, power = (0, 0) if bits == 0 else _shortest(bits)
    while digits and digits % 10 == 0:
        digits //= 10
        power += 1
    n_digits = 1
    limit = 10
    while digits >= limit:
        limit *= 10
        n_digits += 1
    leading = power + n_digits - 1  # the power of ten of the first digit
    if leading < -4 or leading >= 16:
        position = _put_digits(out, position, digits, n_digits)
        if n_digits > 1:  # move all but the first digit to make room for the point
            for place in range(position, position - n_digits + 1, -1):
                out[place] = out[place - 1]
            out[position - n_digits + 1] = _DOT
            position += 1
        out[position] = _LOWER_E
        out[position + 1] = _MINUS if leading < 0 else _PLUS
        return _put_digits(out, position + 2, abs(leading), 2)
    if leading < 0:
        out[position] = _ZERO
        out[position + 1] = _DOT
        position += 2
        for _ in range(-leading - 1):
            out[position] = _ZERO
            position += 1
        return _put_digits(out, position, digits, n_digits)
    if power >= 0:
        position = _put_digits(out, position, digits, n_digits)
        for _ in range(power):
            out[position] = _ZERO
            position += 1
        out[position] = _DOT
        out[position + 1] = _ZERO
        return position + 2
    position = _put_digits(out, position, digits, n_digits)
    for place in range(position, position + power, -1):
        out[place] = out[place - 1]
    out[position + power] = _DOT
    return position + 1


@entry
def format_lines(words, offsets, values, out):
    """Write lines of a word and its numbers.

    Parameters
    ----------
    words : (n_bytes,) uint8
        The words, concatenated.
    offsets : (n_rows + 1,) int64
        Where each word begins in `words`.
    values : (n_rows, dim) float32
        Finite numbers.
    out : (at least n_bytes + n_rows * (dim * NUMBER_BYTES + 1),) uint8, written
        The text.

    Returns
    -------
    int
        Number of bytes written.
    """
    position = 0
    for row in range(len(values)):
        for place in range(offsets[row], offsets[row + 1]):
            out[position] = words[place]
            position += 1
        for column in range(values.shape[1]):
            out[position] = _SPACE
            position = _put_number(out, position + 1, values[row, column])
        out[position] = _NEWLINE
        position += 1
    return position
