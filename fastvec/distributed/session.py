"""One job on a cluster: its tasks, how far they are, and how they end early."""

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from importlib.metadata import version as installed
from multiprocessing import resource_tracker
from typing import Any, NoReturn
from uuid import uuid4
from weakref import WeakSet

import distributed
from distributed.scheduler import KilledWorker

from fastvec.errors import FastvecError, MachineError, TrainingError, megabytes
from fastvec.training.progress import Listener, Progress
from fastvec.training.resources import PROGRAM, memory_room

#: Seconds between two looks at the tasks, between two looks of a task at whether to stop, and without any worker after
#: which a job gives up.
_POLL, _LOOK, _PATIENCE = 0.1, 0.3, 60.0
#: Seconds that a scheduler has to answer.
_CONNECT = 10
#: Lists that are added up by one task.
_ARITY = 16
#: Packages whose versions must be the same everywhere.
_PACKAGES = ("fastvec", "numba", "numpy")


@contextmanager
def connect(address: str) -> Iterator[distributed.Client]:
    """Connect to a scheduler; for ``local:N`` start one, and N workers of one thread, on this machine.

    Raise `MachineError` if no scheduler answers.
    """
    kind, _, n = address.partition(":")
    with ExitStack() as stack:
        if kind == "local":
            local = {"n_workers": int(n), "threads_per_worker": 1, "dashboard_address": ":0"}
            with _uninterrupted():
                scheduler = stack.enter_context(distributed.LocalCluster(**local))
        else:
            scheduler = address
        try:
            client = distributed.Client(scheduler, timeout=_CONNECT)
        except (OSError, ValueError) as error:
            raise MachineError(f"{address}: no Dask scheduler answers ({error}); start one: dask scheduler") from None
        yield stack.enter_context(client)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let the threads and processes that start here never see Ctrl-C, with which a terminal interrupts all of them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # or it would start later, and let Ctrl-C through
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class Stopped(Exception):
    """Raised in a task of a job that is over."""


class Watch:
    """In a task: passes its progress on, and ends it if the job is over. Called with a `Progress`, or anything else."""

    def __init__(self, job: str, task: str) -> None:
        self._job, self._task, self._looked = job, task, 0.0

    def __call__(self, progress: object = None) -> None:
        """Look whether the job is over, and pass `progress` on; but not at every call."""
        if time.monotonic() - self._looked < _LOOK:
            return
        self._looked = time.monotonic()
        worker = distributed.get_worker()
        if distributed.Event(self._job, client=distributed.get_client()).is_set():
            raise Stopped
        if isinstance(progress, Progress):
            worker.log_event(self._job, {"task": self._task, "progress": asdict(progress)})


class Session:
    """The tasks of one job. To be used as a context manager: what still runs at its end is stopped.

    Parameters
    ----------
    client : distributed.Client
    listener : function of a Progress
    """

    def __init__(self, client: distributed.Client, listener: Listener) -> None:
        self.client, self.listener = client, listener
        self.name = f"fastvec-{uuid4().hex}"
        self._told: dict[str, Progress] = {}
        self._futures: WeakSet[distributed.Future] = WeakSet()
        self._seen_workers = self._look_again = time.monotonic()

    def __enter__(self) -> "Session":
        def hear(event: tuple[float, dict[str, Any]]) -> None:
            self._told[event[1]["task"]] = Progress(**event[1]["progress"])

        self.client.subscribe_topic(self.name, hear)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self.client.status != "running":
            return
        if error is not None:
            distributed.Event(self.name, client=self.client).set()
            for future in list(self._futures):
                future.release()
        self.client.unsubscribe_topic(self.name)

    def watch(self, task: str = "") -> Watch:
        """Return what a task is to call from time to time."""
        return Watch(self.name, task)

    def submit(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> distributed.Future:
        """Submit a task; if its worker is lost, Dask runs it again elsewhere."""
        future = self.client.submit(function, *arguments, pure=False, **options)
        self._futures.add(future)
        return future

    def homes(self, n: int) -> list[dict[str, Any]]:
        """Return for each of n tasks in a row where it should run, if that worker is there, as options of `submit`."""
        workers = sorted(self.client.nthreads())
        return [
            {"workers": workers[k * len(workers) // n], "allow_other_workers": True} for k in range(n if workers else 0)
        ]

    def spread(self, whole: distributed.Future, n: int) -> list[distributed.Future]:
        """Return the first n items of a result, as results of their own."""
        return [self.submit(_item, whole, k) for k in range(n)]

    def add_up(self, function: Callable[..., Any], parts: list[distributed.Future]) -> distributed.Future:
        """Return the sum of results, which a function adds up a few at a time."""
        while len(parts) > 1:
            parts = [self.submit(function, *parts[k : k + _ARITY]) for k in range(0, len(parts), _ARITY)]
        return parts[0]

    def wait(self, futures: Iterable[distributed.Future], report: Callable[[int, list[Progress]], None]) -> None:
        """Wait for tasks.

        Parameters
        ----------
        futures : iterable of Future
        report : function
            Called about ten times a second with the number of tasks that are done, and the last progress of each of
            those that tell it.

        Raises
        ------
        FastvecError
            That of a task, or if the cluster fails.
        """
        futures = list(futures)
        self._told = {}
        while True:
            try:
                distributed.wait(futures, timeout=_POLL)
            except (TimeoutError, distributed.TimeoutError):
                pass
            for future in futures:
                if future.status in ("error", "cancelled"):  # one that is lost is made again
                    self._fail(future)
            n_done = sum(future.status == "finished" for future in futures)
            report(n_done, list(self._told.values()))
            if n_done == len(futures):
                return
            self._check_alive()

    def results(self, futures: Iterable[distributed.Future], phase: str | None = None) -> list[Any]:
        """Wait for results, which should be small, and return them; report a phase meanwhile, if any."""
        futures = list(futures)
        self.wait(futures, lambda done, told: self.listener(Progress(phase)) if phase else None)
        try:
            return list(self.client.gather(futures))
        except FastvecError:
            raise
        except Exception as error:
            raise TrainingError(f"the cluster: {error}") from error

    def _fail(self, future: distributed.Future) -> NoReturn:
        if future.status != "error":
            raise TrainingError("the cluster: a task was cancelled; is the scheduler still there?")
        error = future.exception()
        if isinstance(error, KilledWorker):
            raise TrainingError(
                f"the cluster: {error.last_worker.address} and others ended while they ran {error.task}, most often "
                "for lack of memory: give each worker more, or start fewer on each machine"
            ) from None
        raise error

    def _check_alive(self) -> None:
        if self.client.status != "running":
            raise TrainingError("the cluster: the connection to the scheduler is lost")
        now = time.monotonic()
        if now < self._look_again:
            return
        self._look_again = now + 1
        if self.client.nthreads():
            self._seen_workers = now
        elif now - self._seen_workers > _PATIENCE:
            raise TrainingError(f"the cluster: there has been no worker for {_PATIENCE:.0f} s; start some")

    def check_workers(self) -> None:
        """Refuse a cluster without workers, or with other versions of the packages."""
        if not self.client.nthreads():
            raise MachineError(
                f"{self.client.scheduler.address}: this cluster has no workers; start some: "
                f"dask worker {self.client.scheduler.address} --nthreads 1"
            )
        for package in _PACKAGES:
            here = installed(package)
            for address, there in self.client.run(installed, package, on_error="return").items():
                if there != here:
                    found = "does not have it" if isinstance(there, Exception) else f"has {there}"
                    raise MachineError(
                        f"{package} is {here} here, and worker {address} {found}: install the same everywhere, and "
                        "start the workers again"
                    )

    def check_memory(self, needed: Callable[[int], int], lower: str) -> None:
        """Refuse weights that do not fit a worker; `needed` returns the bytes for a number of threads."""
        for address, (available, threads) in self.client.run(_room).items():
            if (size := needed(threads) + PROGRAM) > available:
                raise MachineError(
                    f"training takes {megabytes(size)} of memory with {threads} threads, and worker {address} has "
                    f"{megabytes(available)}: give it more or fewer threads (--nthreads), lower {lower}"
                )


def _item(whole: Any, k: int) -> Any:
    return whole[k]


def _room(dask_worker: distributed.Worker) -> tuple[int, int]:
    """Return the memory that a worker may hold, and its threads; Dask passes the worker."""
    limit = dask_worker.memory_manager.memory_limit
    return min(memory_room().available, limit or 1 << 62), dask_worker.state.nthreads
