"""Arrays that one thread writes all the time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Bytes that a core fetches together: two cache lines.
_FETCHED = 128


def alone(array: NDArray[Any]) -> NDArray[Any]:
    """Give a copy that lies in cache lines of its own.

    Where a thread writes to a line, the others lose it. Small arrays lie next to each other, so a thread that writes to
    one of its own may slow another that only reads, or not: as chance has put them.
    """
    room = np.empty((-(-array.nbytes // _FETCHED) + 1) * _FETCHED, np.uint8)
    start = -room.ctypes.data % _FETCHED
    own = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    own[...] = array
    return own
