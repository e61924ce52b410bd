"""The same vectors in other libraries, which are imported when they are asked for."""

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastvec.disk.atomic import replacing_all
from fastvec.errors import InputError
from fastvec.vectors.transform import Transforms
from fastvec.words import refuse_words


class Interop(Transforms):
    """The part of `KeyedVectors` that speaks to other libraries."""

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Give the matrix, for ``np.asarray(wv)``."""
        return np.array(self.vectors, dtype, copy=copy)

    def to_gensim(self) -> Any:
        """Give `gensim.models.KeyedVectors` that share the matrix if it is float32, with the counts.

        Raises
        ------
        InputError
            If gensim is not installed.
        """
        keyed = _library("gensim.models.keyedvectors", "gensim").KeyedVectors(self.dim)
        keyed.index_to_key = list(self.words)
        keyed.key_to_index = {word: row for row, word in enumerate(self.words)}
        keyed.vectors = self.vectors.astype(np.float32, copy=False)
        if self.counts is not None:
            keyed.expandos = {"count": self.counts.copy()}
        return keyed

    @classmethod
    def from_gensim(cls, keyed: Any) -> Self:
        """Take over the words, vectors and counts of `gensim.models.KeyedVectors`."""
        counts = keyed.expandos.get("count")
        return cls(list(keyed.index_to_key), np.asarray(keyed.vectors, np.float32), counts=counts)

    def to_pandas(self) -> Any:
        """Give a `pandas.DataFrame` with a row for each word, which shares the matrix.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        return _library("pandas").DataFrame(self.vectors, index=self.words, copy=False)

    @classmethod
    def from_pandas(cls, frame: Any) -> Self:
        """Take over a `pandas.DataFrame`: its index has the words, its columns the numbers."""
        return cls([str(word) for word in frame.index], frame.to_numpy(np.float32))

    def to_torch(self, words: Sequence[str] | None = None, *, freeze: bool = True, **missing: Any) -> Any:
        """Give a `torch.nn.Embedding` with a copy of the vectors.

        Parameters
        ----------
        words : sequence of str, optional
            The words, in the order of the layer's ids; without it all.
        freeze : bool
            Keep the layer from being trained.
        **missing
            `missing` and `seed`, as in `embedding_matrix`.

        Raises
        ------
        InputError
            If PyTorch is not installed.
        UnknownWordError
            As `embedding_matrix`.
        """
        torch = _library("torch")
        matrix = torch.from_numpy(self._layer(words, missing))
        return torch.nn.Embedding.from_pretrained(matrix, freeze=freeze)

    def to_keras(self, words: Sequence[str] | None = None, *, trainable: bool = False, **missing: Any) -> Any:
        """Give a `keras.layers.Embedding` with a copy of the vectors.

        Parameters
        ----------
        words : sequence of str, optional
            The words, in the order of the layer's ids; without it all.
        trainable : bool
            Whether training may change the layer.
        **missing
            `missing` and `seed`, as in `embedding_matrix`.

        Raises
        ------
        InputError
            If Keras is not installed.
        UnknownWordError
            As `embedding_matrix`.
        """
        keras = _library("keras")
        matrix = self._layer(words, missing)
        layer = keras.layers.Embedding(*matrix.shape, trainable=trainable)
        layer.build((None,))
        layer.set_weights([matrix])
        return layer

    def to_projector(self, folder: str | os.PathLike[str]) -> None:
        """Write ``vectors.tsv`` and ``metadata.tsv`` for the TensorFlow embedding projector.

        Raises
        ------
        InputError
            If a word is empty or holds a tab or the end of a line, or a number is not finite.
        FileError
            If the files cannot be written.
        """
        from fastvec.vectors.text_writer import format_rows

        words = self.packed_words
        refuse_words(words, b"\t\n\r", "projector")
        with replacing_all(Path(folder, "vectors.tsv"), Path(folder, "metadata.tsv")) as (vectors, metadata):
            for block in format_rows(self):
                vectors.write(b"\n".join(line[1:] for line in block.split(b"\n")).replace(b" ", b"\t"))
            metadata.writelines(word + b"\n" for word in words.split())

    def _layer(self, words: Sequence[str] | None, missing: dict[str, Any]) -> NDArray[np.float32]:
        if words is None:
            return self.vectors.astype(np.float32)
        return self.embedding_matrix(words, **missing)


def _library(module: str, package: str | None = None) -> Any:
    package = package or module
    try:
        return import_module(module)
    except ImportError as error:
        if (error.name or "").split(".")[0] != package:  # such as the backend of Keras
            raise InputError(f"{package} is needed for this, and cannot be imported: {error}") from error
        raise InputError(f"{package} is needed for this, and is not installed: pip install {package}") from None
