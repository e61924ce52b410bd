"""How long a training will take: `fit` itself is timed on a sample, phase by phase."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from time import perf_counter

import numpy as np

from fastvec.corpus.text import Text
from fastvec.models import model_of
from fastvec.settings import Model
from fastvec.training.estimate import Estimate
from fastvec.training.job import Job
from fastvec.training.progress import Progress

#: Seconds of a phase that is timed by a part of it: a fraction of those that it will take, within bounds.
_FRACTION, _LEAST, _MOST = 0.2, 0.75, 3.0


class _Enough(Exception):
    """The sample is large enough."""


def measure(settings: Model, estimate: Estimate, text: Text, threads: int) -> dict[str, float]:
    """Return the seconds of each phase of a training, from what the model's `needs` estimates.

    Phases that `estimate.work` names are stopped after a moment, and extrapolated from their progress; others are
    finished, and take `estimate.scale` times as long.
    """
    if estimate.parts:
        timed = [measure(*part, text, threads) for part in estimate.parts]
        return {name: took for each in timed for name, took in each.items()}
    if estimate.sample is None:
        return estimate.seconds
    sample, vocabulary = estimate.sample(), text.vocabulary()
    told: list[tuple[float, Progress]] = [(perf_counter(), Progress("preparing"))]

    def listen(now: Progress) -> None:
        told.append((perf_counter(), now))
        if now.phase in estimate.work and now.done:
            if now.seconds > min(max(_FRACTION * estimate.work[now.phase] / now.per_second, _LEAST), _MOST):
                raise _Enough

    with suppress(_Enough):
        model_of(settings, sample).fit(settings, sample, vocabulary, Job(threads, listen))
    told.append((perf_counter(), Progress("")))
    seconds = dict(estimate.seconds)
    for name, took, steps in _phases(told):
        if name in estimate.work and steps:
            took = _extrapolated(steps, estimate.work[name], estimate.quadratic)
        elif name != "preparing":
            took *= estimate.scale
        seconds[name] = seconds.get(name, 0.0) + took
    return seconds


def _phases(told: list[tuple[float, Progress]]) -> Iterator[tuple[str, float, list[Progress]]]:
    """Yield the name of each phase, the seconds until the next one began, and the progress in it."""
    began = 0
    for name, group in groupby((now for _, now in told[:-1]), lambda now: now.phase):
        steps = list(group)
        end = began + len(steps)
        # compiled code has been loaded before; what is left of compiling is preparing
        yield "preparing" if name == "compiling" else name, told[end][0] - told[began][0], [s for s in steps if s.done]
        began = end


def _extrapolated(steps: list[Progress], work: float, quadratic: bool) -> float:
    """Return the seconds of some work, from those that parts of it took."""
    done, seconds = np.array([(step.done - step.before, step.seconds) for step in steps], float).T
    if quadratic:  # seconds = a done + b done², neither negative
        from scipy.optimize import nnls

        factors, _ = nnls(np.column_stack([done, done**2]), seconds)
        return float(factors @ [work, work**2])
    if done[-1] > done[0]:  # the first tenth of a second is left out: threads start, and memory is new
        return float(work * (seconds[-1] - seconds[0]) / (done[-1] - done[0]))
    return float(work * seconds[-1] / done[-1])
