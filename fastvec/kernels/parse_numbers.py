"""Lines of "word number number ..." read to float32, exactly and without Python objects.

A number becomes the float32 nearest to it. Its digits w, 19 at most, times a rounded power of ten give a double within
4 units of 2^-53, relatively: w as a double, the power and their product are each rounded once, and digits beyond the
19th weigh less than 10^-18. So the double is less than 8 of its own steps away from the number. When no midpoint
between two float32 lies within 8 steps of the double, both round to the same float32. The others, one in thirty
million, are left to the caller.
"""

import numpy as np
from numba import uint64

from fastvec.kernels.jit import entry, leaf

# Why a call of `parse_lines` ended.
DONE = 0
HARD_FULL = 1  # the list of hard numbers is full
BLANK = 2  # an empty line
NO_WORD = 3  # a line that begins with a separator
FEW_NUMBERS = 4
NOT_A_NUMBER = 5
TOO_LARGE = 6
RUN_TOGETHER = 7  # a line of at least twice as many numbers as it should have
NUMBER_IN_WORD = 8  # a word with spaces that holds one more number

_GOOD, _NOT_A_NUMBER, _HARD, _TOO_LARGE = 0, 5, -1, 6

_TEN = np.uint64(10)
_MOST = np.uint64(10**18)  # a value below it can take one more digit
_LEAST_POWER, _MOST_POWER = -66, 39
_POWERS = np.array([float(f"1e{power}") for power in range(_LEAST_POWER, _MOST_POWER + 1)])
_LEAST_NORMAL, _LARGEST = 2.0**-125, float(np.finfo(np.float32).max)

_TAB, _NEWLINE, _RETURN, _SPACE, _PLUS, _MINUS, _DOT, _ZERO = 9, 10, 13, 32, 43, 45, 46, 48
_UPPER_E, _LOWER_E = 69, 101


@leaf
def _is_separator(byte):
    return byte == _SPACE or byte == _TAB


@leaf
def _nearest(digits, power):
    """Round digits * 10^power to float32; return the value and whether it is good, hard or too large."""
    if digits == uint64(0) or power < _LEAST_POWER:
        return np.float32(0.0), _GOOD
    if power > _MOST_POWER:
        return np.float32(0.0), _TOO_LARGE
    double = np.float64(digits) * _POWERS[power - _LEAST_POWER]
    if double < _LEAST_NORMAL or double > _LARGEST:
        return np.float32(0.0), _HARD
    # A double has 29 bits more than a float32; a midpoint is a one and 28 zeros.
    beyond = np.int64(np.float64(double).view(np.int64) & 0x1FFFFFFF) - 0x10000000
    if -8 <= beyond <= 8:
        return np.float32(0.0), _HARD
    return np.float32(double), _GOOD


@leaf
def _parse_number(data, position):
    """Read the number at a position; return its value, its end and its status. A newline follows somewhere."""
    negative = data[position] == _MINUS
    if negative or data[position] == _PLUS:
        position += 1
    digits = uint64(0)
    power = 0
    n_digits = 0
    first = position
    while True:
        digit = uint64(data[position]) - uint64(_ZERO)
        if digit > uint64(9):
            break
        if digits < _MOST:
            digits = digits * _TEN + digit
        else:
            power += 1
        position += 1
    n_digits = position - first
    if data[position] == _DOT:
        position += 1
        first = position
        while True:
            digit = uint64(data[position]) - uint64(_ZERO)
            if digit > uint64(9):
                break
            if digits < _MOST:
                digits = digits * _TEN + digit
                power -= 1
            position += 1
        n_digits += position - first
    if n_digits == 0:
        return np.float32(0.0), position, _NOT_A_NUMBER
    if data[position] == _LOWER_E or data[position] == _UPPER_E:
        position += 1
        down = data[position] == _MINUS
        if down or data[position] == _PLUS:
            position += 1
        first = position
        exponent = 0
        while True:
            digit = uint64(data[position]) - uint64(_ZERO)
            if digit > uint64(9):
                break
            if exponent < 1_000_000_000_000:
                exponent = exponent * 10 + np.int64(digit)
            position += 1
        if position == first:
            return np.float32(0.0), position, _NOT_A_NUMBER
        power += -exponent if down else exponent
    value, status = _nearest(digits, power)
    return (-value if negative else value), position, status


@leaf
def _parse_row(data, position, row, values, hard, n_hard):
    """Read a row of numbers up to the end of the line.

    Returns how many numbers are good, the position of the newline or of the bad number, a status, and how many
    numbers are hard by now.
    """
    dim = values.shape[1]
    for column in range(dim):
        while _is_separator(data[position]):
            position += 1
        if data[position] == _NEWLINE or data[position] == _RETURN:
            return column, position, FEW_NUMBERS, n_hard
        value, stop, status = _parse_number(data, position)
        following = data[stop]
        if not (_is_separator(following) or following == _NEWLINE or following == _RETURN):
            status = _NOT_A_NUMBER
        if status == _HARD:
            hard[n_hard, 0], hard[n_hard, 1], hard[n_hard, 2], hard[n_hard, 3] = row, column, position, stop
            n_hard += 1
        elif status != _GOOD:
            return column, position, status, n_hard
        values[row, column] = value
        position = stop
    while _is_separator(data[position]) or data[position] == _RETURN:
        position += 1
    if data[position] != _NEWLINE:
        return dim, position, _NOT_A_NUMBER, n_hard
    return dim, position, DONE, n_hard


@leaf
def _word_end(data, start, stop, dim):
    """Find the end of a word that holds separators, `dim` fields before the end of its line; also count the fields."""
    fields = 0
    end = start
    position = stop
    while position > start:
        while position > start and (_is_separator(data[position - 1]) or data[position - 1] == _RETURN):
            position -= 1
        if position > start and fields == dim:
            end = position
        if position > start:
            fields += 1
        while position > start and not (_is_separator(data[position - 1]) or data[position - 1] == _RETURN):
            position -= 1
    return end, fields


@leaf
def _has_point(data, start, stop):
    """Return whether a number is written as one that need not be whole."""
    for place in range(start, stop):
        if data[place] == _DOT or data[place] == _LOWER_E or data[place] == _UPPER_E:
            return True
    return False


@leaf
def _number_within(data, start, end, stop):
    """Find a field of a word, not its first, that looks like the numbers of its line; -1 if there is none.

    Whole numbers are part of a word ("area 51") unless those after the word are whole too.
    """
    may_be_whole = not _has_point(data, end, stop)
    position = start
    while position < end:
        while position < end and not _is_separator(data[position]):
            position += 1
        while position < end and _is_separator(data[position]):
            position += 1
        if position < end:
            _, after, status = _parse_number(data, position)
            is_number = status != _NOT_A_NUMBER and (after == end or _is_separator(data[after]))
            if is_number and (may_be_whole or _has_point(data, position, after)):
                return position
    return -1


@entry
def parse_lines(data, start, stop, first_row, values, spans, hard):
    """Read lines until the end, or until one needs the caller.

    Parameters
    ----------
    data : (n_bytes,) uint8
        Text; byte ``stop - 1`` is a newline.
    start, stop : int
        The part to read.
    first_row : int
        The row of the line at `start`.
    values : (n_rows, dim) float32, written
        The numbers.
    spans : (n_rows, 2) int64, written
        Where each row's word begins and ends in `data`.
    hard : (at least dim, 4) int64, written
        Numbers left to the caller: row, column, where it begins and ends in `data`.

    Returns
    -------
    status : int
        `DONE`, or what stopped it at the line of `row`.
    row : int
        One past the last row that was read.
    position : int
        The next byte to read; where a line is at fault, its beginning.
    place : int
        Where a line is at fault: the number at fault, or how many numbers there are.
    n_hard : int
        How many rows of `hard` were written.
    """
    dim = values.shape[1]
    row = first_row
    position = start
    n_hard = 0
    while position < stop:
        if n_hard + dim > len(hard):
            return HARD_FULL, row, position, 0, n_hard
        if data[position] == _NEWLINE or (data[position] == _RETURN and data[position + 1] == _NEWLINE):
            return BLANK, row, position, 0, n_hard
        if _is_separator(data[position]):
            return NO_WORD, row, position, 0, n_hard
        end = position
        while not _is_separator(data[end]) and data[end] != _NEWLINE:
            end += 1
        hard_before = n_hard
        found, place, status, n_hard = _parse_row(data, end, row, values, hard, n_hard)
        if status != DONE:  # the word may hold spaces: count the numbers from the right
            n_hard = hard_before
            line_end = end
            while data[line_end] != _NEWLINE:
                line_end += 1
            end, fields = _word_end(data, position, line_end, dim)
            if fields <= dim:
                is_short = status == FEW_NUMBERS
                return (FEW_NUMBERS if is_short else status), row, position, (found if is_short else place), n_hard
            if fields >= 2 * dim + 2:
                return RUN_TOGETHER, row, position, fields, n_hard
            found, place, status, n_hard = _parse_row(data, end, row, values, hard, n_hard)
            if status != DONE:
                return status, row, position, place, hard_before
            within = _number_within(data, position, end, line_end)
            if within >= 0:
                return NUMBER_IN_WORD, row, position, within, hard_before
        spans[row, 0] = position
        spans[row, 1] = end
        row += 1
        position = place + 1
    return DONE, row, position, 0, n_hard
