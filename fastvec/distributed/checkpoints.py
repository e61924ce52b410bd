"""The checkpoints of a training on a cluster: a folder at a path or URL that the client and all workers can write to.

run.json          what is trained, and on what
round-7/          the weights after round 7, a file for each group of rows
round-7/done.json written last: the checksums of these files
"""

import hashlib
import io
import json
import posixpath
from typing import Any

import numpy as np

from fastvec.corpus.urls import file_system, url_errors
from fastvec.disk.untrusted import parse_json
from fastvec.errors import FileError
from fastvec.training.merging import Group

#: Version of the folder's content.
FORMAT = 1


class Checkpoints:
    """A folder of checkpoints."""

    def __init__(self, url: str) -> None:
        self.url = url

    def refuse_existing(self) -> None:
        """Raise `FileError` if there is a training in the folder."""
        if self._exists("run.json"):
            raise FileError(
                f"{self.url}: holds the checkpoints of a training; resume it (--resume), or choose another folder"
            )

    def create(self, run: dict[str, Any]) -> None:
        """Write down what is trained."""
        self._write("run.json", json.dumps({"format": FORMAT, "run": run}, indent=1).encode())

    def open(self) -> dict[str, Any]:
        """Return what is trained; raise `FileError` if there is none, or of another version."""
        if not self._exists("run.json"):
            raise FileError(f"{self.url}: no checkpoints of a training on a cluster here (no run.json)")
        try:
            content = parse_json(self._read("run.json"))
            run: dict[str, Any] = content["run"]
            if content["format"] != FORMAT:
                raise FileError(f"{self.url}: is of another version of fastvec; resume with that one")
        except (ValueError, KeyError, TypeError):
            raise FileError(f"{self.url}: run.json is damaged, or of a training on one machine") from None
        return run

    def last_round(self) -> tuple[int, list[str], float] | None:
        """Return the last round that is whole, its checksums and the usual length, or None."""
        system, path = file_system(self.url)
        with url_errors(self.url):
            system.invalidate_cache()
            names = [posixpath.basename(name.rstrip("/")) for name in system.ls(path, detail=False)]
        numbers = [int(name[6:]) for name in names if name.startswith("round-") and name[6:].isdecimal()]
        for number in sorted(numbers, reverse=True):
            if self._exists(f"round-{number}/done.json"):
                try:
                    done = parse_json(self._read(f"round-{number}/done.json"))
                    return number, list(map(str, done["checksums"])), float(done["usual"])
                except (ValueError, KeyError, TypeError):
                    raise self._damaged(f"round-{number}/done.json", number) from None
        return None

    def write_group(self, number: int, k: int, group: Group) -> str:
        """Write a group of rows; return its checksum. A task."""
        buffer = io.BytesIO()
        for matrix in group:
            np.save(buffer, matrix)
        data = buffer.getvalue()
        self._write(f"round-{number}/{k}.npy", data)
        return hashlib.blake2b(data, digest_size=16).hexdigest()

    def read_group(self, number: int, k: int, checksum: str) -> Group:
        """Read a group of rows; raise `FileError` if it is damaged. A task."""
        data = self._read(f"round-{number}/{k}.npy")
        if hashlib.blake2b(data, digest_size=16).hexdigest() != checksum:
            raise self._damaged(f"round-{number}/{k}.npy", number)
        buffer = io.BytesIO(data)
        return Group(np.load(buffer), np.load(buffer))

    def finish_round(self, number: int, checksums: list[str], usual: float) -> None:
        """Note that all groups of a round are written, and remove older rounds but the last."""
        self._write(f"round-{number}/done.json", json.dumps({"checksums": checksums, "usual": usual}).encode())
        system, path = file_system(self.url)
        with url_errors(self.url):
            if self._exists(f"round-{number - 2}/done.json"):
                system.rm(posixpath.join(path, f"round-{number - 2}"), recursive=True)

    def _damaged(self, name: str, number: int) -> FileError:
        return FileError(f"{self.url}/{name}: is damaged; remove round-{number} to go back one round")

    def _exists(self, name: str) -> bool:
        system, path = file_system(self.url)
        with url_errors(self.url):
            system.invalidate_cache()
            return bool(system.exists(posixpath.join(path, name)))

    def _read(self, name: str) -> bytes:
        system, path = file_system(self.url)
        with url_errors(f"{self.url}/{name}"):
            data: bytes = system.cat_file(posixpath.join(path, name))
        return data

    def _write(self, name: str, data: bytes) -> None:
        system, path = file_system(self.url)
        place = posixpath.join(path, name)
        with url_errors(f"{self.url}/{name}"):
            system.makedirs(posixpath.dirname(place), exist_ok=True)
            with system.transaction:  # whole, or not at all, where the file system can do that
                system.pipe_file(place, data)
