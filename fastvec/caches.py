"""What is kept on disk to be quicker the next time: the word ids of texts, and compiled kernels."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from fastvec.corpus.stream import discard
from fastvec.disk.untrusted import parse_json
from fastvec.errors import FileError


class CachedText(NamedTuple):
    """A text whose word ids are cached."""

    folder: Path
    source: str  #: Its file, or the first of several.
    size: int  #: Bytes of the cached ids.
    used: datetime  #: When it was written or read for the last time.


def cached_texts(cache: Path) -> list[CachedText]:
    """Return the texts in a cache, the one used last first; none if there is no such folder."""
    folders = [path for path in cache.glob("*") if re.fullmatch("[0-9a-f]{32}", path.name)]
    found = [text for folder in folders if (text := _describe(folder)) is not None]
    return sorted(found, key=lambda text: text.used, reverse=True)


def _describe(folder: Path) -> CachedText | None:
    """Describe a cached text, whatever version wrote it; None for what is none, or has just been removed."""
    try:
        facts = parse_json((folder / "meta.json").read_bytes())
        paths = [str(path) for path, *_ in facts["identity"] or [[facts["name"]]]]
        size = sum(path.stat().st_size for path in folder.iterdir())
        used = datetime.fromtimestamp((folder / "meta.json").stat().st_mtime, UTC)
    except (OSError, ValueError, LookupError, TypeError):
        return None
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return CachedText(folder, paths[0] + more, size, used)


def clear_texts(cache: Path, before: datetime | None = None) -> list[CachedText]:
    """Remove the texts in a cache, those last used `before` some time if it is given, and return them.

    A process that reads one goes on. Raise `FileError` if one cannot be removed.
    """
    chosen = [text for text in cached_texts(cache) if before is None or text.used < before]
    for text in chosen:
        with removing(text.folder):
            discard(text.folder)
    return chosen


@contextmanager
def removing(path: Path) -> Iterator[None]:
    """Turn an OSError into a `FileError` that names what cannot be removed."""
    try:
        yield
    except OSError as error:
        raise FileError(f"{path}: cannot be removed ({error.strerror}); ask its owner to clear the cache") from None


def kernel_folder() -> Path | None:
    """Return where numba caches the kernels; None where it does not."""
    from fastvec.kernels.word2vec import train_block

    folder = getattr(getattr(train_block, "stats", None), "cache_path", None)
    return None if folder is None else Path(folder)


def kernel_files(folder: Path) -> list[Path]:
    """Return the files of compiled kernels in a folder, which may hold others."""
    return [path for path in folder.glob("*") if path.suffix in (".nbi", ".nbc")]
