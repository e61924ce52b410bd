"""Slow twins of the kernels, written in plain NumPy from the papers."""

from heapq import heapify, heappop, heappush

import numpy as np


def logistic(x):
    return 1 / (1 + np.exp(-x))


def windows(sentences, window):
    """Yield (centre, context words) for each word of each sentence, with the whole window."""
    for sentence in sentences:
        for t, centre in enumerate(sentence):
            context = [sentence[s] for s in range(max(0, t - window), min(len(sentence), t + window + 1)) if s != t]
            if context:
                yield centre, context


def around(t, n, near, far, window):
    """Return the positions of 0 to n - 1 at distances `near` to `far` from t, at most `window`: left ones first."""
    distances = range(near, min(far, window) + 1)
    return [s for sign in (-1, 1) for d in distances if 0 <= (s := t + sign * d) < n]


def steps_by_place(sentences, position, window, n_places):
    """Return the steps of the word at a position, sentence ends included, as ((centre, place), context words).

    Places are left and right, or each distance on the left and then on the right (Ling et al. 2015).
    """
    found = {}
    for sentence in sentences:
        if position < 0:
            break
        for s in around(position, len(sentence), 1, window, window) if position < len(sentence) else []:
            side = int(s > position)
            place = side if n_places == 2 else side * window + abs(s - position) - 1
            found.setdefault((sentence[position], place), []).append(sentence[s])
        position -= len(sentence) + 1
    return list(found.items())


class Logistic:
    """Mikolov et al. 2013b: eq. 4 (negative sampling) or section 2.1 (hierarchical softmax).

    Scores are those of `rows` with one input; an objective has their cost, and how they are wrong: its slope, negated.
    """

    def cost(self, scores, rows, labels):
        p = logistic(scores)
        return -np.log(np.where(np.asarray(labels) == 1, p, 1 - p)).sum()

    def wrong(self, scores, rows, labels):
        return labels - logistic(scores)


class Nce:
    """Gutmann and Hyvarinen 2010, eq. 3; Mnih and Teh 2012, eq. 8: p / (p + noise), with p = prior exp(score).

    `prior` is that of each word, `noise` the expected number of its occurrences among the noise words of a centre.
    """

    def __init__(self, prior, noise, n_noise):
        self.prior, self.noise, self.offsets = prior, noise, np.log(noise / prior)

    def posterior(self, scores, rows):
        p = self.prior[rows] * np.exp(scores)
        return p / (p + self.noise[rows])

    def cost(self, scores, rows, labels):
        p = self.posterior(scores, rows)
        return -np.log(np.where(np.asarray(labels) == 1, p, 1 - p)).sum()

    def wrong(self, scores, rows, labels):
        return labels - self.posterior(scores, rows)


class Softmax(Nce):
    """Jean et al. 2015, eq. 8: a softmax in which each word is weighted by its prior / its noise."""

    def posterior(self, scores, rows):
        p = np.exp(scores) * self.prior[rows] / self.noise[rows]
        return p / p.sum()

    def cost(self, scores, rows, labels):
        return -np.log(self.posterior(scores, rows)[np.argmax(labels)])


class Ranking:
    """Collobert and Weston 2008, eq. 2, the mean over the noise words; one that equals the centre counts as 0."""

    def __init__(self, prior, noise, n_noise):
        self.n_noise, self.offsets = n_noise, np.zeros_like(prior)

    def cost(self, scores, rows, labels):
        return sum(max(0, 1 - scores[0] + score) for score in scores[1:]) / self.n_noise

    def wrong(self, scores, rows, labels):
        wrong = np.where(1 - scores[0] + scores > 0, -1 / self.n_noise, 0)
        wrong[0] = -wrong[1:].sum()
        return wrong


def loss(W, C, cases, outputs, cbow, objective):
    """Return the loss of an objective.

    `outputs(centre)` returns the output rows and their labels; context words are the inputs, as in word2vec.c.
    """
    total = 0.0
    for centre, context in cases:
        rows, labels = outputs(centre)
        inputs = [W[context].mean(0)] if cbow else [W[c] for c in context]
        total += sum(objective.cost(C[rows] @ x, rows, labels) for x in inputs)
    return total


def train(W, C, cases, outputs, cbow, rate, corrected=False, objective=Logistic(), frozen=((), ())):  # noqa: B008
    """Take one step of stochastic gradient descent for each case, with the values from before it.

    `frozen` are the rows of W, and of C, that stay.
    """
    W, C = W.astype(np.float64), C.astype(np.float64)
    for centre, context in cases:
        rows, labels = outputs(centre)
        dW, dC = np.zeros_like(W), np.zeros_like(C)
        for words in [context] if cbow else [[word] for word in context]:
            x = W[words].mean(0)
            g = rate * objective.wrong(C[rows] @ x, rows, labels)
            np.add.at(dC, rows, g[:, None] * x)
            np.add.at(dW, words, g @ C[rows] / (len(words) if corrected else 1))
        dW[list(frozen[0])], dC[list(frozen[1])] = 0, 0
        W, C = W + dW, C + dC
    return W, C


def turns(n, stretches):
    """Return the order in which the positions 0 to n - 1 of a block are centres: the stretches take turns."""
    length = -(-n // stretches)
    return [t for turn in range(length) for t in range(turn, n, length)]


def huffman_cost(counts):
    """Return the least possible weighted path length of a binary tree (Huffman 1952)."""
    heap = [int(count) for count in counts]
    heapify(heap)
    cost = 0
    while len(heap) > 1:
        joined = heappop(heap) + heappop(heap)
        cost += joined
        heappush(heap, joined)
    return cost
