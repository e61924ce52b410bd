"""Trainings that alternate every half second, to measure thread scaling on a machine that other programs use too.

A shared machine may be a third faster a minute later. So all trainings of a comparison are started, and all but those
whose turn it is are stopped. One process may also be a tenth faster than another for its whole life, because of where
its memory lies. So each gets a few turns only, and many processes are compared. The cache-line transfer time of the
cores is measured with each turn.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Collection
from contextlib import ExitStack
from itertools import cycle, product
from pathlib import Path
from typing import Any

from benchmarks.latency import longest_latency
from benchmarks.machine import on_cores, usable
from benchmarks.modes import Mode
from benchmarks.run import last_line
from benchmarks.trainers import Trainer, environment

#: Seconds of a turn, and turns of each training.
TURN, TURNS = 0.5, 4
#: Words that each training is set up for, for each of its threads; it is stopped long before.
WORDS = 40_000_000
_TRAINED = re.compile(rb"TRAINED (\d+) ([\d.]+).*\n")


class Training:
    """A process that prints "TRAINED words seconds" every tenth of a second of training; stopped between its turns."""

    def __init__(self, command: list[str], directory: Path, variables: dict[str, str], pinned: Collection[int]) -> None:
        with on_cores(pinned):
            self._process = subprocess.Popen(
                command, cwd=directory, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        assert self._process.stdout is not None
        self._stdout = self._process.stdout

    def start(self) -> None:
        """Wait until it trains, then stop it."""
        output = b""
        while not _TRAINED.search(output):
            chunk = os.read(self._stdout.fileno(), 1 << 16)
            if not chunk:
                raise RuntimeError(last_line(output))
            output += chunk
        self.stop()
        os.set_blocking(self._stdout.fileno(), False)

    def resume(self) -> None:
        """Begin a turn."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End a turn."""
        self._process.send_signal(signal.SIGSTOP)

    def count(self) -> tuple[int, float] | None:
        """Return words and seconds of the last turn, from its first line to its last; None if training has ended."""
        output = b""
        while chunk := self._stdout.read(1 << 16):
            output += chunk
        if not (found := _TRAINED.findall(output)) or b"RESULT" in output:
            return None
        (first, began), (last, ended) = found[0], found[-1]
        return int(last) - int(first), float(ended) - float(began)

    def __enter__(self) -> "Training":
        return self

    def __exit__(self, *_: object) -> None:
        """End the training."""
        self._process.kill()
        self._process.wait()
        self._stdout.close()


def train_in_turns(
    name: str, trainer: Trainer, mode: Mode, groups: list[list[int]], directory: Path, words: int
) -> list[dict[str, Any]]:
    """Run groups of trainings on `directory`/corpus.txt, of `words` words, in turns.

    Parameters
    ----------
    groups : list of lists of int
        The threads of each training: [[1], [2], [1, 1]] compares one thread with two threads, and with two trainings
        side by side, each on its own core. Those share nothing, so they show what two threads would do without
        contention.

    Returns
    -------
    list of dict
        For each turn of each group: its "threads", the work "done" (words; cells for GloVe), the "seconds", and the
        "latency" of a cache-line transfer before and after it, in nanoseconds (`longest_latency`).
    """
    played: list[dict[str, Any]] = []
    with ExitStack() as stack:

        def begin(threads: int, pinned: Collection[int]) -> Training:
            variables = environment(trainer, name, directory, threads)
            epochs = max(1, threads * WORDS // words)
            return stack.enter_context(Training(trainer.command(mode, threads, epochs), directory, variables, pinned))

        def begin_all(numbers: list[int]) -> list[Training]:
            cores = [{core} for core in usable()] if len(numbers) > 1 else [()]
            return [begin(threads, core) for threads, core in zip(numbers, cycle(cores), strict=False)]

        trainings = [(numbers, begin_all(numbers)) for numbers in groups]
        for _, group in trainings:
            for training in group:
                training.start()
        before = longest_latency()
        for _, (numbers, group) in product(range(TURNS), trainings):
            counts = _take_turn(group)
            if None in counts:
                break
            done, seconds = zip(*counts, strict=True)
            after = longest_latency()
            played.append(
                {
                    "mode": mode.key,
                    "trainer": name,
                    "threads": numbers,
                    "done": sum(done),
                    "seconds": sum(seconds) / len(group),
                    "latency": [before, after],
                }
            )
            before = after
    if len(played) < len(groups):
        raise RuntimeError(f"a training of {name} ended in its first turn")
    return played


def _take_turn(group: list[Training]) -> list[tuple[int, float] | None]:
    for training in group:
        training.resume()
    time.sleep(TURN)
    for training in group:
        training.stop()
    return [training.count() for training in group]
