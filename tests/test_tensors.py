import numpy as np
import pytest

from fastvec.disk.tensors import TensorFile, write_tensors
from fastvec.errors import FileError

ARRAYS = {"W": np.arange(12, dtype=np.float32).reshape(3, 4), "none": np.zeros((0, 3)), "n": np.arange(3)}


@pytest.fixture
def path(tmp_path):
    with open(tmp_path / "a.state", "wb") as file:
        write_tensors(file, ARRAYS, {"epoch": "3"}, checksum=True)
    return tmp_path / "a.state"


def test_a_file_is_read_as_it_was_written(path):
    saved = TensorFile(path)
    assert saved.metadata == {"epoch": "3"}
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(saved.read(name), array)
        assert saved.read(name).dtype == array.dtype


def test_an_array_is_read_into_another(path):
    W = np.zeros((5, 4), np.float32)
    TensorFile(path).read("W", W[:3])
    np.testing.assert_array_equal(W[:3], ARRAYS["W"])
    assert not W[3:].any()


def test_strided_rows_are_written_together(tmp_path):
    with open(tmp_path / "a.state", "wb") as file:
        write_tensors(file, {"W": ARRAYS["W"][::2, 1:3]}, {}, checksum=True)
    assert TensorFile(tmp_path / "a.state").read("W").tolist() == [[1, 2], [9, 10]]


def test_the_safetensors_package_reads_it(path):
    safetensors = pytest.importorskip("safetensors")
    with safetensors.safe_open(path, "np") as file:
        assert file.metadata() == {"epoch": "3"}
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(file.get_tensor(name), array)


def test_every_byte_that_is_changed_is_seen(path):
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(FileError, match=r"a\.state: is damaged"):
            TensorFile(path)


def test_every_length_but_the_right_one_is_seen(path):
    whole = path.read_bytes()
    for n in range(len(whole)):
        path.write_bytes(whole[:n])
        with pytest.raises(FileError, match=r"a\.state: is damaged"):
            TensorFile(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(FileError, match=r"a\.state: is damaged"):
        TensorFile(path)


@pytest.mark.parametrize(
    ("name", "out", "message"),
    [
        ("V", None, "holds no tensor 'V'"),
        ("W", np.zeros((4, 4), np.float32), r"W is float32 of shape \(3, 4\), not float32 of shape \(4, 4\)"),
        ("W", np.zeros((3, 4)), r"not float64"),
    ],
)
def test_another_array_is_refused(path, name, out, message):
    with pytest.raises(FileError, match=message):
        TensorFile(path).read(name, out)


def test_a_file_that_shrinks_after_it_was_checked_is_refused(path):
    saved = TensorFile(path)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(FileError, match="cut short"):
        saved.read("n")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileError, match=r"b\.state: cannot be read \(No such file"):
        TensorFile(tmp_path / "b.state")
