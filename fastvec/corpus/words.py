"""Distinct words as bytes in one array, which is how a large vocabulary is held without a Python object per word."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.kernels.words import gather_words, read_prefixes


class Words(NamedTuple):
    """Distinct words in UTF-8 (or what was meant to be), each followed by one newline.

    Attributes
    ----------
    data : (n_bytes,) uint8
        Word i is ``data[starts[i] : starts[i + 1] - 1]``.
    starts : (n_words + 1,) int64
        Where each word begins.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]

    @classmethod
    def from_strings(cls, strings: list[str]) -> "Words":
        """Encode strings; a lone surrogate becomes bytes that are no valid UTF-8."""
        encoded = [string.encode("utf-8", "surrogatepass") for string in strings]
        starts = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1, out=starts[1:])
        encoded.append(b"")
        return cls(np.frombuffer(bytearray(b"\n").join(encoded), np.uint8), starts)

    def byte_strings(self, chosen: NDArray[np.int64]) -> list[bytes]:
        """Give the bytes of some of the words."""
        data = self.data.data
        starts, stops = self.starts[chosen].tolist(), (self.starts[chosen + 1] - 1).tolist()
        return [bytes(data[start:stop]) for start, stop in zip(starts, stops, strict=True)]

    def reordered(self, order: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Give the words in another order, without the newlines: their bytes, and the n + 1 offsets of their ends."""
        offsets = np.zeros(order.size + 1, np.int64)
        np.cumsum(np.diff(self.starts)[order] - 1, out=offsets[1:])
        data = np.empty(offsets[-1], np.uint8)
        gather_words(self.data, self.starts, order, data)
        return data, offsets

    def falling_order(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Order the words by falling count, and by their bytes where the counts are equal.

        So the order of a vocabulary depends on nothing but the words and their counts.
        """
        prefixes = np.empty(counts.size, np.uint64)
        read_prefixes(self.data, self.starts, prefixes)
        order = np.lexsort((prefixes, -counts))
        # words that also share their first 8 bytes: few enough to be compared in Python
        equal = (np.diff(counts[order]) == 0) & (prefixes[order[1:]] == prefixes[order[:-1]])
        tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
        run = np.cumsum(~np.append(False, equal))[tied].tolist()
        words = self.byte_strings(order[tied])
        order[tied] = order[tied][sorted(range(tied.size), key=lambda k: (run[k], words[k]))]
        return order
