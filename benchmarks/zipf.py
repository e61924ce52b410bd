"""A text of more than a million words: the lines of a corpus, and after each of their words a new one.

The new words go on with Zipf's law where the corpus ends, and the rarest occur `LEAST` times.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

#: Occurrences of the rarest new words; the rank of the first; seed of the order.
LEAST, FIRST_RANK, SEED = 5, 70_000, 1


def counts(n_words: int) -> np.ndarray:
    """Return how often each of the new words occurs, the most frequent first.

    >>> counts(1_100_000)[[0, 100_000, -1]]
    array([84, 35,  6])
    """
    ranks = np.arange(FIRST_RANK, FIRST_RANK + n_words)
    return np.ceil(LEAST * (FIRST_RANK + n_words) / ranks).astype(np.int64)


def write(lines: Iterable[bytes], folder: Path, n_words: int, n_part: int) -> int:
    """Write `folder`/corpus.txt and, with its first `n_part` words or so, `folder`/part.txt; return the words."""
    names = [b"z%06d" % number for number in range(n_words)]
    rows = np.repeat(np.arange(n_words, dtype=np.int32), counts(n_words))
    np.random.default_rng(SEED).shuffle(rows)
    used = words = 0
    with (folder / "corpus.txt").open("wb") as text, (folder / "part.txt").open("wb") as part:
        for line in lines:
            given = line.split()
            new = [names[row] for row in rows[used : used + len(given)].tolist()]
            used += len(new)
            mixed = [word for pair in zip(given, new, strict=False) for word in pair] + given[len(new) :]
            text.write(b" ".join(mixed) + b"\n")
            if words < n_part:
                part.write(b" ".join(mixed) + b"\n")
            words += len(mixed)
        for start in range(used, len(rows), 1000):  # of a short corpus
            text.write(b" ".join(names[row] for row in rows[start : start + 1000].tolist()) + b"\n")
        words += len(rows) - used
    return words
