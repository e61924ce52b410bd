"""A corpus in another order: stretches from all over it come first, so that any prefix represents the whole."""

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus
from fastvec.corpus.view import View

#: Ids of a stretch: a multiple of every block size with which ids are read.
STRETCH = 1 << 16
#: Each stretch lies this fraction of the text (the golden ratio), modulo its length, behind the one before.
_STEP = 0.6180339887


def spread_order(n_ids: int) -> NDArray[np.int64]:
    """Return the numbers of the whole stretches of a text in their order."""
    order = np.argsort(np.arange(n_ids // STRETCH) * _STEP % 1, kind="stable")
    return np.argsort(order, kind="stable")


class Spread(View):
    """The stretches of a corpus in an order that spreads them over the text; an incomplete last one stays last.

    Of the ids in that order there are at most `n_ids`; None leaves all.
    """

    def __init__(self, corpus: Corpus, n_ids: int | None = None) -> None:
        super().__init__(corpus)
        self.n_ids = min(corpus.n_ids, corpus.n_ids if n_ids is None else n_ids)
        self._order: list[int] = spread_order(corpus.n_ids).tolist()

    def read(self, start: int, out: NDArray[np.int32]) -> int:
        """Read ids into an array, as `Corpus.read` does."""
        n = max(0, min(out.size, self.n_ids - start))
        done = 0
        while done < n:
            number, within = divmod(start + done, STRETCH)
            length = min(n - done, STRETCH - within)
            place = self._order[number] if number < len(self._order) else number
            self.whole.read(place * STRETCH + within, out[done : done + length])
            done += length
        return n

    def sentence_at(self, start: int) -> int:
        """Return the number of a sentence, as `Corpus.sentence_at` does; it holds for one stretch."""
        number, within = divmod(start, STRETCH)
        place = self._order[number] if number < len(self._order) else number
        return self.whole.sentence_at(place * STRETCH + within)
