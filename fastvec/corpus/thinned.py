"""A corpus whose sentences each occur in a fraction of the epochs, their weight."""

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus
from fastvec.corpus.shuffled import Shuffled
from fastvec.corpus.spread import Spread
from fastvec.corpus.view import View
from fastvec.kernels.weights import thin_sentences

#: The id of no word.
_NONE = np.iinfo(np.int32).max


class Thinned(View):
    """A corpus with weights of at most 1, without the words of the sentences that are left out of an `epoch`.

    In place of the words are ids beyond any vocabulary.
    """

    def __init__(self, corpus: Corpus, seed: int) -> None:
        super().__init__(corpus)
        self._seed = seed

    def read(self, start: int, out: NDArray[np.int32]) -> int:
        """Read ids into an array, as `Corpus.read` does."""
        self.whole.epoch = self.epoch
        n = self.whole.read(start, out)
        if n:
            assert self.weights is not None
            thin_sentences(out[:n], self.whole.sentence_at(start), self.weights, self._seed, self.epoch, _NONE)
        return n


def of_epochs(corpus: Corpus, seed: int, *, shuffles: bool = False) -> Corpus:
    """Return a corpus as one thread reads it in its `epoch`: with other sentences, or in another order, in each."""
    text = Shuffled(corpus, seed) if shuffles else corpus
    is_sample = isinstance(corpus, Spread)  # which is timed
    return text if corpus.weights is None or is_sample else Thinned(text, seed)
