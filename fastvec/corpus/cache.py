"""Where streams are kept: directories that are made aside and renamed, so that there is never half of one.

The name of a kept stream says what was asked for (the paths and the options). Whether the files are still the same is
seen from its description. So a corpus that has changed replaces its old stream, instead of adding another.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from fastvec.disk.scratch import scratch_name


def entry_name(asked: list[Any]) -> str:
    """Give the name under which the stream of what was asked for is kept."""
    return hashlib.sha256(json.dumps(asked).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def keep(scratch: Path, entry: Path) -> bool:
    """Rename a finished directory, replacing what has the name; False if another process was quicker."""
    replaced = entry.with_name(scratch_name())
    try:
        os.rename(entry, replaced)
    except FileNotFoundError:
        pass
    except OSError:
        return False
    else:
        shutil.rmtree(replaced, ignore_errors=True)
    try:
        os.rename(scratch, entry)
    except OSError:
        return False
    return True
