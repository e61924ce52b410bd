"""A search for settings: the trainings of a grid, on one text that is read once, scored on given sets.

The trainings run one after another, or in processes side by side. Each is kept in a file as soon as it is finished, so
a sweep that is killed goes on where it was.
"""

import hashlib
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing
from dataclasses import replace
from math import inf, isnan, nan
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from fastvec.checks import check_choice, check_integer, check_path, count_threads
from fastvec.corpus import Corpus, read_corpus
from fastvec.disk.scratch import read_errors
from fastvec.errors import DataError, InputError, MachineError, TrainingError
from fastvec.evaluation.bootstrap import Floats, Interval, student_interval
from fastvec.evaluation.pairs import ScoredPairs
from fastvec.evaluation.questions import Questions
from fastvec.evaluation.sweeps import Setting, Sweep, Values, described
from fastvec.parameters import take
from fastvec.pipeline.request import KEPT, Request
from fastvec.pipeline.run import train
from fastvec.pipeline.sweep_file import SweepFile, check_name
from fastvec.pipeline.sweep_tests import MEASURED, Outcome, Tests
from fastvec.pipeline.trials import Trial, check_grid, plain, points, trials
from fastvec.scoring import USUAL_LIMITS, Method, Unknown
from fastvec.settings import VARIED, Reading
from fastvec.training.listening import listening
from fastvec.training.progress import Listener, reading
from fastvec.vectors import load

_LOG = logging.getLogger(__name__)
#: Options whose files decide about the vectors, and what reads them.
_FILES: dict[str, Callable[[Any], Any]] = {name: kind.load for name, kind in KEPT.items()} | {"init_from": load}
_WRITING = ("format", "checkpoint", "every")


def sweep(
    source: Any,
    grid: Mapping[str, Sequence[Any]],
    *,
    similarity: str | Path | ScoredPairs | Iterable[str | Path | ScoredPairs] = (),
    analogies: str | Path | Questions | Iterable[str | Path | Questions] = (),
    seeds: int = 3,
    random: int | None = None,
    jobs: int = 1,
    output: str | os.PathLike[str] | None = None,
    choose_by: str | None = None,
    limit: int | None = USUAL_LIMITS[0],
    method: Method = "3cosadd",
    unknown: Unknown = "skip",
    fold_case: bool = True,
    threads: int | None = None,
    progress: Listener | bool | None = None,
    **arguments: Any,
) -> Sweep:
    """Train with many settings and several seeds on a text that is read once, and score each training.

    Parameters
    ----------
    source : as for `fastvec.train`
        Text.
    grid : dict of str to list
        The values to try of each setting that varies, such as ``{"dim": [50, 100], "model": ["skipgram", "glove"]}``:
        every combination is trained. None is the default of a setting.
    similarity, analogies : path, set, or list of these
        What to score on: scored pairs of words (Spearman's correlation), and analogy questions (accuracy).
    seeds : int
        Trainings of each combination, from `seed` on.
    random : int, optional
        Try so many combinations, drawn at random by `seed`, not all.
    jobs : int
        Train so many at a time, each in a process of its own with one thread. A script that asks for more than one must
        have its code below ``if __name__ == "__main__":``.
    output : path, optional
        A .csv file, to which each training is added as soon as it is finished. If it is there, what it holds is not
        trained again; it must be of the same text, settings and sets, but more values and seeds may be asked for.
    choose_by : str, optional
        The name of the set by which the settings are ordered; the first of `similarity`, else of `analogies`.
    limit, method, unknown, fold_case
        As for `fastvec.evaluation.analogies`; pairs are sought among all words.
    threads, progress, **arguments
        As for `fastvec.train`: settings that do not vary, and how text is read.

    Returns
    -------
    fastvec.evaluation.Sweep
        Its `best` are settings for `fastvec.train`. Their score is optimistic, as they were chosen by it: score the
        vectors that they make on another set.

    Raises
    ------
    InputError, FileError
        As `train`, before any training where possible; or if `output` is the file of another sweep. Trainings that fail
        for their settings, such as those with too high a learning rate, are kept without scores, and the others go on.

    Examples
    --------
    >>> found = sweep("corpus.txt", {"dim": [50, 100]}, similarity="wordsim.tsv", output="s.csv")  # doctest: +SKIP
    >>> fastvec.train("corpus.txt", **found.best)  # doctest: +SKIP
    """
    check_integer("seeds", seeds, 1)
    check_integer("jobs", jobs, 1)
    if jobs > 1 and threads is not None and threads != 1:
        raise InputError("with several jobs each training has one thread; omit threads, or jobs")
    count_threads(threads)
    for name in _WRITING:
        if name in arguments:
            raise InputError(f"{name} does not apply to several trainings; omit it")
    if output is not None:
        check_name(output)
    first = arguments.pop("seed", 1)
    check_integer("seed", first, 0)
    varied = check_grid(grid, arguments)
    fixed = {name: plain(name, arguments.pop(name)) for name in VARIED if name in arguments}
    tests = Tests.of(similarity, analogies, limit=limit, method=method, unknown=unknown, fold_case=fold_case)
    if choose_by is not None:
        check_choice("choose_by", choose_by, tests.names)
    chosen = points(varied, random, first)
    every = [_in_order(values | fixed) for values in chosen]
    loaded: dict[tuple[str, str], Any] = {}
    for values in every:
        _check(source, values, arguments, loaded)
    asked = trials(every, first, seeds)
    how = take(Reading, arguments).as_dict()
    with ExitStack() as stack:
        listener = stack.enter_context(listening(progress))
        corpus = source
        if not isinstance(source, Corpus):
            corpus = stack.enter_context(read_corpus(source, threads=threads, progress=reading(listener), **how))
        file, done = None, {}
        if output is not None:
            columns = ["words", *(f"{name} {what}" for name in tests.names for what in MEASURED), "error"]
            checksums = (_checksum(corpus, asked), tests.checksum)
            opened = SweepFile(output, checksums, list(every[0]), columns, [each.cells for each in asked])
            file = stack.enter_context(opened)
            done = {key: Outcome.of(cells) for key, cells in file.done.items()}
        missing = [each for each in asked if each.cells not in done]
        if done:
            _LOG.info("%s: holds %d of %d trainings; the others go on", output, len(done), len(asked))
        if jobs == 1:
            given = {"threads": threads, "progress": _without_needs(listener), **arguments}
            outcomes = ((each, _run(corpus, tests, given, each)) for each in missing)
        else:
            outcomes = _side_by_side(corpus, tests, {"threads": 1, "progress": False, **arguments}, missing, jobs)
        with closing(outcomes):
            for trial, outcome in outcomes:
                if file is not None:
                    file.add(trial.cells, outcome.cells)
                done[trial.cells] = outcome
                shown = described({name: trial.values[name] for name in varied} | {"seed": trial.seed})
                _LOG.info("%d of %d trained: %s: %s", len(done), len(asked), shown, outcome.told(tests.names))
    runs = [[done[Trial(values, seed).cells] for seed in range(first, first + seeds)] for values in every]
    return _summary(tuple(varied), seeds, tests, every, runs, choose_by or tests.names[0])


def _in_order(values: Values) -> Values:
    """Return settings in the order of their declarations, whichever of them vary."""
    return {name: values[name] for name in VARIED if name in values}


def _check(source: Any, values: Values, arguments: dict[str, Any], loaded: dict[tuple[str, str], Any]) -> None:
    """Check the arguments of one training before any begins; `loaded` is what was read from files for others."""
    given = {name: value for name, value in values.items() if value is not None}
    for name in given.keys() & _FILES.keys():
        if (file := (name, str(given[name]))) not in loaded:
            loaded[file] = _FILES[name](given[name])
        given[name] = loaded[file]
    model = given.pop("model", "skipgram")
    try:
        Request.of(source, model, given | arguments)
    except InputError as error:
        shown = described(values)
        raise type(error)(f"{error} (in {shown})" if shown else str(error)) from None


def _without_needs(listener: Listener) -> Listener:
    """Return a listener that is not told what each training needs."""
    return lambda now: listener(replace(now, memory=None, disk=None))


def _run(corpus: Corpus, tests: Tests, given: dict[str, Any], trial: Trial) -> Outcome:
    """Train and score; what goes wrong for the settings of the training is part of the outcome."""
    try:
        wv = train(corpus, **given, **trial.arguments)
    except (DataError, TrainingError) as error:
        return Outcome(0, tests.unscored, str(error))
    return tests.score(wv)


#: What a process trains on, and with.
_shared: list[Any] = []


def _begin(*shared: Any) -> None:
    """Prepare a process: the one that started it ends it."""
    _shared[:] = shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=end_with_parent, daemon=True).start()


def _run_shared(trial: Trial) -> Outcome:
    corpus, tests, given = _shared
    return _run(corpus, tests, given, trial)


def _side_by_side(
    corpus: Corpus, tests: Tests, given: dict[str, Any], missing: Sequence[Trial], jobs: int
) -> Generator[tuple[Trial, Outcome]]:
    """Yield trainings as they are finished in several processes."""
    if not missing:
        return
    others = set(multiprocessing.active_children())
    n_processes = min(jobs, len(missing))
    pool = ProcessPoolExecutor(
        n_processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(corpus, tests, given)
    )
    try:
        running = {pool.submit(_run_shared, trial): trial for trial in missing}
        for future in as_completed(running):
            yield running[future], future.result()
        pool.shutdown()
    except BrokenProcessPool:
        raise MachineError(
            "a process that trained was killed, perhaps for lack of memory; the same sweep with fewer jobs goes on"
        ) from None
    finally:  # after an error
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()


def _checksum(corpus: Corpus, asked: Sequence[Trial]) -> str:
    """Return a checksum of the text, and of the files that options name."""
    digest = hashlib.sha256(corpus.fingerprint.encode())
    paths = dict.fromkeys(each.values.get(name) for name in _FILES for each in asked)
    for path in paths:
        if path is not None:
            check_path("a file of words", path)
            with read_errors(path), open(path, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _interval(scores: Floats, least: float) -> Interval:
    """Return the interval of a mean, within the range of the scores, which ends at 1."""
    low, high = np.clip(student_interval(scores), least, 1)
    return (float(low), float(high))


def _summary(
    varied: tuple[str, ...],
    seeds: int,
    tests: Tests,
    every: Sequence[Values],
    runs: Sequence[Sequence[Outcome]],
    chosen_by: str,
) -> Sweep:
    """Return the means over seeds, the best settings first; raise `DataError` if no training has a score."""
    settings = []
    for values, own in zip(every, runs, strict=True):
        columns = np.array([run.scores for run in own]).T
        known = [column[np.isfinite(column)] for column in columns]
        settings.append(
            Setting(
                values,
                tuple(float(each.mean()) if len(each) else nan for each in known),
                tuple(_interval(each, board.least) for each, board in zip(known, tests.boards, strict=True)),
                own[-1].covered,
                tuple(dict.fromkeys(run.error for run in own if run.error)),
            )
        )
    at = tests.names.index(chosen_by)
    settings.sort(key=lambda each: -inf if isnan(each.scores[at]) else each.scores[at], reverse=True)
    if isnan(settings[0].scores[at]):
        raise DataError(f"no training has a score on {chosen_by}: {settings[0].errors[0]}")
    return Sweep(varied, seeds, tests.boards, chosen_by, tuple(settings))
