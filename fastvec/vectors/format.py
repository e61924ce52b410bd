"""The record of a file format. Each format's module makes its own; `formats` lists them."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from fastvec.subwords import Ngrams
from fastvec.vectors.selection import Selection
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage

Reader: TypeAlias = Callable[[Source, Selection], dict[str, Any]]
Writer: TypeAlias = Callable[[BinaryIO, Storage], None]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file format of vectors.

    Compiled code takes long to import, so a format's functions import it when they are called.
    """

    name: str  #: Its name in `save` and on the command line.
    title: str  #: What it is, for help texts.
    read: Reader  #: Returns the arguments of `KeyedVectors`; raises `FileError` if the file is damaged.
    #: Returns whether a file has this format, from its first 65,536 bytes. None if the files beside it tell.
    recognise: Callable[[bytes], bool] | None = None
    #: Writes vectors to an open file; raises `InputError` if the format cannot hold them. None if it is only read.
    write: Writer | None = None
    #: Returns the path of a second file that belongs to the first, and writes that file.
    companion: tuple[Callable[[str | os.PathLike[str]], Path], Writer] | None = None
    #: Where the file is in a folder of other files: the first is written, any is read. Empty if it stands alone.
    places: tuple[str, ...] = ()
    #: The other files of that folder, and what writes them.
    others: Mapping[str, Writer] = field(default_factory=dict)
    package: str | None = None  #: The package without which it can be neither read nor written.
    suffixes: tuple[str, ...] = ()  #: The suffixes for which it is written.
    needs: str | None = None  #: The kind of n-grams without which it cannot be written.
    ngram_suffixes: tuple[str, ...] = ()  #: Those for which it is written if the vectors have n-grams that it holds.
    #: What it holds beside words and vectors: "counts", "context vectors", "metadata", "n-grams" and "phrases"; and
    #: "float16" numbers, which others hold as float32.
    keeps: frozenset[str] = frozenset()
    #: Typical bytes of a number, and of the rest of a row without the word; a zero takes 4 bytes.
    number_bytes: int = 4
    row_bytes: int = 2
    fills: bool = False  #: Whether rows are written even where there are none: context vectors, and all n-grams'.

    def files(self, path: str | os.PathLike[str]) -> list[tuple[Path, Writer]]:
        """Return the files that are written for a path, and what writes them; the last is the one that is recognised.

        The format must be one that can be written.
        """
        assert self.write is not None
        beside = [(Path(path, name), write) for name, write in self.others.items()]
        if self.companion is not None:
            beside.append((self.companion[0](path), self.companion[1]))
        return [*beside, (Path(path, self.places[0]) if self.places else Path(path), self.write)]

    def size(
        self,
        n_words: int,
        word_bytes: int,
        dim: int,
        has_contexts: bool,
        ngrams: Ngrams | None,
        n_ngrams: int,
        dtype: str = "float32",
    ) -> int:
        """Return the typical bytes of a file.

        `word_bytes` are those of all words together; of the buckets of `ngrams` there are rows for `n_ngrams`.
        """
        n_rows, n_zeros = 0 if self.needs else n_words, 0
        if self.fills or (has_contexts and "context vectors" in self.keeps):
            n_rows += n_words
        if ngrams is not None and ngrams.kind in self.keeps:
            n_rows += n_ngrams
            n_zeros = ngrams.buckets - n_ngrams if self.fills or self.needs else 0
        metadata = 4096 if "metadata" in self.keeps else 0
        number_bytes = 2 if dtype in self.keeps else self.number_bytes
        numbers = dim * (n_rows * number_bytes + n_zeros * 4)
        return numbers + n_words * self.row_bytes + word_bytes + metadata
