"""Files named by URLs, such as ``s3://bucket/text-*.gz``, through fsspec, which is imported only for them.

It knows where `fsspec.available_protocols` says; what a protocol needs (keys, projects) it takes from the environment,
or from fsspec's files of configuration.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, cast

from fastvec.errors import FileError, MachineError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S")
CURE = "pip install 'fastvec[cluster]'"


class Remote(NamedTuple):
    """A file at a URL."""

    url: str
    size: int | None  #: In bytes, if it is known.
    stamp: str | None  #: Changes when the file does; None if that cannot be told.


def is_url(path: object) -> bool:
    """Return whether something is the URL of a file, and not a path.

    >>> is_url("s3://bucket/text.txt"), is_url("C:/text.txt"), is_url("see s3://bucket")
    (True, False, False)
    """
    return isinstance(path, str) and bool(_URL.match(path))


def file_system(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, or of a local path, and the path there.

    Raise `MachineError` if fsspec, or what it needs for this protocol, is not installed.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MachineError(f"{url}: a URL takes fsspec, which is not installed: {CURE}") from None
    try:
        with url_errors(url):
            system, path = url_to_fs(url)
    except ImportError as error:
        raise MachineError(f"{url}: {error}") from None
    return system, path


def find_urls(pattern: str) -> list[Remote]:
    """Return the files of a URL: itself, those that match it, or those in a folder, by name and without hidden ones.

    Raise `FileError` if there are none, or they cannot be listed.
    """
    system, path = file_system(pattern)
    with url_errors(pattern):
        system.invalidate_cache()
        if any(sign in path for sign in "*?["):
            paths = [each for each in sorted(system.glob(path)) if system.isfile(each)]
        elif system.isdir(path):
            hidden = len(path.rstrip("/"))
            paths = [each for each in sorted(system.find(path)) if "/." not in each[hidden:]]
        else:
            paths = [path]
        if not paths:
            raise FileError(f"{pattern}: no files here")
        return [_remote(system, each) for each in paths]


def _remote(system: Any, path: str) -> Remote:
    size = system.info(path)["size"]
    try:
        system.modified(path)
        stamp = system.ukey(path)
    except NotImplementedError:  # as for http
        stamp = None
    return Remote(system.unstrip_protocol(path), size, stamp)


def open_url(url: str) -> BinaryIO:
    """Open a URL, or a local path, to read; it can be sought in. What goes wrong later is a `FileError` too."""
    system, path = file_system(url)
    with url_errors(url):
        return io.BufferedReader(_Guarded(system.open(path, "rb"), url))


class _Guarded(io.RawIOBase):
    """A remote file whose errors name its URL."""

    def __init__(self, file: Any, url: str) -> None:
        self._file, self._url = file, url

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with url_errors(self._url):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        with url_errors(self._url):
            return cast(int, self._file.seek(place, whence))

    def tell(self) -> int:
        return cast(int, self._file.tell())

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def url_errors(url: str) -> Iterator[None]:
    """Turn whatever a protocol raises into a `FileError` that names the URL."""
    try:
        yield
    except (FileError, ImportError):
        raise
    except FileNotFoundError:
        raise FileError(f"{url}: no such file or folder") from None
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise FileError(f"{url}: {reason}") from None
