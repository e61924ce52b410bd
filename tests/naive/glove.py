"""A slow twin of GloVe, written in plain NumPy from Pennington, Socher and Manning 2014."""

import numpy as np


def weight(x, x_max, alpha):
    """Return f(x), eq. 9."""
    return min(1.0, (x / x_max) ** alpha)


def cost(model, i, j, x, x_max, alpha):
    """Return half the summand of eq. 8."""
    w, c, word_bias, context_bias = model
    return 0.5 * weight(x, x_max, alpha) * (w[i] @ c[j] + word_bias[i] + context_bias[j] - np.log(x)) ** 2


def train(model, cells, rate, x_max, alpha, clip=np.inf):
    """Take a step of AdaGrad for each cell (i, j, x); return the weights after them, and the sum of the costs.

    `model` is word vectors, context vectors, word biases, context biases. As in GloVe the learning rate of the biases
    is 1, and the squared sums are of the gradients times the learning rate, start at 1, and do not yet hold the
    gradient whose step they divide.
    """
    model = [np.array(part, np.float64) for part in model]
    squares = [np.ones_like(part) for part in model]
    total = 0.0
    for i, j, x in cells:
        w, c, word_bias, context_bias = model
        total += cost(model, i, j, x, x_max, alpha)
        slope = weight(x, x_max, alpha) * (w[i] @ c[j] + word_bias[i] + context_bias[j] - np.log(x))
        gradients = slope * c[j], slope * w[i], slope, slope
        parts = zip(model, squares, (i, j, i, j), map(np.copy, gradients), (rate, rate, 1, 1), strict=True)
        for part, sums, row, gradient, factor in list(parts):
            step = factor * np.clip(gradient, -clip, clip)
            part[row] -= step / np.sqrt(sums[row])
            sums[row] += step**2
    return model, total
