"""Vectors of texts that predict their words, inferred from the output vectors of words (PV-DBOW; Le and Mikolov 2014).

The vector of a text is a function of its words and of the seed, not of the texts beside it: words that subsampling
would drop at times count in proportion, and all texts meet the same noise words.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.errors import InputError
from fastvec.kernels.alias import alias_table, noise_distribution
from fastvec.kernels.documents import Step, infer_texts, new_work
from fastvec.kernels.subsampling import keep_probability
from fastvec.settings import PvDbow
from fastvec.training.matrix import zeros
from fastvec.training.replicas import no_copies
from fastvec.vectors.storage import Storage

Matrix = NDArray[np.float32]

#: Subsampling, passes, learning rate at the start, and noise words for each word. With one noise word the best score of
#: a word is its pointwise mutual information with the text; more would add to all vectors what lowers all scores.
SAMPLE, EPOCHS, RATE, NEGATIVE = 1e-5, 10, 0.003, 1
#: Parameters of the training that decide about inference too.
_PARAMETERS = ("ns_exponent", "seed")


class Inference:
    """Infers vectors of texts from the output vectors of words."""

    def __init__(self, vectors: Storage) -> None:
        outputs = vectors.vectors if is_pv_dbow(vectors) else vectors.context_vectors
        if outputs is None or vectors.counts is None or not vectors.counts.sum():
            raise InputError(
                "weighting 'pv-dbow' needs vectors of model pv-dbow, or of skipgram trained with save_context "
                "(--save-context), and their counts"
            )
        given = vectors.metadata.get("parameters", {})
        chosen = PvDbow(**{name: given[name] for name in _PARAMETERS if given.get(name) is not None})
        counts = np.maximum(vectors.counts, 1)
        self._seed, self.dim = chosen.seed, vectors.dim
        self._C = zeros(len(vectors), vectors.dim)
        self._C[:, : vectors.dim] = outputs
        weights = keep_probability(counts, SAMPLE)
        weights /= np.float32(np.average(weights, weights=counts))  # a word counts once on average
        noise = alias_table(noise_distribution(counts, chosen.ns_exponent))
        self._step = Step(weights, noise, NEGATIVE, no_copies(self._C))

    def __call__(
        self, ids: NDArray[np.int32], end: int, starts: NDArray[np.int64], rows: NDArray[np.int32], n_texts: int
    ) -> tuple[Matrix, NDArray[np.int64]]:
        """Return the vectors of texts, and their known words and all; see `fastvec.kernels.documents.infer_texts`."""
        lengths = np.diff(starts)
        work = new_work(int(lengths[ids[ids >= 0]].sum()), NEGATIVE)
        out, known = zeros(max(1, n_texts), self.dim)[:n_texts], np.zeros((n_texts, 2), np.int64)
        texts = ids, end, starts, rows
        infer_texts(*texts, self._seed, EPOCHS, np.float32(RATE), self._step, self._C, out, known, work)
        return np.ascontiguousarray(out[:, : self.dim]), known


def is_pv_dbow(vectors: Any) -> bool:
    """Return whether vectors are of model pv-dbow."""
    return bool(vectors.metadata.get("parameters", {}).get("model") == PvDbow.model)
