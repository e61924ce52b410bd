"""The checkpoints of one training, in a folder of their own.

    run.json               what is trained, and on what
    checkpoint-7.state     the newest state (`fastvec.disk.tensors`)
    checkpoint-6.state     the state before it, in case the newest is damaged
    lock                   held while a process trains

A model may keep what else it has finished beside them, such as ``cooccurrence.npz``.
"""

import gc
import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

from fastvec.checks import check_path
from fastvec.disk.atomic import replacing, sync_folder
from fastvec.disk.scratch import ELSEWHERE, check_space, disk_errors, lock
from fastvec.disk.tensors import TensorFile, write_tensors
from fastvec.disk.untrusted import parse_json
from fastvec.errors import FileError, InputError
from fastvec.training.blocks import Queue

#: Version of the folder's content.
FORMAT = 2
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_HEADER = 1 << 12  # bytes of a state's header and checksum, at most
_LOG = logging.getLogger(__name__)

Pause: TypeAlias = AbstractContextManager[object]


#: How often checkpoints are saved by default.
EVERY = "5m"


def parse_every(text: str) -> tuple[float, float]:
    """Return the seconds, and the fraction of the training, after which to save again; one of them is infinite.

    Raise `InputError` if the text is none of these:

    >>> parse_every("10m"), parse_every("5%")
    ((600.0, inf), (inf, 0.05))
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh%])", text.strip()) if isinstance(text, str) else None
    if match is None or not float(match[1]):
        raise InputError(f"every must be a time or a share of the training, such as 30s, 10m, 2h or 5%, not {text!r}")
    number = float(match[1])
    return (float("inf"), number / 100) if match[2] == "%" else (number * _SECONDS[match[2]], float("inf"))


def check_every(every: str | None, checkpoint: object) -> None:
    """Raise `InputError` if `parse_every` does not know `every`, or it is given without a folder of checkpoints."""
    if every is not None:
        parse_every(every)
        if checkpoint is None:
            raise InputError("every applies with checkpoint only; omit it")


class State(NamedTuple):
    """What a training needs to resume."""

    facts: dict[str, Any]  #: JSON values.
    arrays: Mapping[str, NDArray[Any]]  #: As `fastvec.disk.tensors.write_tensors` takes them.


class SavedState(TensorFile):
    """A state in a file, which is whole."""

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of the `State` that was saved."""
        facts: dict[str, Any] = json.loads(self.metadata["facts"])
        return facts


class Checkpoints(AbstractContextManager["Checkpoints"]):
    """A folder of checkpoints, made by `create` or found by `open`; only one process can hold it.

    Its `run` says what is trained, as JSON values; see `update`.
    """

    def __init__(self, folder: Path, every: str) -> None:
        self.folder = folder
        self.run: dict[str, Any] = {}
        self._seconds, self._share = parse_every(every)
        self._saved_at, self._saved_share = monotonic(), 0.0
        self._lock = _lock(folder)
        for stray in folder.glob(".*.????????"):  # left by a process that was killed during a rename
            stray.unlink()
        self._numbers = sorted(int(path.stem.partition("-")[2]) for path in folder.glob("checkpoint-*.state"))
        self._next = max(self._numbers, default=0) + 1

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    @classmethod
    def create(
        cls,
        folder: str | os.PathLike[str],
        every: str | None,
        run: dict[str, Any],
        keep: Callable[[Path], dict[str, Any]] = lambda folder: {},
    ) -> "Checkpoints":
        """Make a folder, a new or an empty one, for the training of `run`.

        `keep` adds what else belongs into the folder, before ``run.json`` is written, and returns more facts about the
        run. Raise `FileError` if the folder cannot be made, or is not empty; `InputError` if `every` is not one that
        `parse_every` knows.
        """
        place, every = Path(folder), EVERY if every is None else every
        parse_every(every)
        with disk_errors(place, "checkpoints", ELSEWHERE):
            place.mkdir(parents=True, exist_ok=True)
            if (place / "run.json").exists():
                raise FileError(
                    f"{place}: holds the checkpoints of a training; resume it (--resume), or choose another folder"
                )
            if any(place.iterdir()) and not (place / "lock").exists():  # else left by a killed run
                raise FileError(f"{place}: is not empty; choose a new folder for the checkpoints")
        new = cls(place, every)
        try:
            new.update(**run, every=every, **keep(place))
        except BaseException:
            new._lock.close()
            raise
        return new

    @classmethod
    def open(cls, folder: str | os.PathLike[str], every: str | None = None) -> "Checkpoints":
        """Open the folder of a training that was interrupted or has finished.

        Without `every` checkpoints are saved as often as before.

        Raise `FileError` if there is none, another process holds it, its ``run.json`` is damaged, or it has another
        format; `InputError` as `create`.
        """
        check_path("checkpoint", folder)
        path = Path(folder) / "run.json"
        try:
            text = path.read_bytes()
        except OSError as error:
            raise FileError(f"{folder}: no checkpoints here ({path.name}: {error.strerror})") from None
        try:
            content = parse_json(text)
            version, run = content["format"], content["run"]
            if content["checksum"] != _checksum(run):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise FileError(f"{path}: is damaged; this training cannot be resumed, start it again") from None
        if version != FORMAT:
            raise FileError(
                f"{path}: is of another version of fastvec (format {version}, not {FORMAT}); resume with that one"
            )
        found = cls(Path(folder), run.get("every", EVERY) if every is None else every)
        found.run = run
        return found

    def update(self, **facts: Any) -> None:
        """Add or change facts about the run, and write them to ``run.json``."""
        self.run |= facts
        content = {"format": FORMAT, "run": self.run, "checksum": _checksum(self.run)}
        with replacing(self.folder / "run.json") as file:
            file.write(json.dumps(content, indent=1).encode())
        sync_folder(self.folder)

    @property
    def has_states(self) -> bool:
        """Whether a state has been saved, from which the training can resume."""
        return bool(self._numbers)

    def load(self) -> SavedState | None:
        """Return the newest state that is whole, or None if there is none; raise `FileError` if all are damaged."""
        self._saved_at = monotonic()
        damaged = []
        for number in reversed(self._numbers):
            try:
                found = SavedState(self._path(number))
            except FileError as error:
                damaged.append(number)
                if len(damaged) == len(self._numbers):
                    raise FileError(
                        f"{error}, and no other checkpoint is left; start the training again in another folder"
                    ) from None
                _LOG.warning("%s; going back to the checkpoint before it", error)
            else:
                self._numbers = damaged + [n for n in self._numbers if n not in damaged]  # removed first
                return found
        return None

    def due(self, share: float) -> bool:
        """Return whether it is time to save again, when this fraction of the training is done."""
        return monotonic() - self._saved_at >= self._seconds or share - self._saved_share >= self._share

    def save(self, state: Callable[[], State], share: float = 1.0, pause: Pause | None = None) -> None:
        """Save a state, and remove all older ones but the last.

        `share` is the fraction of the training that is done. `pause` is entered while the state is made and written;
        the file is synced to the disk after it is left. Raise `FileError` if it cannot be written; the states saved
        before stay as they are.
        """
        self._saved_at, self._saved_share = monotonic(), share
        with replacing(self._path(self._next)) as file, pause or nullcontext():
            facts, arrays = state()
            n_bytes = sum(array.nbytes for array in arrays.values()) + _HEADER
            check_space(self.folder, "a checkpoint", ELSEWHERE, n_bytes)
            write_tensors(file, arrays, {"format": "fastvec state", "facts": json.dumps(facts)}, checksum=True)
        sync_folder(self.folder)
        self._numbers.append(self._next)
        self._next += 1
        while len(self._numbers) > 2:
            self._path(self._numbers.pop(0)).unlink(missing_ok=True)

    def try_to_save(self, state: Callable[[], State], share: float = 1.0, pause: Pause | None = None) -> None:
        """Do as `save`, but only warn if that fails."""
        with tolerating():
            self.save(state, share, pause)

    def _path(self, number: int) -> Path:
        return self.folder / f"checkpoint-{number}.state"


@contextmanager
def tolerating() -> Iterator[None]:
    """Downgrade a failed checkpoint to a warning."""
    try:
        yield
    except FileError as error:
        _LOG.warning("%s; this checkpoint was not saved", error)


@dataclass(frozen=True)
class Saving:
    """How to save the state of a training that takes blocks in order; `fastvec.training.blocks.run_blocks` calls it."""

    checkpoints: Checkpoints
    state: Callable[[int], State]  #: Returns the state when that many blocks are done, and none is being worked on.
    share: Callable[[int], float]  #: Returns the fraction of the training that is done after that many blocks.

    def __call__(self, queue: Queue[Any], is_ending: bool) -> None:
        """Save the state, between two blocks, if it is time or the training is ending."""
        share = self.share(queue.n_taken)
        if is_ending or self.checkpoints.due(share):
            self.checkpoints.try_to_save(lambda: self.state(queue.n_taken), share, queue.paused())


def _lock(folder: Path) -> Any:
    """Hold the lock of a folder until the returned file is closed."""
    for _ in range(2):
        with disk_errors(folder, "in it", ELSEWHERE):
            file = open(folder / "lock", "wb")
        try:
            lock(file.fileno(), wait=False)
            return file
        except BlockingIOError:
            file.close()
        gc.collect()  # an interrupted training of this process may have left it behind
    raise FileError(f"{folder}: another process trains with these checkpoints; wait for it, or stop it")


def _checksum(run: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(run, sort_keys=True).encode(), digest_size=16).hexdigest()
