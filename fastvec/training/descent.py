"""Stochastic gradient descent in threads: blocks of all epochs are taken in order, and the same matrices are updated.

Threads update rows without locks (Hogwild; Niu et al. 2011), the busiest of them in copies of their own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import TrainingError
from fastvec.training.blocks import run_blocks
from fastvec.training.checkpoints import Saving, State
from fastvec.training.job import Job
from fastvec.training.matrix import own_cache_lines
from fastvec.training.progress import EpochLoss, Progress
from fastvec.training.replicas import Replicas
from fastvec.training.resources import give_back


class Descent(ABC):
    """One training: its arrays, and the order of the blocks.

    Parameters
    ----------
    job : Job
    works : sequence of records
        The arrays of each worker, among them `loss`, (1,) float64, the sum of the losses that were measured, and
        `counts`, (3,) int64: words that were read, losses that were measured, and words that were trained.
    replicas : sequence of Replicas
        The copies of all workers.
    epochs, n_blocks, total : int
        Passes over the text; and in all of them, blocks and words, or whatever `unit` says.

    Attributes
    ----------
    stop : (1,) int64
        Workers stop early where this is not 0.
    """

    #: What is read; see `Progress`.
    unit: ClassVar[str] = "words"

    def __init__(
        self, job: Job, works: Sequence[Any], replicas: Sequence[Replicas], *, epochs: int, n_blocks: int, total: int
    ) -> None:
        self.job, self.works, self.replicas = job, works, replicas
        self.epochs, self.n_blocks, self.total = epochs, n_blocks, total
        self.stop = own_cache_lines(np.zeros(1, np.int64))
        self.first, self._began, self._before = 0, 0.0, 0
        self._losses = EpochLoss(1)

    @abstractmethod
    def worker(self, number: int) -> Callable[[int], None]:
        """Return a function that trains on a block, counted over all epochs, with the arrays of one worker."""

    @abstractmethod
    def rate(self, done: float) -> float:
        """Return the learning rate when a fraction of the training is over."""

    @abstractmethod
    def matrices(self) -> dict[str, NDArray[Any]]:
        """Return what a checkpoint holds."""

    @abstractmethod
    def diverged(self) -> TrainingError:
        """Return the error for weights that are no longer finite."""

    def go(self, saved: dict[str, Any], last: int | None = None) -> None:
        """Compile the kernel, then train on all blocks that are left.

        Parameters
        ----------
        saved : dict
            The facts of the state of the training so far, or nothing.
        last : int, optional
            Where to stop, in blocks since the beginning of the first epoch.
        """
        self.first, end = saved.get("blocks", 0), self.n_blocks if last is None else last
        if self.first == end:
            return
        self.job.listener(Progress("compiling"))
        workers = [self.worker(number) for number in range(len(self.works))]
        self.stop[0] = 1
        self.compile(workers[0])
        give_back()
        self.stop[0] = 0
        work, (loss, n_losses) = self.works[0], saved.get("loss", (0.0, 0))
        work.counts[:], work.loss[0] = (saved.get("read", 0), n_losses, saved.get("trained", 0)), loss
        self._began, self._before = perf_counter(), saved.get("read", 0)
        self._losses = EpochLoss(self.first * self.epochs // self.n_blocks + 1)
        saving = None
        if self.job.checkpoints is not None:
            saving = Saving(self.job.checkpoints, lambda n: self._state(self.n_done(n)), lambda n: self.n_done(n) / end)
        self.run(workers, end, saving)
        state = self._state(end)  # in which the copies are merged
        if self.job.checkpoints is not None:
            self.job.checkpoints.try_to_save(lambda: state)

    def compile(self, worker: Callable[[int], None]) -> None:
        """Call all kernels once; they train on nothing, since `stop` is set, and merge nothing."""
        worker(0)
        self.merge()

    def run(self, workers: Sequence[Callable[[int], None]], end: int, saving: Saving | None) -> None:
        """Train on the blocks from `first` to `end` - 1."""
        run_blocks(range(self.first, end), workers, self.stop, self.tell, saving)

    def n_done(self, n_taken: int) -> int:
        """Return the blocks of the whole training that are done when `run` has taken so many."""
        return self.first + n_taken

    def merge(self) -> None:
        """Merge the copies of all workers, none of which is at work."""
        for replicas in self.replicas:
            replicas.merge()

    @property
    def n_trained(self) -> int:
        """The words that were trained so far."""
        return sum(int(work.counts[2]) for work in self.works)

    def _sums(self) -> tuple[int, float, int]:
        """Return the words that were read, the sum of the losses that were measured, and their number."""
        n_read, n_losses = (sum(int(work.counts[k]) for work in self.works) for k in (0, 1))
        return n_read, sum(float(work.loss[0]) for work in self.works), n_losses

    def _state(self, n_done: int) -> State:
        """Return the state after so many blocks, from which any number of threads can go on."""
        self.merge()
        n_read, loss, n_losses = self._sums()
        of_epoch = list(self._losses.sums(loss, n_losses))
        return State({"blocks": n_done, "read": n_read, "loss": of_epoch, "trained": self.n_trained}, self.matrices())

    def tell(self) -> None:
        """Report the progress to the listener."""
        n_read, loss, n_losses = self._sums()
        if not np.isfinite(loss):
            raise self.diverged()
        epoch = min(n_read * self.epochs // self.total + 1, self.epochs)
        now = Progress(
            "training",
            n_read,
            self.total,
            perf_counter() - self._began,
            epoch,
            self.rate(n_read / self.total),
            self._losses.mean(loss, n_losses),
            before=self._before,
            unit=self.unit,
        )
        self._losses.enter(epoch, loss, n_losses)
        self.job.listener(now)
