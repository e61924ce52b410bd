"""What is asked for: all that decides which vectors come out of a text."""

import os
from dataclasses import dataclass, replace
from typing import Any

from fastvec.checks import check_path
from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.pairs import no_pairs
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.weighted import SentenceWeights
from fastvec.errors import InputError
from fastvec.parameters import Settings, take, unknown
from fastvec.phrases import Phrases
from fastvec.pipeline.initial import Initial
from fastvec.settings import ARGUMENTS, MODELS, Glove, Model, Reading, Result, Run, Word2Vec, Words, check_model
from fastvec.subwords import Ngrams

#: Exponents of GloVe's weights below this are taken for learning rates, which others call alpha.
_LEAST_ALPHA = 0.1
#: Parameters of counting that a model may choose for itself where co-occurrences are given.
_FREE = ("cell_min_count", "seed")
#: Models that cannot be trained on co-occurrences.
_NEED_TEXT = ("cbow", "pv-dbow")
#: Arguments that JSON cannot hold, and what they are read by.
KEPT: dict[str, type[Vocabulary | Phrases | SentenceWeights]] = {
    "vocabulary": Vocabulary,
    "phrases": Phrases,
    "weights": SentenceWeights,
}
#: Parameters of skip-gram on text alone, beside those that were settled when it was counted.
_OF_TEXT = ("loss", "fixed_window", "freeze", "subwords", "buckets", "hashes", "deterministic")


@dataclass(frozen=True)
class Request:
    """What is asked for; made by `of`.

    Attributes
    ----------
    settings : Model
        The model and its parameters.
    words : Words
        Which words; `vocabulary` is a Vocabulary or None, `phrases` are Phrases or None.
    reading : Reading
        How text is read.
    result : Result
        Which vectors; `vectors` is chosen.
    initial : Initial or None
        What training starts from.
    """

    settings: Model
    words: Words
    reading: Reading
    result: Result
    initial: Initial | None

    @classmethod
    def of(cls, source: Any, model: str | Model, given: dict[str, Any]) -> "Request":
        """Check the arguments of `train` and set their defaults.

        Parameters
        ----------
        source : Any
            The text, or co-occurrences.
        model : str or Model
            A name in `MODELS`, or the model with its parameters.
        given : dict
            The other arguments but those of `Run`.

        Raises
        ------
        InputError
            If an argument is unknown or out of range, or some do not go together.
        FileError
            If `vocabulary` or `phrases` is a file that cannot be read.
        """
        if isinstance(model, str):
            check_model(model)
        elif not isinstance(model, Model):
            raise InputError(f"model must be one of {', '.join(MODELS)}, or an object such as Glove(), not {model!r}")
        rest = dict(given)
        if rest.get("weights") is not None:
            rest["weights"] = SentenceWeights.load(rest["weights"])
        words, reading, result = take(Words, rest), take(Reading, rest), take(Result, rest)
        if isinstance(source, Cooccurrence) and words != Words():
            raise InputError(
                f"the words were chosen when the co-occurrences were counted; omit {', '.join(Words.parameters)}"
            )
        if words.pairs:
            for name in KEPT:
                if getattr(words, name) is not None:
                    raise InputError(f"{name} does not apply to pairs; omit it")
        counted = _counts(source, words)
        initial = _initial(result)
        settings = _settings(model, rest, counted, initial)
        if initial is not None and isinstance(settings, Word2Vec) and settings.init == "ppmi-svd":
            raise InputError("a training starts from init_from or from init='ppmi-svd', not from both; omit init_from")
        if initial is not None and isinstance(settings, Word2Vec) and not initial.fits(settings.dtype):
            raise InputError("init_from has numbers too large for dtype='float16'; omit dtype")
        if isinstance(settings, Word2Vec) and settings.freeze is not None:
            if initial is None:
                raise InputError(
                    "freeze applies with init_from only; omit it, or pass the vectors to freeze as init_from"
                )
            if settings.freeze == "context" and initial.context_vectors is None:
                raise InputError(
                    "init_from has no context vectors to freeze; train it with save_context (--save-context)"
                )
        if result.vectors is None:
            best: Any = "word" if result.save_context or _has_contexts(counted) else settings.default_vectors
            result = replace(result, vectors=best)
        if _has_contexts(counted) and (result.vectors == "sum" or result.save_context):
            raise InputError(
                "the contexts of pairs are no words; omit save_context, and choose vectors='word' or vectors='context'"
            )
        if getattr(settings, "subwords", None) is not None and result.vectors != "word":
            raise InputError("with subwords only word vectors can be returned; omit vectors")
        if not settings.has_context_vectors and (result.vectors != "word" or result.save_context):
            mode = "hierarchical softmax" if isinstance(settings, Word2Vec) else f"model {settings.model}"
            raise InputError(f"{mode} has no context vectors; omit vectors and save_context")
        if isinstance(source, Corpus | Cooccurrence) and reading != Reading():
            raise InputError(f"the text has been read; omit {', '.join(Reading.parameters)}")
        if words.vocabulary is not None:
            if (words.min_count, words.max_vocab) != (Words().min_count, None):
                raise InputError("a vocabulary is trained as it is; omit min_count and max_vocab")
            if not isinstance(words.vocabulary, Vocabulary):
                check_path("vocabulary", words.vocabulary)
                words = replace(words, vocabulary=Vocabulary.load(words.vocabulary))
        if words.phrases is not None:
            if isinstance(source, Corpus) and source.phrases is not None:
                raise InputError("the text has its phrases joined already; omit phrases")
            if not isinstance(words.phrases, Phrases):
                check_path("phrases", words.phrases)
                words = replace(words, phrases=Phrases.load(words.phrases))
        return cls(settings, words, reading, result, initial)

    @property
    def ngrams(self) -> Ngrams | None:
        """The n-grams that are trained; None without subwords."""
        return self.settings.ngrams if isinstance(self.settings, Word2Vec) else None

    def for_words(self, n_words: int, n_tokens: int) -> "Request":
        """Return the request with those defaults set that depend on the number of words, and of their occurrences."""
        is_initialised = self.initial is not None
        return replace(self, settings=self.settings.for_words(n_words, n_tokens, is_initialised=is_initialised))

    def inputs(self, source: Any) -> list[str]:
        """Return what vectors are made from: "text" or "cooccurrence", and which of the inputs beside it are given."""
        beside = {name: getattr(self.words, name) for name in KEPT} | {"init_from": self.initial}
        first = "cooccurrence" if isinstance(source, Cooccurrence) else "text"
        first = "pairs" if self.words.pairs else first
        return [first, *(name for name, given in beside.items() if given is not None)]

    def as_json(self, source: Any) -> dict[str, Any]:
        """Return what `of` needs to make the same again, as far as JSON can hold it.

        A vocabulary, phrases, weights and vectors to start from are omitted; a tokenizer that is a function is None.
        """
        made, source = dict[str, Any](), _counts(source, self.words)
        for group in (self.settings, self.words, self.reading, self.result):
            made |= group.as_dict()
        for name in (*KEPT, "init_from", *counted_parameters(source)):
            made.pop(name, None)
        if isinstance(source, Cooccurrence):
            for name in self.settings.for_counting:
                made.pop(name)
        if callable(made["tokenizer"]):
            made["tokenizer"] = None
        if made["cache_dir"] is not None:
            made["cache_dir"] = os.path.abspath(made["cache_dir"])
        return made


def _initial(result: Result) -> Initial | None:
    """Return the vectors to start from."""
    if result.init_from is None:
        if result.init_vocab is not None:
            raise InputError("init_vocab applies with init_from only; omit it")
        return None
    return Initial.of(result.init_from, result.init_vocab or "union")


def _counts(source: Any, words: Words) -> Cooccurrence | None:
    """Return the co-occurrences that a source is, or is to become, of which all is known but what is in them."""
    if words.pairs:
        return no_pairs()
    return source if isinstance(source, Cooccurrence) else None


def _has_contexts(source: Any) -> bool:
    """Return whether the contexts are not the words."""
    return isinstance(source, Cooccurrence) and source.is_of_pairs


def counted_parameters(source: Any) -> set[str]:
    """Return the parameters that were settled when a source was counted."""
    if not isinstance(source, Cooccurrence):
        return set()
    return set(source.metadata["counting"]) - set(_FREE)


def _settings(model: str | Model, given: dict[str, Any], source: Any, initial: Initial | None) -> Model:
    """Return a model with the parameters given; they start from those of the counting where that has been done."""
    name = model if isinstance(model, str) else model.model
    kind: type[Model] = MODELS[name]
    check_names(kind, name, given)
    if not isinstance(model, str):
        if given:
            raise InputError(f"{', '.join(given)} must be given to {kind.__name__}(...), which is the model")
        usual = kind(model=name).as_dict()
        given = {key: value for key, value in model.as_dict().items() if value != usual[key]}
    alpha = given.get("alpha")
    if kind is Glove and isinstance(alpha, int | float) and 0 < alpha < _LEAST_ALPHA and "learning_rate" not in given:
        raise InputError(
            f"alpha is the exponent of GloVe's weights, and {alpha} makes nearly all equal; if you mean the "
            "learning rate, pass learning_rate (--lr), and if you mean alpha, both"
        )
    if initial is not None:
        if kind is not Word2Vec:
            raise InputError(f"model {name} cannot start from vectors; omit init_from, or choose another model")
        if given.setdefault("dim", initial.dim) != initial.dim:
            raise InputError(f"dim must be {initial.dim}, that of init_from, not {given['dim']}; omit it")
        subwords = initial.given.subwords
        if subwords is None and given.get("subwords"):
            raise InputError("init_from has no rows of n-grams; omit subwords, or start from vectors that have them")
        if subwords is not None:
            theirs = subwords.ngrams.parameters
            if str(given.get("subwords")) == "floret":
                given["subwords"] = "floret:4-5"
            for key, value in theirs.items():
                if given.setdefault(key, value) != value:
                    raise InputError(f"{key} must be {value}, that of init_from, not {given[key]}; omit it")
    if isinstance(source, Cooccurrence):
        what = "pairs" if source.is_of_pairs else "co-occurrences"
        if name in _NEED_TEXT:
            able = " or ".join(each for each in MODELS if each not in _NEED_TEXT)
            raise InputError(f"model {name} needs text; with {what} choose model {able}")
        if initial is not None:
            raise InputError(f"training on {what} cannot start from vectors; omit init_from")
        for key in _OF_TEXT:
            if key in given and given[key] != kind.parameters[key].default:
                raise InputError(f"{key} does not apply to skipgram on {what}; omit it")
        for key in given:
            if key in counted_parameters(source) or key in kind.for_counting:
                if source.is_of_pairs:
                    raise InputError(f"{key} does not apply to pairs; omit it")
                raise InputError(f"{key} was settled when the co-occurrences were counted; omit it")
        settled = {key: value for key, value in source.metadata["counting"].items() if key in kind.parameters}
        given = settled | given
    return kind(model=name, **given)


def check_names(kind: type[Model], model: str, given: dict[str, Any]) -> None:
    """Refuse keywords that are no parameters of a model; the message suggests the right name."""
    groups: tuple[type[Settings], ...] = (kind, *ARGUMENTS, Run)
    for name in given:
        if name in kind.parameters and name != "model":
            continue
        others = [other for other, each in MODELS.items() if name in each.parameters]
        is_known = any(name in each.known_as for group in groups for each in group.parameters.values())
        if others and not is_known:
            able = " and ".join(filter(None, (", ".join(others[:-1]), others[-1])))
            raise InputError(f"{name} is a parameter of model {able}, not of {model}; omit it")
        names = dict.fromkeys(each for group in groups for each in group.parameters)
        raise unknown(name, groups, f"with model {model} {', '.join(names)}")
