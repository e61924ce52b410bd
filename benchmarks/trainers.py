"""The trainers: the command of each, and how the time of its training is read from its output."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks.modes import COUNT_WINDOW, GLOVE_EPOCHS, MIN_COUNT, MODES, NEGATIVE, SAMPLE, WINDOW, Mode

#: Returns the command for a mode, a number of threads and a number of epochs.
Command = Callable[[Mode, int, int], list[str]]


@dataclass(frozen=True)
class Trainer:
    """A trainer."""

    title: str
    #: Programs on PATH, and modules as "module:name".
    needs: tuple[str, ...]
    #: Trains on `corpus.txt` in the working directory and leaves `vectors` there.
    command: Command
    #: Matches progress in its output; `share` turns a match into the fraction done.
    progress: re.Pattern[bytes] | None = None
    share: Callable[[re.Match[bytes]], float] = lambda match: float(match[1]) / 100
    #: Matches words per second and thread, for a trainer that reports progress with several threads only.
    rate: re.Pattern[bytes] | None = None
    #: How its time is measured; `benchmarks.child` prints it where no pattern is given.
    timing: str = "around its training call"
    #: The kinds of modes that it has.
    kinds: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    #: Whether it takes part in all rounds (see `plays`), or in the first alone, because it is slow.
    every_round: bool = False
    #: Passes over the text, enough to train for about a second or more.
    passes: int = 1

    @property
    def is_fastvec(self) -> bool:
        """Whether it is fastvec, compiled for some machine."""
        return "module:fastvec" in self.needs

    @property
    def is_installed(self) -> bool:
        """Whether all that it needs is installed."""
        return all(
            find_spec(name[len("module:") :]) if name.startswith("module:") else shutil.which(name)
            for name in self.needs
        )

    def trains(self, mode: Mode) -> bool:
        """Return whether it has this mode."""
        return mode.kind in self.kinds

    def plays(self, mode: Mode, turn: int) -> bool:
        """Return whether it trains in this mode in a round, counted from 0: what takes long is in the first alone."""
        if turn == 0 or mode.is_large or not self.every_round:
            return self.trains(mode) and turn == 0
        return self.trains(mode) and (self.is_fastvec or not mode.ngrams)

    def fraction_done(self, output: bytes) -> float | None:
        """Return the fraction of the training that its output last reported as done, if any."""
        matches = list(self.progress.finditer(output)) if self.progress else []
        return self.share(matches[-1]) if matches else None


def python_child(task: str, *arguments: str, module: str = "child") -> list[str]:
    """Return the command of a task of a module here."""
    return [sys.executable, "-m", f"benchmarks.{module}", task, *arguments]


def _child(name: str) -> Command:
    return lambda mode, threads, epochs: python_child(name, mode.key, str(threads), str(epochs))


def _word2vec(program: str) -> Command:
    def command(mode: Mode, threads: int, epochs: int) -> list[str]:
        hierarchical = mode.loss == "hierarchical"
        options = {
            "train": "corpus.txt", "output": "vectors", "binary": 1, "size": mode.dim, "window": WINDOW,
            "sample": SAMPLE, "negative": 0 if hierarchical else NEGATIVE, "min-count": MIN_COUNT, "iter": epochs,
            "threads": threads,
        }  # fmt: skip
        if program == "word2vec":
            options |= {"hs": int(hierarchical), "cbow": int(mode.model == "cbow")}
        if program == "wang2vec":
            options |= {"hs": 0, "type": 3, "cap": 0}
        return [program, *(part for name, value in options.items() for part in (f"-{name}", str(value)))]

    return command


def _koan(mode: Mode, threads: int, epochs: int) -> list[str]:
    rate = "0.075" if mode.model == "cbow" else "0.025"  # as it recommends
    return [
        "koan", "-f", "corpus.txt", "-p", "vectors", "-d", str(mode.dim), "-c", str(WINDOW), "-n", str(NEGATIVE),
        "-o", str(SAMPLE), "-k", str(MIN_COUNT), "-b", str(mode.model == "cbow").lower(), "-l", rate, "-e", str(epochs),
        "-t", str(threads),
    ]  # fmt: skip


def _glove(mode: Mode, threads: int, epochs: int) -> list[str]:
    steps = (
        f"vocab_count -min-count {MIN_COUNT} < corpus.txt > words",
        f"cooccur -window-size {COUNT_WINDOW} -vocab-file words -memory 2 < corpus.txt > cells",
        "shuffle -memory 2 < cells > shuffled",
        f"exec glove -input-file shuffled -vocab-file words -save-file vectors -vector-size {mode.dim} "
        f"-threads {threads} -iter {GLOVE_EPOCHS} -write-header 1 -binary 0",
    )
    return ["sh", "-c", " && ".join(steps)]


def _fastvec(title: str, every_round: bool = True, **environment: str) -> Trainer:
    cpu = {f"NUMBA_{name.upper()}": value for name, value in environment.items()}
    return Trainer(
        title,
        ("module:fastvec",),
        _child("fastvec"),
        re.compile(rb"TRAINED \d+ [\d.]+ ([\d.]+)\n"),
        lambda match: float(match[1]),
        timing="by itself, without compiling",
        kinds=tuple(dict.fromkeys(mode.kind for mode in MODES.values() if every_round or not mode.is_large)),
        environment=cpu,
        passes=4 if every_round else 2,
        every_round=every_round,
    )


_PERCENT = re.compile(rb"Progress:\s+([\d.]+)%")
_SENTENCES = re.compile(rb"Sents:\s+(?!0\.00%)([\d.]+)%")  # koan says 0.00% before it reads the text
_BETWEEN = "between its first and its last line of progress"
_NEGATIVE, _HIERARCHICAL, _NGRAMS = ("sg-ns", "cbow-ns"), ("sg-hs", "cbow-hs"), ("sg-sub", "cbow-sub")
_LARGE = ("sg-large", "cbow-large")
TRAINERS = {
    "fastvec": _fastvec("fastvec"),
    "gensim": Trainer(
        "gensim", ("module:gensim",), _child("gensim"),
        kinds=(*_NEGATIVE, *_HIERARCHICAL, *_NGRAMS, "dbow", *_LARGE), every_round=True,
    ),
    "pword2vec": Trainer(
        "pWord2Vec", ("pword2vec",), _word2vec("pword2vec"), _PERCENT, timing=_BETWEEN, kinds=("sg-ns", "sg-large"),
        every_round=True,
    ),
    "word2vec": Trainer(
        "word2vec.c", ("word2vec",), _word2vec("word2vec"), _PERCENT, timing=_BETWEEN,
        kinds=(*_NEGATIVE, *_HIERARCHICAL),
    ),
    "wang2vec": Trainer(
        "wang2vec", ("wang2vec",), _word2vec("wang2vec"), _PERCENT, timing=_BETWEEN, kinds=("sg-pos",),
    ),
    "fasttext": Trainer(
        "fastText", ("module:fasttext",), _child("fasttext"), _PERCENT, rate=re.compile(rb"/sec/thread:\s+(\d+)"),
        timing=_BETWEEN + ", a single thread by itself", kinds=(*_NEGATIVE, *_HIERARCHICAL, *_NGRAMS),
    ),
    "floret": Trainer(
        "floret", ("module:floret",), _child("floret"), _PERCENT, rate=re.compile(rb"/sec/thread:\s+(\d+)"),
        timing=_BETWEEN + ", a single thread by itself", kinds=("sg-floret", "cbow-floret"),
    ),
    "koan": Trainer(
        "koan", ("koan",), _koan, _SENTENCES, timing=_BETWEEN, kinds=_NEGATIVE,
    ),
    "glove": Trainer(
        "GloVe C", ("vocab_count", "cooccur", "shuffle", "glove"), _glove, re.compile(rb"iter: (\d+), cost"),
        lambda match: int(match[1]) / GLOVE_EPOCHS, timing="over its second epoch", kinds=("glove",),
    ),
    "glove-python": Trainer("glove-python", ("module:glove",), _child("glove_python"), kinds=("glove",)),
    "scipy": Trainer("SciPy", ("module:scipy",), _child("scipy"), timing="from text to vectors", kinds=("ppmi-svd",)),
    "numpy": Trainer("NumPy", ("module:numpy",), _child("numpy")),
}  # fmt: skip
#: fastvec as compiled for older machines.
OLDER_CPUS = {
    "fastvec-avx2": _fastvec("fastvec, AVX2 only", False, cpu_name="haswell", cpu_features=""),
    "fastvec-x86-64": _fastvec("fastvec, baseline x86-64", False, cpu_name="x86-64", cpu_features=""),
}


def environment(trainer: Trainer, name: str, directory: Path, threads: int) -> dict[str, str]:
    """Return the environment of a trainer: this package importable, and its own cache of compiled code."""
    root = str(Path(__file__).parent.parent)
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH")) if part),
        "NUMBA_CACHE_DIR": str(directory.parent / f"compiled-{name}"),
        "OPENBLAS_NUM_THREADS": str(threads),
        **trainer.environment,
    }
