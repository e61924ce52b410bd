"""Vectors in other libraries, which are imported when they are asked for."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_choice, check_integer, check_words
from fastvec.errors import MachineError
from fastvec.vectors.storage import Storage
from fastvec.vectors.transform import mean_row


def library(module: str, package: str | None = None) -> Any:
    """Import a module of another package; raise `InputError` if it is not installed or cannot be imported."""
    package = package or module
    try:
        return import_module(module)
    except ImportError as error:
        if (error.name or "").split(".")[0] != module.split(".")[0]:  # such as the backend of Keras
            raise MachineError(f"{package} is needed for this, and cannot be imported: {error}") from error
        raise MachineError(f"{package} is needed for this, and is not installed: pip install {package}") from None


def embedding_matrix(vectors: Storage, words: Iterable[str], missing: str, seed: int) -> NDArray[np.float32]:
    """Return a row for each of some words, (n, dim); see `KeyedVectors.embedding_matrix`."""
    check_choice("missing", missing, ("error", "zeros", "mean", "random"))
    check_integer("seed", seed, 0)
    listed = check_words("words", words)
    matrix = np.zeros((len(listed), vectors.dim), np.float32)
    unknown = []
    for row, word in enumerate(listed):
        if missing == "error" or word in vectors or vectors.subwords is not None:
            matrix[row] = vectors.vector(word)
        else:
            unknown.append(row)
    if unknown and missing in ("mean", "random"):
        mean = mean_row(vectors.vectors)
        if missing == "mean":
            matrix[unknown] = mean
        else:
            spread = np.std(np.asarray(vectors.vectors), dtype=np.float64)
            matrix[unknown] = np.random.default_rng(seed).normal(np.mean(mean), spread, (len(unknown), vectors.dim))
    return matrix
