"""Explicit vectors: the rows of a sparse matrix, such as the PPMI, as vectors of words, without a decomposition."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from fastvec.checks import check_kind, check_words, count_threads, shorten
from fastvec.corpus import Vocabulary
from fastvec.errors import InputError
from fastvec.models.product import multiply
from fastvec.vectors import KeyedVectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: Directions among the given words that are shorter than this, relative to the longest, are rounding.
_NOISE = 1e-4


def explicit_vectors(
    matrix: "csr_matrix[np.float32]", vocabulary: Vocabulary, words: Iterable[str], *, threads: int | None = None
) -> KeyedVectors:
    """Return dense vectors whose cosines with those of some words are those of the sparse vectors.

    Sparse vectors have as many dimensions as there are contexts. But to ask for the neighbours of some words, or to
    test vectors on questions about them, only the products with these words' vectors and the lengths matter; and these
    are kept exactly by the coordinates in the space that the words' vectors span, and one dimension more for what is
    outside of it.

    Parameters
    ----------
    matrix : SciPy CSR matrix of float32, (n_words, n_contexts)
        A row for each word of the vocabulary, from `fastvec.ppmi`.
    vocabulary : Vocabulary
        The words.
    words : sequence of str
        Those that will be asked about.
    threads : int or None
        None uses all cores.

    Returns
    -------
    KeyedVectors
        Of all words, in len(words) + 1 dimensions at most. Cosines of two words that are both not in `words` are none
        of the sparse vectors'.

    Raises
    ------
    InputError
        If there is not a row for each word, or no words are given.
    UnknownWordError
        If a word is not in the vocabulary.

    Examples
    --------
    >>> import fastvec
    >>> corpus = fastvec.read_corpus(["salt and pepper", "sun and rain", "salt and vinegar", "pepper and vinegar"])
    >>> vocabulary = corpus.vocabulary(min_count=1)
    >>> matrix = fastvec.ppmi(fastvec.count_cooccurrence(corpus, vocabulary))
    >>> explicit_vectors(matrix, vocabulary, ["salt"]).most_similar("salt", topn=2)[0][0]
    'pepper'
    """
    from scipy.sparse import issparse

    check_kind("vocabulary", vocabulary, Vocabulary)
    if not issparse(matrix):
        raise InputError(f"matrix must be a sparse matrix, such as that of `fastvec.ppmi`, not {shorten(matrix)}")
    matrix = matrix.tocsr()
    if matrix.shape[0] != len(vocabulary):
        raise InputError(f"the matrix must have {len(vocabulary):,} rows, one for each word, not {matrix.shape[0]:,}")
    rows = np.unique([vocabulary[word] for word in check_words("words", words)])
    if not rows.size:
        raise InputError("words must hold at least one word")
    products = multiply(matrix, matrix[rows].toarray().T, count_threads(threads)).astype(np.float64)
    squares, turn = np.linalg.eigh(products[rows])
    is_kept = squares > _NOISE**2 * max(squares[-1], np.finfo(np.float32).tiny)
    inside = products @ (turn[:, is_kept] / np.sqrt(squares[is_kept]))
    lengths = np.asarray(matrix.multiply(matrix).sum(1, dtype=np.float64)).ravel()
    outside = np.sqrt(np.maximum(lengths - (inside**2).sum(1), 0))
    outside[rows] = 0
    return KeyedVectors(vocabulary.words, np.column_stack([inside, outside]), counts=vocabulary.counts)
