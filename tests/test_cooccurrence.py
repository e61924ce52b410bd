import errno
import json
import tempfile
import zipfile
from itertools import chain

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import fastvec
from fastvec.cooccurrence import counting
from fastvec.cooccurrence.cells import Cells
from fastvec.errors import FileError, InputError
from fastvec.kernels.cooccurrence import lowest_bit
from fastvec.settings import Counting
from tests.naive import counts as naive

SENTENCES = [["a", "b", "a", "c"], ["b"], ["c", "c", "b", "a", "rare", "d"], ["d", "a"]]
some_sentences = st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=12), min_size=1, max_size=6)
options = st.fixed_dictionaries(
    {
        "window": st.integers(1, 12),
        "weighting": st.sampled_from(["harmonic", "linear", "flat"]),
        "side": st.sampled_from(["both", "left", "right"]),
    }
)


def count(sentences, min_count=1, **options):
    with fastvec.read_corpus(sentences) as corpus:
        return fastvec.count_cooccurrence(corpus, corpus.vocabulary(min_count), **options)


def ids(sentences, vocabulary):
    return [[vocabulary[word] for word in sentence if word in vocabulary] for sentence in sentences]


@pytest.fixture
def tiny_slices(monkeypatch):
    """Make slices of a few words, so that small texts are merged from many."""
    monkeypatch.setattr(counting, "READ", 3)
    monkeypatch.setattr(counting, "PROGRAM", 0)
    monkeypatch.setattr(counting, "BLOCK_CELLS", 1)
    monkeypatch.setattr(counting, "_BLOCK_PAIRS", 4)


def smallest_memory(sentences, **options):
    """Ask for too little memory, and give what the error says is needed."""
    with pytest.raises(InputError, match="memory must be at least") as raised:
        count(sentences, memory=1, **options)
    return int(str(raised.value).split("at least ")[1].split()[0].replace(",", ""))


@settings(deadline=None)
@given(some_sentences, options)
def test_the_counts_are_those_of_a_naive_counter(sentences, options):
    if len(set(chain(*sentences))) < 2:
        return
    with fastvec.read_corpus(sentences) as corpus:
        vocabulary = corpus.vocabulary(1)
        expected = naive.cooccurrence(ids(sentences, vocabulary), len(vocabulary), **options)
        if not expected.any():
            return
        for threads in (1, 2):
            counts = fastvec.count_cooccurrence(corpus, vocabulary, threads=threads, **options)
            np.testing.assert_array_equal(counts.matrix.toarray(), expected.astype(np.float32))
            assert counts.matrix.has_canonical_format


@settings(deadline=None, max_examples=30)
@given(some_sentences.filter(lambda s: len(set(chain(*s))) > 1 and max(map(len, s)) > 1), options)
def test_slices_and_threads_and_memory_change_nothing(sentences, options):
    with pytest.MonkeyPatch.context() as patch:
        whole = count(sentences, **options)
        for name, value in {"READ": 2, "PROGRAM": 0, "BLOCK_CELLS": 1, "_BLOCK_PAIRS": 4}.items():
            patch.setattr(counting, name, value)
        needed = _bytes_needed(sentences, options["window"])
        for threads in (1, 2):
            sliced = count(sentences, memory=needed * threads, threads=threads, **options)
            for name in ("indptr", "indices", "data"):
                np.testing.assert_array_equal(getattr(sliced, name), getattr(whole, name))


def _bytes_needed(sentences, window):
    with fastvec.read_corpus(sentences) as corpus:
        n = corpus.n_types
    return 8 * n + 36 * n + 32 * n + 8 * (4 * 2 + 4 * window)


def test_small_slices_are_really_made(tiny_slices, monkeypatch):
    merged = []
    monkeypatch.setattr(counting, "merge_rows", lambda *given: merged.append(given[0].shape[0]) or real(*given))
    real = fastvec.kernels.cooccurrence.merge_rows
    count(SENTENCES * 5, window=1, memory=600, threads=1)
    assert merged
    assert merged[0] > 3


def test_words_outside_the_vocabulary_vanish_before_windows_are_laid():
    counts = count([["a", "rare", "b"], ["a", "b"]], min_count=2, window=1)
    np.testing.assert_array_equal(counts.matrix.toarray(), [[0, 2], [2, 0]])


def test_symmetric_counts_are_a_symmetric_matrix():
    matrix = count(SENTENCES, window=3).matrix
    assert (matrix != matrix.T).nnz == 0


def test_left_is_the_transpose_of_right():
    left, right = (count(SENTENCES, window=3, side=side).matrix for side in ("left", "right"))
    assert (left != right.T).nnz == 0


@pytest.mark.parametrize("memory", [None, 900])
def test_both_sides_are_counted_apart(tiny_slices, memory):
    sentences, options = SENTENCES * 9, {"window": 2, "memory": memory, "threads": 1}
    counts = count(sentences, context="directional", **options)
    for side, name in enumerate(("left", "right")):
        alone = count(sentences, side=name, **options)
        np.testing.assert_array_equal(counts.matrix.toarray()[:, side::2], alone.matrix.toarray())
        assert counts.contexts.words[side::2] == [f"{name}:{word}" for word in alone.vocabulary]


def test_cells_below_the_minimum_are_dropped():
    every, some = count(SENTENCES, window=2), count(SENTENCES, window=2, cell_min_count=1.5)
    expected = every.matrix.toarray()
    np.testing.assert_array_equal(some.matrix.toarray(), np.where(expected >= 1.5, expected, 0))


def test_cells_below_the_minimum_are_dropped_after_slices_are_merged(tiny_slices):
    whole = count(SENTENCES * 9, window=2, cell_min_count=8)
    sliced = count(SENTENCES * 9, window=2, cell_min_count=8, memory=600, threads=1)
    assert (whole.matrix != sliced.matrix).nnz == 0


def test_a_long_window_is_counted_in_rounded_weights():
    sentence = [*"ab", *"cd" * 30]
    vocabulary_order = count([sentence], window=60)
    expected = naive.cooccurrence(
        ids([sentence], vocabulary_order.vocabulary), 4, window=60, weighting="harmonic", side="both"
    )
    np.testing.assert_allclose(vocabulary_order.matrix.toarray(), expected, rtol=1e-6)


@pytest.mark.parametrize("subsampling", ["dirty", "clean"])
def test_thinned_words_vanish_or_leave_gaps(subsampling, monkeypatch):
    """Keep nothing of one word: it is gone, and the others move together or do not."""
    monkeypatch.setattr(counting, "keep_probability", lambda counts, sample: np.float32([0, 1, 1]))
    counts = count([["a", "b", "a", "a", "c"], ["a"]], window=3, sample=1e-3, subsampling=subsampling)
    rest = [[0, 1] if subsampling == "dirty" else [0, None, None, 1]]
    expected = naive.cooccurrence(rest, 2, 3, "harmonic", "both")
    np.testing.assert_array_equal(counts.matrix.toarray()[1:, 1:], expected.astype(np.float32))
    assert not counts.matrix.toarray()[0].any()


def test_thinning_depends_on_the_seed_and_on_nothing_else(monkeypatch):
    sentences = [list("abcdefgh" * 20)] * 10
    one, again, other = (
        count(sentences, sample=0.01, seed=seed, threads=threads).data for seed, threads in ((1, 1), (1, 2), (2, 1))
    )
    np.testing.assert_array_equal(one, again)
    assert one.size != other.size or (one != other).any()
    assert one.sum() < count(sentences).data.sum()


def test_thinned_text_is_the_same_in_slices(tiny_slices):
    sentences = [list("abcdefgh" * 5)] * 4
    whole, sliced = (count(sentences, sample=0.01, memory=m, threads=1, window=2) for m in (None, 800))
    np.testing.assert_array_equal(whole.data, sliced.data)
    np.testing.assert_array_equal(whole.indices, sliced.indices)


def test_no_cooccurrence_at_all_is_an_error():
    with pytest.raises(
        InputError, match="no word has a context, so there is nothing to train on: each line is one word"
    ):
        count([["a"], ["b"]], window=2)
    with pytest.raises(InputError, match=r"no pair of words has a total weight of 9; lower cell_min_count"):
        count([["a", "b"]], window=2, cell_min_count=9)


def test_too_little_memory_says_how_much_is_needed():
    needed = smallest_memory(SENTENCES, threads=1)
    assert 100 < needed < 300
    count(SENTENCES, memory=needed * 10**6, threads=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 0}, "window must be at least 1, not 0"),
        ({"weighting": "cubic"}, "weighting must be one of harmonic, linear, flat, not 'cubic'"),
        ({"side": "up"}, "side must be one of both, left, right, not 'up'"),
        ({"cell_min_count": -1}, "cell_min_count must be at least 0, not -1"),
        ({"sample": -1}, "sample must be at least 0, not -1"),
        ({"subsampling": "neat"}, "subsampling must be one of dirty, clean, not 'neat'"),
        ({"seed": -1}, "seed must be at least 0, not -1"),
    ],
)
def test_values_out_of_range_are_named(options, message):
    with pytest.raises(InputError, match=message):
        Counting(**options)


class _FullDisk:
    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self):
        pass


def test_a_full_disk_is_named(tiny_slices, monkeypatch):
    with fastvec.read_corpus(SENTENCES * 5) as corpus:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: _FullDisk())
        with pytest.raises(FileError, match=r"no space left for the co-occurrences, .* MB so far; free some"):
            fastvec.count_cooccurrence(corpus, corpus.vocabulary(1), window=1, memory=600, threads=1)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with (
        Cells(np.float32, 0, tmp_path / "gone") as kept,
        pytest.raises(FileError, match="gone: cannot write the co-occ"),
    ):
        kept.append(0, np.ones(1, np.int64), np.zeros(1, np.int32), np.ones(1, np.float32))


@pytest.mark.parametrize("memory", [0, 1 << 20])
def test_cells_come_back_in_order_from_memory_and_from_files(memory, tmp_path):
    with Cells(np.float32, memory, tmp_path) as kept:
        for block in (1, 0, 2):
            kept.append(block, np.array([1, 2]), np.full(3, block, np.int32), np.full(3, block / 2, np.float32))
        starts, columns, values = kept.finish()
    assert starts.tolist() == [0, 1, 3, 4, 6, 7, 9]
    assert columns.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert values.tolist() == [0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1]
    assert list(tmp_path.iterdir()) == []


def test_a_result_larger_than_the_memory_is_mapped_from_files(tiny_slices):
    counts = count(SENTENCES * 5, window=2, memory=600, threads=1)
    assert isinstance(counts.data, np.memmap)
    np.testing.assert_array_equal(counts.data, count(SENTENCES * 5, window=2).data)


@given(st.integers(1, 2**64 - 1))
def test_the_lowest_bit_is_found(bits):
    assert lowest_bit(np.uint64(bits)) == next(k for k in range(64) if bits >> k & 1)


@settings(deadline=None)
@given(some_sentences.filter(lambda s: len(set(chain(*s))) > 1 and max(map(len, s)) > 1))
def test_a_file_gives_back_what_was_saved_and_scipy_reads_it(tmp_path_factory, sentences):
    path = tmp_path_factory.mktemp("counts") / "counts.npz"
    counts = count(sentences)
    counts.save(path)
    loaded = fastvec.Cooccurrence.load(path)
    for name in ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(counts, name))
    assert loaded.vocabulary.words == counts.vocabulary.words
    assert loaded.vocabulary.counts.tolist() == counts.vocabulary.counts.tolist()
    assert loaded.metadata == counts.metadata
    assert (scipy.sparse.load_npz(path) != counts.matrix).nnz == 0


def test_a_loaded_file_is_mapped_and_one_written_by_numpy_is_read(tmp_path):
    count(SENTENCES).save(tmp_path / "ours.npz")
    loaded = fastvec.Cooccurrence.load(tmp_path / "ours.npz")
    assert isinstance(loaded.data, np.memmap)
    np.savez_compressed(tmp_path / "numpy.npz", **np.load(tmp_path / "ours.npz"))
    again = fastvec.Cooccurrence.load(tmp_path / "numpy.npz")
    np.testing.assert_array_equal(again.data, loaded.data)
    assert again.vocabulary.words == loaded.vocabulary.words


def damaged(tmp_path, **changes):
    """Save counts with some arrays changed, and give the path."""
    count(SENTENCES).save(tmp_path / "good.npz")
    np.savez(tmp_path / "bad.npz", **{**np.load(tmp_path / "good.npz"), **changes})
    return tmp_path / "bad.npz"


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": np.array([5, 4])},
        {"indptr": np.array([0, 3, 2, 9, 9, 9])},
        {"indices": np.full(20, 99, np.int32)},
        {"offsets": np.array([0, 1])},
        {"metadata": np.frombuffer(b"{", np.uint8)},
        {"metadata": np.frombuffer(json.dumps({"counting": {"window": 0}, "corpus": {}}).encode(), np.uint8)},
        {"metadata": np.frombuffer(json.dumps({"counting": {}, "corpus": 3}).encode(), np.uint8)},
    ],
)
def test_a_damaged_array_is_named(tmp_path, changes):
    with pytest.raises(FileError, match=rf"bad\.npz: {next(iter(changes))} is damaged"):
        fastvec.Cooccurrence.load(damaged(tmp_path, **changes))


def test_data_that_are_not_numbers_above_zero_are_refused(tmp_path):
    n = count(SENTENCES).data.size
    for value in (np.nan, np.inf, 0, -1):
        with pytest.raises(FileError, match="data is damaged"):
            fastvec.Cooccurrence.load(damaged(tmp_path, data=np.full(n, value, np.float32)))


@pytest.mark.parametrize(
    ("array", "held"),
    [
        (np.array([{}], object), "Python objects"),
        (np.array(["a"]), r"<U1 of shape \(1,\)"),
        (np.ones((2, 2), np.float32), r"float32 of shape \(2, 2\)"),
    ],
)
def test_an_array_of_another_kind_is_refused(tmp_path, array, held):
    with pytest.raises(FileError, match=rf"bad\.npz: data: holds {held}; write the file again with fastvec cooccurr"):
        fastvec.Cooccurrence.load(damaged(tmp_path, data=array))


def test_a_matrix_without_words_is_refused(tmp_path):
    scipy.sparse.save_npz(tmp_path / "plain.npz", count(SENTENCES).matrix)
    with pytest.raises(FileError, match=r"plain\.npz: no words; write it with fastvec cooccurrence"):
        fastvec.Cooccurrence.load(tmp_path / "plain.npz")


def test_other_files_are_refused(tmp_path):
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(FileError, match="not a file of co-occurrences"):
        fastvec.Cooccurrence.load(tmp_path / "text.npz")
    with pytest.raises(FileError, match=r"gone\.npz: cannot be read"):
        fastvec.Cooccurrence.load(tmp_path / "gone.npz")


def test_a_file_that_is_cut_short_is_refused(tmp_path):
    count(SENTENCES).save(tmp_path / "counts.npz")
    data = (tmp_path / "counts.npz").read_bytes()
    (tmp_path / "counts.npz").write_bytes(data[: len(data) // 2])
    with pytest.raises(FileError, match="not a file of co-occurrences"):
        fastvec.Cooccurrence.load(tmp_path / "counts.npz")


def test_a_file_in_an_unknown_compression_is_refused(tmp_path):
    count(SENTENCES).save(tmp_path / "counts.npz")
    data = (tmp_path / "counts.npz").read_bytes()
    entry = data.rindex(b"PK\x01\x02")
    for place in (entry + 6, entry + 10):  # the version that reads it, and the compression
        (tmp_path / "counts.npz").write_bytes(data[:place] + b"\xb0" + data[place + 1 :])
        with pytest.raises(FileError, match="not a file of co-occurrences"):
            fastvec.Cooccurrence.load(tmp_path / "counts.npz")


def test_large_arrays_in_a_file_begin_at_a_cache_line(tmp_path):
    count(SENTENCES).save(tmp_path / "counts.npz")
    assert zipfile.ZipFile(tmp_path / "counts.npz").testzip() is None
    assert fastvec.Cooccurrence.load(tmp_path / "counts.npz").data.ctypes.data % 64 == 0


def test_progress_tells_of_counting_and_merging(tiny_slices):
    told = []
    count(SENTENCES * 5, window=1, memory=600, threads=1, progress=told.append)
    assert told[0].phase == "counting"
    assert "merging" in {progress.phase for progress in told}


def test_where_little_memory_is_available_as_much_as_is_needed_is_taken(monkeypatch):
    monkeypatch.setattr(counting, "default_memory", lambda: 1000)
    sentences = [["a", "b", "c"]] * 4
    assert count(sentences).data.size == 6
    with pytest.raises(InputError, match="memory must be at least"):
        count(sentences, memory=1000)
