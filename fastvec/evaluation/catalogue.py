"""Which test sets a file or folder holds, recognised by content."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from fastvec.checks import as_list, check_path
from fastvec.errors import FileError
from fastvec.evaluation.associations import WEAT, is_associations
from fastvec.evaluation.files import read_lines, sniff_delimiter, split_table
from fastvec.evaluation.groups import is_outliers
from fastvec.evaluation.pairs import is_pairs
from fastvec.evaluation.questions import BUNDLED

Task = Literal["analogies", "similarity", "categories", "outliers", "bias"]
_LOOKED_AT = 20  # lines


def recognise(path: Path) -> Task | None:
    """Return what a file tests; None if it does not look like a test set.

    Raises
    ------
    FileError
        If the file cannot be read or is empty.
    """
    lines = read_lines(path)[:_LOOKED_AT]
    if is_associations(lines):
        return "bias"
    if lines[0][1].startswith(":"):
        return "analogies"
    if is_outliers(lines):
        return "outliers"
    if is_pairs(lines):
        return "similarity"
    widths = {len(row) for row in split_table(lines)}
    if widths == {4} and sniff_delimiter(lines) is None:
        return "analogies"
    return "categories" if len(widths) == 1 and 2 <= widths.pop() <= 5 else None


def find_sets(paths: str | Path | Iterable[str | Path]) -> tuple[dict[Task, list[Path]], list[Path]]:
    """Sort files, and the files in folders, by what they test.

    Parameters
    ----------
    paths : str, path, or iterable of these
        Files, folders, and names of bundled sets.

    Returns
    -------
    sets : dict of list of path
        For "analogies", "similarity", "categories", "outliers" and "bias".
    others : list of path
        Files in folders that are not test sets.

    Raises
    ------
    FileError
        If a named file is not a test set, a file cannot be read, or a folder holds no file.
    """
    sets: dict[Task, list[Path]] = {"analogies": [], "similarity": [], "categories": [], "outliers": [], "bias": []}
    others = []
    for each in as_list("paths", paths):
        check_path("paths: an item", each)
        path = Path(each)
        if str(path) in (WEAT, *BUNDLED):
            sets["bias" if str(path) == WEAT else "analogies"].append(path)
            continue
        inside = sorted(part for part in path.rglob("*") if part.is_file()) if path.is_dir() else [path]
        if not inside:
            raise FileError(f"{path} holds no file; name a folder of test sets")
        for part in inside:
            try:
                task = recognise(part)
            except FileError:
                if part == path:
                    raise
                task = None
            if task:
                sets[task].append(part)
            elif part == path:
                raise FileError(
                    f"{path} is not a test set: expected ': section' and four words a line, pairs with scores, "
                    "words with classes, a table of outliers, or association tests"
                )
            else:
                others.append(part)
    return sets, others
