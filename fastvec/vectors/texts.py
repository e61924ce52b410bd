"""Vectors of texts: weighted means of the vectors of their words, without what all texts have in common.

The weights come from the counts of the corpus on which the words were trained: SIF (Arora, Liang and Ma 2017), uSIF
(Ethayarajh 2018), or the logarithm of the inverse frequency. What texts have in common, their first singular vectors,
is found once, on a sample, and stays with the vectors of words: so a text has the same vector alone as with others.
"""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_choice
from fastvec.corpus.first_pass import checked
from fastvec.corpus.scanner import Scanner
from fastvec.corpus.sources import Files, Sentences, Source, TokenLists, open_source
from fastvec.corpus.tokenizers import TokenizeLine, Tokenizer, choose_tokenizer, finish_words
from fastvec.errors import InputError
from fastvec.kernels.texts import add_texts
from fastvec.settings import Texts, Weighting
from fastvec.vectors.documents import Inference, is_pv_dbow
from fastvec.vectors.storage import Storage
from fastvec.words import PackedWords

Matrix: TypeAlias = NDArray[np.float32]

#: Singular vectors that are removed, by weighting.
COMPONENTS = {"mean": 0, "sif": 1, "usif": 5, "idf": 0, "pv-dbow": 0}
#: SIF's constant a, and the words that uSIF expects in a text.
_SIF, _LENGTH = 1e-3, 11
#: Texts from which the common components are found, at least and at most.
LEAST, SAMPLE = 100, 100_000
#: Bytes of text, and lists of words, that are taken at a time.
_BLOCK, _LISTS = 1 << 22, 1 << 13
#: Stands for the end of a text, which may have no word: the first piece.
_END = b"\0"


class Common(NamedTuple):
    """What texts have in common.

    Attributes
    ----------
    components : (k, dim) float32
        Orthonormal.
    shares : (k,) float32
        How much of a vector's part along each is removed.
    """

    components: Matrix
    shares: NDArray[np.float32]

    @classmethod
    def of(cls, vectors: Matrix, count: int, weighting: Weighting) -> "Common":
        """Find the first singular vectors of texts; uSIF removes of each the part that it has in their variance."""
        _, values, components = np.linalg.svd(vectors[vectors.any(axis=1)], full_matrices=False)
        squares = values[:count].astype(np.float64) ** 2
        shares = squares / squares.sum() if weighting == "usif" else np.ones(count)
        return cls(components[:count], shares.astype(np.float32))

    def remove(self, vectors: Matrix) -> None:
        """Remove the components from vectors, in place."""
        vectors -= (vectors @ self.components.T * self.shares) @ self.components


def weights_of(vectors: Storage, weighting: Weighting) -> NDArray[np.float32]:
    """Return `word_weights` of vectors; raise `InputError` if it needs counts that are not known."""
    check_choice("weighting", weighting, [each for each in COMPONENTS if each != "pv-dbow"])
    if weighting != "mean" and vectors.counts is None:
        raise InputError(f"weighting {weighting!r} needs the counts of words, which these vectors have not")
    return word_weights(np.ones(len(vectors), np.int64) if vectors.counts is None else vectors.counts, weighting)


def word_weights(counts: NDArray[np.int64], weighting: Weighting) -> NDArray[np.float32]:
    """Return the weight of each word, and last that of a word that is not in the vocabulary: (n_words + 1,) float32."""
    chances = np.append(counts, 0) / max(1, counts.sum())
    if weighting == "sif":
        weights = _SIF / (_SIF + chances)
    elif weighting == "usif":
        n_words = len(counts)
        is_frequent = chances[:-1] > 1 - (1 - 1 / n_words) ** _LENGTH
        alpha = max(is_frequent.mean(), 1 / n_words)
        a = (1 - alpha) / (alpha * n_words / 2)
        weights = a / (a / 2 + chances)
    elif weighting == "idf":
        weights = -np.log(np.maximum(chances, 1 / max(2, counts.sum())))
    else:
        weights = np.ones(len(chances))
    return np.asarray(weights, np.float32)


def choose_weighting(vectors: Storage, weighting: Weighting | None) -> Weighting:
    """Return a weighting, or the one that suits the vectors."""
    Texts(weighting=weighting)
    return weighting or ("pv-dbow" if is_pv_dbow(vectors) else "mean")


class Embedder:
    """Adds up the weighted vectors of the words of texts, or infers vectors that predict them.

    Attributes
    ----------
    n_texts, n_empty, n_words, n_unknown : int
        Texts so far, those without a word that has a vector; words, and those without a vector.
    """

    def __init__(self, vectors: Storage, weighting: Weighting, tokenizer: Any, lowercase: bool) -> None:
        self.n_texts = self.n_empty = self.n_words = self.n_unknown = 0
        self._inference = Inference(vectors) if weighting == "pv-dbow" else None
        self._vectors = vectors
        self._weights = weights_of(vectors, "mean" if self._inference else weighting)
        self._tokenizer, self._lowercase = choose_tokenizer(tokenizer), lowercase
        self._rows_of: dict[str, int] = {}  # -1 for a word without a vector
        self._table = np.empty((1 << 10, vectors.dim), np.float32)
        self._n_rows = 0

    def embed(self, source: Source) -> Iterator[Matrix]:
        """Yield the vectors of texts, (n, dim) float32, some at a time: zeros where no word has a vector."""
        starts, rows = np.zeros(1, np.int64), np.empty(0, np.int32)
        for n_texts, ids, new in self._pieces(source):
            found = finish_words(
                new, find_words=self._tokenizer.finds_words, lowercase=self._lowercase, errors="replace"
            )
            ends, finals = found.arrays()
            rows = np.append(rows, self._learn(found.words.decode("surrogatepass"))[finals])
            starts = np.append(starts, starts[-1] + ends[1:])
            made, known = self._make(ids, starts, rows, n_texts)
            self.n_texts += n_texts
            self.n_words += int(known[:, 1].sum())
            self.n_unknown += int((known[:, 1] - known[:, 0]).sum())
            self.n_empty += int((known[:, 0] == 0).sum())
            yield made

    def _make(
        self, ids: NDArray[np.int32], starts: NDArray[np.int64], rows: NDArray[np.int32], n_texts: int
    ) -> tuple[Matrix, NDArray[np.int64]]:
        """Return the vectors of texts, and the words of each that have a vector, and all: (n_texts, 2)."""
        if self._inference is not None:
            return self._inference(ids, 0, starts, rows, n_texts)
        sums, known = np.zeros((n_texts, self._vectors.dim), np.float32), np.zeros((n_texts, 2), np.int64)
        add_texts(ids, 0, starts, rows, self._table, sums, known)
        sums /= np.maximum(known[:, :1], 1).astype(np.float32)
        return sums, known

    def _pieces(self, source: Source) -> Iterator[tuple[int, NDArray[np.int32], PackedWords]]:
        """Yield the number of some texts, their pieces, each text followed by the piece 0, and the new pieces."""
        opened = open_source(source)
        if isinstance(opened, TokenLists):
            yield from _indexed(opened.sentences())
        elif isinstance(opened, Files | Sentences) and self._tokenizer.of_line is not None:
            yield from _indexed(_split(opened, self._tokenizer))
        elif isinstance(opened, Files | Sentences):
            yield from _scanned(opened)
        else:
            raise InputError("the texts must be strings, lists of words, or lines of files, not numbers")

    def _learn(self, words: list[str]) -> NDArray[np.int32]:
        """Return the rows of words in the table, in which new ones are entered; -1 for words without a vector.

        To infer vectors, the rows are those of the matrix.
        """
        if self._inference is not None:
            rows = [self._vectors.index(word) if self._vectors.is_known(word) else -1 for word in words]
            return np.array(rows, np.int32)
        new = [word for word in words if word not in self._rows_of]
        known = [word for word in new if self._vectors.is_known(word) or self._vectors.subwords is not None]
        if known:
            places = [self._vectors.index(word) if self._vectors.is_known(word) else -1 for word in known]
            added = self._vectors[known].astype(np.float32) * self._weights[places][:, None]
            while self._n_rows + len(known) > len(self._table):
                self._table = np.concatenate([self._table, np.empty_like(self._table)])
            self._table[self._n_rows : self._n_rows + len(known)] = added
        self._rows_of |= dict.fromkeys(new, -1)
        self._rows_of |= {word: self._n_rows + k for k, word in enumerate(known)}
        self._n_rows += len(known)
        return np.array([self._rows_of[word] for word in words], np.int32)


def _scanned(source: Files | Sentences) -> Iterator[tuple[int, NDArray[np.int32], PackedWords]]:
    """Do what `Embedder._pieces` does for text that is split at white space."""
    scanner = Scanner()
    scanner.feed(_END + b"\n")
    n_known = 0
    for block in _whole_lines(source):
        ids = scanner.feed(block.replace(_END, b" ").replace(b"\n", b" " + _END + b"\n"))
        yield block.count(b"\n"), ids, scanner.words_from(n_known)
        n_known = scanner.n_words


def _whole_lines(source: Files | Sentences) -> Iterator[bytes]:
    """Yield blocks of whole lines, a text in each; the strings of an iterable are texts, whatever lines they have."""
    if isinstance(source, Sentences):
        lines = source.lines()
        while some := list(islice(lines, _LISTS)):
            yield b"".join(line.replace(b"\n", b" ") + b"\n" for line in some)
        return
    for _, blocks in source.parts(lambda n_bytes: None):
        gathered, size = [], 0
        for block in blocks:
            gathered.append(block)
            size += len(block)
            if size >= _BLOCK:
                whole, newline, last = b"".join(gathered).rpartition(b"\n")
                if newline:
                    yield whole + newline
                gathered, size = [last], 0
        rest = b"".join(gathered)
        if rest:
            yield rest if rest.endswith(b"\n") else rest + b"\n"


def _split(source: Files | Sentences, tokenizer: Tokenizer) -> Iterator[list[str]]:
    """Yield the words of each text, from a function that splits lines."""
    assert tokenizer.of_line is not None
    number = 0
    tokenize = checked(tokenizer.of_line, tokenizer.name, lambda: f"in text {number:,}")
    for block in _whole_lines(source):
        for line in block.split(b"\n")[:-1]:
            number += 1
            yield tokenize(line.removesuffix(b"\r").decode(errors="replace"))


def _indexed(lists: Iterable[list[str]]) -> Iterator[tuple[int, NDArray[np.int32], PackedWords]]:
    """Do what `Embedder._pieces` does for lists of words."""
    index: dict[str, int] = {"": 0}
    texts, n_known = iter(lists), 0
    while some := list(islice(texts, _LISTS)):
        ids = array("i")
        for tokens in some:
            ids.extend([index.setdefault(token, len(index)) for token in tokens if token])
            ids.append(0)
        new = list(islice(index, n_known, None))
        n_known = len(index)
        yield len(some), np.array(ids, np.int32), PackedWords.pack(new, "surrogatepass")


def embed_texts(
    vectors: Storage,
    source: Source,
    weighting: Weighting | None = None,
    tokenizer: str | TokenizeLine = "whitespace",
    lowercase: bool = False,
) -> tuple[Matrix, Embedder]:
    """Return the vectors of texts, (n_texts, dim) float32, and counts of these; see `KeyedVectors.embed`."""
    weighting = choose_weighting(vectors, weighting)
    embedder = Embedder(vectors, weighting, tokenizer, lowercase)
    found = list(embedder.embed(source))
    texts = np.concatenate(found) if found else np.empty((0, vectors.dim), np.float32)
    if COMPONENTS[weighting]:
        common_of(vectors, weighting, texts).remove(texts)
    return texts, embedder


def common_of(vectors: Storage, weighting: Weighting, texts: Matrix) -> Common:
    """Return what texts have in common, which the metadata of vectors keep from the first texts on."""
    kept = vectors.metadata.setdefault("texts", {})
    if weighting not in kept:
        sample = texts[:: -(-len(texts) // SAMPLE)]
        if np.count_nonzero(sample.any(axis=1)) < LEAST:
            raise InputError(
                f"weighting {weighting!r} removes what texts have in common, for which {LEAST} with known words are "
                "needed at first: embed a sample of your texts once, and save the vectors to keep it"
            )
        found = Common.of(sample, COMPONENTS[weighting], weighting)
        kept[weighting] = {"components": found.components.tolist(), "shares": found.shares.tolist()}
    known = kept[weighting]
    return Common(np.array(known["components"], np.float32), np.array(known["shares"], np.float32))
