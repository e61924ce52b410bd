import errno
import tempfile
from collections import Counter
from threading import Lock

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Vocabulary
from fastvec.errors import FileError, InputError
from fastvec.models import tiles as tiles_module
from fastvec.models.tiles import Tiles, Turns
from fastvec.training.blocks import run_blocks
from fastvec.training.progress import ignore


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    monkeypatch.setattr(tiles_module, "TILE", 16)


def counts_of(n_words, density=0.3, seed=1):
    rng = np.random.default_rng(seed)
    matrix = scipy.sparse.random(n_words, n_words, density, "csr", np.float32, rng)
    matrix.data += 0.5
    words = Vocabulary([f"w{k}" for k in range(n_words)], np.arange(n_words, 0, -1))
    return Cooccurrence(words, matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data, {})


def make(counts, least=0.0, seed=1, memory=1 << 20, folder=None, threads=1, told=None):
    return Tiles(counts, least, seed, memory, folder, threads, told.append if told is not None else ignore)


def contents(tiles):
    """Cells of all tiles, as (row of the word, row of the context, count)."""
    found = []
    for word_block in range(tiles.n_blocks):
        for context_block in range(tiles.n_blocks):
            cells = tiles.tile(word_block, context_block)
            places, logs = cells.view(np.uint16).reshape(-1, 4), cells.view(np.float32)[1::2]
            rows = np.array([word_block, context_block]) * tiles.block_size + places[:, :2]
            found += zip(*rows.T, np.exp(logs), strict=True)
    return found


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 40), st.floats(0.05, 1), st.floats(0, 1.2), st.integers(1, 3))
def test_each_cell_is_in_its_tile_once(n_words, density, least, threads):
    counts = counts_of(n_words, density)
    matrix = counts.matrix.tocoo()
    cells = zip(*matrix.coords, matrix.data, strict=True)
    expected = [(i, j, x) for i, j, x in cells if x >= np.float32(least)]
    if not expected:
        with pytest.raises(InputError, match="no pair of words counts"):
            make(counts, least)
        return
    tiles = make(counts, least, threads=threads)
    assert tiles.n_cells == len(expected)
    found = {(row, column): x for row, column, x in contents(tiles)}
    assert len(found) == len(expected)
    for i, j, x in expected:
        assert found[tiles.rows[i], tiles.rows[j]] == pytest.approx(x, rel=1e-6)


@pytest.mark.parametrize("memory", [0, 500, 3000])
@pytest.mark.parametrize("threads", [1, 3])
def test_neither_memory_nor_threads_change_the_tiles(memory, threads, tmp_path):
    counts = counts_of(60)
    whole, parts = make(counts), make(counts, memory=memory, folder=tmp_path, threads=threads)
    assert whole.cells.flags.writeable
    assert not parts.cells.flags.writeable  # but mapped from a file
    np.testing.assert_array_equal(whole.cells, parts.cells)
    assert list(tmp_path.iterdir()) == []


def test_progress_ends_when_all_blocks_are_done():
    told = []
    tiles = make(counts_of(60), told=told)
    assert (told[-1].phase, told[-1].done, told[-1].total) == ("shuffling", 2 * tiles.n_blocks, 2 * tiles.n_blocks)


def test_another_seed_shuffles_otherwise():
    counts = counts_of(60)
    one, two = make(counts, seed=1), make(counts, seed=2)
    assert sorted(one.tile(0, 1)) == sorted(two.tile(0, 1))
    assert not np.array_equal(one.cells, two.cells)


def test_blocks_hold_as_many_words_and_as_frequent_ones():
    tiles = make(counts_of(60))
    blocks = tiles.rows // tiles.block_size
    assert tiles.n_blocks > 3
    assert np.ptp(np.bincount(blocks)) <= 1
    means = [np.flatnonzero(blocks == block).mean() for block in range(tiles.n_blocks)]
    assert np.ptp(means) < 5


def test_a_tile_never_has_more_words_than_an_address_can_tell(monkeypatch):
    monkeypatch.setattr(tiles_module, "LARGEST_BLOCK", 4)
    monkeypatch.setattr(tiles_module, "TILE", 10**6)
    tiles = make(counts_of(41))
    assert tiles.block_size <= 4
    assert len(contents(tiles)) == tiles.n_cells


def test_an_epoch_has_each_tile_once_and_a_round_each_block_once():
    tiles = make(counts_of(60))
    n = tiles.n_blocks
    order = list(tiles.order(0))
    assert len({(word, context) for _, word, context in order}) == n * n == len(order)
    for turn in range(n):
        part = order[turn * n : (turn + 1) * n]
        assert {place[0] for place in part} == {turn}
        for side in (1, 2):
            assert {place[side] for place in part} == set(range(n))


def test_the_order_depends_on_seed_and_epoch():
    counts = counts_of(60)
    assert list(make(counts).order(0)) == list(make(counts).order(0))
    assert list(make(counts).order(0)) != list(make(counts).order(1))
    assert list(make(counts).order(0)) != list(make(counts, seed=2).order(0))


def test_tiles_of_one_block_are_never_at_work_together_and_keep_their_order():
    tiles = make(counts_of(60))
    turns, lock = Turns(tiles, 0), Lock()
    at_work, history = Counter(), {}

    def work(blocks):
        keys = [("word", blocks[0]), ("context", blocks[1])]
        with lock:
            at_work.update(keys)
            assert all(at_work[key] == 1 for key in keys)
            for key in keys:
                history.setdefault(key, []).append(blocks)
        sum(range(2000))
        with lock:
            at_work.subtract(keys)
        turns.done(*blocks)

    run_blocks(turns, [work] * 8, np.zeros(1, np.int64), lambda: None)
    for (side, block), blocks in history.items():
        wanted = [(w, c) for _, w, c in tiles.order(0) if (w if side == "word" else c) == block]
        assert blocks == wanted


def test_a_worker_that_fails_ends_the_epoch():
    turns = Turns(make(counts_of(60)), 0)

    def work(blocks):
        turns.done(*blocks)
        raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        run_blocks(turns, [work] * 4, np.zeros(1, np.int64), lambda: None)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "no space left for the co-occurrences in the order of training, about 0.1 MB; free some"),
        (errno.EIO, r"cannot write .* \(Input/output error\); choose another folder .*, or raise memory"),
    ],
)
def test_a_disk_that_cannot_take_the_cells_is_named(code, reason, tmp_path, monkeypatch):
    def broken(*arguments, **options):
        raise OSError(code, "Input/output error")

    monkeypatch.setattr(tempfile, "TemporaryFile", broken)
    with pytest.raises(FileError, match=reason):
        make(counts_of(60), memory=0, folder=tmp_path)
