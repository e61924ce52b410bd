"""What is asked for: all that decides which vectors come out of a text."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from fastvec.checks import check_choice
from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.settings import CountSettings
from fastvec.corpus import Corpus, Vocabulary
from fastvec.errors import InputError
from fastvec.models.glove import Glove
from fastvec.models.model import Model
from fastvec.models.ppmi_svd import PpmiSvd
from fastvec.models.word2vec import Word2Vec
from fastvec.pipeline.initial import initial_of

MODELS = {"skipgram": Word2Vec, "cbow": Word2Vec, "ppmi-svd": PpmiSvd, "glove": Glove}
#: Arguments of `train` that are no parameters of a model, with their defaults.
ARGUMENTS = {
    "min_count": 5,
    "max_vocab": None,
    "vocabulary": None,
    "vectors": None,
    "save_context": False,
    "init_from": None,
    "init_vocab": None,
    "tokenizer": "whitespace",
    "lowercase": False,
    "errors": "replace",
}
_ABOUT_WORDS = ("min_count", "max_vocab", "vocabulary")
_ABOUT_READING = ("tokenizer", "lowercase", "errors")
#: Parameters of counting that a model which is given co-occurrences may choose for itself.
_FREE = ("cell_min_count", "seed")
#: Models whose parameter `memory` is for counting only.
_MEMORY_TO_COUNT = ("ppmi-svd",)


@dataclass(frozen=True)
class Request:
    """What is asked for; made by `of`.

    Attributes
    ----------
    settings : Model
        The model and its parameters.
    arguments : dict
        `ARGUMENTS`, with values; `vectors` is settled, `vocabulary` a Vocabulary and `init_from` an Initial, or None.
    """

    settings: Model
    arguments: dict[str, Any]

    @classmethod
    def of(cls, source: Any, model: str, given: dict[str, Any]) -> "Request":
        """Check the arguments of `train` and give them their defaults.

        Parameters
        ----------
        source : Any
            Of the text, or co-occurrences.
        model : str
            One of `MODELS`.
        given : dict
            The other arguments, with or without those that have defaults.

        Raises
        ------
        InputError
            If something cannot be, or does not go together.
        FileError
            If `vocabulary` is a file that cannot be read.
        """
        check_choice("model", model, list(MODELS))
        arguments = {name: given.get(name, default) for name, default in ARGUMENTS.items()}
        parameters = {name: value for name, value in given.items() if name not in ARGUMENTS}
        initial = initial_of(arguments)
        if initial is not None:
            if not issubclass(MODELS[model], Word2Vec):
                raise InputError(
                    f"model {model} cannot start from vectors: leave init_from out, or choose another model"
                )
            parameters.setdefault("dim", initial.dim)
            if parameters["dim"] != initial.dim:
                raise InputError(f"dim must be {initial.dim}, that of init_from, not {parameters['dim']}: leave it out")
        settings = _settings(model, parameters, source)

        vectors = arguments["vectors"] or ("word" if arguments["save_context"] else settings.default_vectors)
        check_choice("vectors", vectors, ("word", "context", "sum"))
        if not settings.has_context_vectors and (vectors != "word" or arguments["save_context"]):
            raise InputError("hierarchical softmax has no context vectors: leave vectors='word' and save_context=False")
        if isinstance(source, Corpus | Cooccurrence) and not _are_default(arguments, _ABOUT_READING):
            raise InputError("the text has been read: leave tokenizer, lowercase and errors alone")
        if isinstance(source, Cooccurrence) and not _are_default(arguments, _ABOUT_WORDS):
            told = "leave min_count, max_vocab and vocabulary alone"
            raise InputError(f"the words were chosen when the co-occurrences were counted: {told}")
        vocabulary = arguments["vocabulary"]
        if vocabulary is not None:
            if not _are_default(arguments, ("min_count", "max_vocab")):
                raise InputError("a vocabulary is trained as it is: leave min_count and max_vocab alone")
            if not isinstance(vocabulary, Vocabulary):
                vocabulary = Vocabulary.load(vocabulary)
        return cls(settings, arguments | {"vectors": vectors, "vocabulary": vocabulary, "init_from": initial})

    @property
    def reading(self) -> dict[str, Any]:
        """The arguments of `read_corpus` among them."""
        return {name: self.arguments[name] for name in _ABOUT_READING}

    @property
    def vectors(self) -> str:
        """Which vectors to give."""
        vectors: str = self.arguments["vectors"]
        return vectors

    def as_json(self, source: Any) -> dict[str, Any]:
        """Give what `of` needs to give the same again, as far as JSON can hold it.

        A vocabulary and vectors to start from are left out, and a tokenizer that is a function is None.
        """
        parameters = asdict(self.settings)
        for name in _settled(parameters["model"], source):
            parameters.pop(name, None)
        arguments = {name: value for name, value in self.arguments.items() if name not in ("vocabulary", "init_from")}
        if callable(arguments["tokenizer"]):
            arguments["tokenizer"] = None
        return parameters | arguments


def _are_default(arguments: dict[str, Any], names: tuple[str, ...]) -> bool:
    return all(arguments[name] == ARGUMENTS[name] for name in names)


def _settled(model: str, source: Any) -> set[str]:
    """Give the parameters that were settled when a source was counted."""
    if not isinstance(source, Cooccurrence):
        return set()
    return {name for name in source.metadata["counting"] if name not in _FREE} | (
        {"memory"} if model in _MEMORY_TO_COUNT else set()
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
        for name in parameters:
            if name in _settled(model, source):
                raise InputError(f"{name} was settled when the co-occurrences were counted: leave it alone")
        parameters = source.metadata["counting"] | parameters
    settings: Model = kind(model=model, **parameters)
    return settings
