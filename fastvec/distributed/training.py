"""Tasks of word2vec: rounds of local trainings, whose changes are merged row by row.

Each shard of the text is trained on by one thread, from the same weights; then the changes of each group of rows are
merged by a task of its own, and travel by themselves.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from fastvec.checks import count_threads
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.text import Text
from fastvec.errors import MachineError, megabytes
from fastvec.models import word2vec
from fastvec.models.input_rows import InputRows
from fastvec.settings import Word2Vec
from fastvec.training.job import Job
from fastvec.training.matrix import zeros
from fastvec.training.merging import Group, Matrix, groups_of, put_groups
from fastvec.training.progress import Listener
from fastvec.training.resources import memory_room, resident_memory


def new_weights(settings: Word2Vec, vocabulary: Vocabulary, inputs: InputRows | None) -> tuple[Matrix, Matrix]:
    """Allocate W and C."""
    n_words = len(vocabulary)
    n_inputs = len(inputs) if inputs else n_words
    return zeros(n_inputs, settings.dim), zeros(n_words * settings.n_places, settings.dim)


def first_groups(
    settings: Word2Vec, text: Corpus, vocabulary: Vocabulary, inputs: InputRows | None, n: int, listener: Listener
) -> tuple[list[Group], float]:
    """Return the weights that training starts from, and the length up to which the longest vector is usual.

    `text` has the ids that `fastvec.models.spectrum` counts.
    """
    threads = count_threads(None)  # other tasks wait for this one, and no weights depend on it
    estimate = word2vec.needs(settings, text, Text.of(None, vocabulary), threads)
    needed, room = max(phase.memory for phase in estimate.phases) + resident_memory(), memory_room()
    if needed > room.available:
        raise MachineError(
            f"the first weights take {megabytes(needed)} of memory on one worker, and {room.limit} leaves "
            f"{megabytes(room.available)}: lower {estimate.lower}"
        )
    W, C = new_weights(settings, vocabulary, inputs)
    word2vec.set_first_weights(settings, text, vocabulary, Job(threads, listener), W, C, inputs)
    return groups_of(W, C, n, settings.dim), word2vec.usual_length(W, C)


def train_shard(
    settings: Word2Vec,
    text: Corpus,
    vocabulary: Vocabulary,
    inputs: InputRows | None,
    shard: int,
    part: tuple[float, float],
    listener: Listener,
    *groups: Group,
) -> list[Any]:
    """Train on a part of the training on one shard.

    Return the changes of the weights by groups, and the number of words that had a context.

    `part` are fractions of all blocks of all epochs.
    """
    W, C = new_weights(settings, vocabulary, inputs)
    put_groups(groups, W, C)
    own = shard_settings(settings, shard)
    training = word2vec.Training(own, text, vocabulary.counts, W, C, inputs, Job(1, listener))
    first, last = (round(training.n_blocks * fraction) for fraction in part)
    words = round(part[0] * settings.epochs * text.n_tokens)
    training.go({"blocks": first, "read": words}, last)
    word2vec.check_weights(settings, W, C, np.inf, 1)
    changes: list[Any] = []
    for k, before in enumerate(groups):
        W_after, C_after = W[k :: len(groups), : settings.dim], C[k :: len(groups), : settings.dim]
        changes.append(Group((W_after - before.W).astype(np.float16), (C_after - before.C).astype(np.float16)))
    return [*changes, training.n_trained]


def shard_settings(settings: Word2Vec, shard: int) -> Word2Vec:
    """Return the parameters with random numbers of a shard's own."""
    return replace(settings, deterministic=False, seed=(settings.seed + shard * 0x9E3779B97F4A7C15) % 2**63)


def worker_needs(settings: Word2Vec, n_inputs: int, n_outputs: int, threads: int) -> int:
    """Return the bytes that a worker takes: all weights, and for each of its threads a copy with its changes."""
    weights = 4 * (n_inputs + n_outputs) * settings.dim
    return round(weights * (1 + 2.5 * threads))
