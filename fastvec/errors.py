"""The exceptions that fastvec raises on purpose; each message names what is wrong, where, and the cure."""


class FastvecError(Exception):
    """Base of every error that fastvec raises on purpose."""


class InputError(FastvecError, ValueError):
    """An argument, or data given in memory, that cannot be used."""


class DataError(InputError):
    """Text, words or vectors that cannot be used as asked, which only shows when they are read."""


class MachineError(InputError):
    """A request for more than this machine has: memory, space on a disk, or a package."""


class TooLittleText(DataError):
    """Text in which there is nothing to count, or that has fewer words than vectors would have dimensions."""


class FileError(FastvecError, OSError):
    """A file that cannot be read, written or understood; the message begins with its name."""


class TrainingError(FastvecError, ArithmeticError):
    """Training that went wrong, such as weights that are no longer finite."""


class UnknownWordError(FastvecError, KeyError):
    """A word that has no vector."""

    __str__ = Exception.__str__  # KeyError would show the message in quotation marks


def megabytes(n_bytes: float) -> str:
    """Return a number of bytes as messages show it.

    >>> megabytes(1234567), megabytes(1234567890)
    ('1.2 MB', '1,235 MB')
    """
    return f"{n_bytes / 1e6:,.{0 if n_bytes >= 1e7 else 1}f} MB"


def duration(seconds: float) -> str:
    """Return a time as people say it.

    >>> duration(0.42), duration(45.4), duration(250), duration(2580), duration(34980), duration(200_000)
    ('0.4 s', '45 s', '4 min 10 s', '43 min', '9 h 43 min', '2 d 8 h')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    if seconds < 599.5:
        return _in_two_units(seconds, 60, "min", 1, "s")
    if seconds < 3570:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_770:
        return _in_two_units(seconds, 3600, "h", 60, "min")
    return _in_two_units(seconds, 86_400, "d", 3600, "h")


def _in_two_units(seconds: float, large: int, unit: str, small: int, part: str) -> str:
    many, rest = divmod(round(seconds / small), large // small)
    return f"{many} {unit} {rest} {part}" if rest else f"{many} {unit}"
