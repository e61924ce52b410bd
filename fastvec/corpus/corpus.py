"""A corpus: text read once, as a stream of word ids on disk."""

import mmap
import os
import re
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_integer, check_kind, check_words, shorten
from fastvec.corpus.stream import (
    N_IDS,
    TOKENS,
    Description,
    describe_stream,
    fingerprint,
    read_description,
    renumbered,
    write_ids,
)
from fastvec.corpus.vocabulary import Vocabulary, choose_words
from fastvec.disk.scratch import CACHE_DIR, disk_errors, scratch_directory, writable
from fastvec.errors import DataError, FileError, InputError
from fastvec.kernels.phrases import NOTHING, join_pairs, spell
from fastvec.phrases import Phrases
from fastvec.words import PackedWords, starts_of

#: Sentences that a bootstrap needs.
_FEWEST_RESAMPLED = 100


class Corpus:
    """Text as word ids on disk; made by `read_corpus`.

    The ids go by falling count of the words (ties: by their UTF-8 bytes), and the stream holds all words. A vocabulary
    is always a prefix of that order, so a reader with a vocabulary of n words skips the ids from n on. The id -1 ends a
    sentence.

    Attributes
    ----------
    name : str
        The source, as messages call it.
    n_ids : int
        Length of the stream, sentence ends included.
    n_tokens : int
        Words in the stream.
    n_types : int
        Distinct words.
    n_invalid : int
        Words of the source that were not UTF-8.
    fingerprint : str
        SHA-256 of the stream and its words: equal for equal text, however it was split into files or compressed.
    options : dict
        How the text was split: tokenizer, lowercase, errors.
    is_reused : bool
        Whether the stream was cached already.
    is_cached : bool
        Whether it is cached now.
    phrases : Phrases or None
        Those that `fastvec.join_phrases` joined in it.
    """

    def __init__(self, directory: Path, described: Description, *, temporary: bool, is_reused: bool = False) -> None:
        self.name = described.name
        self.n_ids = described.n_ids
        self.n_tokens = described.n_tokens
        self.n_types = described.n_types
        self.n_invalid = described.n_invalid
        self.fingerprint = described.fingerprint
        self.options = described.options
        self.is_reused = is_reused
        self.is_cached = not temporary
        self.phrases: Phrases | None = None
        self._directory = directory
        self._counts: NDArray[np.int64] = np.load(directory / "counts.npy")
        self._words = PackedWords(np.fromfile(directory / "words.bin", np.uint8), np.load(directory / "offsets.npy"))
        self._file = os.open(directory / TOKENS, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._close = weakref.finalize(self, _release, self._file, directory if temporary else None)
        if temporary:  # an open file stays readable without its name; where not, closing removes it
            shutil.rmtree(directory, ignore_errors=True)

    def __repr__(self) -> str:
        return f"<Corpus of {self.name}: {self.n_tokens:,} words, {self.n_types:,} distinct>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Let other processes of this machine open the same stream, if it is cached."""
        if not self.is_cached:
            raise InputError(f"{self.name}: its word ids are not cached, which other processes need; read a file")
        return _open_again, (self._directory, self.fingerprint)

    def __enter__(self) -> "Corpus":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def facts(self) -> dict[str, Any]:
        """Facts about the text that vectors made from it should record."""
        counts = {"words": self.n_tokens, "distinct": self.n_types, "invalid": self.n_invalid}
        return {"fingerprint": self.fingerprint} | counts | self.options

    @property
    def folder(self) -> Path:
        """Where data too large for memory goes: the folder that holds, or held, the stream, if it can be written to."""
        return writable(self._directory.parent)

    @property
    def memory(self) -> int:
        """Bytes of memory that it takes."""
        return self._counts.nbytes + self._words.offsets.nbytes + self._words.data.nbytes

    def is_whole(self) -> bool:
        """Read the whole stream, and return whether it is what was written."""
        found = fingerprint(self._chunks(), self._words, self._counts)
        return found == self.fingerprint and self._counts.sum() == self.n_tokens

    def close(self) -> None:
        """Close the stream, and remove it unless it is cached. Garbage collection does the same."""
        self._close()

    def read(self, start: int, out: NDArray[np.int32]) -> int:
        """Read ids into an array. Threads may do so at the same time, without the interpreter's lock.

        Parameters
        ----------
        start : int
            Position in the stream, from 0 to `n_ids`.
        out : (n,) int32, written
            The ids, as many as there are.

        Returns
        -------
        int
            How many were read: fewer than n only at the end of the stream.

        Raises
        ------
        FileError
            If the file has been cut short.
        InputError
            If the corpus is closed, or `out` is not int32.
        """
        check_integer("start", start, 0)
        if not isinstance(out, np.ndarray) or out.dtype != np.int32:
            raise InputError(f"ids are read into an array of int32, not {getattr(out, 'dtype', shorten(out))}")
        n = max(0, min(out.size, self.n_ids - start))
        rest = out[:n].data.cast("B")
        place = start * out.itemsize
        while rest:
            n_bytes = self._read_bytes(rest, place)
            if not n_bytes:
                raise FileError(f"{self._directory}: {TOKENS} was cut short; remove this directory and read again")
            rest = rest[n_bytes:]
            place += n_bytes
        return n

    def _check_open(self) -> None:
        if not self._close.alive:
            raise InputError(f"the corpus of {self.name} is closed")

    def _read_bytes(self, buffer: memoryview, place: int) -> int:
        self._check_open()
        if hasattr(os, "preadv"):
            return os.preadv(self._file, [buffer], place)
        with open(self._directory / TOKENS, "rb", buffering=0) as file:
            file.seek(place)
            return file.readinto(buffer)

    def tokens(self) -> NDArray[np.int32]:
        """Return all ids, mapped into memory."""
        self._check_open()
        return np.frombuffer(mmap.mmap(self._file, 0, access=mmap.ACCESS_READ), np.int32)

    def longest_sentence(self) -> int:
        """Return the words of the longest sentence, those outside the vocabulary included; the whole stream is read."""
        longest = before = 0
        for chunk in self._chunks():
            edges = np.concatenate([[-1 - before], np.flatnonzero(chunk < 0), [chunk.size]])
            lengths = np.diff(edges) - 1
            longest, before = max(longest, int(lengths.max())), int(lengths[-1])
        return longest

    def vocabulary(self, min_count: int = 5, max_vocab: int | None = None) -> Vocabulary:
        """Return the words that are frequent enough; the id of each is its id in the stream.

        Parameters
        ----------
        min_count : int
            Ignore words that occur fewer times.
        max_vocab : int, optional
            Keep at most this many words, the most frequent ones.

        Raises
        ------
        InputError
            If fewer than two words are left.
        """
        return choose_words(self.name, self._words, self._counts, min_count, max_vocab)

    def with_vocabulary(self, vocabulary: Vocabulary) -> "Corpus":
        """Return the same text numbered by another vocabulary, without the words that are not in it.

        Parameters
        ----------
        vocabulary : Vocabulary
            The full vocabulary of the new corpus. It keeps its own counts, as with word2vec.c's ``-read-vocab``;
            `n_tokens` is the number of words in the stream.

        Returns
        -------
        Corpus
            A temporary one: it vanishes when it is closed or no longer used.

        Raises
        ------
        InputError
            If none of the words occurs in the text.
        """
        check_kind("vocabulary", vocabulary, Vocabulary)
        finals = np.array([vocabulary.index.get(word, -1) for word in self._words.decode()], np.int32)
        known = finals >= 0
        if not known.any():
            raise DataError(f"{self.name}: none of the {len(vocabulary)} words of the vocabulary occurs")
        ids = renumbered(self._chunks(), starts_of(known), finals[known])
        return self._with_ids(ids, PackedWords.pack(vocabulary.words), vocabulary.counts)

    def occurring(self, vocabulary: Vocabulary) -> Vocabulary:
        """Return the words of a vocabulary that occur here and have a count above 0, with their counts.

        Raises
        ------
        InputError
            If there are none.
        """
        known = set(self._words.decode())
        is_here = np.array([word in known for word in vocabulary], bool) & (vocabulary.counts > 0)
        if not is_here.any():
            raise DataError(f"{self.name}: none of the {len(vocabulary):,} words of the vocabulary occurs")
        words = [word for word, is_known in zip(vocabulary, is_here.tolist(), strict=True) if is_known]
        return Vocabulary(words, vocabulary.counts[is_here])

    def with_joined(self, firsts: Sequence[str], seconds: Sequence[str], delimiter: str = "_") -> "Corpus":
        """Return the same text with pairs of words, where adjacent in a sentence, joined to one word each.

        Pairs are joined from the left: with the pairs "new york" and "york city", "new york city" becomes
        "new_york city".

        Parameters
        ----------
        firsts, seconds : sequence of str
            The words of each pair; pairs with a word that the text lacks are ignored.
        delimiter : str
            Goes between them.

        Returns
        -------
        Corpus
            A temporary one, with a vocabulary of its own: it vanishes when it is closed or no longer used.
        """
        firsts, seconds = check_words("firsts", firsts), check_words("seconds", seconds)
        if len(firsts) != len(seconds):
            raise InputError(f"there must be as many seconds as firsts, {len(firsts):,}, not {len(seconds):,}")
        words = self._words.decode()
        index = {word: k for k, word in enumerate(words)}
        pairs = zip(firsts, seconds, strict=True)
        known = sorted((index[first], index[second]) for first, second in pairs if first in index and second in index)
        begins, ends = np.array(known, np.int32).reshape(-1, 2).T.copy()
        starts = np.searchsorted(begins, np.arange(self.n_types + 1))
        joined = _number([f"{words[first]}{delimiter}{words[second]}" for first, second in known], words)

        def chunks(counts: NDArray[np.int64]) -> Iterator[NDArray[np.int32]]:
            out, held = np.empty(N_IDS + 1, np.int32), NOTHING
            for chunk in self._chunks():
                n, held = join_pairs(chunk, starts, ends, joined, held, out, counts)
                yield out[:n]
            yield np.array([held], np.int32)  # the end of the last sentence

        return self._renumbered(chunks, PackedWords.pack(words))

    def resampled(self, seed: int) -> "Corpus":
        """Return a bootstrap sample of the sentences: each as often as a random number from Poisson(1) says.

        For many sentences that is as good as drawing with replacement (Chamandy et al. 2012), and reads the text once.

        Parameters
        ----------
        seed : int
            Of the random numbers.

        Returns
        -------
        Corpus
            A temporary one, with counts of its own: it vanishes when it is closed or no longer used.

        Raises
        ------
        DataError
            If there are fewer than 100 sentences.
        """
        check_integer("seed", seed, 0)
        n_sentences = sum(int(np.count_nonzero(chunk < 0)) for chunk in self._chunks())
        if n_sentences < _FEWEST_RESAMPLED:
            raise DataError(
                f"{self.name}: has {n_sentences} sentences (lines), and a bootstrap needs {_FEWEST_RESAMPLED}"
            )

        def chunks(counts: NDArray[np.int64]) -> Iterator[NDArray[np.int32]]:
            generator, rest = np.random.default_rng(seed), np.empty(0, np.int32)
            for chunk in self._chunks():
                ids = np.concatenate([rest, chunk])
                ends = np.flatnonzero(ids < 0) + 1
                rest = ids[ends[-1] if len(ends) else 0 :].copy()
                lengths = np.diff(ends, prepend=0)
                drawn = np.repeat(np.arange(len(ends)), generator.poisson(size=len(ends)))
                sizes = lengths[drawn]
                steps = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
                found = ids[np.repeat((ends - lengths)[drawn], sizes) + steps]
                counts += np.bincount(found[found >= 0], minlength=len(counts))
                yield found

        return self._renumbered(chunks, self._words)

    def _renumbered(
        self, chunks: Callable[[NDArray[np.int64]], Iterator[NDArray[np.int32]]], packed: PackedWords
    ) -> "Corpus":
        """Return a temporary corpus of other ids, numbered anew by falling count.

        `chunks` yields the ids, and adds to the counts that it is given; it is called twice.
        """
        counts = np.zeros(len(packed), np.int64)
        for _ in chunks(counts):
            pass
        by_count = packed.falling_order(counts)[: np.count_nonzero(counts)]
        ranks = np.empty(len(packed), np.int32)
        ranks[by_count] = np.arange(by_count.size)
        ids = renumbered(chunks(np.zeros_like(counts)), np.arange(len(packed) + 1), ranks)
        return self._with_ids(ids, packed.take(by_count), counts[by_count])

    def _with_ids(self, chunks: Iterator[NDArray[np.int32]], words: PackedWords, counts: NDArray[np.int64]) -> "Corpus":
        """Return a temporary corpus of the same source with another stream of ids and other words."""
        with scratch_directory(self.folder) as scratch:
            with disk_errors(scratch.parent, "the word ids", CACHE_DIR, 4 * self.n_ids):
                about = {"name": self.name, "n_invalid": self.n_invalid, "options": self.options, "identity": None}
                described = describe_stream(scratch, write_ids(scratch, chunks), words, counts, **about)
            made = Corpus(scratch, described, temporary=True)
            made.phrases = self.phrases
            return made

    def text(self) -> Iterator[bytes]:
        """Yield the text in chunks of UTF-8: a sentence a line, its words separated by spaces.

        Raises
        ------
        InputError
            If a word contains white space, as some tokenizers return.
        """
        if re.search(rb"\s", self._words.data.data):
            word = next(word for word in self._words.decode() if re.search(r"\s", word, re.ASCII))
            raise DataError(f"{self.name}: the word {word!r} contains white space, so it cannot be written as text")
        lengths, is_open = np.diff(self._words.offsets), False
        for chunk in self._chunks():
            out = np.empty(int(lengths[chunk[chunk >= 0]].sum()) + chunk.size, np.uint8)
            n, is_open = spell(chunk, self._words.data, self._words.offsets, out, is_open)
            yield out[:n].tobytes()

    def _chunks(self) -> Iterator[NDArray[np.int32]]:
        ids = np.empty(N_IDS, np.int32)
        for start in range(0, self.n_ids, N_IDS):
            yield ids[: self.read(start, ids)]


def _number(strings: list[str], words: list[str]) -> NDArray[np.int32]:
    """Return the positions of strings in a list of words, appending those that are missing."""
    wanted = set(strings)
    places = {word: k for k, word in enumerate(words) if word in wanted}
    for string in strings:
        if string not in places:
            places[string] = len(words)
            words.append(string)
    return np.array([places[string] for string in strings], np.int32)


def _open_again(directory: Path, fingerprint: str) -> Corpus:
    """Open a cached stream in another process."""
    described = read_description(directory)
    if described is None or described.fingerprint != fingerprint:
        raise FileError(f"{directory}: has been replaced or removed since it was opened; start again")
    return Corpus(directory, described, temporary=False, is_reused=True)


def _release(file: int, temporary: Path | None) -> None:
    os.close(file)
    if temporary is not None:
        shutil.rmtree(temporary, ignore_errors=True)
