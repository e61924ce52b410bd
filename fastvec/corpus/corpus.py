"""A corpus: text read once, as a stream of word ids on disk."""

import hashlib
import mmap
import os
import re
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
from fastvec.corpus.weighted import SentenceWeights, spread_copies
from fastvec.disk.scratch import CACHE_DIR, check_space, disk_errors, scratch_directory, writable
from fastvec.errors import DataError, FileError, InputError
from fastvec.kernels.phrases import NOTHING, join_pairs, spell
from fastvec.phrases import Phrases
from fastvec.words import PackedWords, starts_of

#: Sentences that a bootstrap needs.
_FEWEST_RESAMPLED = 100
#: Ids of a block, before each of which the sentences of a text with weights are counted.
_BLOCK = 1 << 13


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
    weights : (n_sentences,) float64 or None
        How often each sentence counts, from `weighted`; None is once.
    """

    weights: NDArray[np.float64] | None = None
    #: That is read, where sentences are not the same in all.
    epoch = 0

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
        self._firsts: NDArray[np.int64] = np.zeros(0, np.int64)  # sentences before each block, if they have weights
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
        weights = {} if self.weights is None else {"weights": hashlib.sha256(self.weights.data).hexdigest()}
        return {"fingerprint": self.fingerprint} | counts | self.options | weights

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
        weights = None if self.weights is None else self.weights[self._has_words(known)]
        ids = renumbered(self._chunks(), starts_of(known), finals[known])
        return self._with_ids(ids, PackedWords.pack(vocabulary.words), vocabulary.counts, weights)

    def occurring(self, vocabulary: Vocabulary) -> Vocabulary:
        """Return the words of a vocabulary that occur here and have a count above 0, with their counts.

        Raises
        ------
        InputError
            If there are none.
        """
        known = set(self._words.head(int(np.count_nonzero(self._counts))).decode())
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
        if self.weights is not None:
            raise InputError(f"{self.name}: its sentences have weights; join phrases before it gets them")
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
        starts = self._sentence_starts()
        n_sentences = len(starts) - 1
        if n_sentences < _FEWEST_RESAMPLED:
            raise DataError(
                f"{self.name}: has {n_sentences} sentences (lines), and a bootstrap needs {_FEWEST_RESAMPLED}"
            )
        drawn = np.repeat(np.arange(n_sentences), np.random.default_rng(seed).poisson(size=n_sentences))
        return self._recounted(starts, drawn, None if self.weights is None else self.weights[drawn])

    def weighted(self, weights: "ArrayLike | str | os.PathLike[str] | SentenceWeights") -> "Corpus":
        """Return the same text with a weight for each sentence.

        Words and co-occurrences count as often as the sentences do that hold them; sums for words are rounded to whole
        numbers. Sentences of weight 0 are left out.

        Parameters
        ----------
        weights : (n_sentences,) numbers, or path
            At least 0, one for each sentence, which is a line or list with words; or a file of them, ``.npy``, or text
            with one on a line.

        Returns
        -------
        Corpus
            A temporary one, with counts of its own: it vanishes when it is closed or no longer used.

        Raises
        ------
        InputError, FileError
            If there are too many or too few, one is negative or not finite, or all are 0.

        Examples
        --------
        >>> from fastvec import read_corpus
        >>> corpus = read_corpus(["a b", "c d", "b d"]).weighted([2, 0, 3])
        >>> vocabulary = corpus.vocabulary(min_count=1)
        >>> vocabulary.words, vocabulary.counts.tolist()
        (['b', 'd', 'a'], [5, 3, 2])
        """
        if self.weights is not None:
            raise InputError(f"{self.name}: its sentences have weights already; omit weights")
        starts = self._sentence_starts()
        values = SentenceWeights.load(weights).of(self, np.diff(starts))
        chosen = np.flatnonzero(values)
        return self._recounted(starts, chosen, values[chosen])

    def repeated(self) -> "Corpus":
        """Return the text with weights of at most 1, each sentence as often as its weight says, rounded up.

        Returns
        -------
        Corpus
            A temporary one, with the same words and counts: it vanishes when it is closed or no longer used.
        """
        assert self.weights is not None
        starts = self._sentence_starts()
        n_bytes = 4 * float(np.ceil(self.weights) @ np.diff(starts))
        check_space(self.folder, "the word ids", CACHE_DIR, int(n_bytes))
        order, weights = spread_copies(self.weights)
        return self._with_ids((ids for ids, _ in self._taken(starts, order)), self._words, self._counts, weights)

    def first_sentences(self, block: int) -> NDArray[np.int64]:
        """Return how many sentences end before each block of so many ids, and in all."""
        ids, ends = np.empty(block, np.int32), [0]
        for start in range(0, self.n_ids, block):
            ends.append(int(np.count_nonzero(ids[: self.read(start, ids)] < 0)))
        return np.cumsum(ends)

    def sentence_at(self, start: int) -> int:
        """Return how many sentences end before a position of a text with weights."""
        block = start // _BLOCK
        ids = np.empty(start - block * _BLOCK, np.int32)
        self.read(block * _BLOCK, ids)
        return int(self._firsts[block]) + int(np.count_nonzero(ids < 0))

    def _sentence_starts(self) -> NDArray[np.int64]:
        """Return where each sentence begins, and where the last one ends."""
        place, ends = 0, [np.zeros(1, np.int64)]
        for chunk in self._chunks():
            ends.append(np.flatnonzero(chunk < 0) + place + 1)
            place += chunk.size
        return np.concatenate(ends)

    def _has_words(self, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return for each sentence whether it has a word that is `known`, (n_types,)."""
        found, sentence = np.zeros(int(self.first_sentences(N_IDS)[-1]), bool), 0
        for chunk in self._chunks():
            is_end = chunk < 0
            sentences = sentence + np.cumsum(is_end) - is_end
            found[sentences[~is_end & known.take(chunk, mode="wrap")]] = True
            sentence += int(np.count_nonzero(is_end))
        return found

    def _taken(
        self, starts: NDArray[np.int64], order: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        """Yield the ids of sentences in an order, some at a time, and the place in `order` of each id's sentence."""
        tokens, lengths = self.tokens(), np.diff(starts)[order]
        ends = np.cumsum(lengths)
        first = 0
        while first < len(order):
            begin = int(ends[first] - lengths[first])
            last = max(first + 1, int(np.searchsorted(ends, begin + N_IDS, side="right")))
            places = np.repeat(np.arange(first, last), lengths[first:last])
            steps = np.arange(begin, ends[last - 1]) - (ends - lengths)[places]
            yield tokens[starts[order[places]] + steps], places
            first = last

    def _recounted(
        self, starts: NDArray[np.int64], order: NDArray[np.int64], weights: NDArray[np.float64] | None
    ) -> "Corpus":
        """Return a temporary corpus of sentences in an order, numbered anew by falling count."""
        sums = np.zeros(self.n_types)
        for ids, places in self._taken(starts, order):
            is_word = ids >= 0
            each = None if weights is None else weights[places[is_word]]
            sums += np.bincount(ids[is_word], each, self.n_types)
        counts = np.rint(sums).astype(np.int64)
        by_count = self._words.falling_order(counts)
        by_count = by_count[sums[by_count] > 0]  # rounded to 0 or not: no sentence may lose all of its words
        ranks = np.empty(self.n_types, np.int32)
        ranks[by_count] = np.arange(by_count.size)
        chunks = renumbered((ids for ids, _ in self._taken(starts, order)), np.arange(self.n_types + 1), ranks)
        return self._with_ids(chunks, self._words.take(by_count), counts[by_count], weights)

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

    def _with_ids(
        self,
        chunks: Iterator[NDArray[np.int32]],
        words: PackedWords,
        counts: NDArray[np.int64],
        weights: NDArray[np.float64] | None = None,
    ) -> "Corpus":
        """Return a temporary corpus of the same source with another stream of ids, other words and weights."""
        with scratch_directory(self.folder) as scratch:
            with disk_errors(scratch.parent, "the word ids", CACHE_DIR, 4 * self.n_ids):
                about = {"name": self.name, "n_invalid": self.n_invalid, "options": self.options, "identity": None}
                described = describe_stream(scratch, write_ids(scratch, chunks), words, counts, **about)
            made = Corpus(scratch, described, temporary=True)
            made.phrases = self.phrases
            if weights is not None:
                made.weights, made._firsts = weights, made.first_sentences(_BLOCK)
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
