"""What word2vec takes."""

from contextlib import suppress
from pathlib import Path
from time import perf_counter

import numpy as np

from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.spread import Spread
from fastvec.corpus.text import Text
from fastvec.kernels.simd import LANES
from fastvec.models.word2vec import BLOCKS, LARGEST_BLOCK, SMALLEST_BLOCK, fit
from fastvec.settings import Word2Vec
from fastvec.training.estimate import LOADING, File, Phase
from fastvec.training.job import Job
from fastvec.training.matrix import matrix_bytes, padded
from fastvec.training.progress import Progress
from fastvec.training.replicas import most_replicas

#: Seconds of training that are measured: a part of those that training will take, within bounds.
_PART, _LEAST, _MOST = 0.2, 0.75, 3.0


class Word2VecEstimate:
    """An `Estimate` of word2vec."""

    lower = "dim (--dim), max_vocab (--max-vocab), window (--window), negative (--negative) or threads (--threads)"

    def __init__(self, settings: Word2Vec, text: Text, threads: int) -> None:
        self.settings, self.text, self.threads = settings, text, threads

    def phases(self) -> list[Phase]:
        """Give the memory of each part of the work."""
        text, threads = self.text, self.threads
        n_words, window = text.n_words, self.settings.window
        copies = threads * most_replicas(n_words, threads)
        matrices = 2 * matrix_bytes(n_words + copies, self.settings.dim)
        before = 2 * 4 * copies * padded(self.settings.dim)  # the copies, as last merged
        if self.settings.loss == "negative":
            tables, n_outputs = 8 * n_words, (self.settings.negative or 0) + 1
        else:  # a word's path is about as long as the logarithm of its share of the text
            depths = np.log2(max(1, text.counts.sum()) / np.maximum(1, text.counts))
            tables, n_outputs = 8 * n_words + 8 * int(depths.sum() + n_words / 2), int(depths.max()) + 2
        block = min(max(text.n_ids // BLOCKS, SMALLEST_BLOCK), LARGEST_BLOCK)
        width = -(-n_outputs // LANES) * LANES
        work = 8 * (block + window) + 8 * window * width + 24 * window + 24 * width + 8 * 1024
        return [
            Phase("compiling", LOADING + matrices // 2),  # the context vectors are zero still, and take no memory
            Phase("training", matrices + 4 * n_words + tables + before + threads * work),
            Phase("vectors", matrices),
        ]

    def files(self, folder: Path | None) -> list[File]:
        """Give the files for what does not fit the memory: none."""
        return []

    def weights(self) -> int:
        """Give the bytes of the weights of a checkpoint."""
        return 2 * 4 * self.text.n_words * padded(self.settings.dim)

    def seconds(self, corpus: Corpus | None) -> dict[str, float]:
        """Train for a moment, on stretches from all over the corpus, with all words; see `Estimate`."""
        assert corpus is not None
        n_steps = self.settings.epochs * self.text.n_tokens
        began = perf_counter()
        told: list[tuple[float, Progress]] = []

        def listen(now: Progress) -> None:
            if now.phase == "training" and now.done:
                told.append((perf_counter(), now))
                if now.seconds > min(max(_PART * n_steps / now.per_second, _LEAST), _MOST):
                    raise _Enough

        with suppress(_Enough):
            fit(self.settings, Spread(corpus), _without_words(self.text), Job(self.threads, listen))
        (told_at, first), (_, last) = told[0], told[-1]
        preparing = told_at - first.seconds - began
        if last.done > first.done:  # the first tenth of a second is left out: threads start, and memory is new
            return {
                "preparing": preparing,
                "training": n_steps * (last.seconds - first.seconds) / (last.done - first.done),
            }
        return {"preparing": preparing, "training": n_steps / last.per_second}


class _Enough(Exception):
    """The sample is large enough."""


def _without_words(text: Text) -> Vocabulary:
    """Give a vocabulary whose words are not known, but their counts."""
    return Vocabulary([""] * text.n_words, text.counts)
