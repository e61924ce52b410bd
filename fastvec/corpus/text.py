"""The sizes of a text, from which the needs of a training are estimated."""

import sys
from dataclasses import dataclass, replace
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus, Vocabulary
from fastvec.words import PackedWords


@dataclass(frozen=True)
class Text:
    """Sizes of a text and of the vocabulary that is trained; estimates if the text is large."""

    counts: NDArray[np.int64]  #: (n_words,); occurrences of each word of the vocabulary.
    n_ids: int  #: Length of the stream of ids, sentence ends included.
    #: Words and distinct words in the stream.
    n_tokens: int
    n_types: int
    word_bytes: int  #: UTF-8 bytes of the vocabulary.
    bytes: int  #: Bytes of memory that the corpus and the vocabulary take.
    words: PackedWords  #: The vocabulary, or a part of it.
    is_sampled: bool = False  #: Whether only a part of the text has been read.

    @classmethod
    def of(cls, corpus: Corpus | None, vocabulary: Vocabulary) -> "Text":
        """Return the sizes of a vocabulary and of its corpus, if there is one."""
        strings, words = sum(map(sys.getsizeof, vocabulary.words)), PackedWords.pack(vocabulary.words, "surrogatepass")
        return cls(
            vocabulary.counts,
            corpus.n_ids if corpus else vocabulary.n_tokens,
            corpus.n_tokens if corpus else vocabulary.n_tokens,
            corpus.n_types if corpus else len(vocabulary),
            len(words.data),
            (corpus.memory if corpus else 0) + strings + 16 * len(vocabulary),
            words,
        )

    def times(self, scale: float) -> "Text":
        """Return the estimated sizes of a text with the same vocabulary that is `scale` times as long."""
        return replace(self, n_ids=round(self.n_ids * scale), n_tokens=round(self.n_tokens * scale), is_sampled=True)

    def vocabulary(self) -> Vocabulary:
        """Return words with these counts; those that are not known have the names of others."""
        names = self.words.decode("surrogatepass") or [""]
        return Vocabulary(list(islice(cycle(names), self.n_words)), self.counts)

    def types_of(self, part: float) -> int:
        """Return how many distinct words a random fraction of the text has, at most."""
        n_rare, occurrences = self.n_types - self.n_words, self.n_tokens - int(self.counts.sum())
        counts = np.append(self.counts, max(1.0, occurrences / max(1, n_rare)))
        found = 1 - (1 - part) ** counts
        return round(float(found[:-1].sum() + n_rare * found[-1]))

    @property
    def n_words(self) -> int:
        """Words of the vocabulary."""
        return len(self.counts)
