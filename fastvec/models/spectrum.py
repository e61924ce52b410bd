"""A warm start of word2vec: its first weights from the PPMI-SVD of the same text.

Skip-gram with negative sampling factorises a shifted matrix of pointwise mutual information implicitly (Levy and
Goldberg 2014). So the explicit factorisation, with the root of the singular values on both sides, is close to where
training goes: dot products of word and context vectors start in proportion to the PPMI. Training adds the shift, the
negative part, and what windows of its own size show.
"""

import logging
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.spread import Spread
from fastvec.corpus.text import Text
from fastvec.errors import TooLittleText
from fastvec.kernels.huffman import huffman_paths
from fastvec.models import ppmi_svd
from fastvec.models.input_rows import InputRows
from fastvec.settings import PpmiSvd, PvDbow, Word2Vec
from fastvec.training.estimate import LOADING, Estimate, Phase
from fastvec.training.job import Job

Matrix = NDArray[np.float32]

#: Ids that are counted of a longer text, in stretches from all over it. On Wikipedia, 4 M of 18 M cost CBOW a point.
COUNTED = 32 << 20
#: Factor of the vectors, by model and loss; other losses have that of "negative". With 1, similarities end lower, with
#: 2 the analogies of skip-gram do.
SCALES = {
    ("skipgram", "negative"): 1.2,
    ("skipgram", "hierarchical"): 1.4,
    ("cbow", "negative"): 1.4,
    ("cbow", "hierarchical"): 1.4,
}

_LOG = logging.getLogger(__name__)


def factorisation(settings: Word2Vec | PvDbow) -> PpmiSvd:
    """Return the PPMI-SVD that a model with these parameters starts from.

    With a tolerance of 0.02, CBOW on novels ends a point of analogies lower; with 0.1, skip-gram on Wikipedia does.
    """
    context: Any = "line" if getattr(settings, "context", None) == "line" else PpmiSvd.context
    return PpmiSvd(dim=settings.dim, seed=settings.seed, sample=PpmiSvd.usual_sample, context=context)


def start(
    settings: Word2Vec,
    source: Corpus | Cooccurrence,
    vocabulary: Vocabulary,
    job: Job,
    W: Matrix,
    C: Matrix,
    inputs: InputRows | None = None,
) -> None:
    """Set the first weights, unless the text is too small for it: then they stay, and a warning is logged.

    Parameters
    ----------
    settings, source, vocabulary, job
        As for `fastvec.models.word2vec.fit`, or of `fastvec.models.pairs`; the weights do not depend on the threads.
    W : (n_words or more, dim or more) float32
        Receives the word vectors.
    inputs : InputRows, optional
        The rows of which word vectors are the means; then W receives such rows.
    C : (n_words or more, dim or more) float32
        Receives the context vectors; with hierarchical softmax the vectors of the inner nodes, from `node_vectors`.
    """
    try:
        words, contexts, _ = ppmi_svd.fit(
            factorisation(settings), _part(source), vocabulary, Job(job.threads, job.listener)
        )
    except TooLittleText as error:
        _LOG.warning("no PPMI-SVD to start from, so training starts at random: %s", error)
        return
    assert contexts is not None
    for vectors in (words, contexts):
        vectors *= np.float32(SCALES.get((settings.model, settings.loss), SCALES[settings.model, "negative"]))
    if inputs is None:
        rows = np.flatnonzero(words.any(1))  # a word without cells starts at random
        W[rows, : settings.dim] = words[rows]
    else:
        W[: len(inputs), : settings.dim] = inputs.spread(words)
    if not settings.has_context_vectors:
        contexts = node_vectors(contexts, vocabulary.counts)
    C[: len(contexts), : settings.dim] = contexts


def _part(source: Corpus | Cooccurrence) -> Corpus | Cooccurrence:
    """Return what is counted of a corpus: all of it unless it is long."""
    if isinstance(source, Cooccurrence) or source.n_ids <= COUNTED:
        return source
    return Spread(source, COUNTED)


def node_vectors(contexts: Matrix, counts: NDArray[np.int64]) -> Matrix:
    """Return first vectors of the inner nodes of a Huffman tree.

    Parameters
    ----------
    contexts : (n_words, dim) float32
        Context vectors.
    counts : (n_words,) int64
        Falling.

    Returns
    -------
    (n_words, dim) float32
        For each node the mean of the context vectors below its branch with label 1, less that below the other; means
        are weighted by `counts`. The last row belongs to no node, and is zero.
    """
    from scipy.sparse import csr_matrix

    n_words = len(counts)
    starts, nodes, labels = huffman_paths(counts)
    weights = np.repeat(counts, np.diff(starts)).astype(np.float32)
    vectors = np.zeros_like(contexts)
    for label in (1, 0):
        below = csr_matrix((weights * (labels == label), nodes, starts), (n_words, n_words)).T
        total = np.asarray(below.sum(1))
        vectors += (label * 2 - 1) * (below @ contexts) / np.maximum(total, 1)
    return vectors


def with_start(
    settings: Word2Vec | PvDbow, training: Estimate, source: Corpus | Cooccurrence, text: Text, threads: int
) -> Estimate:
    """Return what a training takes with its warm start, from what it takes without.

    Parameters
    ----------
    settings : Word2Vec or PvDbow
        What is trained.
    training : Estimate
        Of the same training from a random start.
    source, text, threads
        As for `fastvec.models.word2vec.needs`.
    """
    svd = factorisation(settings)
    if (min(source.shape) if isinstance(source, Cooccurrence) else text.n_words) < svd.dim:
        return training
    part = replace(text, n_ids=min(text.n_ids, COUNTED))
    before = ppmi_svd.needs(svd, _part(source), part, threads)
    weights = training.phases[-1].memory
    phases = [phase._replace(memory=phase.memory + weights + LOADING) for phase in before.phases]
    if isinstance(settings, Word2Vec) and settings.ngrams is not None:
        spreading = 8 * svd.dim * text.n_words + InputRows.spread_bytes(settings.ngrams, text, svd.dim)
        phases.append(Phase("spreading", training.phases[0].memory + spreading))
    return replace(
        training,
        lower=f"{training.lower}, or start at random (--init word2vec)",
        phases=phases + training.phases,
        files=before.files + training.files,
        parts=[(svd, before), (replace(settings, init="word2vec"), training)],
    )
