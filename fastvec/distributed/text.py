"""Reading a text on a cluster: its vocabulary comes to the client, its ids stay on the workers' disks."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import distributed
import numpy as np

from fastvec.corpus import Vocabulary
from fastvec.corpus.sources import Files
from fastvec.corpus.tokenizers import choose_tokenizer
from fastvec.distributed.reading import (
    Bucket,
    Facts,
    Numbered,
    Read,
    Stretch,
    add_buckets,
    buckets_of,
    choose_vocabulary,
    number,
    prune,
    read_slice,
)
from fastvec.distributed.session import Session
from fastvec.distributed.slices import cut
from fastvec.errors import FileError
from fastvec.settings import Reading, Words
from fastvec.training.progress import Progress
from fastvec.words import starts_of


@dataclass(frozen=True)
class Text:
    """A text on a cluster."""

    facts: Facts
    vocabulary: Vocabulary
    chosen: distributed.Future  #: The same vocabulary, on the workers.
    numbered: list[distributed.Future]  #: A `Numbered` of each slice.
    places: list[int]  #: Where the ids of each slice begin, and where the last ones end.

    def slices(self, first: int, last: int) -> tuple[list[int], list[distributed.Future]]:
        """Return the places and the futures of those slices that hold ids `first` to `last` - 1."""
        found = [
            k for k, (a, b) in enumerate(zip(self.places[:-1], self.places[1:], strict=True)) if a < last and b > first
        ]
        return [self.places[k] for k in found], [self.numbered[k] for k in found]


def read_text(session: Session, source: Files, reading: Reading, words: Words, shards: int) -> Text:
    """Read a text.

    Raise `FileError` or `InputError` as `fastvec.read_corpus` and `Corpus.vocabulary` do.
    """
    began, slices = perf_counter(), cut(source, shards)
    homes = session.homes(len(slices))
    reads = [
        session.submit(read_slice, each, reading, session.watch(), retries=2, **home)
        for each, home in zip(slices, homes, strict=True)
    ]
    split = [session.submit(buckets_of, read, shards) for read in reads]
    parts = zip(*(session.spread(each, shards) for each in split), strict=True)
    limits = words.min_count, words.max_vocab
    pruned = [session.submit(prune, session.add_up(add_buckets, list(each)), *limits) for each in parts]
    sizes = starts_of(np.array([each.n_bytes for each in slices]))

    def report(n_done: int, told: Iterable[object]) -> None:
        session.listener(Progress("reading", int(sizes[n_done]), int(sizes[-1]), perf_counter() - began))

    session.wait(reads, report)
    totals = np.sum(session.results([session.submit(_totals, each) for each in pruned], "reading"), 0)
    if not totals[0]:
        raise FileError(f"{source.name}: no words in it")
    chosen = session.submit(choose_vocabulary, source.name, *limits, *pruned)
    (vocabulary,) = session.results([chosen], "reading")
    numbered = [session.submit(number, read, chosen, **home) for read, home in zip(reads, homes, strict=True)]
    about = session.results(
        [session.submit(_about, each, read) for each, read in zip(numbered, reads, strict=True)], "reading"
    )
    lengths, longest, digests, n_invalid = zip(*about, strict=True)
    places = starts_of(np.array(lengths)).tolist()
    known = {"tokenizer": choose_tokenizer(reading.tokenizer).name, "lowercase": bool(reading.lowercase)}
    facts = Facts(
        source.name,
        places[-1],
        int(totals[1]),
        int(totals[0]),
        sum(n_invalid),
        max(longest),
        hashlib.blake2b(b"".join(digests), digest_size=16).hexdigest(),
        known | {"errors": reading.errors},
    )
    return Text(facts, vocabulary, chosen, numbered, places)


def _totals(bucket: Bucket) -> tuple[int, int]:
    return bucket.n_types, bucket.n_tokens


def _about(numbered: Numbered, read: Read) -> tuple[int, int, bytes, int]:
    return len(numbered.ids), numbered.longest, numbered.digest, read.n_invalid


def stretch(
    facts: Facts, places: list[int], numbered: Iterable[Numbered], first: int = 0, last: int | None = None
) -> Stretch:
    """Return a stretch of the text, in a task that has its slices."""
    parts: list[tuple[int, Any]] = [(place, each.ids.array) for place, each in zip(places, numbered, strict=True)]
    return Stretch(facts, parts, first, last)
