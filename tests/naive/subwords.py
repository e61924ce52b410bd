"""Slow twins of the kernels with subwords, from Bojanowski et al. 2017."""

import numpy as np

from tests.naive.word2vec import logistic


def ngrams(word, shortest, longest):
    """Return the n-grams of a word, in fastText's order."""
    marked = f"<{word}>"
    found = []
    for start in range(len(marked)):
        for size in range(shortest, longest + 1):
            stop = start + size
            if stop <= len(marked) and not (size == 1 and (start == 0 or stop == len(marked))):
                found.append(marked[start:stop])
    return found


def fnv(text):
    """Return the 32-bit FNV-1a hash of UTF-8 bytes that are taken as signed."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ (byte | (0xFFFFFF00 if byte > 127 else 0))) * 16777619 % 2**32
    return value


def train(W, C, rows, cases, outputs, cbow, rate, corrected=False):
    """Take one step for each centre and its contexts, with the values from before it; `rows[word]` are its rows of W.

    `outputs(word, others)` returns output rows and labels for predicting a word; `others` are all predicted with it.
    """
    W, C = W.astype(np.float64), C.astype(np.float64)
    for centre, context in cases:
        dW, dC = np.zeros_like(W), np.zeros_like(C)
        if cbow:
            hidden = np.mean([W[rows[word]].mean(0) for word in context], axis=0)
            inputs, predicted = context, [centre]
        else:
            hidden, inputs, predicted = W[rows[centre]].mean(0), [centre], context
        error = 0.0
        for word in predicted:
            found, labels = outputs(word, predicted)
            g = rate * (np.asarray(labels) - logistic(C[found] @ hidden))
            np.add.at(dC, found, g[:, None] * hidden)
            error = error + g @ C[found]
        for word in inputs:
            np.add.at(dW, rows[word], error / (len(inputs) if corrected else 1))
        W, C = W + dW, C + dC
    return W, C
