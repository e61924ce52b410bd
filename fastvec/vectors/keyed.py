"""Words and their vectors: what every model returns and every file of vectors holds.

`Storage` is what files are read into and written from, `Queries` answers questions; here is what makes other things:
new vectors, classes of words, files, and objects of other libraries.
"""

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastvec.checks import check_choice, check_integer, check_words, shorten
from fastvec.errors import InputError
from fastvec.subwords import Subwords
from fastvec.vectors import formats, interop, kmeans, pruning, transform
from fastvec.vectors.elsewhere import Suggesting, refuse_attribute
from fastvec.vectors.quantized import as_kind, take_rows
from fastvec.vectors.queries import Queries
from fastvec.vectors.rows import blocks, normalize_rows
from fastvec.vectors.storage import Storage, freeze
from fastvec.words import PackedWords

if TYPE_CHECKING:
    from fastvec.corpus.sources import Source
    from fastvec.corpus.tokenizers import TokenizeLine
    from fastvec.settings import Weighting
    from fastvec.vectors.health import Health


class KeyedVectors(Queries, metaclass=Suggesting):
    """Words with a vector each.

    Methods that change vectors return new `KeyedVectors`, and these stay as they are. The new ones have no `subwords`
    and, except those of `subset`, no context vectors, which belong to the old space; those of `quantize`, `pca` and
    `prune` have both.

    Parameters
    ----------
    words : sequence of str, or PackedWords
        Distinct words.
    vectors : (n_words, dim) float32, float16 or, from `quantize`, int8
        Row i is the vector of word i; it is not copied, and may be read-only or part of wider rows. Other kinds of
        numbers are converted to float32.
    counts : (n_words,) int64, optional
        How often each word occurred in the corpus.
    context_vectors : (n_words, dim) float32, float16 or int8, optional
        The words' vectors as contexts of other words.
    metadata : mapping, optional
        JSON values, such as the parameters with which the vectors were made.
    subwords : Subwords, optional
        The rows of n-grams, which make vectors of other words; safetensors and fasttext files keep them.
    phrases : Phrases, optional
        Those that were joined in the text: ``wv.phrases["in new york"]`` is ``["in", "new_york"]``.

    Raises
    ------
    InputError
        If the numbers of words and rows differ, or a word comes twice.

    Examples
    --------
    >>> wv = KeyedVectors(["ice", "snow", "fire"], [[3, 1], [2, 1], [-1, 2]])
    >>> wv["snow"]
    array([2., 1.], dtype=float32)
    >>> [(word, cosine)] = wv.most_similar("ice", topn=1)
    >>> word, round(cosine, 4)
    ('snow', 0.9899)
    """

    if not TYPE_CHECKING:  # or type checkers would take any attribute for one

        def __getattr__(self, name):
            refuse_attribute(self, type(self).__name__, name)

    def save(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Write the vectors to a file, which appears whole or not at all.

        Parameters
        ----------
        path : path
            The file; it is replaced if it exists.
        format : str, optional
            One of `fastvec.vectors.FORMATS`. Without it the suffix decides, one of `fastvec.vectors.SUFFIXES`, such as
            ``.safetensors`` (fastvec's own, the only one that keeps all), ``.bin`` (word2vec binary; of vectors with
            n-grams a fastText model), ``.txt`` or ``.vec`` (word2vec text), ``.npy`` (NumPy's, with the words and
            counts beside it in ``.vocab.tsv``), ``.parquet`` (a table), ``.floret`` (a table of floret's n-grams). A
            suffix such as ``.gz`` after it compresses the file. "static-model" (for sentence-transformers and
            model2vec) and "projector" (TensorFlow's) write a folder.

        Raises
        ------
        InputError
            If the suffix or format is unknown, or the format cannot hold a word or number.
        FileError
            If the file cannot be written.
        """
        formats.save(self, path, format)

    def cluster(self, n_clusters: int, *, iterations: int = 25, seed: int = 1) -> NDArray[np.int32]:
        """Return classes of words by the direction of their vectors: spherical k-means, as word2vec's ``-classes``.

        Parameters
        ----------
        n_clusters : int
            How many classes.
        iterations : int
            At most this many rounds; fewer once no word moves.
        seed : int
            Chooses the words from which the classes start.

        Returns
        -------
        (n_words,) int32
            The class of each word, numbered from 0 in the order of their first words.

        Raises
        ------
        InputError
            If there are fewer words than classes, `n_clusters` or `iterations` is below 1, or `seed` below 0.
        """
        check_integer("n_clusters", n_clusters, 1)
        if n_clusters > len(self):
            raise InputError(f"n_clusters must be at most {len(self):,}, the number of words, not {n_clusters}")
        check_integer("iterations", iterations, 1)
        check_integer("seed", seed, 0)
        self.check_finite()
        starts = np.random.default_rng(seed).choice(len(self), n_clusters, replace=False)
        labels = kmeans.cluster_directions(self.vectors, normalize_rows(self.vectors[starts]), iterations)
        return kmeans.number_by_first(labels)

    def embed(
        self,
        texts: "Source",
        weighting: "Weighting | None" = None,
        *,
        tokenizer: "str | TokenizeLine" = "whitespace",
        lowercase: bool = False,
    ) -> NDArray[np.float32]:
        """Return the vectors of texts: weighted means of the vectors of their words, or inferred.

        Parameters
        ----------
        texts : iterable of str or of lists of words, path, or list of paths
            A text is a string, a list of words, or a line of a file. For one text, pass a list of one.
        weighting : {"mean", "sif", "usif", "idf", "pv-dbow"}, optional
            How much a word counts: all the same; less the more frequent it was in training (SIF, Arora et al. 2017;
            uSIF, Ethayarajh 2018), where what texts have in common is removed too; or the logarithm of the inverse
            frequency. With "pv-dbow" the vector is the one that predicts the words (Le and Mikolov 2014), inferred from
            vectors of that model, or from context vectors; the same text has the same vector in any batch. Without a
            weighting, vectors of model "pv-dbow" infer, and others take the mean.
        tokenizer, lowercase
            How strings are split, as in `fastvec.train`.

        Returns
        -------
        (n_texts, dim) float32
            Zeros where no word of a text has a vector. Words without one are omitted; with n-grams all have one.

        Raises
        ------
        InputError
            If the weighting needs counts or context vectors and there are none; or, with SIF or uSIF, if the first
            texts are fewer than 100: what they have in common is found then, and kept in `metadata`, so that later
            texts, and those of vectors that were saved and loaded, get the same vectors alone as among others.
        FileError
            If a file cannot be read.

        Examples
        --------
        >>> wv = KeyedVectors(["ice", "snow", "fire"], [[3, 1], [2, 1], [-1, 2]])
        >>> wv.embed(["ice snow", "fire and ice", ""])
        array([[2.5, 1. ],
               [1. , 1.5],
               [0. , 0. ]], dtype=float32)
        """
        from fastvec.vectors.texts import embed_texts

        return embed_texts(self, texts, weighting, tokenizer, lowercase)[0]

    def health(self, *, limit: int | None = 10_000, neighbours: int = 10) -> "Health":
        """Measure what harms the use of vectors, each with a sentence on what it means.

        That all point one way, hubs, frequency in lengths and directions, repeated rows, zeros, numbers not finite.

        Parameters
        ----------
        limit : int or None
            Look for hubs among the first, most frequent, N words; None is all.
        neighbours : int
            Count how often each word is among so many nearest neighbours of others.

        Raises
        ------
        InputError
            If an argument is below 1, or fewer than three vectors can be used.

        Examples
        --------
        >>> wv = KeyedVectors(["ice", "snow", "fire", "hail"], [[3, 1], [2, 1], [-1, 2], [2, 1]])
        >>> wv.health().duplicates
        1
        """
        from fastvec.vectors.health import measure  # which needs scipy

        return measure(self, limit, neighbours)

    def plot(self, words: Iterable[str] | None = None, *, ax: Any = None, **style: Any) -> Any:
        """Draw words on a plane: the directions of their vectors along the two in which these vary most (PCA).

        Parameters
        ----------
        words : sequence of str, optional
            Which words; without it the first 50.
        ax : matplotlib.axes.Axes, optional
            Where to draw; without it on a new figure.
        **style
            For matplotlib's ``Axes.scatter``.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If matplotlib is not installed, or no word is given.
        UnknownWordError
            If there is no vector for a word.
        """
        listed = check_words("words", self.words[:50] if words is None else words, some=True)
        places = transform.planar(self[listed])
        if ax is None:
            ax = interop.library("matplotlib.pyplot", "matplotlib").subplots(figsize=(8, 8))[1]
        ax.scatter(*places.T, **({"s": 8} | style))
        for word, place in zip(listed, places, strict=True):
            ax.annotate(word, place, xytext=(3, 3), textcoords="offset points", parse_math=False)
        ax.set_xlabel("first component")
        ax.set_ylabel("second component")
        return ax

    # new vectors from these

    def normalize(self) -> Self:
        """Scale each vector to length 1; vectors of zeros stay."""
        self.check_finite()
        return self._with(np.concatenate([normalize_rows(block) for _, block in blocks(self.vectors)]))

    def center(self) -> Self:
        """Subtract the mean of all vectors from each."""
        self.check_finite()
        return self._with(self.vectors - transform.mean_row(self.vectors))

    def remove_components(self, n_components: int | None = None) -> Self:
        """Center, and remove the directions in which the vectors vary most ("all but the top").

        Parameters
        ----------
        n_components : int, optional
            How many directions; without it a hundredth of the dimensions, at least one, as in the paper.

        Raises
        ------
        InputError
            If it is not between 1 and the number of dimensions less one.

        References
        ----------
        Mu and Viswanath, "All-but-the-top: simple and effective postprocessing for word representations", ICLR 2018.
        """
        count = max(1, self.dim // 100) if n_components is None else n_components
        check_integer("n_components", count, 1)
        if count >= self.dim:
            raise InputError(f"n_components must be below {self.dim}, not {count}")
        self.check_finite()
        return self._with(transform.without_components(self.vectors, count))

    def subset(self, words: Iterable[str]) -> Self:
        """Keep some words, in the order given, with their counts and context vectors.

        Raises
        ------
        UnknownWordError
            If a word is not among the words.
        InputError
            If a word is given twice.
        """
        words = check_words("words", words)
        rows = np.array([self.index(word) for word in words], np.int64)
        return self._take(rows, words)

    # the same in less memory

    def quantize(self, dtype: str = "int8") -> Self:
        """Keep all vectors, and the rows of n-grams, as numbers of another kind.

        Parameters
        ----------
        dtype : {"float32", "float16", "int8"}
            "float16" takes half as much memory as "float32". "int8" takes a quarter, and a number for each row, by
            which it is scaled; rows are made float32 where they are used. Only safetensors files keep it.

        Raises
        ------
        InputError
            If a number is too large for float16, or is not finite.

        Examples
        --------
        >>> wv = KeyedVectors(["ice", "snow"], [[3, 1], [2, 1]])
        >>> wv.quantize("int8")
        <KeyedVectors: 2 words, 2 dimensions, int8>
        """
        check_choice("dtype", dtype, ("float32", "float16", "int8"))
        if dtype == "int8" and self.vectors.dtype != np.int8:
            self.check_finite()
        return self._changed(lambda matrix: as_kind(matrix, dtype))

    def pca(self, dim: int) -> Self:
        """Keep the directions in which the vectors are longest; vectors of n-grams and contexts go along.

        The vectors are not centered, so that their inner products change as little as can be (Eckart and Young 1936).

        Parameters
        ----------
        dim : int
            How many directions, at most as many as there are dimensions.

        Raises
        ------
        InputError
            If `dim` is out of range.
        """
        check_integer("dim", dim, 1)
        if dim > self.dim:
            raise InputError(f"pca keeps at most the {self.dim} dimensions of the vectors, not {dim}")
        self.check_finite()
        directions = transform.main_directions(self.vectors, dim)
        return self._changed(lambda matrix: transform.project(matrix, directions))

    def weighted(self, weighting: "Weighting") -> Self:
        """Multiply the vector of each word by its weight in texts, so that plain means of them are weighted ones.

        For programs that take plain means, such as sentence-transformers. `embed` weights by itself.

        Parameters
        ----------
        weighting : str
            As in `embed`; what SIF and uSIF remove from texts stays.

        Raises
        ------
        InputError
            If there is no such weighting, or the counts are unknown.
        """
        from fastvec.vectors.texts import weights_of

        weights = weights_of(self, weighting)[:-1]
        self.check_finite()
        return self._with(np.asarray(self.vectors, np.float32) * weights[:, None])

    def prune(self, max_words: int | None = None, max_ngrams: int | None = None) -> Self:
        """Keep the most frequent words, and the n-grams that matter most.

        Words that are dropped get vectors from their n-grams, if there are n-grams.

        Parameters
        ----------
        max_words : int, optional
            How many words, by their counts; without counts the first ones.
        max_ngrams : int, optional
            How many rows of n-grams: those that are long, and that many words have. The others count as zeros.

        Raises
        ------
        InputError
            If a number is below 1, or there are no n-grams to prune; the rows of floret are shared by words.
        """
        for name, value in (("max_words", max_words), ("max_ngrams", max_ngrams)):
            if value is not None:
                check_integer(name, value, 1)
        subwords, words = self.subwords, self.packed_words
        if max_ngrams is not None:
            if subwords is None:
                raise InputError("there are no n-grams; omit max_ngrams (--max-ngrams)")
            subwords = pruning.prune_ngrams(subwords, words, max_ngrams)
        if max_words is None or max_words >= len(self):
            return self._with(self.vectors, self.context_vectors, subwords)
        counts = np.ones(len(self), np.int64) if self.counts is None else self.counts
        rows = pruning.frequent_rows(counts, max_words)
        return self._take(rows, words.take(rows), subwords)

    def _take(self, rows: NDArray[np.int64], words: list[str] | PackedWords, subwords: Subwords | None = None) -> Self:
        """Return some rows, which are those of the words."""
        return type(self)(
            words,
            take_rows(self.vectors, rows),
            counts=None if self.counts is None else self.counts[rows],
            context_vectors=None if self.context_vectors is None else take_rows(self.context_vectors, rows),
            metadata=self.metadata,
            subwords=subwords,
            phrases=self.phrases,
        )

    def _changed(self, change: Callable[[NDArray[Any]], Any]) -> Self:
        """Return these with all matrices changed alike."""
        contexts = None if self.context_vectors is None else change(self.context_vectors)
        subwords = self.subwords
        if subwords is not None:
            subwords = subwords.changed(change)
        return self._with(change(self.vectors), contexts, subwords)

    def concatenate(self, other: "Storage | str | os.PathLike[str]") -> Self:
        """Join the two vectors of each word that both sets have, one after the other.

        The order of words and the counts are those of the first. Where the vectors differ much in length, normalize
        them first.

        Raises
        ------
        InputError
            If they have no word in common.
        """
        other = _other(other)
        words = self._shared(other)
        joined = np.hstack([self[words], other[words]])
        counts = None if self.counts is None else self.counts[[self.index(word) for word in words]]
        return type(self)(words, joined, counts=counts)

    def align(self, other: "Storage | str | os.PathLike[str]", words: Iterable[str] | None = None) -> Self:
        """Rotate the vectors so that they come as near as possible to those of another set (orthogonal Procrustes).

        Lengths and angles within the set do not change.

        Parameters
        ----------
        other : KeyedVectors or path
            The set to align to, of as many dimensions.
        words : sequence of str, optional
            The words whose vectors should meet; without it all that both have.

        Raises
        ------
        InputError
            If the dimensions differ, or there is no word to align by.
        UnknownWordError
            If one of `words` is missing in a set.

        References
        ----------
        Schönemann, "A generalized solution of the orthogonal Procrustes problem", Psychometrika 31, 1966.
        """
        other = _other(other)
        if other.dim != self.dim:
            raise InputError(f"sets to align must have as many dimensions, not {self.dim} and {other.dim}")
        anchors = self._shared(other) if words is None else check_words("words", words)
        if not anchors:
            raise InputError("align needs at least one word")
        matrix = self.vectors.astype(np.float32, copy=False)
        return self._with(matrix @ transform.rotation(self[anchors], other[anchors]))

    def drift(self, other: "Storage | str | os.PathLike[str]", limit: int | None = None) -> list[tuple[str, float]]:
        """Return the words that two sets have, with the cosine of their vectors, the most different first.

        Of vectors that were trained on texts of different times, and aligned, this shows words whose use has changed
        (Hamilton, Leskovec and Jurafsky 2016). Rare words differ by chance: leave them out with `limit`.

        Parameters
        ----------
        other : KeyedVectors or path
            The set to compare with; `align` these vectors to it first.
        limit : int, optional
            Compare only words among the first, most frequent, so many of both sets.

        Raises
        ------
        InputError
            If the dimensions differ, there is no word in common, or `limit` is below 1.
        """
        other = _other(other)
        if other.dim != self.dim:
            raise InputError(f"sets to compare must have as many dimensions, not {self.dim} and {other.dim}")
        if limit is not None:
            check_integer("limit", limit, 1)
        words = [
            word for word in self._shared(other) if max(self.index(word), other.index(word)) < (limit or sys.maxsize)
        ]
        if not words:
            raise InputError(f"the first {limit:,} words of the two sets have none in common; raise limit")
        units = (normalize_rows(np.asarray(each[words], np.float32)) for each in (self, other))
        cosines = np.einsum("ij,ij->i", *units)
        order = np.argsort(cosines, kind="stable")
        return [(words[row], float(cosines[row])) for row in order]

    def _with(
        self, vectors: NDArray[Any], contexts: NDArray[Any] | None = None, subwords: Subwords | None = None
    ) -> Self:
        return type(self)(
            self._words,
            vectors if vectors is self._vectors else freeze(vectors),
            counts=self.counts,
            context_vectors=contexts,
            metadata=self.metadata,
            subwords=subwords,
            phrases=self.phrases,
        )

    def _shared(self, other: Storage) -> list[str]:
        words = [word for word in self.words if word in other]
        if not words:
            raise InputError("the two sets have no word in common")
        return words

    # the same vectors in other libraries

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the matrix, for ``np.asarray(wv)``."""
        return np.array(self.vectors, dtype, copy=copy)

    def embedding_matrix(self, words: Iterable[str], *, missing: str = "error", seed: int = 1) -> NDArray[np.float32]:
        """Return a matrix with a row for each of some words, for the embedding layer of a neural network.

        Parameters
        ----------
        words : sequence of str
            The words, in the order of the layer's ids.
        missing : {"error", "zeros", "mean", "random"}
            What a word without a vector gets: "error" raises an `UnknownWordError`; zeros; the mean of all vectors; or
            normal noise with the mean and standard deviation of all numbers.
        seed : int
            For "random".

        Returns
        -------
        (n, dim) float32

        Raises
        ------
        UnknownWordError
            If a word has no vector and `missing` is "error".
        InputError
            If `missing` is unknown.
        """
        return interop.embedding_matrix(self, words, missing, seed)

    def to_torch(self, words: Iterable[str] | None = None, *, freeze: bool = True, **missing: Any) -> Any:
        """Return a `torch.nn.Embedding` with a copy of the vectors.

        Parameters
        ----------
        words : sequence of str, optional
            The words, in the order of the layer's ids; without it all.
        freeze : bool
            Whether to keep the layer from being trained.
        **missing
            `missing` and `seed`, as in `embedding_matrix`.

        Raises
        ------
        InputError
            If PyTorch is not installed.
        UnknownWordError
            As `embedding_matrix`.
        """
        torch = interop.library("torch")
        return torch.nn.Embedding.from_pretrained(torch.from_numpy(self._layer(words, missing)), freeze=freeze)

    def to_keras(self, words: Iterable[str] | None = None, *, trainable: bool = False, **missing: Any) -> Any:
        """Return a `keras.layers.Embedding` with a copy of the vectors.

        Parameters
        ----------
        words, **missing
            As in `to_torch`.
        trainable : bool
            Whether training may change the layer.

        Raises
        ------
        InputError
            If Keras is not installed.
        UnknownWordError
            As `embedding_matrix`.
        """
        matrix = self._layer(words, missing)
        layer = interop.library("keras").layers.Embedding(*matrix.shape, trainable=trainable)
        layer.build((None,))
        layer.set_weights([matrix])
        return layer

    def _layer(self, words: Iterable[str] | None, missing: dict[str, Any]) -> NDArray[np.float32]:
        return self.vectors.astype(np.float32) if words is None else self.embedding_matrix(words, **missing)

    def to_gensim(self) -> Any:
        """Return `gensim.models.KeyedVectors` that share the matrix if it is float32, with the counts.

        A matrix that is read-only here is read-only there; gensim's methods that change vectors need a copy of it.

        Raises
        ------
        InputError
            If gensim is not installed.
        """
        keyed = interop.library("gensim.models.keyedvectors", "gensim").KeyedVectors(self.dim)
        keyed.index_to_key = list(self.words)
        keyed.key_to_index = {word: row for row, word in enumerate(self.words)}
        keyed.vectors = self.vectors.astype(np.float32, copy=False)
        if self.counts is not None:
            keyed.expandos = {"count": self.counts.copy()}
        return keyed

    @classmethod
    def from_gensim(cls, keyed: Any) -> Self:
        """Copy the words, vectors and counts of `gensim.models.KeyedVectors`, or of a model that has them as `wv`.

        Raises
        ------
        InputError
            If it is neither.
        """
        keyed = getattr(keyed, "wv", keyed)
        if not hasattr(keyed, "index_to_key"):
            raise InputError(f"from_gensim takes a model or KeyedVectors of gensim, not {shorten(keyed)}")
        counts = getattr(keyed, "expandos", {}).get("count")
        return cls(list(keyed.index_to_key), np.array(keyed.vectors, np.float32), counts=counts)

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame` with a row for each word, which shares the matrix.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        return interop.library("pandas").DataFrame(self.vectors, index=self.words, copy=False)

    @classmethod
    def from_pandas(cls, frame: Any) -> Self:
        """Make `KeyedVectors` of a `pandas.DataFrame`: its index has the words, its columns the numbers.

        Raises
        ------
        InputError
            If it is none, or not all of its columns are numbers.
        """
        if not hasattr(frame, "index") or not hasattr(frame, "to_numpy"):
            raise InputError(f"from_pandas takes a DataFrame, not {shorten(frame)}")
        return cls([str(word) for word in frame.index], frame.to_numpy())

    def to_projector(self, folder: str | os.PathLike[str]) -> None:
        """Write ``vectors.tsv`` and ``metadata.tsv`` for the TensorFlow embedding projector, as `save` does.

        Raises
        ------
        InputError
            If a word is empty or holds a tab or the end of a line, or a number is not finite.
        FileError
            If the files cannot be written.
        """
        formats.save(self, folder, "projector")


def _other(given: Any) -> Storage:
    """Return the other set of a pair: keyed vectors, or those of a file."""
    from fastvec.vectors.loading import as_vectors  # which imports this module

    return as_vectors("other", given)
