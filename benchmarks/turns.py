"""Trainings that take turns of half a second, to tell what more threads bring on a machine that is never quite quiet.

A machine that is shared may be a third faster a minute later. So trainings that are to be compared are all started, and
all are stopped but those whose turn it is. And a process may be a tenth faster than the next all its life, as its
memory lies; so each takes a few turns only, and many are compared.
"""

import os
import re
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.modes import Mode
from benchmarks.run import last_words
from benchmarks.trainers import Trainer, environment

#: Seconds of a turn, and of all turns of a training.
TURN, TURNS = 0.5, 2.0
#: Each training is the begin of one of this many words, as of a whole corpus.
WORDS = 80_000_000
_TRAINED = re.compile(rb"TRAINED (\d+) ([\d.]+)\n")


class Training:
    """A process that prints "TRAINED words seconds" every tenth of a second while it trains; stopped but for its turns.

    Attributes
    ----------
    done, seconds : int, float
        What it trained on in its turns, from the first to the last line in each.
    """

    def __init__(self, command: list[str], directory: Path, variables: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            command, cwd=directory, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert self._process.stdout is not None
        self._stdout = self._process.stdout
        self.done, self.seconds = 0, 0.0

    def start(self) -> None:
        """Wait until it trains, then stop it."""
        output = b""
        while not _TRAINED.search(output):
            chunk = os.read(self._stdout.fileno(), 1 << 16)
            if not chunk:
                raise RuntimeError(last_words(output))
            output += chunk
        self.stop()
        os.set_blocking(self._stdout.fileno(), False)

    def go_on(self) -> None:
        """Begin a turn."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End a turn."""
        self._process.send_signal(signal.SIGSTOP)

    def count(self) -> bool:
        """Add what it trained on in the turn that is over; tell whether there is more to train on."""
        output = b""
        while chunk := self._stdout.read(1 << 16):
            output += chunk
        if not (found := _TRAINED.findall(output)) or b"RESULT" in output:
            return False
        (first, began), (last, ended) = found[0], found[-1]
        self.done += int(last) - int(first)
        self.seconds += float(ended) - float(began)
        return True

    def end(self) -> None:
        """End the training."""
        self._process.kill()
        self._process.wait()
        self._stdout.close()


def train_in_turns(
    name: str, trainer: Trainer, mode: Mode, groups: list[list[int]], directory: Path, words: int
) -> list[dict[str, Any]]:
    """Let groups of trainings on `directory`/corpus.txt, of `words` words, take turns.

    Parameters
    ----------
    groups : list of lists of int
        The threads of each training: [[1], [2], [1, 1]] compares one thread with two of one training, and with two
        trainings side by side. Those share nothing: this is what two threads would do if they were never in each
        other's way.

    Returns
    -------
    list of dict
        For each group its "threads", what it has "done" (words; with GloVe cells) and its "seconds".
    """
    epochs = max(1, WORDS // words)
    with ExitStack() as stack:
        trainings: list[list[Training]] = []
        for numbers in groups:
            trainings.append([])
            for threads in numbers:
                command = trainer.command(mode, threads, epochs)
                training = Training(command, directory, environment(trainer, name, directory, threads))
                stack.callback(training.end)
                trainings[-1].append(training)
        for group in trainings:
            for training in group:
                training.start()
        while trainings[-1][0].seconds < TURNS and all([_take_turn(group) for group in trainings]):
            pass
    if not all(training.seconds for group in trainings for training in group):
        raise RuntimeError(f"a training of {name} ended in its first turn")
    return [
        {
            "mode": mode.key,
            "trainer": name,
            "threads": threads,
            "done": sum(training.done for training in group),
            "seconds": sum(training.seconds for training in group) / len(group),
        }
        for threads, group in zip(groups, trainings, strict=True)
    ]


def _take_turn(group: list[Training]) -> bool:
    for training in group:
        training.go_on()
    time.sleep(TURN)
    for training in group:
        training.stop()
    return all([training.count() for training in group])
