"""What makes steps of scores: the logistic loss of plain labels, or an `Objective`.

Negative sampling and hierarchical softmax take logistic steps. Noise contrastive estimation does so too, from scores
less the logarithms of how likely noise is; a softmax and a margin ranking have steps of their own.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.jit import leaf
from fastvec.kernels.replicas import original
from fastvec.kernels.simd import logistic_steps

#: What an `Objective` may be: noise contrastive estimation, a softmax, or a margin ranking.
NCE, SOFTMAX, RANKING = range(3)


class Objective(NamedTuple):
    """What makes steps of scores, where it is not the logistic loss of plain labels.

    Attributes
    ----------
    kind : int
        `NCE`, `SOFTMAX` or `RANKING`. The outputs are the centre and noise words or, without noise, all words.
    offsets : (n_words,) float32
        What is subtracted from the scores of each word.
    """

    kind: int
    offsets: NDArray[np.float32]


@leaf
def subtract_offsets(m, n, objective, copies, work):
    """Subtract the offsets of words from their scores."""
    if objective is not None:
        for i in range(m):
            for j in range(n):
                work.scores[i, j] -= objective.offsets[original(copies, work.outputs[j])]


@leaf
def softplus(x):
    """Return log(1 + exp(x)), which is -log(logistic(-x))."""
    return max(x, np.float32(0)) + np.log1p(np.exp(-abs(x)))


@leaf
def measured_loss(m, labels, first, n, objective, work):
    """Return the sum of -log(logistic(score)) over the pairs of label 1, -log(1 - logistic(score)) over 0.

    With a softmax it is that of -log(softmax(scores)) at the centre, with a ranking that of the mean hinge.
    """
    loss = 0.0
    if objective is not None:
        if objective.kind != NCE:
            for i in range(m):
                target, largest, total = work.scores[i, first], work.scores[i, :n].max(), 0.0
                for j in range(n):
                    if objective.kind == SOFTMAX:
                        total += work.output_times[j] * np.exp(work.scores[i, j] - largest)
                    elif j > 0:
                        total += work.output_times[j] * max(np.float32(1) - target + work.scores[i, j], np.float32(0))
                if objective.kind == SOFTMAX:
                    loss += work.input_times[i] * (np.log(total) + largest - target)
                else:
                    loss += work.input_times[i] * total / len(work.noise)
            return loss
    for i in range(m):
        for j in range(n):
            x = -work.scores[i, j] if labels[first + j] > 0 else work.scores[i, j]
            loss += work.input_times[i] * work.output_times[j] * softplus(x)
    return loss


@leaf
def _softmax_steps(m, target, n, rate, work):
    """Turn scores into steps along the gradient of log(softmax(scores)) at the target."""
    scores, times = work.scores, work.output_times
    for i in range(m):
        largest, total = scores[i, :n].max(), np.float32(0)
        for j in range(n):
            scores[i, j] = np.exp(scores[i, j] - largest)
            total += times[j] * scores[i, j]
        share = -rate / total
        for j in range(n):
            scores[i, j] *= share
        scores[i, target] += rate


@leaf
def _ranking_steps(m, n, rate, work):
    """Turn scores into steps against max(0, 1 - score of the centre + score of noise), the mean over noise words.

    Noise that equals the centre, and is omitted, counts as 0.
    """
    scores, times, share = work.scores, work.output_times, rate / np.float32(len(work.noise))
    for i in range(m):
        least, total = scores[i, 0] - np.float32(1), np.float32(0)
        for j in range(1, n):
            step = share if scores[i, j] > least else np.float32(0)
            scores[i, j] = -step
            total += times[j] * step
        scores[i, 0] = total


@leaf
def take_steps(m, labels, first, n, rate, objective, work):
    """Turn scores into steps."""
    if objective is None:
        logistic_steps(work.scores, m, labels, first, n, rate)
    elif objective.kind == NCE:
        logistic_steps(work.scores, m, labels, first, n, rate)
    elif objective.kind == SOFTMAX:
        _softmax_steps(m, first, n, rate, work)
    else:
        _ranking_steps(m, n, rate, work)


@leaf
def targets_loss(n_targets, n, n_noise, kind, work):
    """Return the loss of a softmax or a ranking for several targets; the parameters are those of `target_steps`."""
    scores, times = work.scores, work.output_times
    largest, count, loss = scores[0, :n].max(), np.float32(0), 0.0
    for i in range(n_targets):
        count += times[i]
    for i in range(n_targets):
        total = 0.0
        for j in range(n_targets, n):
            if kind == SOFTMAX:
                total += times[j] / count * np.exp(scores[0, j] - largest)
            else:
                hinge = max(np.float32(1) - scores[0, i] + scores[0, j], np.float32(0))
                total += times[j] / count * hinge / n_noise
        if kind == SOFTMAX:
            total = np.log(total + np.exp(scores[0, i] - largest)) + largest - scores[0, i]
        loss += times[i] * total
    return loss


@leaf
def target_steps(n_targets, n, n_noise, rate, kind, work):
    """Turn the scores of one input into the steps of a softmax or a ranking for several targets.

    Parameters
    ----------
    n_targets, n : int
        The first outputs are targets, the others, up to n, noise words that each target is compared with. These count
        in `work.output_times` as often as with all targets together.
    n_noise : int
        Noise words of a target; fewer are there if some equal targets.
    kind : int
        `SOFTMAX` or `RANKING`.
    """
    scores, times = work.scores, work.output_times
    largest, count, total = scores[0, :n].max(), np.float32(0), np.float32(0)
    for i in range(n_targets):
        count += times[i]
    if kind == SOFTMAX:
        for j in range(n):
            scores[0, j] = np.exp(scores[0, j] - largest)
        for j in range(n_targets, n):
            total += times[j] / count * scores[0, j]
        share = np.float32(0)
        for i in range(n_targets):
            share += times[i] / (scores[0, i] + total)
            scores[0, i] = rate * total / (scores[0, i] + total)
        for j in range(n_targets, n):
            scores[0, j] *= -rate * share / count
        return
    each = rate / np.float32(n_noise)
    for j in range(n):
        scores[1, j] = 0
    for i in range(n_targets):
        for j in range(n_targets, n):
            if scores[0, j] > scores[0, i] - np.float32(1):
                scores[1, i] += each * times[j] / count
                scores[1, j] -= each * times[i] / count
    for j in range(n):
        scores[0, j] = scores[1, j]
