"""Weights of sentences, seen from a stream of ids."""

from fastvec.kernels.jit import entry, leaf
from fastvec.kernels.rng import fraction, stream


@leaf
def _occurs(weight, seed, epoch, sentence):
    """Return whether a sentence occurs in an epoch, which it does in a fraction of them: its weight."""
    return weight >= 1 or fraction(stream(seed, epoch, sentence)) < weight


@entry
def thin_sentences(ids, sentence, weights, seed, epoch, dropped):
    """Replace the words of the sentences that are left out of an epoch.

    Parameters
    ----------
    ids : (n,) int32, changed
        A part of the stream; -1 ends a sentence.
    sentence : int
        Number of the first one.
    weights : (n_sentences,) float64
        Each is the probability that the sentence occurs.
    seed, epoch : int
        Whether it does is a function of these and of its number.
    dropped : int
        What a word becomes: an id that is none.
    """
    occurs = _occurs(weights[sentence], seed, epoch, sentence)
    for k in range(len(ids)):
        if ids[k] < 0:
            sentence += 1
            if k + 1 < len(ids):
                occurs = _occurs(weights[sentence], seed, epoch, sentence)
        elif not occurs:
            ids[k] = dropped
