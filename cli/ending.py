"""How a command ends: its exit status, and the line that says why."""

import signal

import click

from fastvec.errors import DataError, FastvecError, InputError, MachineError

from .spoken import spoken

#: What Python says where the system gives no more threads.
NO_THREAD = "can't start new thread"
#: What the loader of libraries says where one does not fit into the memory that the process may have.
_NO_ROOM = ("failed to map segment", "cannot allocate memory")


class Ended(KeyboardInterrupt):
    """A signal that asks the process to end; its argument is the number."""


class Carried(Exception):
    """Carries the error that ended a command."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


def status_of(error: BaseException | None) -> int:
    """Return the exit status of a command that an error ended, or none did.

    0 is good, 1 failed, 2 misuse of the command line, 128 + n ended by signal n (130: interrupted).
    """
    if error is None or isinstance(error, BrokenPipeError):
        return 0
    if isinstance(error, KeyboardInterrupt):
        return 128 + _signal(error)
    if isinstance(error, InputError):
        return 1 if isinstance(error, DataError | MachineError) else 2
    return error.exit_code if isinstance(error, click.ClickException) else 1


def is_of_limits(error: BaseException) -> bool:
    """Return whether an error of Python's comes of the limits of this process."""
    if isinstance(error, ImportError):
        return any(words in str(error).lower() for words in _NO_ROOM)
    return str(error) == NO_THREAD


def describe(error: BaseException) -> str:
    """Return in one line what ended a command."""
    if isinstance(error, KeyboardInterrupt):
        number = _signal(error)
        return "interrupted" if number == signal.SIGINT else f"stopped by {signal.Signals(number).name}"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, MemoryError):
        return f"not enough memory: {error}" if str(error) else "not enough memory"
    if isinstance(error, ImportError):  # of `_NO_ROOM`
        return f"not enough memory to load a library ({error}): raise the limit (ulimit -v)"
    if isinstance(error, RuntimeError):  # of `NO_THREAD`
        return f"{error}: lower --threads, or raise the limit (ulimit -u, pids of the control group)"
    if isinstance(error, FileNotFoundError) and not isinstance(error, FastvecError):  # only this has no name to tell
        return "the folder in which the command runs does not exist any more; change to another"
    if isinstance(error, OSError) and not isinstance(error, FastvecError):  # the library's own name a file
        return f"cannot write the output: {error.strerror or error}"
    return spoken(str(error)) if isinstance(error, FastvecError) else str(error)


def _signal(error: KeyboardInterrupt) -> int:
    return int(error.args[0]) if isinstance(error, Ended) else signal.SIGINT
