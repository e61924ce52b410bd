"""The file of a sweep: CSV with a line for each training that is finished, to which a killed sweep is added."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fastvec.disk.atomic import check_folder, sync_folder
from fastvec.disk.scratch import ELSEWHERE, disk_errors, lock, read_errors
from fastvec.errors import DataError, FileError, InputError

#: The first columns: checksums of the text, and of the test sets with how they are scored.
_CHECKSUMS = ("text", "tests")
_CURE = "give the same, or name another file as output (-o)"
_ENCODING: Any = {"encoding": "utf-8", "errors": "surrogateescape"}


def check_name(path: str | os.PathLike[str]) -> None:
    """Refuse a file that could not be written, before the text is read."""
    check_folder(path)
    if Path(path).suffix.lower() != ".csv":
        raise InputError(f"{path}: the results of a sweep are CSV; name a file that ends in .csv")


class SweepFile:
    """The file, locked until it is closed; a context manager.

    A line that a killed process has left half written is removed.

    Parameters
    ----------
    path : path
        Of the file, which need not exist; `check_name` has checked it.
    checksums : (str, str)
        Of the text and the tests.
    names : sequence of str
        The settings that every training has.
    measured : sequence of str
        What is measured.
    trials : collection of tuple of str
        The settings and the seed of each training of the sweep, as text.

    Attributes
    ----------
    done : dict
        The cells that were measured, by those of the settings and the seed.

    Raises
    ------
    InputError
        If the file is that of another sweep, or not of a sweep.
    FileError
        If it cannot be read or written, or another process writes to it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        checksums: tuple[str, str],
        names: Sequence[str],
        measured: Sequence[str],
        trials: Iterable[tuple[str, ...]],
    ) -> None:
        self._path = Path(path)
        self._checksums, self._n_settings = checksums, len(names) + 1
        self._columns = [*_CHECKSUMS, *names, "seed", *measured]
        self._wanted = dict.fromkeys(trials)
        self.done: dict[tuple[str, ...], list[str]] = {}
        is_new = not self._path.exists()
        with disk_errors(path, "the results", ELSEWHERE):
            self._file = open(self._path, "ab")
        try:
            self._lock()
            self._continue()
        except BaseException:
            self._file.close()
            raise
        if is_new:
            sync_folder(self._path.parent)

    def __enter__(self) -> "SweepFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, settings: tuple[str, ...], measured: Sequence[str]) -> None:
        """Add a training that is finished; the line is on the disk when this returns."""
        self._write([*self._checksums, *settings, *measured])
        self.done[settings] = list(measured)

    def _lock(self) -> None:
        try:
            lock(self._file.fileno(), wait=False)
        except BlockingIOError:
            raise FileError(f"{self._path}: another sweep writes to it; wait for it, or name another file") from None

    def _continue(self) -> None:
        """Read what is done, remove what is half written, and write the line of headings if it is missing."""
        with read_errors(self._path):
            held = self._path.read_bytes()
        whole = held[: held.rfind(b"\n") + 1]
        if whole:
            try:
                heading, *rows = csv.reader(io.StringIO(whole.decode(**_ENCODING), newline=""))
            except csv.Error as error:
                raise FileError(f"{self._path}: is no table that can be read ({error}); name another file") from None
            self._check_columns(heading)
            for row in rows:
                self._check_row(row)
                self.done[tuple(row[2 : 2 + self._n_settings])] = row[2 + self._n_settings :]
        elif not _line(self._columns).startswith(held):
            self._check_columns([])
        with disk_errors(self._path, "the results", ELSEWHERE):
            os.truncate(self._file.fileno(), len(whole))
        if not whole:
            self._write(self._columns)

    def _check_columns(self, found: list[str]) -> None:
        if found == self._columns:
            return
        if tuple(found[:2]) != _CHECKSUMS:
            raise InputError(f"{self._path}: is not the file of a sweep; name another as output (-o)")
        others = [f"with {name!r}" for name in found if name not in self._columns]
        others += [f"without {name!r}" for name in self._columns if name not in found]
        differs = ", ".join(others) or "in another order"
        raise InputError(f"{self._path}: is of a sweep with other arguments or sets ({differs}); {_CURE}")

    def _check_row(self, row: list[str]) -> None:
        if len(row) != len(self._columns):
            raise FileError(f"{self._path}: a line has {len(row)} values, not {len(self._columns)}; delete that line")
        if row[0] != self._checksums[0]:
            raise DataError(f"{self._path}: is of a sweep on another text, or with other files of words; {_CURE}")
        if row[1] != self._checksums[1]:
            raise InputError(f"{self._path}: is of a sweep that was scored otherwise, or on other sets; {_CURE}")
        settings = tuple(row[2 : 2 + self._n_settings])
        if settings not in self._wanted:
            names = self._columns[2:]
            known = [set(column) for column in zip(*self._wanted, strict=True)]
            pairs = list(zip(names, settings, strict=False))
            other = [f"{name} {value}" for (name, value), own in zip(pairs, known, strict=True) if value not in own]
            shown = " ".join(", ".join(other or [f"{name} {value}" for name, value in pairs]).split())
            raise InputError(f"{self._path}: is of a sweep with other values ({shown}); {_CURE}")

    def _write(self, row: Sequence[str]) -> None:
        with disk_errors(self._path, "the results", ELSEWHERE):
            self._file.write(_line(row))
            self._file.flush()
            os.fsync(self._file.fileno())


def _line(row: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([" ".join(cell.split("\n")) for cell in row])
    return text.getvalue().encode(**_ENCODING)
