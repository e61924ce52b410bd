"""Train word embeddings from text, on all cores, and use them.

>>> import fastvec
>>> wv = fastvec.train("corpus.txt", dim=100)  # doctest: +SKIP
>>> wv.most_similar("king")  # doctest: +SKIP
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fastvec._version import __version__

if TYPE_CHECKING:
    from fastvec import evaluation
    from fastvec.cooccurrence import Cooccurrence, count_cooccurrence
    from fastvec.cooccurrence.collocations import find_phrases, join_phrases
    from fastvec.cooccurrence.pairs import count_pairs
    from fastvec.corpus import Corpus, Vocabulary, read_corpus
    from fastvec.errors import FastvecError, FileError, InputError, TrainingError, UnknownWordError
    from fastvec.models.explicit import explicit_vectors
    from fastvec.models.ppmi import ppmi
    from fastvec.phrases import Phrases
    from fastvec.pipeline import resume, train
    from fastvec.pipeline.planning import Plan, plan
    from fastvec.pipeline.sweeping import sweep
    from fastvec.settings import Glove, PpmiSvd, PvDbow, Word2Vec
    from fastvec.training.progress import Progress
    from fastvec.vectors import KeyedVectors, load
    from fastvec.vectors.approximate import ApproximateIndex

__all__ = [
    "ApproximateIndex",
    "Cooccurrence",
    "Corpus",
    "FastvecError",
    "FileError",
    "Glove",
    "InputError",
    "KeyedVectors",
    "Phrases",
    "Plan",
    "PpmiSvd",
    "Progress",
    "PvDbow",
    "TrainingError",
    "UnknownWordError",
    "Vocabulary",
    "Word2Vec",
    "__version__",
    "count_cooccurrence",
    "count_pairs",
    "evaluation",
    "explicit_vectors",
    "find_phrases",
    "join_phrases",
    "load",
    "plan",
    "ppmi",
    "read_corpus",
    "resume",
    "sweep",
    "train",
]

# Public names are imported when first used, so that `import fastvec` and `fastvec --help` do not wait for numba.
_HOMES = {
    "ApproximateIndex": "vectors.approximate",
    "Cooccurrence": "cooccurrence",
    "Corpus": "corpus",
    "FastvecError": "errors",
    "FileError": "errors",
    "Glove": "settings",
    "InputError": "errors",
    "KeyedVectors": "vectors",
    "Phrases": "phrases",
    "Plan": "pipeline.planning",
    "PpmiSvd": "settings",
    "PvDbow": "settings",
    "Progress": "training.progress",
    "TrainingError": "errors",
    "UnknownWordError": "errors",
    "Vocabulary": "corpus",
    "Word2Vec": "settings",
    "count_cooccurrence": "cooccurrence",
    "count_pairs": "cooccurrence.pairs",
    "explicit_vectors": "models.explicit",
    "find_phrases": "cooccurrence.collocations",
    "join_phrases": "cooccurrence.collocations",
    "load": "vectors",
    "plan": "pipeline.planning",
    "ppmi": "models.ppmi",
    "read_corpus": "corpus",
    "resume": "pipeline",
    "sweep": "pipeline.sweeping",
    "train": "pipeline",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"fastvec.{_HOMES[name]}"), name)
    if not name.startswith("_") and find_spec(f"fastvec.{name}"):  # such as fastvec.vectors.FORMATS
        return import_module(f"fastvec.{name}")
    raise AttributeError(f"module 'fastvec' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
