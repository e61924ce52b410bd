"""Association tests: two groups of target words and two of attributes, bundled or from files.

A file has, below a line ``: name`` for each test, four lines ``group: word word ...``: the two groups of targets, then
those of attributes. Words are separated by commas or blanks; lines that begin with ``#`` are comments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastvec.checks import check_path
from fastvec.errors import FileError
from fastvec.evaluation.files import Line, read_bundled, read_lines

#: The name of the bundled tests: the ten of Caliskan, Bryson and Narayanan (Science 356, 2017).
WEAT = "weat"


@dataclass(frozen=True)
class AssociationTest:
    """Words whose associations are compared.

    Attributes
    ----------
    name : str
        Of the test.
    groups : tuple of str
        The names of the four groups.
    words : tuple of tuple of str
        Their words: two groups of targets, two of attributes.
    """

    name: str
    groups: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return sum(map(len, self.words))


def read_associations(path: str | Path = WEAT) -> list[AssociationTest]:
    """Read association tests.

    Parameters
    ----------
    path : str or path
        A file, or "weat", the ten tests of Caliskan, Bryson and Narayanan (2017).

    Raises
    ------
    FileError
        If the file cannot be read, is empty or has malformed lines.
    """
    check_path("path", path)
    lines = read_bundled("weat.txt") if str(path) == WEAT else read_lines(Path(path))
    lines = _without_comments(lines)
    starts = [place for place, (_, line) in enumerate(lines) if line.startswith(":")]
    if not starts or starts[0]:
        raise FileError(f"{path}: expected ': name' on the first line of a test, and four lines 'group: words' below")
    return [_read(path, lines[start:stop]) for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _read(path: str | Path, lines: Sequence[Line]) -> AssociationTest:
    (first, title), *rest = lines
    groups, words = [], []
    for number, line in rest:
        name, colon, listed = line.partition(":")
        found = tuple(word.strip() for word in listed.split("," if "," in listed else None))
        if not colon or not name.strip() or not all(found) or not found:
            raise FileError(f"{path}, line {number}: expected 'group: word word ...', not {line[:40]!r}")
        groups.append(name.strip())
        words.append(found)
    name = title[1:].strip() or f"line {first}"
    if len(groups) != 4:
        raise FileError(f"{path}, line {first}: the test {name!r} has {len(groups)} groups of words; expected four")
    return AssociationTest(name, tuple(groups), tuple(words))


def _without_comments(lines: Sequence[Line]) -> list[Line]:
    return [(number, line) for number, line in lines if not line.startswith("#")]


def is_associations(lines: Sequence[Line]) -> bool:
    """Return whether the first lines of a file look like association tests."""
    kept = _without_comments(lines)[:2]
    return len(kept) == 2 and kept[0][1].startswith(":") and ":" in kept[1][1][1:]
