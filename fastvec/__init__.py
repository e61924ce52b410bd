"""Train word embeddings from text, on all cores, and use them.

>>> import fastvec
>>> wv = fastvec.train("corpus.txt", dim=100)  # doctest: +SKIP
>>> wv.most_similar("king")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

from fastvec._version import __version__

if TYPE_CHECKING:
    from fastvec.corpus import Corpus, Vocabulary, read_corpus
    from fastvec.errors import FastvecError, FileError, InputError, TrainingError
    from fastvec.models import train
    from fastvec.vectors import KeyedVectors, load

__all__ = [
    "Corpus",
    "FastvecError",
    "FileError",
    "InputError",
    "KeyedVectors",
    "TrainingError",
    "Vocabulary",
    "__version__",
    "load",
    "read_corpus",
    "train",
]

# Public names are imported when first used, so that `import fastvec` and `fastvec --help` do not wait for numba.
_HOMES = {
    "Corpus": "corpus",
    "FastvecError": "errors",
    "FileError": "errors",
    "InputError": "errors",
    "KeyedVectors": "vectors",
    "TrainingError": "errors",
    "Vocabulary": "corpus",
    "load": "vectors",
    "read_corpus": "corpus",
    "train": "models",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'fastvec' has no attribute {name!r}")
    return getattr(import_module(f"fastvec.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
