"""A slow twin of PV-DBOW (Le and Mikolov 2014) with the loss of Mikolov et al. 2013b, eq. 4, in plain NumPy."""

import numpy as np

from tests.naive.word2vec import logistic


def loss(D, C, documents, noise, negative):
    """Return the loss of documents, lists of words, where each word has so many noise words, all of them `noise`."""
    total = 0.0
    for d, words in zip(D, documents, strict=True):
        for word in words:
            total -= np.log(logistic(C[word] @ d)) + negative * np.log(logistic(-C[noise] @ d))
    return total


def train(D, C, documents, noise, negative, rate):
    """Take one step for each word, with the values from before it."""
    D, C = D.astype(np.float64), C.astype(np.float64)
    for d, words in zip(D, documents, strict=True):
        for word in words:
            dC = np.zeros_like(C)
            up, down = rate * (1 - logistic(C[word] @ d)), -rate * negative * logistic(C[noise] @ d)
            dC[word] += up * d
            dC[noise] += down * d
            d += up * C[word] + down * C[noise]
            C += dC
    return D, C
