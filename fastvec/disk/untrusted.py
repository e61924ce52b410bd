"""Parsing of what any program may have written; nothing in it is evaluated."""

import json
import math
import os
import re
from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import FileError

#: How a file of NumPy begins.
NPY: bytes = np.lib.format.MAGIC_PREFIX
#: Bytes of the beginning of such a file in which its header ends.
_HEAD = 1 << 16

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


def parse_npy(
    data: NDArray[np.uint8], name: str | os.PathLike[str], kinds: str, dimensions: Collection[int], cure: str
) -> NDArray[Any]:
    """Return the array in a ``.npy`` file, copied only if its elements are not aligned.

    Parameters
    ----------
    data : (n_bytes,) uint8
        The whole file, which may be mapped into memory.
    name : str or path
        What messages call the file.
    kinds : str
        Kinds of number, such as "iu", which NumPy's `dtype.kind` may be.
    dimensions : collection of int
        Numbers of dimensions that the array may have.
    cure : str
        Ends the messages: what is expected, or writes it.

    Raises
    ------
    FileError
        If there is another array, one whose rows are empty, one of more or fewer bytes than the header says, or none.
    """
    try:
        dtype, is_fortran, shape, start = _parse_header(data[:_HEAD].tobytes())
    except ValueError as error:
        raise FileError(f"{name}: {error}; {cure}") from None
    if dtype.kind not in kinds or dtype.itemsize > 8 or len(shape) not in dimensions or 0 in shape[1:]:
        kind = "Python objects" if dtype.hasobject else f"{dtype} of shape {shape}"
        raise FileError(f"{name}: holds {kind}; {cure}")
    body, n_bytes = data[start:], math.prod(shape) * dtype.itemsize
    if n_bytes != len(body):
        raise FileError(f"{name}: claims {n_bytes:,} bytes for its array, and holds {len(body):,}; {cure}")
    array: NDArray[Any] = body.view(dtype).reshape(shape, order="F" if is_fortran else "C")
    return array if array.flags.aligned else np.array(array)


class _Header(NamedTuple):
    """What the header of a ``.npy`` file says."""

    dtype: np.dtype[Any]
    is_fortran: bool
    shape: tuple[int, ...]
    start: int  #: Byte at which the array begins.


def _parse_header(head: bytes) -> _Header:
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
    return _Header(dtype, fortran == "True", tuple(int(size) for size in shape.split(",") if size.strip()), stop)
