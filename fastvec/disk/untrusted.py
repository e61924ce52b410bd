"""Parsing of what any program may have written: what is wrong with it is a `ValueError`, and nothing is evaluated."""

import json
import re
from typing import Any, NamedTuple

import numpy as np

#: How a file of NumPy begins.
NPY: bytes = np.lib.format.MAGIC_PREFIX
#: Bytes of the beginning of such a file in which its header ends.
NPY_HEAD = 1 << 16

# in a header such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }
_FIELDS = (
    r"'descr' *: *'([<>=|][b-zA-Z]\d{0,2})'",
    r"'fortran_order' *: *(True|False)",
    r"'shape' *: *\(((?: *\d{1,18} *,)* *(?:\d{1,18} *)?)\)",
)


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON text; raise `ValueError` if it is none, or is nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


class NpyHeader(NamedTuple):
    """What the header of a ``.npy`` file says."""

    dtype: np.dtype[Any]
    is_fortran: bool
    shape: tuple[int, ...]
    start: int  #: Byte at which the array begins.


def parse_npy_header(head: bytes) -> NpyHeader:
    """Return what the first bytes of a ``.npy`` file say; raise `ValueError` if they are none."""
    wide = head[6:7] != b"\x01"  # from version 2 on the length has 4 bytes
    start = 12 if wide else 10
    stop = start + int.from_bytes(head[8:start], "little")
    text = head[start:stop].decode("latin-1")
    fields = [re.findall(pattern, text) for pattern in _FIELDS]
    is_known = head.startswith(NPY) and head[6:7] in (b"\x01", b"\x02", b"\x03")
    if not is_known or stop > len(head) or any(len(found) != 1 for found in fields):
        raise ValueError("its header is not that of a .npy file")
    (kind,), (fortran,), (shape,) = fields
    try:
        dtype = np.dtype(kind)
    except TypeError:
        raise ValueError(f"{kind!r} is no kind of number") from None
    return NpyHeader(dtype, fortran == "True", tuple(int(size) for size in shape.split(",") if size.strip()), stop)
