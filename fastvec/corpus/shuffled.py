"""A corpus whose lines are sets of words: each is in a random order, so any two of its words may be neighbours."""

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus
from fastvec.corpus.spread import Spread
from fastvec.corpus.view import View
from fastvec.kernels.shuffle import shuffle_lines


class Shuffled(View):
    """A corpus with the words of each line in a random order, which is another one in each `epoch`.

    Unlike others it is read by one thread.
    """

    def __init__(self, corpus: Corpus, seed: int) -> None:
        super().__init__(corpus)
        self.epoch = 0
        self._seed = np.uint64(seed)
        self._tokens = corpus.tokens()
        self._line = np.zeros(2, np.int64)

    def read(self, start: int, out: NDArray[np.int32]) -> int:
        """Read ids into an array, as `Corpus.read` does."""
        n = max(0, min(out.size, self.n_ids - start))
        shuffle_lines(self._tokens, start, self._seed, self.epoch, self._line, out[:n])
        return n


def shuffled(corpus: Corpus, seed: int) -> Corpus:
    """Return a corpus with shuffled lines; those of a `Spread` are whole lines of what it spreads."""
    if isinstance(corpus, Spread):
        return Spread(Shuffled(corpus.whole, seed), corpus.n_ids)
    return Shuffled(corpus, seed)
