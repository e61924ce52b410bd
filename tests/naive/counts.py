"""Slow twins of the count-based models, written in plain NumPy from the definitions."""

from fractions import Fraction

import numpy as np

WEIGHTS = {
    "harmonic": lambda distance, window: Fraction(1, distance),
    "linear": lambda distance, window: Fraction(window + 1 - distance, window),
    "flat": lambda distance, window: Fraction(1),
}


def cooccurrence(sentences, n_words, window, weighting, side):
    """Count every pair of words of every sentence; None in a sentence is a gap."""
    counts = [[Fraction(0)] * n_words for _ in range(n_words)]
    for sentence in sentences:
        for t, word in enumerate(sentence):
            for s, other in enumerate(sentence):
                distance = abs(s - t)
                on_side = side == "both" or (side == "left") == (s < t)
                if word is not None and other is not None and 1 <= distance <= window and on_side:
                    counts[word][other] += WEIGHTS[weighting](distance, window)
    return np.array(counts, np.float64)


def ppmi(counts, cds=1.0, shift=1.0):
    """Return max(0, log(p(w, c) / (p(w) p_cds(c))) - log(shift)) as in Levy, Goldberg and Dagan 2015."""
    total = counts.sum()
    p_word = counts.sum(1) / total
    p_context = counts.sum(0) ** cds / (counts.sum(0) ** cds).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(counts / total / np.outer(p_word, p_context)) - np.log(shift)
    return np.where(counts > 0, np.maximum(information, 0), 0)
