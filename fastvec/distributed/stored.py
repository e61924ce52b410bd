"""Arrays on the disk of the worker that made them."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.disk.scratch import disk_errors, nameless_file, system_folder, write_all

Array = NDArray[Any]


class Stored:
    """An array in a file without a name, in the folder that the worker uses for its own data.

    The file vanishes with it, or with the process. A result of a task, it takes next to no memory; where another worker
    needs it, Dask sends its content, and a lost one is made again like any other result.
    """

    def __init__(self, chunks: Iterable[Array], dtype: Any) -> None:
        folder, size = local_folder(), 0
        cure = "give workers a larger disk (dask worker --local-directory)"
        with disk_errors(folder, "word ids or counts", cure), nameless_file(folder) as file:
            for chunk in chunks:
                write_all(file, np.ascontiguousarray(chunk, dtype))
                size += chunk.size
            self.array: Array = np.memmap(file, dtype, "r", shape=(size,)) if size else np.empty(0, dtype)

    def __len__(self) -> int:
        return len(self.array)

    def __reduce__(self) -> tuple[Callable[..., "Stored"], tuple[Any, ...]]:
        return _store, (np.asarray(self.array),)


def _store(array: Array) -> Stored:
    return Stored([array], array.dtype)


def local_folder() -> Path:
    """Return where a worker keeps its data; outside of one, the folder for temporary files."""
    from distributed import get_worker

    try:
        return Path(get_worker().local_directory)
    except ValueError:
        return system_folder()
