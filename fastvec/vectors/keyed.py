"""Words and their vectors: what every model gives, and what every file of vectors holds."""

import os

from fastvec.vectors.cluster import Clusters
from fastvec.vectors.interop import Interop
from fastvec.vectors.queries import Queries


class KeyedVectors(Queries, Clusters, Interop):
    """Words with a vector each.

    Parameters
    ----------
    words : sequence of str, or PackedWords
        Distinct words.
    vectors : (n_words, dim) float32 or float16
        Row i is the vector of word i; it is not copied, and may be read-only or part of wider rows. Other kinds of
        numbers are converted to float32.
    counts : (n_words,) int64, optional
        How often each word came in the corpus.
    context_vectors : (n_words, dim) float32 or float16, optional
        The words' second vectors, for when they are the context of another.
    metadata : mapping, optional
        JSON values: the parameters with which the vectors were made, and such.

    subwords : object, optional
        Makes the vectors of words that are not there: ``subwords.vector(word)``. fastText's models have it; files
        do not keep it.

    Raises
    ------
    InputError
        If the numbers of words and rows differ, or a word comes twice.

    Examples
    --------
    >>> wv = KeyedVectors(["ice", "snow", "fire"], [[3, 1], [2, 1], [-1, 2]])
    >>> wv["snow"]
    array([2., 1.], dtype=float32)
    >>> [(word, cosine)] = wv.most_similar("ice", topn=1)
    >>> word, round(cosine, 4)
    ('snow', 0.9899)
    """

    def save(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Write the vectors to a file, which appears whole or not at all.

        Parameters
        ----------
        path : path
            The file; it is replaced if it is there.
        format : str, optional
            One of `fastvec.vectors.FORMATS`; without it the suffix decides: ``.safetensors`` (fastvec's own, which
            alone keeps context vectors and metadata), ``.bin`` (word2vec binary), ``.txt`` or ``.vec`` (word2vec
            text), ``.npy`` (NumPy's, with the words and counts beside it in ``.vocab.tsv``).

        Raises
        ------
        InputError
            If the suffix or format is unknown, or the format cannot hold a word.
        FileError
            If the file cannot be written.
        """
        from fastvec.vectors.formats import save  # which knows this class

        save(self, path, format)
