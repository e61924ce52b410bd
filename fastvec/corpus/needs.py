"""The memory that reading a text takes: while it is scanned, as its words are found, and while they are sorted."""

from fastvec.corpus.scanners import Scanners
from fastvec.corpus.text import Text
from fastvec.corpus.tokenizers import choose_tokenizer, finish_bytes, index_bytes
from fastvec.settings import Reading
from fastvec.words import PackedWords

#: Distinct pieces of raw text for each distinct word in them: 1.5 to 2.1 were seen in prose, 3.5 in code.
_PIECES = 2


def reading_bytes(text: Text, type_bytes: float, reading: Reading, threads: int) -> int:
    """Return the bytes of memory that `read_corpus` takes at most.

    `type_bytes` are the UTF-8 bytes of a word, on average over the distinct ones of the text.
    """
    tokenizer, n = choose_tokenizer(reading.tokenizer), text.n_types
    n_bytes = round(type_bytes * n)
    packed = n_bytes + 8 * n
    if tokenizer.of_line is not None:
        scanning = index_bytes(n, n_bytes) + 16 * n + packed
    else:
        n_pieces = _PIECES if tokenizer.finds_words else 1
        scanning = Scanners.needs(
            n_pieces * n, n_pieces * n_bytes, threads, lambda part: n_pieces * text.types_of(part)
        )
        if tokenizer.finds_words or reading.lowercase:
            scanning = max(scanning, finish_bytes(n_pieces * n, n_pieces * n_bytes, n, n_bytes))
            packed += 12 * n_pieces * n  # their numbers
    sorting = packed + 8 * n + PackedWords.order_bytes(n)
    moving = 2 * packed + 20 * n  # the order, ranks, and counts
    return max(scanning, sorting, moving)
