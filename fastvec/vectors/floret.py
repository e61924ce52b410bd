"""floret's tables: the rows that words and n-grams share, from which any word has a vector (``.floret``).

Text, as word2vec's: the header ``buckets dim shortest longest hashes seed < >``, then a line for each row, its number
in the place of the word. The table has no words; fastvec keeps them beside it, as beside ``.npy`` files, and does
without if that file is missing. spaCy reads such tables with ``spacy init vectors --mode floret``.
"""

import re
from typing import Any, BinaryIO, NoReturn

from fastvec.errors import FileError
from fastvec.settings import Loading
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors.format import Format
from fastvec.vectors.numpy_pair import read_vocabulary, vocabulary_path, write_vocabulary
from fastvec.vectors.selection import Selection, select
from fastvec.vectors.source import Source
from fastvec.vectors.storage import Storage
from fastvec.vectors.text_writer import format_rows
from fastvec.vectors.word2vec_text import read_text
from fastvec.words import PackedWords

#: floret's own; others are refused.
_SEED, _ENDS = 2166136261, ("<", ">")
_HEADER = re.compile(
    rb"(\d{1,18}) (\d{1,18}) (\d{1,9}) (\d{1,9}) (\d{1,9}) (\d{1,18}) (\S{1,20}) (\S{1,20})[ \t]*\r?\n"
)


class _Whole(Selection):
    """All rows of a table, which is of no use without one of them."""

    def pass_over(self, where: str, problem: str, n: int = 1, *, cure: str = "") -> NoReturn:
        """Refuse the table."""
        raise FileError(f"{self.faults.path}{f', {where}' if where else ''}: {problem}")


def read_floret(source: Source, selection: Selection) -> dict[str, Any]:
    """Read a table, and the words beside it if they are there; raise `FileError` if it is damaged."""
    path, header = source.path, _HEADER.match(source.head)
    assert header is not None  # the format was recognised by it
    n_buckets, _, shortest, longest, hashes, seed = map(int, header.groups()[:6])
    ngrams = Ngrams(shortest, longest, n_buckets, hashes)
    ends = tuple(end.decode(errors="replace") for end in header.groups()[6:])
    if not ngrams.is_whole or not hashes or seed != _SEED or ends != _ENDS:
        raise FileError(f"{path}, line 1: is not the header of a table of floret, or of one with another seed")
    table = read_text(source, _Whole(path, Loading()), _HEADER)
    if table["words"].split() != [b"%d" % row for row in range(n_buckets)]:
        raise FileError(f"{path}: its rows are not numbered from 0 to {n_buckets - 1:,}")
    subwords = Subwords(ngrams, table["vectors"])
    beside = vocabulary_path(path)
    words, counts = read_vocabulary(beside, selection) if beside.exists() else (PackedWords.pack([]), None)
    found = {"words": words, "vectors": subwords.compose(words), "counts": counts}
    return select(found, selection) | {"subwords": subwords}


def write_floret(file: BinaryIO, vectors: Storage) -> None:
    """Write the table; raise `InputError` if a number is not finite."""
    assert vectors.subwords is not None  # `formats.save` has checked that
    ngrams = vectors.subwords.ngrams
    settings = ngrams.buckets, vectors.dim, ngrams.shortest, ngrams.longest, ngrams.hashes, _SEED, *_ENDS
    file.write(" ".join(map(str, settings)).encode() + b"\n")
    start = 0
    for block in vectors.subwords.all_rows():
        part = Storage(PackedWords.pack([str(start + row) for row in range(len(block))]), block)
        file.writelines(format_rows(part, part.packed_words))
        start += len(block)


FORMAT = Format(
    name="floret",
    title="floret's table, with the words beside it in .vocab.tsv",
    recognise=lambda head: _HEADER.match(head) is not None,
    read=read_floret,
    write=write_floret,
    companion=(vocabulary_path, write_vocabulary),
    suffixes=(".floret",),
    needs="floret n-grams",
    keeps=frozenset({"counts", "floret n-grams"}),
    number_bytes=11,
)
