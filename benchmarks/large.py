"""Write large texts that are like given ones: as many words as are asked for, of as many distinct ones.

    python -m benchmarks.large data/sample.txt.xz --bytes 10e9 --distinct 10_000_000 -o large.txt
    python -m benchmarks.large data/sample.txt.xz --bytes 2e9 --distinct 1_000_000 --line 0 -o line.txt
    python -m benchmarks.large data/sample.txt.xz --bytes 1e9 --distinct 1_000_000 --files 100_000 -o folder

Stretches of the texts follow one another. In each, some words are replaced by new ones: the next of those that have
not been seen yet, evenly over the text, and others by Zipf's law. The same arguments write the same bytes.

`with_new_words` makes the text of a million words that ``python -m benchmarks`` trains on.
"""

import argparse
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

import fastvec
from fastvec.words import PackedWords

BLOCK = 1 << 20  # words that are written at a time
REPLACED = 0.05  # of the words, by others than those that are seen for the first time
# of `with_new_words`: occurrences of the rarest new words; the rank of the first; seed of the order
LEAST, FIRST_RANK, SEED = 5, 70_000, 1


def with_new_words(lines: Iterable[bytes], n_words: int) -> Iterator[bytes]:
    """Yield lines with a new word after each of their words, of `n_words`, and then the new words that are left.

    Their counts go on with Zipf's law where those of a corpus end.
    """
    counts = np.ceil(LEAST * (FIRST_RANK + n_words) / np.arange(FIRST_RANK, FIRST_RANK + n_words)).astype(np.int64)
    rows = np.repeat(np.arange(n_words, dtype=np.int32), counts)
    np.random.default_rng(SEED).shuffle(rows)
    new = map(b"z%06d".__mod__, rows)
    for line in lines:
        yield b" ".join(word for known in line.split() for word in (known, *islice(new, 1))) + b"\n"
    while rest := list(islice(new, 1000)):
        yield b" ".join(rest) + b"\n"


def read(paths: list[Path]) -> tuple[list[str], np.ndarray]:
    """Return the words of texts, and their ids."""
    with fastvec.read_corpus(paths, cache=False) as corpus:
        ids = corpus.tokens()
        return corpus.vocabulary(1).words, ids[ids >= 0].copy()


def blocks(paths: list[Path], n_bytes: int, n_distinct: int, line: int, seed: int):
    """Yield text, as bytes, with a word and a space or the end of a line in each place."""
    known, ids = read(paths)
    rng, n_new = np.random.default_rng(seed), max(0, n_distinct - len(known))
    words = PackedWords.pack([*(f"{word} " for word in known), *(f"x{number:x} " for number in range(n_new))])
    lengths = np.diff(words.offsets)
    n_words = int(n_bytes / lengths[ids].mean() * 0.99)  # new words are longer than most
    seen, written = 0.0, 0
    while written < n_bytes:
        place = rng.integers(0, max(1, len(ids) - BLOCK))
        chosen = ids[place : place + BLOCK].astype(np.int64)
        fresh = min(n_new, round(n_new * (written / n_bytes) + n_new * len(chosen) / n_words)) - int(seen)
        places = rng.choice(len(chosen), fresh + int(REPLACED * len(chosen)), replace=False)
        zipf = (max(1.0, seen) ** rng.random(len(places) - fresh)).astype(np.int64) - 1  # a rank r has the share 1/r
        new = np.concatenate([np.arange(int(seen), int(seen) + fresh), zipf])
        chosen[places] = len(known) + new if n_new else chosen[places]
        seen += fresh
        text = words.take(chosen)
        if line:
            text.data[text.offsets[line::line] - 1] = ord("\n")
        data = text.data.tobytes()[: n_bytes - written]
        written += len(data)
        yield data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+", type=Path, help="what the words are taken from")
    parser.add_argument("--bytes", type=float, default=1e9, help="of text to write")
    parser.add_argument("--distinct", type=int, default=1_000_000, help="words that differ, about")
    parser.add_argument("--line", type=int, default=20, help="words in a line; 0 writes one line")
    parser.add_argument("--files", type=int, default=1, help="write so many files into a folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    text = blocks(given.texts, int(given.bytes), given.distinct, given.line, given.seed)
    if given.files == 1:
        with open(given.output, "wb") as file:
            file.writelines(text)
        return
    given.output.mkdir()
    size, held, number = int(given.bytes) // given.files, b"", 0
    for block in text:
        held += block
        while len(held) >= size and number < given.files:
            (given.output / f"{number:06}.txt").write_bytes(held[:size])
            held, number = held[size:], number + 1


if __name__ == "__main__":
    main()
