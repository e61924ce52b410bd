"""Slow twins of the kernels with subwords, from Bojanowski et al. 2017."""

import numpy as np

from tests.naive.word2vec import Logistic


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


def murmur(data, seed):
    """Return the 64-bit halves of MurmurHash3_x64_128 of some bytes, from Appleby's description."""
    mask = 2**64 - 1

    def rotate(x, n):
        return (x << n | x >> 64 - n) & mask

    def scramble(number, a, n, b):
        return rotate(number * a & mask, n) * b & mask

    def finish(k):
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 1):
            k = (k ^ k >> 33) * factor & mask
        return k

    a, b = 0x87C37B91114253D5, 0x4CF5AD432745937F
    one = two = seed
    n_whole = len(data) // 16 * 16
    for start in range(0, len(data) + 1, 16):
        low, high = (int.from_bytes(data[start + k : start + k + 8], "little") for k in (0, 8))
        one ^= scramble(low, a, 31, b)
        if start == n_whole:
            two ^= scramble(high, b, 33, a)
            break
        one = ((rotate(one, 27) + two) * 5 + 0x52DCE729) & mask
        two = ((rotate(two ^ scramble(high, b, 33, a), 31) + one) * 5 + 0x38495AB5) & mask
    one, two = one ^ len(data), two ^ len(data)
    one = (one + two) & mask
    two = (two + one) & mask
    one, two = finish(one), finish(two)
    one = (one + two) & mask
    return one, (two + one) & mask


def floret_buckets(word, shortest, longest, n_hashes, n_buckets):
    """Return the buckets of a word and its n-grams, as spaCy finds them."""
    marked = f"<{word}>"
    starts = range(len(marked))
    keys = [marked[k : k + n] for k in starts for n in range(shortest, longest + 1) if k + n <= len(marked)]
    found = []
    for key in [marked, *keys]:
        halves = murmur(key.encode(), 2166136261)
        parts = [half >> shift & 0xFFFFFFFF for half in halves for shift in (0, 32)]
        found += [part % n_buckets for part in parts[:n_hashes]]
    return found


def train(W, C, rows, cases, outputs, cbow, rate, corrected=False, objective=Logistic()):  # noqa: B008
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
            g = rate * objective.wrong(C[found] @ hidden, found, labels)
            np.add.at(dC, found, g[:, None] * hidden)
            error = error + g @ C[found]
        for word in inputs:
            np.add.at(dW, rows[word], error / (len(inputs) if corrected else 1))
        W, C = W + dW, C + dC
    return W, C
