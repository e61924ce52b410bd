"""A fastText model written and queried in plain Python, from the format's description."""

import struct

import numpy as np


def ngram_hash(ngram):
    value = 2166136261
    for byte in ngram.encode():
        signed = byte - 256 if byte > 127 else byte
        value = ((value ^ (signed & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
    return value


def ngrams(word, shortest, longest):
    text = f"<{word}>"
    ends = [(start, start + size) for start in range(len(text)) for size in range(max(shortest, 1), longest + 1)]
    return [text[start:end] for start, end in ends if end <= len(text) and text[start:end] not in ("<", ">")]


class Model:
    def __init__(self, words, dim=4, bucket=20, minn=2, maxn=3, model=2, loss=2, version=12, seed=1):
        self.words, self.dim, self.bucket, self.minn, self.maxn = words, dim, bucket, minn, maxn
        self.model, self.loss, self.version = model, loss, version
        rng = np.random.default_rng(seed)
        self.inputs = rng.standard_normal((len(words) + bucket, dim)).astype(np.float32)
        self.outputs = rng.standard_normal((len(words), dim)).astype(np.float32)
        self.quantised, self.sample = False, 1e-4
        self.n_labels, self.n_pruned = 0, -1

    def vector(self, word):
        rows = [self.words.index(word)] if word in self.words else []
        if word != "</s>" and self.maxn:
            hashes = [ngram_hash(run) % self.bucket for run in ngrams(word, self.minn, self.maxn)]
            rows += [len(self.words) + number for number in hashes]
        return self.inputs[rows].mean(axis=0)

    def bytes(self):
        arguments = (self.dim, 5, 5, 1, 5, 1, self.loss, self.model, self.bucket, self.minn, self.maxn, 100)
        parts = [
            struct.pack("<2i", 793712314, self.version),
            struct.pack("<12id", *arguments, self.sample),
            struct.pack("<3i2q", len(self.words), len(self.words) - self.n_labels, self.n_labels, 1000, self.n_pruned),
        ]
        parts += [word.encode() + b"\0" + struct.pack("<qb", 100 - number, 0) for number, word in enumerate(self.words)]
        for matrix in (self.inputs, self.outputs):
            parts += [struct.pack("<?2q", self.quantised, *matrix.shape), matrix.tobytes()]
        return b"".join(parts)
