"""Analogy questions: the bundled sets, files in the format of questions-words.txt, and folders of BATS.

- Google's 19,544 questions (Mikolov et al. 2013) and CA8's 17,813 Chinese ones (Li et al. 2018) come with the package.
- A file like questions-words.txt has lines ``a b c d`` below lines ``: section``.
- A file of BATS (Gladkova et al. 2016) has lines ``word<TAB>answer/answer/...``. Each two lines make two questions: one
  line gives the example, with its first answer, and any answer of the other is right.
"""

from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_path
from fastvec.errors import FileError
from fastvec.evaluation.files import Line, check_lines, read_bundled, read_lines, text_files

#: The files of the sets that come with the package.
BUNDLED = {"google": ("questions-words.txt",), "ca8": ("CA8_semantic.txt", "CA8_morphological.txt")}


@dataclass(frozen=True, eq=False)
class Questions:
    """Questions "a is to b as c is to what?", in sections.

    Attributes
    ----------
    name : str
        Of the set.
    words : tuple of str
        The different words of the questions, to which the arrays refer by number.
    given : (n_questions, 3) int32
        The words a, b and c.
    answers : tuple of tuple of int
        Sets of words that are right answers.
    expected : (n_questions,) int32
        The set in `answers` that is right.
    sections : tuple of (str, str)
        The name and the kind ("semantic", "syntactic", "morphological" or "") of each section.
    section : (n_questions,) int32
        The section of each question.
    """

    name: str
    words: tuple[str, ...]
    given: NDArray[np.int32]
    answers: tuple[tuple[int, ...], ...]
    expected: NDArray[np.int32]
    sections: tuple[tuple[str, str], ...]
    section: NDArray[np.int32]

    def __repr__(self) -> str:
        return f"<Questions of {self.name}: {len(self):,} analogies, {len(self.sections):,} sections>"

    def __len__(self) -> int:
        return len(self.given)


def read_questions(path: str | Path | None = None) -> Questions:
    """Read analogy questions.

    Parameters
    ----------
    path : str or path, optional
        A file, a folder of files, or the name of a bundled set, "google" (the default) or "ca8".

    Raises
    ------
    FileError
        If a file cannot be read, is empty or has malformed lines.
    """
    check_path("path", path, optional=True)
    collector = _Collector()
    if path is None or str(path) in BUNDLED:
        name = str(path or "google")
        for file in BUNDLED[name]:
            collector.add_file(file, Path(file), read_bundled(file))
    else:
        path = Path(path)
        name = path.name or str(path)
        for part in text_files(path, "analogy questions") if path.is_dir() else [path]:
            collector.add_file(str(part), part, read_lines(part))
    return collector.finish(name)


def as_questions(given: "str | Path | Questions | None") -> Questions:
    """Return questions, or read those of a file, a folder or a bundled set."""
    return given if isinstance(given, Questions) else read_questions(given)


class _Collector:
    """Gathers the questions of several files."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._answers: dict[tuple[int, ...], int] = {}
        self._given: list[tuple[int, int, int]] = []
        self._expected: list[int] = []
        self._sections: list[tuple[str, str]] = []
        self._section: list[int] = []

    def finish(self, name: str) -> Questions:
        if not self._given:
            raise FileError(f"{name} holds no question; expected lines of four words")
        return Questions(
            name,
            tuple(self._words),
            np.array(self._given, np.int32),
            tuple(self._answers),
            np.array(self._expected, np.int32),
            tuple(self._sections),
            np.array(self._section, np.int32),
        )

    def add_file(self, name: str, path: Path, lines: list[Line]) -> None:
        if not lines[0][1].startswith(":") and "\t" in lines[0][1]:
            self._add_pairs(name, path, lines)
        else:
            self._add_quadruples(name, path, lines)

    def _add_quadruples(self, name: str, path: Path, lines: list[Line]) -> None:
        # Google's syntactic sections begin with "gram", the others are semantic; else the file's name may say the kind.
        marked = any(line.startswith(":") and line[1:].strip().startswith("gram") for _, line in lines)
        asked = [line for line in lines if not line[1].startswith(":")]
        if asked:
            check_lines(name, asked, [len(line.split()) == 4 for _, line in asked], "question", "four words")
        started = False
        for _, line in lines:
            if line.startswith(":"):
                section = line[1:].strip()
                kind = ("syntactic" if section.startswith("gram") else "semantic") if marked else _kind(path.name)
                self._sections.append((section, kind))
                started = True
                continue
            if not started:
                self._sections.append((path.stem, _kind(path.name)))
                started = True
            a, b, c, d = map(self._word, line.split())
            self._add(a, b, c, (d,))

    def _add_pairs(self, name: str, path: Path, lines: list[Line]) -> None:
        rows = [[column.strip() for column in line.split("\t")] for _, line in lines]
        answers = [[answer.strip() for answer in row[-1].split("/")] for row in rows]
        good = [len(row) == 2 and row[0] != "" and all(each) for row, each in zip(rows, answers, strict=True)]
        check_lines(name, lines, good, "pair of words", "a word, a tab and answers separated by /")
        pairs = [(self._word(row[0]), tuple(map(self._word, each))) for row, each in zip(rows, answers, strict=True)]
        self._sections.append((path.stem, _kind(path.parent.name)))
        for (a, answers_a), (c, answers_c) in permutations(pairs, 2):
            self._add(a, answers_a[0], c, answers_c)

    def _word(self, word: str) -> int:
        return self._words.setdefault(word, len(self._words))

    def _add(self, a: int, b: int, c: int, answers: tuple[int, ...]) -> None:
        self._given.append((a, b, c))
        self._expected.append(self._answers.setdefault(answers, len(self._answers)))
        self._section.append(len(self._sections) - 1)


def _kind(name: str) -> str:
    """Return what the name of a file or folder says that its questions test."""
    lowered = name.lower()
    return "semantic" if "semantic" in lowered else "morphological" if "morpholog" in lowered else ""
