"""Test sets as numbered lines and columns: decompress and split them, and refuse malformed lines."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import IO, BinaryIO, cast

from fastvec.corpus.files import read_blocks
from fastvec.disk.scratch import read_errors
from fastvec.errors import FileError

Line = tuple[int, str]
_NAMED = 5  # lines that a message names


def read_lines(path: Path) -> list[Line]:
    """Return the lines of a text file that are not blank, each with its number from 1.

    Raises
    ------
    FileError
        If the file cannot be read, is not UTF-8 text or holds no line.
    """
    with read_errors(path), path.open("rb") as stream:
        return _split(stream, str(path))


def read_bundled(name: str) -> list[Line]:
    """Return the lines of a test set that comes with the package."""
    with files("fastvec.evaluation").joinpath("data", f"{name}.xz").open("rb") as stream:
        return _split(stream, name)


def _split(stream: IO[bytes], name: str) -> list[Line]:
    data = b"".join(read_blocks(cast(BinaryIO, stream), name, lambda n_bytes: None))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(f"{name}, line {line}: is not UTF-8; convert the file (iconv -t utf-8)") from None
    # A tab at the beginning of a line means an empty column.
    lines = [(number, line.rstrip().lstrip(" ")) for number, line in enumerate(text.split("\n"), 1)]
    lines = [(number, line) for number, line in lines if line]
    if not lines:
        raise FileError(f"{name} is empty; a test set has at least one line")
    return lines


def sniff_delimiter(lines: Sequence[Line]) -> str | None:
    """Return the character that separates columns: tab, semicolon, comma, or None for white space.

    It is in every line, or else in most of them, so that a malformed line does not hide it.

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
    for delimiter in "\t;,":
        if sum(delimiter in line for _, line in lines) > len(lines) / 2:
            return delimiter
    return None


def split_columns(line: str, delimiter: str | None) -> list[str]:
    """Return the columns of a line, without the spaces and the quotation marks around them."""
    return [column.strip().strip('"') for column in line.split(delimiter)]


def split_table(lines: Sequence[Line]) -> list[list[str]]:
    """Return the columns of lines, without the column of row numbers that pandas writes under an empty heading.

    Examples
    --------
    >>> split_table([(1, ",word1,word2,similarity"), (2, "0,gem,jewel,3.94")])
    [['word1', 'word2', 'similarity'], ['gem', 'jewel', '3.94']]
    """
    delimiter = sniff_delimiter(lines)
    rows = [split_columns(line, delimiter) for _, line in lines]
    return [row[1:] for row in rows] if rows and not rows[0][0] else rows


def check_lines(name: str, lines: Sequence[Line], is_good: Sequence[bool], item: str, expected: str) -> None:
    """Refuse a file without lines or with malformed ones.

    Parameters
    ----------
    name : str
        Of the file.
    lines : sequence of (int, str)
        Those that hold an item each.
    is_good : sequence of bool
        Whether each line is well formed.
    item, expected : str
        What the file holds, and what a line consists of, for the message.

    Raises
    ------
    FileError
        It counts the malformed lines and names the first ones.
    """
    if not lines:
        raise FileError(f"{name} holds no {item}; expected {expected} on each line")
    bad = [line for line, good in zip(lines, is_good, strict=True) if not good]
    if not bad:
        return
    number, line = bad[0]
    shown = line if len(line) <= 40 else line[:40] + "..."
    others = ", ".join(str(number) for number, _ in bad[1:_NAMED])
    if len(bad) > _NAMED:
        others += ", ..."
    also = f" (also {others})" if others else ""
    raise FileError(
        f"{name}, line {number}{also}: {len(bad):,} of {len(lines):,} lines malformed; "
        f"expected {expected}, not {shown!r}; correct or remove them"
    )


def text_files(folder: Path, items: str) -> list[Path]:
    """Return the .txt files in a folder and in those inside it, also compressed ones, in order.

    Raises
    ------
    FileError
        If there is none.
    """
    parts = sorted(part for part in folder.rglob("*.txt*") if part.is_file())
    if not parts:
        raise FileError(f"{folder} holds no .txt file; name a folder of {items}")
    return parts
