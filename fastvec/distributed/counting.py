"""Tasks that count co-occurrences: the exact counts of one machine, in parts of the text that are added up by rows."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastvec.cooccurrence.cells import Cells
from fastvec.cooccurrence.counting import BLOCK_CELLS, READ, Slice, count_text, cut_blocks
from fastvec.cooccurrence.weights import Weights
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.sentences import largest_distance
from fastvec.distributed.stored import Stored, local_folder
from fastvec.kernels.cooccurrence import END, Accumulator, keep_words, merge_rows
from fastvec.kernels.subsampling import keep_probability
from fastvec.settings import Counting
from fastvec.words import starts_of

#: Blocks of `READ` ids of a part: 8 M ids.
PART = 128


class Rows(NamedTuple):
    """Some rows of a sparse matrix."""

    lengths: NDArray[np.int64]  #: Cells of each.
    columns: Stored  #: int32, rising in each row.
    values: Stored  #: int64 while they are added up, then float32.


def count_part(
    text: Corpus,
    vocabulary: Vocabulary,
    settings: Counting,
    blocks: tuple[int, int],
    edges: list[int],
    tell: Callable[[float], None],
) -> list[Rows]:
    """Count the rows around all positions of some blocks of the text.

    `text` has the ids of these blocks, and of those around them that windows can reach. Return the sums between each
    two `edges`, which are numbers of rows.
    """
    keep = keep_probability(vocabulary.counts, settings.sample)
    window = largest_distance(text, settings.window)
    weights = Weights.of(settings, window)._replace(least=1, scale=None)
    first, last = blocks

    def kept(block: int) -> NDArray[np.int32]:
        """Return the words of a block that stay, as they do on one machine."""
        tokens, out = np.empty(READ, np.int32), np.empty(READ, np.int32)
        n = text.read(block * READ, tokens)
        key = (settings.seed, 0, block)
        return out[: keep_words(tokens[:n], keep, key, settings.subsampling == "clean", out, 0, None, 0, None)]

    def around(block: int, step: int) -> list[NDArray[np.int32]]:
        """Return what stays from a block on in a direction, as far as windows reach, or to the end of the sentence."""
        found, n = [], 0
        while 0 <= block * READ < text.n_ids and n < window:
            found.append(kept(block))
            n += window if (found[-1] == END).any() else found[-1].size
            block += step
        return found[::step]

    inner = [kept(block) for block in range(first, last)]
    fill = np.full(window, END, np.int32)
    before = np.concatenate([fill, *around(first - 1, -1)])[-window:]
    after = np.concatenate([*around(last, 1), fill])[:window]
    flat = np.concatenate([before, *inner, after])
    lines = Slice.of(flat.size, is_weighted=False)
    lines.text.reshape(-1)[: flat.size] = flat
    n_columns = settings.sides * len(vocabulary)
    with Cells(np.int64, 0, local_folder()) as cells:
        rows, block_cells = [Accumulator.of(n_columns)], max(BLOCK_CELLS, n_columns)
        count_text(lines, flat.size, window, weights, rows, block_cells, cells, tell)
        starts, columns, values = cells.finish()
        return [
            Rows(
                np.diff(starts[a : b + 1]),
                Stored([columns[starts[a] : starts[b]]], np.int32),
                Stored([values[starts[a] : starts[b]]], np.int64),
            )
            for a, b in pairwise(edges)
        ]


def add_rows(n_columns: int, settings: Counting | None, reach: int, *parts: Rows) -> Rows:
    """Add up the same rows of several parts; with settings divide the sums by their scale, and drop small ones."""
    least, scale, dtype = 1, None, np.int64
    if settings is not None:
        weights = Weights.of(settings, reach)
        least, scale = weights.least, weights.scale
        dtype = np.float32  # type: ignore[assignment]
    totals = np.sum([part.lengths for part in parts], 0)
    starts = [starts_of(part.lengths) for part in parts]
    blocks = cut_blocks(totals, totals, max(BLOCK_CELLS, n_columns))
    row = Accumulator.of(n_columns)
    with Cells(dtype, 0, local_folder()) as cells:
        for block, first, last in blocks:
            spans = [each[first : last + 1] for each in starts]
            ends = np.cumsum([0] + [span[-1] - span[0] for span in spans])
            part_starts = np.array([span - span[0] + end for span, end in zip(spans, ends[:-1], strict=True)])
            part_columns, part_values = (
                np.concatenate([stored.array[span[0] : span[-1]] for stored, span in zip(each, spans, strict=True)])
                for each in ([part.columns for part in parts], [part.values for part in parts])
            )
            lengths = np.empty(last - first, np.int64)
            columns, values = np.empty(ends[-1], np.int32), np.empty(ends[-1], dtype)
            n = merge_rows(part_starts, part_columns, part_values, least, scale, row, lengths, columns, values)
            cells.append(block, lengths, columns[:n], values[:n])
        all_starts, all_columns, all_values = cells.finish()
        return Rows(np.diff(all_starts), Stored([all_columns], np.int32), Stored([all_values], dtype))
