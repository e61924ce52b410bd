"""Files of vectors: what is written is read again, bit by bit, and other people's files are recognised."""

import bz2
import gzip
import lzma
import re
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fastvec import FileError, InputError, KeyedVectors, load
from fastvec.subwords import Ngrams
from fastvec.vectors import FORMATS as ALL_FORMATS
from fastvec.vectors import SUFFIXES, check_target
from fastvec.vectors.formats import describe_suffixes, left_out, recognise
from fastvec.vectors.loading import check_copy, describe
from fastvec.vectors.source import Source

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# without floret, which holds rows of n-grams only, and those that are folders
FORMATS = [format for format in ALL_FORMATS if format not in ("floret", "static-model", "projector")]
SUFFIX = {format: f".{format}" for format in FORMATS} | {format: suffix for suffix, format in SUFFIXES.items()}


def bits(matrix):
    return np.ascontiguousarray(matrix, np.float32).view(np.uint32)


def assert_equal(copy, wv):
    assert copy.words == list(wv.words)
    assert np.array_equal(bits(copy.vectors), bits(wv.vectors))


@pytest.fixture
def wv():
    matrix = np.random.default_rng(1).standard_normal((40, 5)).astype(np.float32)
    matrix[0] = [0.0, -0.0, 1e-45, 3.4028235e38, 16777216]
    words = ["the", "naïve", "词", "a\u00a0b", "12", "-0.5", "\U0001f600", *(f"w{row}" for row in range(33))]
    return KeyedVectors(words, matrix)


words_of_text = st.text(
    st.characters(exclude_characters=" \t\n\v\f\r\0\ufeff", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8
)
float32s = st.integers(0, 2**32 - 1).map(lambda bits: np.uint32(bits).view(np.float32)).filter(np.isfinite)


@settings(deadline=None, max_examples=60)
@given(st.data())
@pytest.mark.parametrize("format", FORMATS)
def test_what_is_saved_is_loaded(tmp_path_factory, format, data):
    words = data.draw(st.lists(words_of_text, unique=True, min_size=1, max_size=6))
    dim = data.draw(st.integers(1, 5))
    rows = st.lists(float32s, min_size=dim, max_size=dim)
    matrix = np.array(data.draw(st.lists(rows, min_size=len(words), max_size=len(words))), np.float32)
    if format == "word2vec-binary":  # which can look like text when every byte is a digit, say
        assume(all(re.search(rb"[\x00-\x08\x0e-\x1f]", row.tobytes()) for row in matrix))
    wv = KeyedVectors(words, matrix)
    path = tmp_path_factory.mktemp("saved") / ("vectors" + SUFFIX[format])
    wv.save(path, format)
    assert recognise(Source(path)).name == format
    assert_equal(load(path), wv)


@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("second", FORMATS)
def test_formats_are_converted_without_loss(tmp_path, wv, first, second):
    wv.save(tmp_path / ("one" + SUFFIX[first]), first)
    load(tmp_path / ("one" + SUFFIX[first])).save(tmp_path / ("two" + SUFFIX[second]), second)
    assert_equal(load(tmp_path / ("two" + SUFFIX[second])), wv)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
@pytest.mark.parametrize("format", FORMATS)
def test_compressed_files_are_read_as_they_are(tmp_path, wv, format, compress):
    wv.save(tmp_path / ("plain" + SUFFIX[format]), format)
    path = tmp_path / ("plain" + SUFFIX[format] + ".gz")  # the suffix says nothing
    path.write_bytes(compress((tmp_path / ("plain" + SUFFIX[format])).read_bytes()))
    assert_equal(load(path), wv)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_vectors_give_the_same_file(tmp_path, wv, format):
    for name in ("one", "two"):
        wv.save(tmp_path / name, format) if format != "numpy" else wv.save(tmp_path / f"{name}.npy")
    suffix = ".npy" if format == "numpy" else ""
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


@pytest.mark.parametrize("format", FORMATS)
def test_rows_of_a_wider_matrix_are_saved(tmp_path, format):
    wide = np.arange(48, dtype=np.float32).reshape(3, 16)
    wv = KeyedVectors(["a", "b", "c"], wide[:, :5])
    wv.save(tmp_path / "narrow.npy", format)
    assert_equal(load(tmp_path / "narrow.npy"), wv)


@pytest.mark.parametrize("format", FORMATS)
def test_float16_vectors_are_saved(tmp_path, format):
    wv = KeyedVectors(["a", "b"], np.float16([[0.1, -2], [65504, 6e-8]]))
    wv.save(tmp_path / "half.npy", format)
    assert_equal(load(tmp_path / "half.npy"), wv)
    assert load(tmp_path / "half.npy", dtype="float16").vectors.dtype == np.float16
    assert np.array_equal(load(tmp_path / "half.npy", dtype="float16").vectors, wv.vectors)


@pytest.mark.parametrize("format", FORMATS)
def test_part_of_a_file_can_be_loaded(tmp_path, wv, format):
    path = tmp_path / "whole.npy"
    wv.save(path, format)
    assert_equal(load(path, limit=7), wv.subset(wv.words[:7]))
    assert_equal(load(path, limit=1000), wv)
    assert_equal(load(path, words=["w9", "nowhere", "词"]), wv.subset(["词", "w9"]))
    assert_equal(load(path, words=["w9", "词"], limit=5), wv.subset(["词"]))


TEXT = b"2 3\nking 0.25 -1 2e-3\nqueen 1 2 3\n"


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT[4:],
        TEXT.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + TEXT,
        b"\xef\xbb\xbf" + TEXT[4:],
        TEXT.replace(b"\n", b" \n"),
        TEXT.replace(b"-1 ", b"-1\t").replace(b"2 3\nking", b"2\t3\nking"),
        TEXT + b"\n\n",
        TEXT.replace(b"queen", b"\nqueen"),
    ],
    ids=["header", "no header", "CRLF", "BOM", "BOM, no header", "trailing space", "tabs", "empty lines", "gap"],
)
def test_text_as_others_write_it_is_read(tmp_path, text):
    (tmp_path / "text").write_bytes(text)
    expected = KeyedVectors(["king", "queen"], [[0.25, -1, 0.002], [1, 2, 3]])
    assert_equal(load(tmp_path / "text"), expected)


@pytest.mark.parametrize("header", [b"", b"7 2\n"])
def test_words_may_hold_spaces(tmp_path, header):
    lines = [b"new york 1 2", b". . . 3 4", b"area 51 5.0 6", b"7 up 7 8", b"a 1 2", b"9 1 2", b"8 1 2"]
    (tmp_path / "text").write_bytes(header + b"\n".join(lines) + b"\n")
    assert load(tmp_path / "text").words == ["new york", ". . .", "area 51", "7 up", "a", "9", "8"]
    assert load(tmp_path / "text")["area 51"].tolist() == [5, 6]


@pytest.mark.parametrize("newline", [b"", b"\n"])
def test_binary_is_read_with_and_without_newlines(tmp_path, newline):
    numbers = np.float32([[1.5, -2], [0, 1e-9]])
    records = [word + b" " + row.tobytes() + newline for word, row in zip([b"a", b"b"], numbers, strict=True)]
    (tmp_path / "vectors").write_bytes(b"2 2\n" + b"".join(records))
    assert_equal(load(tmp_path / "vectors"), KeyedVectors(["a", "b"], numbers))


def test_a_long_word_is_read(tmp_path):
    wv = KeyedVectors(["a", "é" * 300_000, "b"], np.ones((3, 2)))
    for format in ("word2vec-binary", "word2vec-text", "safetensors"):
        wv.save(tmp_path / "long", format)
        assert_equal(load(tmp_path / "long"), wv)


def test_damaged_words_are_repaired_on_demand(tmp_path):
    text = b"caf\xe9 1 2\nthe 3 4\nthe 5 6\n 7 8\ncaf\xe9 9 9\n"
    (tmp_path / "text").write_bytes(text)
    with pytest.raises(FileError, match=r"line 4: begins with a space"):
        load(tmp_path / "text")
    assert_equal(load(tmp_path / "text", errors="replace"), KeyedVectors(["caf\ufffd", "the"], [[1, 2], [3, 4]]))
    for format in ("word2vec-binary", "safetensors", "numpy"):
        KeyedVectors(["cafe", "the"], [[1, 2], [3, 4]]).save(tmp_path / "cafe.npy", format)
        damaged = tmp_path / ("cafe.vocab.tsv" if format == "numpy" else "cafe.npy")
        damaged.write_bytes(damaged.read_bytes().replace(b"cafe", b"caf\xe9"))
        with pytest.raises(FileError, match="not UTF-8"):
            load(tmp_path / "cafe.npy")
        assert load(tmp_path / "cafe.npy", errors="replace").words == ["caf\ufffd", "the"]


def test_a_file_without_a_last_newline_may_be_cut_short(tmp_path):
    (tmp_path / "text").write_bytes(TEXT[4:-1])
    with pytest.raises(FileError, match=r"byte 29: ends within a line"):
        load(tmp_path / "text")
    assert len(load(tmp_path / "text", errors="skip")) == 2
    (tmp_path / "text").write_bytes(TEXT[:-1])  # which has all words that the header claims
    assert len(load(tmp_path / "text")) == 2


@pytest.mark.parametrize(
    ("format", "word", "message"),
    [
        ("word2vec-text", "new york", "'new york' holds white space, which a text file cannot hold"),
        ("glove", "tab\t", "holds white space"),
        ("word2vec-binary", "new york", "which a word2vec binary file cannot hold"),
        ("word2vec-text", "", "the word '' is empty"),
        ("word2vec-binary", "", "the word '' is empty"),
        ("numpy", "a\nb", "which a vocabulary file cannot hold"),
        ("numpy", "\ufeffa", "begins with a byte order mark"),
        ("glove", "\ufeffa", "begins with a byte order mark"),
    ],
)
def test_a_word_that_a_format_cannot_hold_is_refused(tmp_path, format, word, message):
    with pytest.raises(InputError, match=message):
        KeyedVectors([word, "b"], [[1, 2], [3, 4]]).save(tmp_path / "x.npy", format)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["word2vec-text", "glove", "word2vec-binary", "fasttext"])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_not_saved(tmp_path, format, number):
    with pytest.raises(InputError, match="vector of 'b' is not finite"):
        KeyedVectors(["a", "b"], [[1, 2], [3, number]]).save(tmp_path / "x", format)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_numbers_too_large_for_float16_are_refused_or_passed_over(tmp_path, caplog, format):
    KeyedVectors(["b", "a", "c"], [[1, 2], [1, 70000.0], [3, 4]]).save(tmp_path / "x.npy", format)
    with pytest.raises(FileError, match="the vector of 'a' is not finite, or too large for float16; to read what"):
        load(tmp_path / "x.npy", dtype="float16")
    assert load(tmp_path / "x.npy", dtype="float16", errors="skip").words == ["b", "c"]
    assert "passed over a fault" in caplog.text


def test_numbers_too_large_for_float32_are_refused_or_passed_over(tmp_path):
    np.save(tmp_path / "x.npy", [[1.0], [1e300], [np.nan]])
    (tmp_path / "x.vocab.tsv").write_text("a\nb\nc\n")
    with pytest.raises(FileError, match="word 2: the vector of 'b' is not finite, or too large for float32"):
        load(tmp_path / "x.npy")
    assert load(tmp_path / "x.npy", errors="skip").words == ["a"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": 0}, "limit must be at least 1, not 0"),
        ({"words": "king"}, "words must be a list of words, not 'king'"),
        ({"words": [1]}, "words must hold words only; item 1 is 1"),
        ({"dtype": "nonsense"}, "dtype must be one of float32, float16, int8, not 'nonsense'"),
        ({"dtype": "float64"}, "dtype must be one of float32, float16, int8, not 'float64'"),
        ({"errors": "ignore"}, "errors must be one of strict, replace, skip, not 'ignore'"),
    ],
)
def test_options_are_checked(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        load(tmp_path / "any", **options)


def test_a_target_is_checked_before_the_work(tmp_path, monkeypatch):
    assert check_target(tmp_path / "x.VEC") == "word2vec-text"
    assert check_target(tmp_path / "x", "glove") == "glove"
    assert check_target(tmp_path / "x.bin") == "word2vec-binary"
    assert check_target(tmp_path / "x.bin", None, Ngrams(3, 6, 10)) == "fasttext"
    assert check_target(tmp_path / "x.bin", "word2vec-binary", Ngrams(3, 6, 10)) == "word2vec-binary"
    with pytest.raises(InputError, match=r"x.foo: the name must end in .safetensors, .bin, .txt, .vec, .npy"):
        check_target(tmp_path / "x.foo")
    with pytest.raises(InputError, match=r"format must be one of .*, not 'word2vec'"):
        check_target(tmp_path / "x", "word2vec")
    with pytest.raises(FileError, match="there is no folder"):
        check_target(tmp_path / "nowhere" / "x.bin")
    (tmp_path / "folder.bin").mkdir()
    with pytest.raises(FileError, match="is not a file"):
        check_target(tmp_path / "folder.bin")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(FileError, match="no permission to write"):
        check_target(tmp_path / "x.bin")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(5, "Input/output error")])
def test_a_failed_save_leaves_nothing_behind(tmp_path, wv, monkeypatch, error):
    def fail(*_):
        raise error

    wv.save(tmp_path / "x.npy")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(np.lib.format, "write_array_header_1_0", fail)
    with pytest.raises(FileError, match=r"x\.npy: (no space left for it; free|cannot write it \(Input)"):
        wv.save(tmp_path / "x.npy")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_words_beside_an_array_are_not_replaced_unless_the_array_is(tmp_path, wv):
    (tmp_path / "x.vocab.tsv").write_text("mine")
    with pytest.raises(FileError, match=r"x.vocab.tsv: exists, and would be replaced by that of .*x.npy; choose"):
        wv.save(tmp_path / "x.npy")
    assert (tmp_path / "x.vocab.tsv").read_text() == "mine"


@pytest.mark.parametrize("format", ["static-model", "projector"])
def test_folders_are_written_and_read(tmp_path, wv, format):
    wv = KeyedVectors(["[UNK]", *wv.words[1:]], wv.vectors)
    for _ in range(2):
        wv.save(tmp_path / "folder", format)
        assert_equal(load(tmp_path / "folder"), wv)
    assert describe(tmp_path / "folder")["format"] == format
    main = "model.safetensors" if format == "static-model" else "vectors.tsv"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / main).write_text("a 1 2\n")
    with pytest.raises(FileError, match=r"exists, and would be replaced by that of .*other; choose another name"):
        wv.save(tmp_path / "other", format)
    with pytest.raises(FileError, match=r"is a file, and a .* is a folder"):
        wv.save(tmp_path / "other" / main, format)
    with pytest.raises(InputError, match=r"is not finite|holds white space"):
        KeyedVectors(["a\tb"], [[np.nan]]).save(tmp_path / "new", "projector")
    assert not (tmp_path / "new").exists()


def test_a_link_stays_a_link(tmp_path, wv):
    (tmp_path / "link.bin").symlink_to(tmp_path / "real.bin")
    wv.save(tmp_path / "link.bin")
    assert (tmp_path / "link.bin").is_symlink()
    assert_equal(load(tmp_path / "real.bin"), wv)


def test_a_file_can_be_saved_over_itself(tmp_path, wv):
    wv.save(tmp_path / "x.safetensors")
    mapped = load(tmp_path / "x.safetensors")
    mapped.save(tmp_path / "x.safetensors")
    assert_equal(load(tmp_path / "x.safetensors"), wv)


def test_a_copy_is_compared_bit_by_bit(tmp_path, wv):
    wv.save(tmp_path / "x.bin")
    check_copy(wv, tmp_path / "x.bin")
    KeyedVectors(wv.words, -wv.vectors).save(tmp_path / "x.bin")
    with pytest.raises(FileError, match="does not hold the same numbers for 'the'"):
        check_copy(wv, tmp_path / "x.bin")
    with pytest.raises(FileError, match="does not hold the same words"):
        check_copy(wv.subset(wv.words[1:]), tmp_path / "x.bin")


def test_the_suffixes_that_help_names_are_those_of_the_formats():
    assert {*re.findall(r"``(\.\w+)``", KeyedVectors.save.__doc__)} <= {*SUFFIXES, ".gz"}
    assert {*re.findall(r"(\.\w+)(?: or | \()", describe_suffixes())} == {*SUFFIXES}


def test_what_a_format_loses_is_named():
    wv = KeyedVectors(["a"], [[1]], counts=[3], context_vectors=[[2]], metadata={"x": 1})
    assert left_out(wv, "safetensors") == []
    assert left_out(wv, "numpy") == ["context vectors", "metadata"]
    assert left_out(wv, "glove") == ["counts", "context vectors", "metadata"]


def test_numpy_files_keep_counts_and_take_other_numbers(tmp_path):
    KeyedVectors(["a", "b"], [[1], [2]], counts=[9, 4]).save(tmp_path / "x.npy")
    assert (tmp_path / "x.vocab.tsv").read_text() == "a\t9\nb\t4\n"
    assert load(tmp_path / "x.npy", words=["b"]).counts.tolist() == [4]
    np.save(tmp_path / "x.npy", np.asfortranarray(np.float64([[1, 2], [3, 4]])))
    assert load(tmp_path / "x.npy").vectors.tolist() == [[1, 2], [3, 4]]
    np.save(tmp_path / "x.npy", np.array([[1, 2], [3, 4]], ">f4"))
    assert load(tmp_path / "x.npy").vectors.tolist() == [[1, 2], [3, 4]]


def test_a_file_is_described(tmp_path):
    KeyedVectors(["a", "b"], [[1, 2], [3, 4]], metadata={"seed": 1}).save(tmp_path / "x.safetensors")
    assert describe(tmp_path / "x.safetensors") == {
        "format": "safetensors", "words": 2, "dim": 2, "dtype": "float32", "counts": False, "context_vectors": False,
        "phrases": 0, "ngrams": None, "first_words": ["a", "b"], "metadata": {"seed": 1},
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore:Exception ignored")  # gensim does not close GloVe files
@pytest.mark.parametrize("format", ["word2vec-binary", "word2vec-text", "glove"])
def test_gensim_reads_what_fastvec_writes(tmp_path, wv, format):
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    wv.save(tmp_path / "x", format)
    options = {"binary": format == "word2vec-binary", "no_header": format == "glove"}
    keyed = keyedvectors.KeyedVectors.load_word2vec_format(tmp_path / "x", **options)
    assert keyed.index_to_key == wv.words
    assert np.array_equal(bits(keyed.vectors), bits(wv.vectors))


@pytest.mark.parametrize("binary", [False, True])
def test_fastvec_reads_what_gensim_writes(tmp_path, wv, binary):
    pytest.importorskip("gensim")
    wv.to_gensim().save_word2vec_format(tmp_path / "x", binary=binary)
    assert_equal(load(tmp_path / "x"), wv)


@pytest.mark.parametrize(
    ("suffix", "magic"), [("gz", b"\x1f\x8b"), ("bz2", b"BZh"), ("xz", b"\xfd7z"), ("zst", b"(\xb5")]
)
@pytest.mark.parametrize("format", FORMATS)
def test_what_the_suffix_says_is_compressed(tmp_path, wv, format, suffix, magic):
    path = tmp_path / f"vectors{SUFFIX[format]}.{suffix}"
    wv.save(path, None if SUFFIX[format] in SUFFIXES else format)
    assert path.read_bytes().startswith(magic)
    assert recognise(Source(path)).name == format
    assert_equal(load(path), wv)
    before = path.read_bytes()
    wv.save(path, format)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "format", "message"),
    [
        (["'a'", "'b'"], "glove", "would be taken for a table with quoted words; save as .safetensors"),
        (["a,1", "b,2"], "glove", "would be taken for a table separated by commas"),
    ],
)
def test_what_would_be_taken_for_something_else_is_not_saved(tmp_path, words, format, message):
    wv = KeyedVectors(words, [[1.0], [2.0]])
    with pytest.raises(InputError, match=message):
        wv.save(tmp_path / "x", format)
    assert list(tmp_path.iterdir()) == []
    wv.save(tmp_path / "x.vec")
    assert_equal(load(tmp_path / "x.vec"), wv)


def test_binary_numbers_that_look_like_text_are_not_saved(tmp_path):
    wv = KeyedVectors(["a"], np.frombuffer(b"1234", np.float32).reshape(1, 1))
    with pytest.raises(InputError, match="as word2vec binary these words and numbers would be taken for word2vec text"):
        wv.save(tmp_path / "x.bin")


ANY_WORD = st.text(st.characters(exclude_categories=["Cs"]), max_size=4) | st.sampled_from(["1", "12", "'a'", "\ufeff"])


@settings(deadline=None, max_examples=100)
@given(st.data())
@pytest.mark.parametrize("format", FORMATS)
def test_any_words_are_read_as_they_were_written_or_refused(tmp_path_factory, format, data):
    words = data.draw(st.lists(ANY_WORD, unique=True, min_size=1, max_size=4))
    dim = data.draw(st.integers(1, 3))
    rows = st.lists(float32s | st.sampled_from([0.0, 1.0, 12.0]), min_size=dim, max_size=dim)
    matrix = np.array(data.draw(st.lists(rows, min_size=len(words), max_size=len(words))), np.float32)
    wv = KeyedVectors(words, matrix, counts=data.draw(st.none() | st.just(range(len(words)))))
    path = tmp_path_factory.mktemp("saved") / ("vectors" + SUFFIX[format])
    try:
        wv.save(path, format)
    except InputError:
        assert not path.exists()
        return
    assert_equal(load(path), wv)


@settings(deadline=None, max_examples=40)
@given(st.data())
@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("second", FORMATS)
def test_any_words_survive_any_two_formats_or_are_refused(tmp_path_factory, first, second, data):
    words = data.draw(st.lists(ANY_WORD, unique=True, min_size=1, max_size=3))
    wv = KeyedVectors(words, np.arange(2 * len(words)).reshape(-1, 2) / 3)
    folder = tmp_path_factory.mktemp("saved")
    try:
        wv.save(folder / ("one" + SUFFIX[first]), first)
        load(folder / ("one" + SUFFIX[first])).save(folder / ("two" + SUFFIX[second]), second)
    except InputError:
        return
    assert_equal(load(folder / ("two" + SUFFIX[second])), wv)
