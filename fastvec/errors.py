"""The exceptions that fastvec raises on purpose; each message names what is wrong, where, and the cure."""


class FastvecError(Exception):
    """Base of every error that fastvec raises on purpose."""


class InputError(FastvecError, ValueError):
    """An argument, or data given in memory, that cannot be used."""


class TooLittleText(InputError):
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
