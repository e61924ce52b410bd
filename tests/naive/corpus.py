"""Slow twins of the corpus code: from words to the vocabulary and the id stream, as the format defines them."""

from collections import Counter


def split(text: bytes) -> list[list[bytes]]:
    """Return the words of each line that has any; bytes.split knows the same six separators."""
    return [line.split() for line in text.split(b"\n") if line.split()]


def first_seen_stream(text: bytes) -> tuple[list[bytes], list[int], list[int]]:
    """Return the distinct words, their counts, and the ids in the order of first sight, -1 after each sentence."""
    sentences = split(text)
    counts = Counter(word for sentence in sentences for word in sentence)
    words = list(counts)
    ids = [i for sentence in sentences for i in [*(words.index(word) for word in sentence), -1]]
    return words, list(counts.values()), ids


def sorted_stream(sentences: list[list[str]]) -> tuple[list[str], list[int], list[int]]:
    """Return the words by falling count and then by bytes, their counts, and the ids in that order."""
    counts = Counter(word for sentence in sentences for word in sentence)
    words = sorted(counts, key=lambda word: (-counts[word], word.encode()))
    ids = [i for sentence in sentences if sentence for i in [*map(words.index, sentence), -1]]
    return words, [counts[word] for word in words], ids
