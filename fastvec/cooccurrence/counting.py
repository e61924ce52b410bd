"""Counting of co-occurrences within a given memory.

The text is cut into slices that fit. The rows of a slice are counted in parallel (`fastvec.kernels.cooccurrence`). If
one slice holds the whole text, they are the result; else they go to disk and are merged row by row. Sums are of whole
numbers, so the result depends neither on threads nor on slices.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from fastvec.checks import check_integer, check_kind, count_threads
from fastvec.cooccurrence.cells import Cells
from fastvec.cooccurrence.matrix import Cooccurrence
from fastvec.cooccurrence.weights import Weights
from fastvec.corpus import Corpus, Vocabulary, as_corpus
from fastvec.corpus.sentences import largest_distance, why_no_context
from fastvec.corpus.shuffled import shuffled
from fastvec.corpus.sources import Source
from fastvec.corpus.spread import Spread
from fastvec.errors import DataError, InputError, TooLittleText
from fastvec.kernels.cooccurrence import END, Accumulator, count_rows, keep_words, merge_rows, sort_positions
from fastvec.kernels.subsampling import keep_probability
from fastvec.parameters import documented, take_all
from fastvec.settings import Counting
from fastvec.training.blocks import run_blocks
from fastvec.training.listening import listening
from fastvec.training.progress import Listener, Progress
from fastvec.training.resources import PROGRAM, default_memory

if TYPE_CHECKING:
    from fastvec import keywords

#: Ids that are read at a time; each such block has its own random numbers.
READ = 1 << 16
#: Cells and pairs of a block of rows.
BLOCK_CELLS, _BLOCK_PAIRS = 1 << 18, 1 << 23
#: Integers in a row of the text, as the kernel sees it: a cache line.
_LINE = 16


@documented(Counting)
def count_cooccurrence(
    corpus: "Corpus | Source",
    vocabulary: Vocabulary,
    *,
    memory: int | None = None,
    threads: int | None = None,
    progress: Listener | bool | None = None,
    **settings: Unpack["keywords.Count"],
) -> Cooccurrence:
    """Count how often each word stands near each other word.

    Windows end at sentence ends. Words outside the vocabulary are dropped before windows are laid, as in GloVe.

    Parameters
    ----------
    corpus : Corpus, or as for `fastvec.read_corpus`
        The text.
    vocabulary : Vocabulary
        Its words, a prefix of the corpus's.
    memory : int or None
        Bytes to work in; None is a quarter of what there is. What does not fit goes to temporary files, beside the id
        stream of the corpus. The result does not depend on it.
    threads : int or None
        None uses all cores. The result does not depend on it.
    progress : bool, function of a Progress, or None
        As for `fastvec.train`.
    **settings
        Those below.
    {parameters}

    Returns
    -------
    Cooccurrence
        Mapped from files if it takes more than half of `memory`.

    Raises
    ------
    InputError
        If a value is out of range, `memory` is too small, or there are no co-occurrences.
    FileError
        If there is no space on the disk.

    Examples
    --------
    >>> from fastvec import read_corpus
    >>> corpus = read_corpus(["a b c", "a b"])
    >>> counts = count_cooccurrence(corpus, corpus.vocabulary(min_count=1), window=2)
    >>> counts.matrix.toarray()
    array([[0. , 2. , 0.5],
           [2. , 0. , 1. ],
           [0.5, 1. , 0. ]], dtype=float32)
    """
    chosen = take_all(Counting, settings)
    corpus = as_corpus(corpus, threads, progress)
    check_kind("vocabulary", vocabulary, Vocabulary, " of the corpus")
    cells = count_cells(corpus, vocabulary, chosen, memory, threads, progress)
    if not cells[0][-1]:
        raise nothing_counted(corpus, vocabulary, chosen)
    return Cooccurrence.of_text(vocabulary, cells, chosen, corpus.facts)


def nothing_counted(corpus: Corpus, vocabulary: Vocabulary, settings: Counting) -> InputError:
    """Return the error for a text without co-occurrences."""
    if settings.cell_min_count:
        least = f"no pair of words has a total weight of {settings.cell_min_count:g}"
        return DataError(f"{corpus.name}: {least}; lower cell_min_count (--cell-min-count)")
    return TooLittleText(why_no_context(corpus, vocabulary, settings.sample, settings.window))


def count_cells(
    corpus: Corpus,
    vocabulary: Vocabulary,
    settings: Counting,
    memory: int | None = None,
    threads: int | None = None,
    progress: Listener | bool | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Do as `count_cooccurrence`, but return row starts, columns and values of a CSR matrix, which may be empty."""
    n_threads = count_threads(threads)
    if memory is not None:
        check_integer("memory", memory, 1)
    with listening(progress) as listener:
        return _Counting(corpus, vocabulary, settings, memory, n_threads, listener).run()


class Slice(NamedTuple):
    """A slice of a text, as kernels take it."""

    text: NDArray[np.int32]  #: Words and sentence ends, in lines of the cache.
    amounts: NDArray[np.int64] | None  #: What each position counts, where sentences have weights.

    @classmethod
    def of(cls, capacity: int, *, is_weighted: bool) -> "Slice":
        """Make a slice of `capacity` positions."""
        text = np.empty((-(-capacity // _LINE) + 1, _LINE), np.int32)
        return cls(text, np.empty(text.size, np.int64) if is_weighted else None)


class Division(NamedTuple):
    """How counting divides its memory."""

    block_cells: int  #: Cells of a block of rows, at most.
    result: int  #: Bytes of cells that stay in memory; the text gets the rest.
    capacity: int  #: Positions of the text that are held at a time.
    is_whole: bool  #: Whether the whole text fits, even if subsampling drops no word.

    @classmethod
    def of(
        cls, memory: int | None, settings: Counting, n_words: int, n_ids: int, window: int, threads: int,
        *, is_weighted: bool = False,
    ) -> "Division":  # fmt: skip
        """Divide `memory` bytes, for a text of `n_ids` ids; raise `InputError` if it is too little.

        None is `default_memory`, or as much as is needed.
        """
        n_columns, position = settings.sides * n_words, position_bytes(is_weighted=is_weighted)
        block_cells = max(BLOCK_CELLS, n_columns)
        # per thread an accumulator, and blocks of cells: one may wait for others while the next one is made
        fixed = PROGRAM + threads * (8 * n_columns + 3 * 12 * block_cells) + 32 * n_words
        smallest = 4 * READ + 4 * window
        least = fixed + position * smallest
        if memory is None:
            memory = max(default_memory(), least)
        if memory < least:
            raise InputError(
                f"memory must be at least {-(-least // 10**6)} MB for {n_words:,} words and {threads} threads, "
                f"not {memory // 10**6} MB"
            )
        room = (memory - fixed) // 2
        whole = n_ids + 2 * window + READ
        capacity = min(whole, max(smallest, room // position), (1 << 31) - _LINE)
        return cls(block_cells, room, capacity, capacity == whole)


def position_bytes(*, is_weighted: bool) -> int:
    """Return the bytes of a position of a slice, and of its place in the sorted positions."""
    return 16 if is_weighted else 8


def fill_text(
    into: Slice, corpus: Corpus, keep: NDArray[np.float32], weights: Weights, settings: Counting, window: int,
    read: int, n_ids: int, capacity: int,
) -> Iterator[tuple[int, int]]:  # fmt: skip
    """Fill an array with one slice of a corpus after the other; yield where each ends, and how many ids have been read.

    Of `n_ids` ids `read` are read at a time. Slices of up to `capacity` positions overlap by the windows of the
    positions at their ends, which are not counted there; `window` is at most as long as a sentence.
    """
    clean, is_spread = settings.subsampling == "clean", isinstance(corpus, Spread)
    if settings.context == "line":
        corpus = shuffled(corpus, settings.seed)
    text, tokens, amounts = into.text.reshape(-1), np.empty(read, np.int32), into.amounts
    sentence = 0
    text[:window] = END
    end = window
    for start in range(0, n_ids, read):
        if end + read + window > capacity:
            yield end, start
            for array in (text, amounts):
                if array is not None:
                    array[: 2 * window] = array[end - 2 * window : end].copy()
            end = 2 * window
        n = corpus.read(start, tokens)
        if weights.sentences is not None:
            sentence = corpus.sentence_at(start)
        key = settings.seed, 0, start // read
        end = keep_words(tokens[:n], keep, key, clean, text, end, weights.sentences, sentence, amounts)
        if is_spread:
            text[end] = END
            end += 1
    text[end : end + window] = END
    yield end + window, n_ids


def count_blocks(
    cells: Cells,
    blocks: list[tuple[int, int, int]],
    text: Slice,
    starts: NDArray[np.int64],
    positions: NDArray[np.int32],
    weights: Weights,
    rows: list[Accumulator],
    block_cells: int,
    report: Callable[[], None] = lambda: None,
) -> None:
    """Count blocks of rows, (number, first, last) of at most `block_cells` cells, and append them to `cells`.

    Row i is that of the word at ``positions[starts[i]:starts[i + 1]]`` of the text. Each of `rows` has a thread.
    """
    first_block = cells.n_blocks

    def worker(row: Accumulator) -> Callable[[tuple[int, int, int]], None]:
        columns = np.empty(block_cells, np.int32)
        values = np.empty(block_cells, np.int64 if weights.scale is None else np.float32)

        def count(block: tuple[int, int, int]) -> None:
            number, first, last = block
            lengths = np.empty(last - first, np.int64)
            n = count_rows(*text, positions, starts, first, last, *weights[:-1], row, lengths, columns, values)
            cells.append(first_block + number, lengths, columns[:n], values[:n])

        return count

    run_blocks(blocks, [worker(row) for row in rows], np.zeros(1, np.int64), report)


def count_text(
    text: Slice,
    end: int,
    window: int,
    weights: Weights,
    rows: list[Accumulator],
    block_cells: int,
    cells: Cells,
    report: Callable[[float], None],
) -> None:
    """Count all rows of a text up to `end`, without the `window` positions at either end, and append them to `cells`.

    `report` is called with the fraction that is done; the other parameters are those of `count_blocks`.
    """
    n_columns = rows[0].sums.size
    n_words = n_columns // 2 if weights.apart else n_columns
    starts, positions = np.empty(n_words + 1, np.int64), np.empty(end, np.int32)
    sort_positions(text.text.reshape(-1)[:end], window, starts, positions)
    pairs = np.diff(starts) * (weights.left.size + weights.right.size)
    blocks = cut_blocks(np.minimum(pairs, n_columns), pairs, block_cells)
    first_block = cells.n_blocks

    def tell() -> None:
        n_blocks = cells.n_blocks - first_block
        report(starts[blocks[n_blocks - 1][2]] / max(1, starts[-1]) if n_blocks else 0.0)

    count_blocks(cells, blocks, text, starts, positions, weights, rows, block_cells, tell)


def cut_blocks(cells: NDArray[np.int64], pairs: NDArray[np.int64], block_cells: int) -> list[tuple[int, int, int]]:
    """Cut rows into blocks (number, first, last) of at least one row and a bounded number of cells and pairs."""
    ends = [np.cumsum(counts) for counts in (cells, pairs)]
    blocks: list[tuple[int, int, int]] = []
    first, n_rows = 0, cells.size
    while first < n_rows:
        last = n_rows
        for end, limit in zip(ends, (block_cells, _BLOCK_PAIRS), strict=True):
            before = end[first - 1] if first else 0
            last = min(last, int(np.searchsorted(end, before + limit, side="right")))
        last = max(last, first + 1)
        blocks.append((len(blocks), first, last))
        first = last
    return blocks


class _Counting:
    """One count: its memory and its work."""

    def __init__(
        self,
        corpus: Corpus,
        vocabulary: Vocabulary,
        settings: Counting,
        memory: int | None,
        threads: int,
        listener: Listener,
    ) -> None:
        self.corpus, self.settings, self.listener = corpus, settings, listener
        self.n_words = len(vocabulary)
        self.keep = keep_probability(vocabulary.counts, settings.sample)
        self.window = largest_distance(corpus, settings.window)
        self.weights = Weights.of(settings, self.window, corpus)
        is_weighted = corpus.weights is not None
        self.divided = Division.of(
            memory, settings, self.n_words, corpus.n_ids, self.window, threads, is_weighted=is_weighted
        )
        self.text = Slice.of(self.divided.capacity, is_weighted=is_weighted)
        self.rows = [Accumulator.of(settings.sides * self.n_words) for _ in range(threads)]
        self.n_counted, self.began = 0, perf_counter()

    def run(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """Count; return the arrays of a CSR matrix."""
        n_ids, capacity = self.corpus.n_ids, self.divided.capacity
        self.listener(Progress("counting", 0, n_ids))
        slices = fill_text(
            self.text, self.corpus, self.keep, self.weights, self.settings, self.window, READ, n_ids, capacity
        )
        end, n_read = next(slices)
        if n_read == n_ids:
            with Cells(np.float32, self.divided.result, self.corpus.folder) as cells:
                self._count(end, n_read, cells, self.weights)
                return cells.finish()
        whole = self.weights._replace(least=1, scale=None)
        with Cells(np.int64, 0, self.corpus.folder) as parts:
            for filled in chain([(end, n_read)], slices):
                self._count(*filled, parts, whole)
            del self.text
            return self._merge(parts)

    def _count(self, end: int, n_read: int, cells: Cells, weights: Weights) -> None:
        """Count the slice in `text`."""

        def report(share: float) -> None:
            done = self.n_counted + round(share * (n_read - self.n_counted))
            self.listener(Progress("counting", done, self.corpus.n_ids, perf_counter() - self.began))

        count_text(self.text, end, self.window, weights, self.rows, self.divided.block_cells, cells, report)
        self.n_counted = n_read

    def _merge(self, parts: Cells) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """Add up the parts, each of which has all rows."""
        starts = parts.starts()
        lengths = np.diff(starts).reshape(-1, self.n_words)
        n_parts, totals = len(lengths), lengths.sum(0)
        least, scale = self.weights.least, self.weights.scale
        blocks = cut_blocks(totals, totals, self.divided.block_cells)

        def worker(row: Accumulator) -> Callable[[tuple[int, int, int]], None]:
            most = max(int(totals[first:last].sum()) for _, first, last in blocks)
            part_columns, part_values = np.empty(most, np.int32), np.empty(most, np.int64)
            block_cells = self.divided.block_cells
            columns, values = np.empty(block_cells, np.int32), np.empty(block_cells, np.float32)

            def merge(block: tuple[int, int, int]) -> None:
                number, first, last = block
                part_starts = np.empty((n_parts, last - first + 1), np.int64)
                end = 0
                for part in range(n_parts):
                    span = starts[part * self.n_words + first : part * self.n_words + last + 1]
                    n = int(span[-1] - span[0])
                    parts.read(int(span[0]), part_columns[end : end + n], part_values[end : end + n])
                    part_starts[part] = span - span[0] + end
                    end += n
                lengths = np.empty(last - first, np.int64)
                n = merge_rows(part_starts, part_columns, part_values, least, scale, row, lengths, columns, values)
                cells.append(number, lengths, columns[:n], values[:n])

            return merge

        began = perf_counter()
        with Cells(np.float32, self.divided.result, self.corpus.folder) as cells:

            def report() -> None:
                self.listener(Progress("merging", cells.n_blocks, len(blocks), perf_counter() - began))

            report()
            run_blocks(blocks, [worker(row) for row in self.rows], np.zeros(1, np.int64), report)
            return cells.finish()
