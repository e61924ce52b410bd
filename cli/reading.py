"""What the commands that read text have in common: their sources."""

import os
import sys
from pathlib import Path

from fastvec.errors import InputError


def source_paths(sources: tuple[str, ...], *outputs: str | None) -> list[Path | str]:
    """Return the sources of a command line as `fastvec.read_corpus` takes them, and let it import from this folder.

    Raises
    ------
    InputError
        If one is empty, as a shell's variable is that was never set: as a path it would be this folder. Or if one is a
        file to be written.
    """
    if "" in sources:
        raise InputError('SOURCE is "": name a file, a folder or -')
    for output in filter(None, outputs):
        if os.path.realpath(output) in map(os.path.realpath, sources) and output != "-":
            raise InputError(f"{output}: is the SOURCE, and would be overwritten; name another file to write")
    from fastvec.corpus.sources import as_paths

    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # for --tokenizer
    return as_paths(sources)
