"""Fewer rows: the most frequent words, and the n-grams that matter most to others."""

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.subwords import Subwords
from fastvec.vectors.quantized import take_rows
from fastvec.vectors.rows import blocks
from fastvec.words import PackedWords


def frequent_rows(counts: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return the rows of the words with the largest counts, of equals the first, rising."""
    return np.sort(np.argsort(-counts, kind="stable")[:n])


def prune_ngrams(subwords: Subwords, words: PackedWords, n_rows: int) -> Subwords:
    """Keep those rows of n-grams that are long, and that many words have: by the product of the two.

    Occurrences of words in place of words served worse.

    Raises
    ------
    InputError
        If the n-grams are floret's, whose rows make the vectors of all words.
    """
    if subwords.ngrams.hashes:
        raise InputError("words share the rows of floret; omit max_ngrams (--max-ngrams), and train with fewer buckets")
    places = subwords.find(subwords.ngrams.split(words)[1])
    n_words = np.bincount(places[places >= 0], minlength=len(subwords.rows))
    lengths = np.concatenate([np.linalg.norm(block, axis=1) for _, block in blocks(subwords.rows)])
    kept = np.sort(np.argsort(-(lengths * n_words), kind="stable")[:n_rows])
    keys = kept if subwords.keys is None else subwords.keys[kept]
    return Subwords(subwords.ngrams, take_rows(subwords.rows, kept), keys)
