"""The trainers: the command of each, and how the time of its training is read from its output."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks.modes import GLOVE_EPOCHS, GLOVE_WINDOW, MIN_COUNT, NEGATIVE, SAMPLE, WINDOW, Mode

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
    models: tuple[str, ...] = ("skipgram", "cbow")
    losses: tuple[str, ...] = ("negative", "hierarchical")
    has_ngrams: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    #: Whether it takes part in all rounds, or only in the first because it is slow.
    every_round: bool = False
    #: Passes over the text, enough to train for about a second or more.
    passes: int = 1

    @property
    def is_installed(self) -> bool:
        """Whether all that it needs is installed."""
        return all(
            find_spec(name[len("module:") :]) if name.startswith("module:") else shutil.which(name)
            for name in self.needs
        )

    def trains(self, mode: Mode) -> bool:
        """Return whether it has this mode."""
        is_known = mode.model in self.models and (not mode.loss or mode.loss in self.losses)
        return is_known and (self.has_ngrams or not mode.has_ngrams)

    def fraction_done(self, output: bytes) -> float | None:
        """Return the fraction of the training that its output last reported as done, if any."""
        matches = list(self.progress.finditer(output)) if self.progress else []
        return self.share(matches[-1]) if matches else None


def python_child(task: str, *arguments: str) -> list[str]:
    """Return the command of a task of `benchmarks.child`."""
    return [sys.executable, "-m", "benchmarks.child", task, *arguments]


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
        f"cooccur -window-size {GLOVE_WINDOW} -vocab-file words -memory 2 < corpus.txt > cells",
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
        timing="by itself, without compiling",
        models=("skipgram", "cbow", "glove"),
        has_ngrams=True,
        environment=cpu,
        passes=8 if every_round else 2,
        every_round=every_round,
    )


_PERCENT = re.compile(rb"Progress:\s+([\d.]+)%")
_SENTENCES = re.compile(rb"Sents:\s+(?!0\.00%)([\d.]+)%")  # koan says 0.00% before it reads the text
_BETWEEN = "between its first and its last line of progress"
TRAINERS = {
    "fastvec": _fastvec("fastvec"),
    "gensim": Trainer("gensim", ("module:gensim",), _child("gensim"), has_ngrams=True, every_round=True),
    "pword2vec": Trainer(
        "pWord2Vec", ("pword2vec",), _word2vec("pword2vec"), _PERCENT, timing=_BETWEEN, models=("skipgram",),
        losses=("negative",), every_round=True,
    ),
    "word2vec": Trainer("word2vec.c", ("word2vec",), _word2vec("word2vec"), _PERCENT, timing=_BETWEEN),
    "fasttext": Trainer(
        "fastText", ("module:fasttext",), _child("fasttext"), _PERCENT, rate=re.compile(rb"/sec/thread:\s+(\d+)"),
        timing=_BETWEEN + ", a single thread by itself", has_ngrams=True,
    ),
    "koan": Trainer(
        "koan", ("koan",), _koan, _SENTENCES, timing=_BETWEEN, losses=("negative",),
    ),
    "glove": Trainer(
        "GloVe C", ("vocab_count", "cooccur", "shuffle", "glove"), _glove, re.compile(rb"iter: (\d+), cost"),
        lambda match: int(match[1]) / GLOVE_EPOCHS, timing="over its second epoch", models=("glove",),
    ),
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
        "NUMBA_CACHE_DIR": str(directory / f"compiled-{name}"),
        "OPENBLAS_NUM_THREADS": str(threads),
        **trainer.environment,
    }
