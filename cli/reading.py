"""What the commands that read text have in common: their sources."""

import os
import sys
from pathlib import Path

from fastvec.errors import InputError


def source_paths(sources: tuple[str, ...]) -> list[Path]:
    """Return the sources of a command line as `fastvec.read_corpus` takes them, and let it import from this folder.

    Raises
    ------
    InputError
        If one is empty, as a shell's variable is that was never set: as a path it would be this folder.
    """
    if "" in sources:
        raise InputError('SOURCE is "": name a file, a folder or -')
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # for --tokenizer
    return [Path(source) for source in sources]
