"""Vectors in less memory: other kinds of numbers, fewer dimensions, fewer words and n-grams."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import fastvec
from fastvec import FileError, InputError, KeyedVectors
from fastvec.disk.tensors import write_tensors
from fastvec.settings import Loading
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors import kmeans, native, quantized, search
from fastvec.vectors.loading import describe
from fastvec.vectors.quantized import Quantized
from fastvec.vectors.selection import Selection
from fastvec.vectors.source import Source
from fastvec.words import PackedWords
from tests.texts import FOOD, WEATHER, two_topics

floats = st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)


@pytest.fixture(scope="module")
def wv():
    return fastvec.train(two_topics(), dim=12, subwords="2-4", threads=1, epochs=3, save_context=True)


@settings(deadline=None)
@given(arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=floats))
def test_numbers_are_rounded_to_a_127th_of_the_largest_of_their_row(matrix):
    small = Quantized.of(matrix)
    step = np.abs(matrix).max(axis=1, keepdims=True) / 127
    assert (np.abs(np.asarray(small) - matrix) <= step * 0.5001 + 1e-44).all()
    assert small.nbytes == matrix.size + 4 * len(matrix)
    again = Quantized.of(np.asarray(small))
    assert np.array_equal(again.codes, small.codes) or step.min() < 1e-35


def test_rows_are_taken_like_those_of_an_array(wv):
    small = Quantized.of(wv.vectors)
    dense = np.asarray(small)
    assert (len(small), small.shape, small.ndim, small.dtype) == (12, (12, 12), 2, np.int8)
    assert dense.dtype == np.float32
    for rows in (3, np.array([5, 2]), np.arange(12) < 4, slice(2, 7)):
        assert np.array_equal(np.asarray(small[rows]), dense[rows])
    assert isinstance(small[2:7], Quantized)
    assert isinstance(quantized.take_rows(small, np.array([1])), Quantized)
    assert small.astype("float16").dtype == np.float16
    assert np.array_equal(small - np.float32(1), dense - np.float32(1))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_all_is_answered_and_saved_with_other_kinds_of_numbers(tmp_path, wv, dtype):
    small = wv.quantize(dtype)
    assert repr(small) == f"<KeyedVectors: 12 words, 12 dimensions, {dtype}>"
    kinds = {str(matrix.dtype) for matrix in (small.vectors, small.context_vectors, small.subwords.rows)}
    assert kinds == {dtype}
    small.save(tmp_path / "x.safetensors")
    copy = fastvec.load(tmp_path / "x.safetensors")
    copy.save(tmp_path / "y.safetensors")
    assert (tmp_path / "x.safetensors").read_bytes() == (tmp_path / "y.safetensors").read_bytes()
    for other in (small, copy, fastvec.load(tmp_path / "x.safetensors", dtype=dtype)):
        assert str(other.vectors.dtype) == dtype
        for word in [*wv.words, "unheard"]:
            assert other.similarity(word, "snow") == pytest.approx(wv.similarity(word, "snow"), abs=0.02)
        assert set(dict(other.most_similar("salt", topn=3))) <= set(FOOD)
        assert np.allclose(other.similarities("rain"), wv.similarities("rain"), atol=0.02)
        assert np.allclose(other.norms, wv.norms, rtol=0.02)
        assert len(set(other.cluster(2).tolist())) == 2
        assert other.doesnt_match(["rain", "snow", "salt"]) == "salt"
        assert np.allclose(other.center().vectors, wv.center().vectors, atol=0.02)
        assert np.allclose(other.subset(WEATHER)["snow"], wv["snow"], atol=0.02)
        assert str(other.subset(WEATHER).vectors.dtype) == dtype
        assert np.allclose(other.embedding_matrix(["snow", "?"], missing="zeros")[0], wv["snow"], atol=0.02)
        assert np.allclose(np.asarray(other), wv.vectors, atol=0.02)
        assert other.embed(["salt and snow"]).shape == (1, 12)
    assert str(fastvec.load(tmp_path / "x.safetensors", limit=5).vectors.dtype) == dtype
    assert str(fastvec.load(tmp_path / "x.safetensors", words=["salt"]).vectors.dtype) == dtype
    assert len(fastvec.load(tmp_path / "x.safetensors", errors="replace")) == 12


@pytest.mark.parametrize("format", ["word2vec-text", "word2vec-binary", "numpy", "glove", "fasttext"])
def test_other_formats_write_float32(tmp_path, wv, format):
    small = wv.quantize("int8")
    small.save(tmp_path / "x.npy", format)
    assert np.allclose(fastvec.load(tmp_path / "x.npy").vectors, small.vectors, atol=1e-6)
    assert fastvec.load(tmp_path / "x.npy", dtype="int8").vectors.dtype == np.int8


def test_training_goes_on_from_int8(wv):
    small = wv.quantize("int8")
    more = fastvec.train(two_topics(seed=2), init_from=small, epochs=1, threads=1, learning_rate=1e-9)
    for word in [*wv.words, "unheard"]:
        assert np.allclose(more[word], small[word], atol=1e-3)


def test_rows_of_ngrams_are_made_float32_where_they_are_used(wv, monkeypatch):
    small = wv.quantize("int8").subwords
    monkeypatch.setattr(Quantized, "astype", None)  # which makes all of them float32
    packed = PackedWords.pack(["salty", "zzzz", ""])
    assert np.allclose(small.compose(packed), wv.subwords.compose(packed), atol=0.02)


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_queries_convert_some_rows_at_a_time(monkeypatch, dtype):
    vectors = np.random.default_rng(0).standard_normal((5000, 4)).astype(np.float32)
    wv = KeyedVectors([f"w{row}" for row in range(5000)], vectors)
    expected = wv.most_similar("w7")
    small, longest = wv.quantize(dtype), []
    normal = Quantized.astype

    def watched(self, *arguments, **options):
        longest.append(len(self))
        return normal(self, *arguments, **options)

    monkeypatch.setattr(Quantized, "astype", watched)
    monkeypatch.setattr(search, "_PRODUCTS", 1 << 12)
    monkeypatch.setattr(kmeans, "_BLOCK", 1 << 12)
    found = small.most_similar("w7")
    assert np.allclose([score for _, score in found], [score for _, score in expected], atol=0.02)
    small.similarities("w7")
    small.cluster(2, iterations=1)
    assert (max(longest) < 5000) if dtype == "int8" else not longest


def test_numbers_too_large_for_float16_are_refused():
    with pytest.raises(InputError, match="numbers too large for float16; choose float32 or int8"):
        KeyedVectors(["a"], [[1e5]]).quantize("float16")
    with pytest.raises(InputError, match="dtype must be one of float32, float16, int8, not 'int4'"):
        KeyedVectors(["a"], [[1e5]]).quantize("int4")


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    wv = KeyedVectors(["a", "b", "c"], [[1, 2], [np.inf, 0], [0, 0]])
    for change in (wv.quantize, lambda: wv.pca(1)):
        with pytest.raises(InputError, match="the vector of 'b' is not finite"):
            change()
    wv.save(tmp_path / "x.npy")
    with pytest.raises(FileError, match=r"x\.npy, word 2: the vector of 'b' is not finite"):
        fastvec.load(tmp_path / "x.npy", dtype="int8")
    found = fastvec.load(tmp_path / "x.npy", dtype="int8", errors="skip")
    assert found.words == ["a", "c"]
    assert found.vectors.dtype == np.int8
    for contexts in ([[1, np.inf]], np.array([0x7F800001], np.uint32).view(np.float32)[:, None]):  # a NaN that signals
        with pytest.raises(InputError, match="numbers that are not finite, which int8 cannot hold"):
            KeyedVectors(["a"], [[1]], context_vectors=contexts).quantize()
    for scale in (np.inf, np.nan):
        found.vectors.scales[1] = scale  # of zeros
        found.save(tmp_path / "x.safetensors")
        assert fastvec.load(tmp_path / "x.safetensors", errors="skip").words == ["a"]
    found.vectors.scales[0] = np.nan
    with pytest.raises(InputError, match="the vector of 'a' is not finite"):
        found.check_finite()


def test_vectors_that_others_hold_stay_writable():
    matrix = np.ones((1, 2), np.float32)
    KeyedVectors(["a"], matrix).quantize("float32").prune(max_words=1)
    matrix[0] = 2


@pytest.mark.parametrize("scales", [None, np.ones(3, np.float32)])
def test_int8_without_scales_is_damage(tmp_path, scales):
    tensors = {"vectors": np.ones((2, 3), np.int8), "word_offsets": np.arange(3), "words": np.frombuffer(b"ab", "u1")}
    tensors |= {} if scales is None else {"vectors_scales": scales}
    with open(tmp_path / "x.safetensors", "wb") as file:
        write_tensors(file, tensors, {"format": "fastvec", "format_version": "1", "metadata": "{}"})
    with pytest.raises(FileError, match="vectors has not a scale for each row; the file is damaged"):
        fastvec.load(tmp_path / "x.safetensors")


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_no_matrix_of_a_file_is_copied(tmp_path, dtype):
    subwords = Subwords(Ngrams(3, 3, 99), np.ones((7, 3), np.float32), np.arange(7))
    wv = KeyedVectors(["a", "bc", "d"], np.ones((3, 3)), counts=[3, 2, 1], subwords=subwords).quantize(dtype)
    wv.save(tmp_path / "x.safetensors")
    source = Source(tmp_path / "x.safetensors")
    found = native.read_native(source, Selection(source.path, Loading()))
    for matrix in (found["vectors"], found["subwords"].rows):
        assert np.shares_memory(matrix.codes if isinstance(matrix, Quantized) else matrix, source.data)


def test_the_directions_of_the_longest_vectors_are_kept(wv):
    small = wv.pca(12)
    assert np.allclose(small.vectors @ small.vectors.T, wv.vectors @ wv.vectors.T, atol=1e-3)
    small = wv.pca(4)
    _, values, _ = np.linalg.svd(wv.vectors)
    assert np.linalg.norm(small.vectors) ** 2 == pytest.approx((values[:4] ** 2).sum(), rel=1e-4)
    assert np.allclose(small["unheard"], small.subwords.compose(PackedWords.pack(["unheard"]))[0], atol=1e-6)
    own = wv.subwords.own_rows(wv.packed_words, wv.vectors)
    directions = np.linalg.lstsq(wv.vectors, small.vectors, rcond=None)[0]
    assert np.allclose(small.subwords.compose(wv.packed_words, own @ directions), small.vectors, atol=1e-3)
    assert small.context_vectors.shape == (12, 4)
    for dim, message in ((0, "dim must be at least 1"), (13, "pca keeps at most the 12 dimensions of the vectors")):
        with pytest.raises(InputError, match=message):
            wv.pca(dim)


def test_the_most_frequent_words_are_kept(wv):
    counted = KeyedVectors(list("abcd"), np.eye(4), counts=[1, 7, 7, 9], context_vectors=np.eye(4))
    small = counted.prune(max_words=2)
    assert (small.words, small.counts.tolist()) == (["b", "d"], [7, 9])
    assert small.context_vectors.tolist() == np.eye(4)[[1, 3]].tolist()
    assert KeyedVectors(list("abc"), np.eye(3)).prune(max_words=2).words == ["a", "b"]
    assert counted.prune(max_words=9).words == list("abcd")
    small = wv.prune(max_words=3)
    gone = next(word for word in wv.words if word not in small)
    assert small[gone] @ wv[gone] > 0.3 * np.linalg.norm(small[gone]) * np.linalg.norm(wv[gone])


@pytest.mark.parametrize("has_all", [True, False])
def test_long_ngrams_that_many_words_have_are_kept(has_all):
    ngrams = Ngrams(2, 2, 64)
    words = PackedWords.pack(["xa", "xb"])
    buckets = ngrams.split(words)[1].tolist()  # of "<x", "xa", "a>", and "<x", "xb", "b>"
    assert len(set(buckets)) == 5
    keys = np.arange(64) if has_all else np.unique([*buckets, 1, 63])

    def kept(n, longest, length):
        rows = np.ones((64, 2), np.float32)
        rows[longest] = length
        subwords = Subwords(ngrams, rows[keys], None if has_all else keys)
        wv = KeyedVectors(words, np.eye(2), subwords=subwords).prune(max_ngrams=n)
        assert np.array_equal(wv.subwords.rows, rows[wv.subwords.keys])
        return wv.subwords.keys.tolist()

    assert kept(1, buckets[5], 1) == [buckets[0]]
    assert kept(1, buckets[5], 3) == [buckets[5]]
    assert kept(2, buckets[5], 3) == sorted([buckets[0], buckets[5]])
    assert kept(5, 1, 100) == sorted(set(buckets))


def test_what_cannot_be_pruned_is_refused():
    with pytest.raises(InputError, match=r"there are no n-grams; omit max_ngrams \(--max-ngrams\)"):
        KeyedVectors(["a"], [[1]]).prune(max_ngrams=1)
    floret = fastvec.train(two_topics(), dim=4, subwords="floret", threads=1, epochs=1)
    with pytest.raises(InputError, match="words share the rows of floret"):
        floret.prune(max_ngrams=1)
    with pytest.raises(InputError, match="max_words must be at least 1, not 0"):
        floret.prune(max_words=0)
    assert np.allclose(floret.prune(max_words=1)["salt"], floret["salt"], atol=1e-6)


def test_the_command_line_makes_files_smaller(tmp_path, wv, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wv.save("x.safetensors")
    options = "--dtype int8 --pca 5 --max-words 7 --max-ngrams 20 --check".split()
    code, _, err = run("convert", "x.safetensors", "y.safetensors", *options)
    assert (code, err) == (0, "fastvec: y.safetensors holds the same 7 words and numbers\n")
    facts = describe("y.safetensors")
    assert (facts["words"], facts["dim"], facts["dtype"]) == (7, 5, "int8")
    assert facts["ngrams"] == {"subwords": "2-4", "buckets": 2_000_000, "rows": 20, "dtype": "int8"}
    code, out, _ = run("info", "y.safetensors")
    assert code == 0
    assert [line.split() for line in out.splitlines() if line.startswith("ngrams.rows")] == [["ngrams.rows", "20"]]
    assert run("convert", "x.safetensors", "z.safetensors", "--pca", "99")[0] != 0
