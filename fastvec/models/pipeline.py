"""The way from text to keyed vectors, the same for every model."""

from contextlib import ExitStack
from dataclasses import asdict, fields
from importlib.metadata import version
from os import PathLike
from time import perf_counter
from typing import Any

from fastvec._version import __version__
from fastvec.corpus import Corpus, Vocabulary, read_corpus
from fastvec.errors import InputError
from fastvec.models.checks import check_choice
from fastvec.models.cooccurrence import Cooccurrence
from fastvec.models.cooccurrence.settings import CountSettings
from fastvec.models.glove import Glove
from fastvec.models.model import CountModel, Model
from fastvec.models.ppmi_svd import PpmiSvd
from fastvec.models.word2vec import Word2Vec
from fastvec.training.blocks import count_threads
from fastvec.training.progress import Listener, Progress, ignore
from fastvec.vectors import KeyedVectors

MODELS = {"skipgram": Word2Vec, "cbow": Word2Vec, "ppmi-svd": PpmiSvd, "glove": Glove}
#: Parameters of counting that a model which is given co-occurrences may choose for itself.
_FREE = ("cell_min_count", "seed")
#: Models whose parameter `memory` is for counting only.
_MEMORY_TO_COUNT = ("ppmi-svd",)


def train(
    source: Any,
    model: str = "skipgram",
    *,
    min_count: int = 5,
    max_vocab: int | None = None,
    vocabulary: Vocabulary | str | PathLike[str] | None = None,
    vectors: str | None = None,
    save_context: bool = False,
    threads: int | None = None,
    progress: Listener | None = None,
    tokenizer: Any = "whitespace",
    lowercase: bool = False,
    errors: str = "replace",
    cache_dir: str | PathLike[str] | None = None,
    cache: bool = True,
    **parameters: Any,
) -> KeyedVectors:
    """Train word vectors from text.

    Parameters
    ----------
    source : path, list of paths, "-", iterable or Corpus
        A file, a folder, several of them as `pathlib.Path` objects, "-" for standard input, any iterable of sentences
        (strings or lists of tokens), or what `fastvec.read_corpus` gave; in the last case the options for reading,
        from `tokenizer` on, must be left alone. For "ppmi-svd" and "glove" also a `fastvec.Cooccurrence`, with which
        all options for words, reading and counting must be.
    model : str
        "skipgram", "cbow", "ppmi-svd" or "glove".
    min_count : int
        Words that occur less often are passed over.
    max_vocab : int or None
        Keep the most frequent words only, this many.
    vocabulary : Vocabulary, path or None
        Train exactly these words, instead of those that `min_count` and `max_vocab` choose, which must be left alone.
    vectors : str or None
        Which vectors to give: "word", "context", or "sum", word and context vectors added. None takes what serves the
        model best: the sum for GloVe, and for CBOW with negative sampling, unless `save_context` keeps its parts; else
        the word vectors.
    save_context : bool
        Keep the context vectors too, in `context_vectors`.
    threads : int or None
        None uses all cores. With word2vec one thread gives the same vectors each time, and several differ a little.
    progress : function of a Progress, or None
        Called about ten times a second, from the thread that called `train`.
    tokenizer, lowercase, errors, cache_dir, cache
        As for `fastvec.read_corpus`.
    **parameters
        Of the model: the attributes of `fastvec.models.Word2Vec`, `fastvec.models.PpmiSvd` or `fastvec.models.Glove`.

    Returns
    -------
    KeyedVectors
        Its metadata hold the parameters, the versions and the fingerprint of the corpus.

    Raises
    ------
    InputError, FileError, TrainingError
        All of them `FastvecError`.

    Examples
    --------
    >>> wv = train([["salt", "pepper"], ["hot", "cold"]] * 50, dim=8, threads=1)
    >>> wv.vectors.shape
    (4, 8)
    """
    check_choice("model", model, list(MODELS))
    settings = _settings(model, parameters, source)
    vectors = vectors or ("word" if save_context else settings.default_vectors)
    check_choice("vectors", vectors, ("word", "context", "sum"))
    if not settings.has_context_vectors and (vectors != "word" or save_context):
        raise InputError("hierarchical softmax has no context vectors: leave vectors='word' and save_context=False")
    n_threads = count_threads(threads)
    listener = progress or ignore
    began = perf_counter()

    def reading(done: int, total: int | None) -> None:
        listener(Progress("reading", done, total, perf_counter() - began))

    if isinstance(source, Corpus | Cooccurrence) and (
        (tokenizer, lowercase, errors, cache_dir, cache) != ("whitespace", False, "replace", None, True)
    ):
        raise InputError("the text has been read: leave tokenizer, lowercase, errors, cache_dir and cache alone")
    if isinstance(source, Cooccurrence) and (min_count, max_vocab, vocabulary) != (5, None, None):
        told = "leave min_count, max_vocab and vocabulary alone"
        raise InputError(f"the words were chosen when the co-occurrences were counted: {told}")
    if vocabulary is not None and (min_count, max_vocab) != (5, None):
        raise InputError("a vocabulary is trained as it is: leave min_count and max_vocab alone")
    limits: dict[str, int | None] = {}
    if isinstance(source, Cooccurrence):
        assert isinstance(settings, CountModel)
        chosen, facts = source.vocabulary, source.metadata["corpus"]
        words, contexts = settings.fit_counts(source, n_threads, listener)
    else:
        with ExitStack() as stack:
            if isinstance(source, Corpus):
                corpus = source
            else:
                corpus = read_corpus(
                    source,
                    tokenizer=tokenizer,
                    lowercase=lowercase,
                    errors=errors,
                    cache_dir=cache_dir,
                    cache=cache,
                    progress=reading,
                )
                stack.enter_context(corpus)
            if vocabulary is None:
                chosen = corpus.vocabulary(min_count=min_count, max_vocab=max_vocab)
                limits = {"min_count": min_count, "max_vocab": max_vocab}
            else:
                given = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary.load(vocabulary)
                corpus = stack.enter_context(corpus.with_vocabulary(given))
                chosen = corpus.vocabulary(min_count=1)
            words, contexts = settings.fit(corpus, chosen, n_threads, listener)
            facts = corpus.facts
    if contexts is not None and vectors == "sum":
        words += contexts
    metadata = {
        "corpus": facts,
        "parameters": asdict(settings) | limits | {"vectors": vectors},
        "threads": n_threads,
        "versions": {"fastvec": __version__} | {name: version(name) for name in ("numba", "numpy")},
    }
    return KeyedVectors(
        chosen.words,
        contexts if contexts is not None and vectors == "context" else words,
        counts=chosen.counts,
        context_vectors=contexts if save_context else None,
        metadata=metadata,
    )


def _settings(model: str, parameters: dict[str, Any], source: Any) -> Model:
    """Make the parameters of a model; it is a `CountModel` where the source is co-occurrences."""
    kind: Any = MODELS[model]
    known = [field.name for field in fields(kind) if field.name != "model"]
    for name in parameters:
        if name not in known:
            raise InputError(f"model {model} has no parameter {name!r}; it has {', '.join(known)}")
    if isinstance(source, Cooccurrence):
        if not issubclass(kind, CountSettings):
            raise InputError(f"model {model} needs text; co-occurrences are not enough")
        counted = source.metadata["counting"]
        for name in parameters:
            if (name == "memory" and model in _MEMORY_TO_COUNT) or (name in counted and name not in _FREE):
                raise InputError(f"{name} was settled when the co-occurrences were counted: leave it alone")
        parameters = counted | parameters
    settings: Model = kind(model=model, **parameters)
    return settings
