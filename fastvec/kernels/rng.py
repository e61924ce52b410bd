"""Random numbers for kernels: splitmix64 (Steele, Lea and Flood 2014), whose whole state is one counter.

`stream` computes where a stream starts from numbers alone, so what is drawn never depends on the thread that draws.
"""

import numpy as np

from fastvec.kernels.jit import leaf

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S32, _S40 = (np.uint64(bits) for bits in (27, 30, 31, 32, 40))


@leaf
def mix(x):
    """Scramble 64 bits so that each bit of the result depends on every bit of `x`."""
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@leaf
def stream(seed, epoch, block):
    """Return the state from which the random numbers of one block of one epoch are drawn."""
    x = mix(np.uint64(seed) + _GOLDEN)
    x = mix(x ^ (np.uint64(epoch) + _GOLDEN))
    return mix(x ^ (np.uint64(block) + _GOLDEN))


@leaf
def draw(state):
    """Draw 64 random bits and advance `state`, an array of one uint64."""
    state[0] += _GOLDEN
    return mix(state[0])


@leaf
def at(state, number):
    """Return the 64 random bits that the draw of this number would give, the first being number 1."""
    return mix(state + number * _GOLDEN)


@leaf
def fraction(bits):
    """Turn 64 random bits into a float32 that is uniform in [0, 1)."""
    return np.float32(bits >> _S40) * np.float32(2.0**-24)


@leaf
def uniform(state):
    """Draw a float32 that is uniform in [0, 1)."""
    return fraction(draw(state))


@leaf
def below(bits, n):
    """Turn 64 random bits into an integer in [0, n), n < 2**32, from the upper 32 of them."""
    return np.int64(((bits >> _S32) * np.uint64(n)) >> _S32)
