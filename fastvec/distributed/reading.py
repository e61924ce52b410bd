"""Tasks that turn slices of text into a vocabulary and ids.

The words of a slice are numbered and counted as they come. Counts are added up in buckets by the words' hashes. Once
the vocabulary is known, the ids are renumbered; all words outside of it become one id, so that every id stays in its
place, and all that is random about places is as on one machine.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.first_pass import count_pieces
from fastvec.corpus.stream import N_IDS, read_ids, renumbered
from fastvec.corpus.tokenizers import choose_tokenizer
from fastvec.corpus.vocabulary import choose_words
from fastvec.disk.scratch import nameless_file, write_all
from fastvec.distributed.slices import Slice
from fastvec.distributed.stored import Stored, local_folder
from fastvec.settings import Reading
from fastvec.words import PackedWords, starts_of

Ids = NDArray[np.int32]


class Read(NamedTuple):
    """A slice that has been read."""

    ids: Stored  #: int32, numbers of `words`; -1 ends a sentence.
    words: PackedWords
    counts: NDArray[np.int64]
    n_invalid: int


class Bucket(NamedTuple):
    """Words whose hashes fall into one bucket, and what is known of all that did."""

    words: PackedWords
    counts: NDArray[np.int64]
    n_types: int
    n_tokens: int


class Numbered(NamedTuple):
    """The ids of a slice by the vocabulary; its length is that of words outside of it."""

    ids: Stored
    longest: int  #: Words of the longest sentence.
    digest: bytes  #: Of the ids.


class Facts(NamedTuple):
    """What is known of the whole text."""

    name: str
    n_ids: int
    n_tokens: int
    n_types: int
    n_invalid: int
    longest: int  #: Words of the longest sentence.
    digest: str  #: Changes with the text, the vocabulary, and the cuts between slices.
    options: dict[str, Any]


class Stretch(Corpus):
    """Ids `first` to `last` - 1 of a text, as a corpus; `parts` are (place, ids) in order, with at least those read."""

    def __init__(self, facts: Facts, parts: list[tuple[int, Any]], first: int = 0, last: int | None = None) -> None:
        self._all = facts
        self._parts, self._first = parts, first
        self.name, self.n_types, self.n_invalid = facts.name, facts.n_types, facts.n_invalid
        self.options, self.is_reused = facts.options, False
        self.n_ids = (facts.n_ids if last is None else last) - first
        self.n_tokens = max(1, round(facts.n_tokens * self.n_ids / max(1, facts.n_ids)))

    def __repr__(self) -> str:
        return f"<Stretch of {self.name}: {self.n_ids:,} ids>"

    @property
    def facts(self) -> dict[str, Any]:
        """Facts about the text that vectors made from it should record."""
        counts = {"words": self.n_tokens, "distinct": self.n_types, "invalid": self.n_invalid}
        return counts | self.options

    @property
    def folder(self) -> Path:
        """The folder for data too large for memory."""
        return local_folder()

    @property
    def memory(self) -> int:
        """Bytes of memory that it takes."""
        return 0

    def close(self) -> None:
        """Do nothing: the ids belong to the parts."""

    def longest_sentence(self) -> int:
        """Return the words of the longest sentence of the whole text."""
        return self._all.longest

    def read(self, start: int, out: Ids) -> int:
        """Read ids into an array, as `Corpus.read` does."""
        n = max(0, min(out.size, self.n_ids - start))
        start += self._first
        for place, ids in self._parts:
            first, last = max(start, place), min(start + n, place + len(ids))
            if first < last:
                out[first - start : last - start] = ids[first - place : last - place]
        return n


def read_slice(piece: Slice, reading: Reading, tell: Callable[[int], None]) -> Read:
    """Read a slice."""
    tokenizer = choose_tokenizer(reading.tokenizer)
    with nameless_file(local_folder()) as file:
        counted = count_pieces(piece, tokenizer, reading.errors, tell, lambda ids: write_all(file, ids))
        final, counts, n_invalid = counted.finish(tokenizer, lowercase=reading.lowercase, errors=reading.errors)
        file.seek(0)
        ids = Stored(renumbered(read_ids(file), *final.arrays()), np.int32)
    return Read(ids, final.words, counts, n_invalid)


def buckets_of(read: Read, n: int) -> list[Bucket]:
    """Split the words of a slice by their hashes."""
    hashes = np.fromiter((zlib.crc32(word) for word in read.words.split()), np.int64, len(read.words)) % n
    found = []
    for number in range(n):
        chosen = np.flatnonzero(hashes == number)
        counts = read.counts[chosen]
        found.append(Bucket(read.words.take(chosen), counts, chosen.size, int(counts.sum())))
    return found


def add_buckets(*parts: Bucket) -> Bucket:
    """Add up the counts of equal words."""
    index: dict[bytes, int] = {}
    places = [np.array([index.setdefault(word, len(index)) for word in part.words.split()], int) for part in parts]
    counts = np.zeros(len(index), np.int64)
    for part, place in zip(parts, places, strict=True):
        counts[place] += part.counts
    lengths = np.fromiter(map(len, index), np.int64, len(index))
    words = PackedWords(np.frombuffer(bytearray().join(index), np.uint8), starts_of(lengths))
    return Bucket(words, counts, len(index), int(counts.sum()))


def prune(bucket: Bucket, min_count: int, max_vocab: int | None) -> Bucket:
    """Remove the words that cannot be in the vocabulary; two stay in any case, for the message about too few."""
    order = bucket.words.falling_order(bucket.counts)
    n = max(2, min(int(np.count_nonzero(bucket.counts >= min_count)), max_vocab or bucket.n_types))
    return bucket._replace(words=bucket.words.take(order[:n]), counts=bucket.counts[order[:n]])


def choose_vocabulary(name: str, min_count: int, max_vocab: int | None, *buckets: Bucket) -> Vocabulary:
    """Return the vocabulary, the one that one machine makes."""
    words, counts = PackedWords.join([each.words for each in buckets]), np.concatenate([b.counts for b in buckets])
    order = words.falling_order(counts)
    return choose_words(name, words.take(order), counts[order], min_count, max_vocab)


def number(read: Read, vocabulary: Vocabulary) -> Numbered:
    """Renumber the ids of a slice by a vocabulary."""
    index, n_words = vocabulary.index, len(vocabulary)
    finals = np.array([index.get(word, n_words) for word in read.words.decode()] + [-1], np.int32)
    digest = hashlib.blake2b(digest_size=16)

    def chunks() -> Iterator[Ids]:
        for start in range(0, len(read.ids), N_IDS):
            ids = finals[read.ids.array[start : start + N_IDS]]
            digest.update(ids.data)
            yield ids

    ids = Stored(chunks(), np.int32)
    ends = np.flatnonzero(ids.array < 0)
    longest = int(np.diff(ends, prepend=-1, append=len(ids)).max()) - 1
    return Numbered(ids, longest, digest.digest())
