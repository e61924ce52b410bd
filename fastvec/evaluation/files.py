"""Test sets as numbered lines and columns: read whole, decompressed, and refused where lines are malformed."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import IO, BinaryIO, cast

from fastvec.corpus.files import read_blocks
from fastvec.errors import FileError

Line = tuple[int, str]
_NAMED = 5  # lines that a message names


def read_lines(path: Path) -> list[Line]:
    """Give the lines of a text file that are not blank, each with its number from 1.

    Raises
    ------
    FileError
        If the file cannot be read, is not UTF-8 text or holds no line.
    """
    try:
        with path.open("rb") as stream:
            return _split(stream, str(path))
    except FileNotFoundError:
        raise FileError(f"{path} does not exist; check the name") from None
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path} cannot be read: {error.strerror}") from None


def read_bundled(name: str) -> list[Line]:
    """Give the lines of a test set that comes with the package."""
    with files("fastvec.evaluation").joinpath("data", f"{name}.xz").open("rb") as stream:
        return _split(stream, name)


def _split(stream: IO[bytes], name: str) -> list[Line]:
    data = b"".join(read_blocks(cast(BinaryIO, stream), name, lambda n_bytes: None))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(f"{name}, line {line}: is not UTF-8; convert the file (iconv -t utf-8)") from None
    # A tab at the beginning of a line stands for an empty column.
    lines = [(number, line.rstrip().lstrip(" ")) for number, line in enumerate(text.split("\n"), 1)]
    lines = [(number, line) for number, line in lines if line]
    if not lines:
        raise FileError(f"{name} is empty; a test set has at least one line")
    return lines


def sniff_delimiter(lines: Sequence[Line]) -> str | None:
    """Give the character that separates columns: tab, semicolon or comma where every line has it, else white space.

    Examples
    --------
    >>> sniff_delimiter([(1, "tiger,cat,7.35"), (2, "book,paper,7.46")])
    ','
    >>> sniff_delimiter([(1, "tiger cat 7.35")]) is None
    True
    """
    for delimiter in "\t;,":
        if all(delimiter in line for _, line in lines):
            return delimiter
    # A malformed line or two does not hide the delimiter of the others.
    for delimiter in "\t;,":
        if sum(delimiter in line for _, line in lines) > len(lines) / 2:
            return delimiter
    return None


def split_columns(line: str, delimiter: str | None) -> list[str]:
    """Give the columns of a line, without the spaces and the quotation marks around them."""
    return [column.strip().strip('"') for column in line.split(delimiter)]


def split_table(lines: Sequence[Line]) -> list[list[str]]:
    """Give the columns of lines, without the column of row numbers, under an empty heading, that pandas writes.

    Examples
    --------
    >>> split_table([(1, ",word1,word2,similarity"), (2, "0,gem,jewel,3.94")])
    [['word1', 'word2', 'similarity'], ['gem', 'jewel', '3.94']]
    """
    delimiter = sniff_delimiter(lines)
    rows = [split_columns(line, delimiter) for _, line in lines]
    return [row[1:] for row in rows] if rows and not rows[0][0] else rows


def malformed(name: str, bad: Sequence[Line], n_lines: int, expected: str) -> FileError:
    """Give the error for lines that cannot be understood: it counts them and names the first ones."""
    number, line = bad[0]
    shown = line if len(line) <= 40 else line[:40] + "..."
    others = ", ".join(str(number) for number, _ in bad[1:_NAMED])
    if len(bad) > _NAMED:
        others += ", ..."
    also = f" (also {others})" if others else ""
    return FileError(
        f"{name}, line {number}{also}: {len(bad):,} of {n_lines:,} lines malformed; "
        f"expected {expected}, not {shown!r}; correct or remove them"
    )
