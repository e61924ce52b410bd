"""gensim's `Word2Vec`, `FastText` and `KeyedVectors` (4.x), as thin layers over fastvec.

``from fastvec.compat.gensim import Word2Vec`` instead of ``from gensim.models import Word2Vec``. What has the default
value of gensim's learning rate, or has none, gets fastvec's, which is better. Arguments that have no counterpart are
refused where they would change the result, and ignored where they would not (`batch_words`, `sorted_vocab`).
"""

import os
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

import fastvec
from fastvec.checks import count_threads
from fastvec.corpus import Corpus, read_corpus
from fastvec.errors import InputError
from fastvec.evaluation import analogies, similarity
from fastvec.scoring import Unknown
from fastvec.settings import Word2Vec as Settings
from fastvec.training.progress import Progress
from fastvec.vectors.rows import normalize_rows

__all__ = ["FastText", "KeyedVectors", "Word2Vec"]

_ALPHA, _MIN_ALPHA = 0.025, 0.0001


class KeyedVectors(fastvec.KeyedVectors):
    """fastvec's `KeyedVectors` with the names of gensim's too."""

    @classmethod
    def of(cls, wv: fastvec.KeyedVectors) -> Self:
        """Take over vectors."""
        return cls(
            wv.packed_words,
            wv.vectors,
            counts=wv.counts,
            context_vectors=wv.context_vectors,
            metadata=wv.metadata,
            subwords=wv.subwords,
        )

    @classmethod
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> Self:
        """Load vectors of any format that fastvec knows."""
        return cls.of(fastvec.load(fname))

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | os.PathLike[str],
        fvocab: None = None,
        binary: bool = False,
        limit: int | None = None,
        **_: Any,
    ) -> Self:
        """Load vectors; the format is recognised, whatever `binary` says."""
        return cls.of(fastvec.load(fname, limit=limit))

    def save_word2vec_format(self, fname: str | os.PathLike[str], fvocab: None = None, binary: bool = False) -> None:
        """Save the vectors in word2vec's format."""
        self.save(fname, format="word2vec-binary" if binary else "word2vec-text")

    # names

    @property
    def index_to_key(self) -> list[str]:
        """The words."""
        return self.words

    @property
    def key_to_index(self) -> dict[str, int]:
        """The row of each word."""
        return self._rows

    @property
    def vector_size(self) -> int:
        """Dimensions."""
        return int(self.dim)

    def __contains__(self, word: object) -> bool:
        return (bool(word) and isinstance(word, str) and self.subwords is not None) or super().__contains__(word)

    def __getitem__(self, key: Any) -> NDArray[Any]:
        return self.vectors[key] if isinstance(key, int | np.integer) else super().__getitem__(key)

    def has_index_for(self, key: str) -> bool:
        """Return whether a word is among the words."""
        return self.is_known(key)

    def get_index(self, key: str, default: int | None = None) -> int:
        """Return the row of a word, or the default."""
        return self.index(key) if default is None or self.has_index_for(key) else default

    def get_vector(self, key: str | int, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a word, scaled to length 1 if `norm`."""
        vector = self[key]
        return normalize_rows(np.array(vector[None], np.float32))[0] if norm else vector

    word_vec = get_vector

    def get_normed_vectors(self) -> NDArray[np.float32]:
        """Return all vectors, scaled to length 1."""
        return normalize_rows(np.array(self.vectors, np.float32))

    def get_vecattr(self, key: str, attr: str) -> int:
        """Return the count of a word."""
        if attr != "count" or self.counts is None:
            raise KeyError(attr)
        return int(self.counts[self.index(key)])

    def get_mean_vector(
        self,
        keys: Sequence[Any],
        weights: Sequence[float] | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> NDArray[np.float32]:
        """Return the weighted mean of words and vectors."""
        pairs = [
            (key, weight)
            for key, weight in zip(keys, [1.0] * len(keys) if weights is None else weights, strict=True)
            if not (isinstance(key, str) and ignore_missing and key not in self)
        ]
        rows = np.array([self[key] if isinstance(key, str | int) else key for key, _ in pairs], np.float32)
        rows = normalize_rows(rows) if pre_normalize else rows
        factors = np.array([weight for _, weight in pairs], np.float32)
        mean = (factors @ rows / np.abs(factors).sum())[None].astype(np.float32)
        return np.asarray((normalize_rows(mean) if post_normalize else mean)[0])

    # queries

    def most_similar(self, positive: Any = (), negative: Any = (), topn: Any = 10, **options: Any) -> Any:
        """Return the nearest words, as gensim does; `restrict_vocab` is fastvec's `limit`."""
        limit = options.pop("restrict_vocab", None) or options.pop("clip_end", None)
        positive, negative = positive if positive is not None else (), negative if negative is not None else ()
        if topn is None:
            pairs = [
                (item[0], sign * item[1]) if isinstance(item, tuple) else (item, sign)
                for sign, several in ((1, positive), (-1, negative))
                for item in _listed(several)
            ]
            items, weights = zip(*pairs, strict=True)
            return self.similarities(self.get_mean_vector(items, weights, ignore_missing=False))[:limit]
        return super().most_similar(positive, negative, topn, **options, **({} if limit is None else {"limit": limit}))

    def similar_by_word(self, word: str, topn: int = 10, restrict_vocab: int | None = None) -> Any:
        """Return the nearest words of a word."""
        return self.most_similar([word], topn=topn, restrict_vocab=restrict_vocab)

    similar_by_key = similar_by_word

    def similar_by_vector(self, vector: NDArray[Any], topn: int = 10, restrict_vocab: int | None = None) -> Any:
        """Return the nearest words of a vector."""
        return self.most_similar([vector], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(self, positive: Any = (), negative: Any = (), topn: int = 10) -> Any:
        """Return the nearest words by 3CosMul."""
        return self.most_similar(positive, negative, topn, method="3cosmul")

    def most_similar_to_given(self, key1: str, keys_list: Sequence[str]) -> str:
        """Return the word of a list that is most similar to a word."""
        return max(keys_list, key=lambda key: self.similarity(key1, key))

    def distance(self, w1: str, w2: str) -> float:
        """Return 1 less the cosine."""
        return 1 - self.similarity(w1, w2)

    def distances(self, word_or_vector: Any, other_words: Sequence[str] = ()) -> NDArray[np.float32]:
        """Return 1 less the cosine with each of some words, or with all."""
        cosines = self.similarities(word_or_vector)
        return 1 - (cosines[[self.index(word) for word in other_words]] if len(other_words) else cosines)

    def words_closer_than(self, w1: str, w2: str) -> list[str]:
        """Return the words that are closer to the first than the second is."""
        return self.closer_than(w1, w2)

    @staticmethod
    def cosine_similarities(vector_1: NDArray[Any], vectors_all: NDArray[Any]) -> NDArray[Any]:
        """Return the cosines of a vector and each of some."""
        one = normalize_rows(np.array(vector_1, np.float32)[None])[0]
        cosines: NDArray[Any] = normalize_rows(np.array(vectors_all, np.float32)) @ one
        return cosines

    def vectors_for_all(self, keys: Iterable[str], **_: Any) -> Self:
        """Return the vectors of some words; unknown ones are omitted unless there are n-grams."""
        words = [key for key in dict.fromkeys(keys) if key in self]
        return type(self)(words, np.array([self[word] for word in words], np.float32))

    def evaluate_word_analogies(
        self,
        analogies_path: str | os.PathLike[str],
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        **_: Any,
    ) -> tuple[float, list[dict[str, Any]]]:
        """Return the accuracy, and the numbers of right and wrong answers of each section."""
        found = analogies(
            self,
            analogies_path,  # type: ignore[arg-type]
            restrict_vocab,
            unknown="wrong" if dummy4unknown else "skip",
            fold_case=case_insensitive,
            bootstrap=0,
        )
        parts = [*found.sections, found.overall]
        sections = [
            {"section": part.name, "correct": part.correct, "incorrect": part.total - part.correct} for part in parts
        ]
        return found.overall.accuracy, sections

    def evaluate_word_pairs(
        self,
        pairs: str | os.PathLike[str],
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[tuple[float, float], tuple[float, float], float]:
        """Return Pearson's and Spearman's correlations, each with its p-value, and the percentage of unknown pairs."""
        from scipy.stats import pearsonr, spearmanr

        from fastvec.evaluation import read_pairs

        given = read_pairs(pairs)  # type: ignore[arg-type]
        unknown: Unknown = "wrong" if dummy4unknown else "skip"
        found = similarity(self, given, restrict_vocab, unknown, fold_case=case_insensitive, bootstrap=0)
        counted = ~np.isnan(found.cosines) | dummy4unknown
        gold, cosines = given.scores[counted], np.nan_to_num(found.cosines[counted])
        missing = 100 * (found.questions - found.covered) / found.questions
        pearson, spearman = pearsonr(gold, cosines), spearmanr(gold, cosines)
        return (
            (float(pearson.statistic), float(pearson.pvalue)),
            (float(spearman.statistic), float(spearman.pvalue)),
            missing,
        )


class Word2Vec:
    """gensim's `Word2Vec`: the parameters are documented there.

    Attributes
    ----------
    wv : KeyedVectors
    """

    def __init__(
        self,
        sentences: Any = None,
        corpus_file: str | os.PathLike[str] | None = None,
        vector_size: int = 100,
        alpha: float = _ALPHA,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: None = None,
        sample: float | None = None,
        seed: int = 1,
        workers: int | None = 3,
        min_alpha: float = _MIN_ALPHA,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Any = None,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: None = None,
        sorted_vocab: int = 1,
        batch_words: int = 10_000,
        compute_loss: bool = False,
        callbacks: Sequence[Any] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None:
        refused = {"max_vocab_size": max_vocab_size, "trim_rule": trim_rule, "callbacks": list(callbacks)}
        for name, value in (refused | {"cbow_mean=0": not cbow_mean, "null_word": null_word}).items():
            if value:
                raise InputError(f"fastvec has no counterpart of gensim's {name}; omit it")
        if hs and negative and negative != 5:
            raise InputError("hierarchical softmax and negative sampling cannot be combined; omit hs or negative")
        loss: Any = "hierarchical" if hs or not negative else "negative"
        rates = {"learning_rate": alpha, "min_learning_rate": min_alpha} if alpha != _ALPHA else {}
        sampling = {"negative": negative, "ns_exponent": ns_exponent} if loss == "negative" else {}
        self._settings = Settings(
            model="skipgram" if sg else "cbow",
            loss=loss,
            dim=vector_size,
            window=window,
            fixed_window=not shrink_windows,
            sample=sample,
            epochs=epochs,
            seed=seed,
            **rates,  # type: ignore[arg-type]
            **sampling,  # type: ignore[arg-type]
            **self._subwords(),
        )
        self.vector_size, self.epochs, self.workers, self.min_count = vector_size, epochs, workers, max(1, min_count)
        self._max_vocab, self._loss, self._corpus = max_final_vocab, 0.0, None
        self._wv: KeyedVectors | None = None
        self.corpus_count = self.corpus_total_words = 0
        if sentences is not None or corpus_file is not None:
            self.build_vocab(sentences, corpus_file)
            self.train(sentences, corpus_file, epochs=epochs)

    _corpus: Corpus | None

    def _subwords(self) -> dict[str, Any]:
        """Return the settings of n-grams."""
        return {}

    @property
    def wv(self) -> KeyedVectors:
        """The vectors."""
        if self._wv is None:
            raise InputError("the model has not been trained yet: call train")
        return self._wv

    def build_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | os.PathLike[str] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        """Read the text, once: `train` takes the same text from here."""
        self._corpus = read_corpus(corpus_iterable if corpus_file is None else corpus_file, progress=False)
        self.corpus_total_words = self._corpus.n_tokens
        self.corpus_count = self._corpus.n_ids - self._corpus.n_tokens
        if not update:
            self._wv = None

    def train(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | os.PathLike[str] | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        **_: Any,
    ) -> tuple[int, int]:
        """Train on the text that `build_vocab` read; a second time, go on from the vectors that there are."""
        if self._corpus is None:
            self.build_vocab(corpus_iterable, corpus_file, update=True)
        assert self._corpus is not None
        options = {**self._settings.as_dict(), "epochs": epochs or self.epochs}
        options |= {k: v for k, v in {"learning_rate": start_alpha, "min_learning_rate": end_alpha}.items() if v}
        if self._settings.has_context_vectors:
            options |= {"save_context": True, "vectors": self._settings.default_vectors}
        if self._wv is not None:
            options |= {"init_from": self._wv, "init": None}
        cores = count_threads(None)
        with self._corpus as corpus:
            made = fastvec.train(
                corpus,
                options.pop("model"),
                min_count=self.min_count,
                max_vocab=self._max_vocab,
                threads=min(self.workers or cores, cores),
                progress=self._listen,
                **options,
            )
        self._corpus, self._wv = None, KeyedVectors.of(made)
        words = self.corpus_total_words * options["epochs"]
        return words, words

    def _listen(self, progress: Progress) -> None:
        self._loss = self._loss if progress.loss is None else progress.loss

    def get_latest_training_loss(self) -> float:
        """Return the mean loss of a prediction in the last epoch."""
        return self._loss

    def save(self, fname: str | os.PathLike[str]) -> None:
        """Save the vectors and the context vectors, from which training goes on."""
        self.wv.save(fname, format="safetensors")

    @classmethod
    def load(cls, fname: str | os.PathLike[str]) -> Self:
        """Load what `save` wrote."""
        wv = KeyedVectors.load(fname)
        known = wv.metadata.get("parameters", {})
        if known.get("model") not in ("skipgram", "cbow"):
            raise InputError(f"{os.fspath(fname)}: was not saved by Word2Vec.save; load it with KeyedVectors.load")
        model = cls(vector_size=wv.dim)
        model._settings = Settings(**{name: known[name] for name in Settings.parameters if name in known})
        model.epochs, model.min_count, model._wv = known["epochs"], known.get("min_count") or 1, wv
        return model


class FastText(Word2Vec):
    """gensim's `FastText`: `Word2Vec` with n-grams of `min_n` to `max_n` characters in `bucket` rows."""

    def __init__(self, *args: Any, min_n: int = 3, max_n: int = 6, bucket: int = 2_000_000, **options: Any) -> None:
        self._ngrams = {"subwords": f"{min_n}-{max_n}", "buckets": bucket} if 0 < min_n <= max_n else {}
        super().__init__(*args, **options)

    def _subwords(self) -> dict[str, Any]:
        return self._ngrams


def _listed(given: Any) -> list[Any]:
    """Return a list of words and vectors, of which one may stand alone."""
    return [given] if isinstance(given, str) or (isinstance(given, np.ndarray) and given.ndim == 1) else list(given)
