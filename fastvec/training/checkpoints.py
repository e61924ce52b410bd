"""The checkpoints of one training, in a folder of their own.

    run.json               what is trained, on what
    checkpoint-7.state     the newest state (`fastvec.training.state`)
    checkpoint-6.state     the one before it, in case that the newest is damaged
    lock                   held while a process trains

Beside them lies what else a model has finished, such as ``cooccurrence.npz``.
"""

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple

from fastvec.disk.atomic import replacing, sync_folder
from fastvec.disk.scratch import ELSEWHERE, check_space
from fastvec.errors import FileError, InputError
from fastvec.training.state import SavedState, State, size_of, write_state

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: Version of what is in the folder.
FORMAT = 1
#: How often the state is saved where nothing is said.
EVERY = "5m"
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_LOG = logging.getLogger(__name__)


def parse_every(text: str) -> tuple[float, float]:
    """Give the seconds, and the share of the training, after which its state is saved again; one of them is infinite.

    >>> parse_every("10m"), parse_every("5%")
    ((600.0, inf), (inf, 0.05))

    Raises
    ------
    InputError
        If the text is none of these.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh%])", text.strip())
    if match is None or not float(match[1]):
        raise InputError(f"every must be a time or a share of the training, such as 30s, 10m, 2h or 5%, not {text!r}")
    number = float(match[1])
    return (float("inf"), number / 100) if match[2] == "%" else (number * _SECONDS[match[2]], float("inf"))


class Checkpoints(AbstractContextManager["Checkpoints"]):
    """A folder of checkpoints, made by `create` or found by `open`; no other process can have it at the same time.

    Attributes
    ----------
    folder : Path
        Where they are.
    run : dict
        What is trained, as JSON has it; see `update`.
    """

    def __init__(self, folder: Path, every: str) -> None:
        self.folder = folder
        self.run: dict[str, Any] = {}
        self._seconds, self._share = parse_every(every)
        self._saved_at, self._saved_share = monotonic(), 0.0
        self._lock = _lock(folder)
        for stray in folder.glob(".*.????????"):  # of a process that was killed in the middle of a rename
            stray.unlink()
        self._numbers = sorted(int(path.stem.partition("-")[2]) for path in folder.glob("checkpoint-*.state"))
        self._next = max(self._numbers, default=0) + 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.close()

    @classmethod
    def create(
        cls,
        folder: str | os.PathLike[str],
        every: str,
        run: dict[str, Any],
        keep: Callable[[Path], dict[str, Any]] = lambda folder: {},
    ) -> "Checkpoints":
        """Begin a folder for a new training.

        Parameters
        ----------
        folder : path
            A new or an empty one.
        every : str
            See `parse_every`.
        run : dict
            What is trained.
        keep : function of a Path
            Puts into the folder what else must be there before it is one of checkpoints, and gives more facts about the
            run.

        Raises
        ------
        FileError
            If the folder cannot be made, or has something in it.
        InputError
            If `every` is not a time or a share.
        """
        place = Path(folder)
        parse_every(every)
        try:
            place.mkdir(parents=True, exist_ok=True)
            if (place / "run.json").exists():
                raise FileError(
                    f"{place}: holds the checkpoints of a training; go on with it by resume (--resume), or choose "
                    "another folder"
                )
            if any(place.iterdir()) and not (place / "lock").exists():  # which is that of one that was killed early
                raise FileError(f"{place}: is not empty; choose a new folder for the checkpoints")
        except FileError:
            raise
        except OSError as error:
            raise FileError(f"{place}: cannot be made ({error.strerror}); choose another folder") from None
        new = cls(place, every)
        try:
            new.update(**run, **keep(place))
        except BaseException:
            new._lock.close()
            raise
        return new

    @classmethod
    def open(cls, folder: str | os.PathLike[str], every: str) -> "Checkpoints":
        """Open the folder of a training that was interrupted, or has ended.

        Raises
        ------
        FileError
            If there is none, another process has it, or what it says about the run is damaged.
        InputError
            If `every` is not a time or a share.
        """
        path = Path(folder) / "run.json"
        try:
            text = path.read_bytes()
        except OSError as error:
            raise FileError(f"{folder}: no checkpoints here ({path.name}: {error.strerror})") from None
        try:
            content = json.loads(text)
            version, run = content["format"], content["run"]
            if content["checksum"] != _checksum(run):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise FileError(f"{path}: is damaged; this training cannot go on, begin it again") from None
        if version != FORMAT:
            raise FileError(f"{path}: is of another version of fastvec ({version}, not {FORMAT}); go on with that one")
        found = cls(Path(folder), every)
        found.run = run
        return found

    def update(self, **facts: Any) -> None:
        """Add facts about the run, or change them, and write them down."""
        self.run |= facts
        content = {"format": FORMAT, "run": self.run, "checksum": _checksum(self.run)}
        with replacing(self.folder / "run.json") as file:
            file.write(json.dumps(content, indent=1).encode())
        sync_folder(self.folder)

    @property
    def has_states(self) -> bool:
        """Whether a state has been saved, from which the training can go on."""
        return bool(self._numbers)

    def load(self) -> SavedState | None:
        """Give the newest state that is whole, or None if none has been saved.

        Raises
        ------
        FileError
            If all that were saved are damaged.
        """
        self._saved_at = monotonic()
        damaged = []
        for number in reversed(self._numbers):
            try:
                found = SavedState(self._path(number))
            except FileError as error:
                damaged.append(number)
                if len(damaged) == len(self._numbers):
                    raise FileError(
                        f"{error}, and no other checkpoint is left; begin the training again in another folder"
                    ) from None
                _LOG.warning("%s; going back to the checkpoint before it", error)
            else:
                self._numbers = damaged + [n for n in self._numbers if n not in damaged]  # these are forgotten first
                return found
        return None

    def due(self, share: float) -> bool:
        """Tell whether it is time to save the state of a training of which this share is over."""
        return monotonic() - self._saved_at >= self._seconds or share - self._saved_share >= self._share

    def save(self, state: AbstractContextManager[State], share: float = 1.0) -> None:
        """Save a state, and forget all but the one before it.

        Parameters
        ----------
        state : context manager
            Gives the state, which does not change until it is left; the file is brought to the disk after that.
        share : float
            Of the training that is over.

        Raises
        ------
        FileError
            If it cannot be written; those that were saved before are left as they are.
        """
        self._saved_at, self._saved_share = monotonic(), share
        with replacing(self._path(self._next)) as file, state as now:
            check_space(self.folder, "a checkpoint", ELSEWHERE, size_of(now))
            write_state(file, now)
        sync_folder(self.folder)
        self._numbers.append(self._next)
        self._next += 1
        while len(self._numbers) > 2:
            self._path(self._numbers.pop(0)).unlink(missing_ok=True)

    def try_to_save(self, state: AbstractContextManager[State], share: float = 1.0) -> None:
        """Save a state; where that fails, say so and no more."""
        with tolerating():
            self.save(state, share)

    def _path(self, number: int) -> Path:
        return self.folder / f"checkpoint-{number}.state"


@contextmanager
def tolerating() -> Iterator[None]:
    """Save what is saved for later; where that fails, say so and no more."""
    try:
        yield
    except FileError as error:
        _LOG.warning("%s; this checkpoint was not saved", error)


class Saving(NamedTuple):
    """How the state of a training that takes blocks in order is saved.

    Attributes
    ----------
    checkpoints : Checkpoints
        Where to.
    state : function of an int
        Gives the state when that many blocks are done, and no other has been begun.
    share : function of an int
        Gives the share of the training that is over when that many blocks are done.
    """

    checkpoints: Checkpoints
    state: Callable[[int], State]
    share: Callable[[int], float]


def _lock(folder: Path) -> Any:
    """Hold the lock of a folder until the file that is given is closed."""
    try:
        file = open(folder / "lock", "wb")
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise FileError(f"{folder}: another process trains with these checkpoints; wait for it, or stop it") from None
    except OSError as error:
        raise FileError(f"{folder}: cannot be written to ({error.strerror}); choose another folder") from None
    return file


def _checksum(run: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(run, sort_keys=True).encode(), digest_size=16).hexdigest()
