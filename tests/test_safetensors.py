import json

import numpy as np
import pytest

from fastvec import FileError, InputError, KeyedVectors, load


@pytest.fixture
def wv():
    matrix = np.random.default_rng(1).standard_normal((4, 3)).astype(np.float32)
    arguments = {"counts": [9, 5, 5, 1], "context_vectors": matrix[::-1], "metadata": {"seed": 1, "dim": 3}}
    return KeyedVectors(["a", "naïve", "", "d\ne"], matrix, **arguments)


def test_everything_is_kept(tmp_path, wv):
    wv.save(tmp_path / "x.safetensors")
    copy = load(tmp_path / "x.safetensors")
    assert copy.words == wv.words
    assert np.array_equal(copy.vectors, wv.vectors)
    assert np.array_equal(copy.context_vectors, wv.context_vectors)
    assert copy.counts.tolist() == [9, 5, 5, 1]
    assert copy.metadata == {"seed": 1, "dim": 3}


def test_the_matrix_is_mapped_and_aligned(tmp_path, wv):
    wv.save(tmp_path / "x.safetensors")
    vectors = load(tmp_path / "x.safetensors").vectors
    assert not vectors.flags.writeable
    assert vectors.ctypes.data % 64 == 0


def test_opening_reads_no_vectors(tmp_path, wv):
    wv.save(tmp_path / "x.safetensors")
    vectors = load(tmp_path / "x.safetensors").vectors
    base = vectors
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)


def test_odd_float16_matrices_leave_the_rest_readable(tmp_path):
    KeyedVectors(["a"], np.float16([[1, 2, 3]]), counts=[7]).save(tmp_path / "x.safetensors")
    assert load(tmp_path / "x.safetensors").counts.tolist() == [7]


def test_the_safetensors_package_reads_it(tmp_path, wv):
    safetensors = pytest.importorskip("safetensors")
    wv.save(tmp_path / "x.safetensors")
    with safetensors.safe_open(tmp_path / "x.safetensors", "np") as file:
        assert set(file.keys()) == {"vectors", "context_vectors", "counts", "words", "word_offsets"}
        assert np.array_equal(file.get_tensor("vectors"), wv.vectors)
        assert bytes(file.get_tensor("words")) == "anaïved\ne".encode()
        metadata = {"format": "fastvec", "format_version": "1", "metadata": '{"dim": 3, "seed": 1}'}
        assert file.metadata() == metadata


def test_what_the_safetensors_package_writes_is_read(tmp_path):
    numpy_api = pytest.importorskip("safetensors.numpy")
    tensors = {
        "vectors": np.float32([[1, 2]]),
        "words": np.frombuffer(b"ab", np.uint8),
        "word_offsets": np.array([0, 2]),
    }
    numpy_api.save_file(tensors, tmp_path / "x.safetensors")
    copy = load(tmp_path / "x.safetensors")
    assert copy.words == ["ab"]
    assert copy["ab"].tolist() == [1, 2]


def test_metadata_that_json_cannot_hold_are_refused(tmp_path):
    for value in (object(), float("nan")):
        with pytest.raises(InputError, match="metadata must be JSON values"):
            KeyedVectors(["a"], [[1]], metadata={"x": value}).save(tmp_path / "x.safetensors")
    assert list(tmp_path.iterdir()) == []


def entry(dtype="F32", shape=(1, 2), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


GOOD = {
    "vectors": entry(),
    "word_offsets": entry("I64", (2,), (8, 24)),
    "words": entry("U8", (1,), (24, 25)),
}
BODY = np.float32([1, 2]).tobytes() + np.array([0, 1]).tobytes() + b"a"


def write(path, header, body=BODY, size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if size is None else size).to_bytes(8, "little") + text + body)


def test_the_headers_of_the_tests_below_are_good_but_for_one_thing(tmp_path):
    write(tmp_path / "x", GOOD)
    assert load(tmp_path / "x")["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (GOOD | {"vectors": entry(shape=(10**12, 300))}, "claims bytes 0 to 8 of 25"),
        (GOOD | {"vectors": entry(shape=(10**6, 10**6), offsets=(0, 4 * 10**12))}, "cut short or damaged"),
        (GOOD | {"vectors": entry(shape=(-1, -2))}, "entry for 'vectors' is not that of a tensor"),
        (GOOD | {"vectors": entry(shape=(1.0, 2))}, "is not that of a tensor"),
        (GOOD | {"vectors": entry(offsets=(0, 8, 9))}, "is not that of a tensor"),
        (GOOD | {"vectors": entry(offsets=(8, 0))}, "cut short or damaged"),
        (GOOD | {"vectors": 3}, "is not that of a tensor"),
        (GOOD | {"vectors": entry(dtype=["F32"])}, "is not that of a tensor"),
        (GOOD | {"vectors": entry("BF16")}, "vectors is BF16 .* F16 or F32 or I8 of 2 dimensions is expected"),
        (GOOD | {"vectors": entry(shape=(2,))}, "of 2 dimensions is expected"),
        (GOOD | {"vectors": entry(shape=(1, 0), offsets=(0, 0))}, "no dimensions"),
        (GOOD | {"vectors": entry(shape=(2, 1))}, "vectors has 2 rows for 1 words"),
        (GOOD | {"counts": entry("I64", (2,), (8, 24))}, "counts has 2 rows for 1 words"),
        (GOOD | {"word_offsets": entry("I64", (0,), (8, 8))}, "word_offsets do not fit"),
        (GOOD | {"word_offsets": entry("I64", (1,), (8, 16))}, "word_offsets do not fit"),
        ({"vectors": entry()}, "holds no tensor 'word_offsets'"),
        (GOOD | {"__metadata__": {"metadata": "[]"}}, "metadata are not a JSON object"),
        (GOOD | {"__metadata__": {"metadata": "{"}}, "metadata are not a JSON object"),
        (GOOD | {"__metadata__": 3}, "metadata are not a JSON object"),
        (b"{" + b"[" * 100_000, "not JSON"),
        (b"{\xff}", "not JSON"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path, header, message):
    write(tmp_path / "x", header)
    with pytest.raises(FileError, match=message) as caught:
        load(tmp_path / "x")
    assert str(caught.value).startswith(str(tmp_path / "x"))


def test_offsets_that_do_not_rise_are_refused(tmp_path):
    write(tmp_path / "x", GOOD, BODY[:8] + np.array([1, 1]).tobytes() + b"a")
    with pytest.raises(FileError, match="word_offsets do not fit"):
        load(tmp_path / "x")


def test_a_header_longer_than_the_file_is_refused(tmp_path):
    write(tmp_path / "x", GOOD, size=99_999_999)
    with pytest.raises(FileError, match="claims 99,999,999 bytes"):
        load(tmp_path / "x")


def test_a_header_that_is_no_object_is_refused(tmp_path):
    write(tmp_path / "x", b"{}", b"", size=2)
    with pytest.raises(FileError, match="holds no tensor"):
        load(tmp_path / "x")


def test_words_that_come_twice_are_refused_when_they_are_looked_up(tmp_path):
    header = {
        "vectors": entry(shape=(2, 1)),
        "word_offsets": entry("I64", (3,), (8, 32)),
        "words": entry("U8", (2,), (32, 34)),
    }
    write(tmp_path / "x", header, BODY[:8] + np.array([0, 1, 2]).tobytes() + b"aa")
    with pytest.raises(InputError, match="'a' comes twice"):
        load(tmp_path / "x")["a"]
