"""Files that are damaged, or made to do harm: each is refused in one line that names the file and the place."""

import gzip
import io
import os
import pickle
import re
import struct
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec import FileError, KeyedVectors, load
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors import FORMATS, source, word2vec_text
from tests.tools.fasttext_model import Model

FILES = (*(format for format in FORMATS if format not in ("static-model", "projector")), "gzip")


def refused(path, match="."):
    with pytest.raises(FileError, match=match) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(str(path.parent)), message
    assert "\n" not in message
    return message


def content(tmp_path, format):
    matrix = np.random.default_rng(1).standard_normal((30, 4)).astype(np.float32)
    subwords = Subwords(Ngrams(2, 3, 30, 2), matrix) if format == "floret" else None
    words = [f"word{row}" for row in range(30)]
    wv = KeyedVectors(words, matrix, counts=range(30), metadata={"seed": 1}, subwords=subwords)
    if format == "fasttext":
        return Model(wv.words).bytes()
    wv.save(tmp_path / "whole.npy", "word2vec-text" if format == "gzip" else format)
    data = (tmp_path / "whole.npy").read_bytes()
    return gzip.compress(data) if format == "gzip" else data


@pytest.mark.parametrize("format", FILES)
def test_a_file_cut_anywhere_is_refused(tmp_path, format):
    data = content(tmp_path, format)
    whole = load(tmp_path / "whole.npy").vectors if (tmp_path / "whole.npy").exists() else None
    for percent in range(100):
        part = data[: len(data) * percent // 100]
        (tmp_path / "whole.npy").write_bytes(part)
        if format == "glove" and part.endswith(b"\n"):  # has nothing that says how much there should be
            rows = load(tmp_path / "whole.npy").vectors
            assert np.array_equal(rows, whole[: len(rows)])
        else:
            refused(tmp_path / "whole.npy")


@pytest.mark.parametrize(
    ("format", "header", "message"),
    [
        ("word2vec-text", b"30 4\n", None),
        ("word2vec-text", b"31 4\n", "ends after 30 of the 31 words"),
        ("word2vec-text", b"29 4\n", "line 31: more than the 29 words"),
        ("word2vec-text", b"30 3\n", "line 1: claims 3 dimensions, but more numbers follow"),
        ("word2vec-text", b"30 1\n", "line 1: claims 1 dimensions, but more numbers follow"),
        ("word2vec-text", b"30 5\n", "line 1: claims 5 dimensions, but fewer numbers follow"),
        ("word2vec-text", b"0 4\n", "line 1: claims 0 words of 4 dimensions"),
        ("word2vec-text", b"30 0\n", "claims 30 words of 0 dimensions"),
        ("word2vec-text", b"1000000000000 300\n", "line 1: claims 1,000,000,000,000 words"),
        ("word2vec-text", b"30 1000000000000\n", "more than the file can hold"),
        ("word2vec-binary", b"30 4\n", None),
        ("word2vec-binary", b"31 4\n", "byte 715: ends within word 31 of 31"),
        ("word2vec-binary", b"29 4\n", "more data follow the 29 words"),
        ("word2vec-binary", b"30 3\n", "."),
        ("word2vec-binary", b"30 5\n", "."),
        ("word2vec-binary", b"0 999999999919377138\n", "claims 0 words of 999,999,999,919,377,138 dimensions"),
        ("word2vec-binary", b"30 0\n", "claims 30 words of 0 dimensions"),
        ("word2vec-binary", b"1000000000000 300\n", "claims 1,000,000,000,000 words of 300 dimensions"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path, format, header, message):
    data = content(tmp_path, format)
    (tmp_path / "x").write_bytes(header + data.split(b"\n", 1)[1])
    if message is None:
        assert len(load(tmp_path / "x")) == 30
    else:
        refused(tmp_path / "x", message)


def test_nothing_is_allocated_for_a_hostile_header(tmp_path):
    (tmp_path / "x").write_bytes(b"1000000000000 300\na" + b" 1" * 300 + b"\n")
    refused(tmp_path / "x")
    (tmp_path / "x").write_bytes(gzip.compress(b"1000000000000 300\na" + b" 1" * 300 + b"\n"))
    tracemalloc.start()
    try:
        refused(tmp_path / "x")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a 1 2\nb 1 x\n", "line 2: 'x' is not a finite number"),
        (b"a 1 2\nb nan 2\n", "line 2: 'nan' is not a finite number"),
        (b"a 1 2\nb 1 -inf\n", "line 2: '-inf' is not a finite number"),
        (b"a 1 2\nb 1 1_0\n", "line 2: '1_0' is not a finite number"),
        (b"a 1 2\nb 1 0x10\n", "line 2: '0x10' is not a finite number"),
        (b"a 1 2\nb 1 1e\n", "line 2: '1e' is not a finite number"),
        (b"a 1 2\nb 1 .\n", "line 2: '.' is not a finite number"),
        (b"a 1 2\nb 1 \f\f\n", r"line 2: '\\x0c\\x0c' is not a finite number"),
        (b"a 1 2\nb 1 2\xe9\n", "is not a finite number"),
        (b"a 1 2\nb 1 1e39\n", "line 2: '1e39' is too large for float32"),
        (b"a 1 2\nb 1 340282357000000000000000000000000000000\n", "line 2: '340282357.*' is too large for float32"),
        (b"a 1 2\nb 1 1e99999999999999999999\n", "too large"),
        (b"a 1 2\nb 1\n", "line 2: has 1 numbers after the word, 2 are expected"),
        (b"a 1 2\nb\nc 1 2\n", "line 2: has 0 numbers"),
        (b"a 1 2\nb 1 2 c 1 2\nd 1 2\n", "line 2: has 6 fields, 3 are expected; a newline seems to be missing"),
        (b"a 1 2\n 1 2\nc 1 2\n", "line 2: begins with a space"),
        (b"a 1 2\nb 1 2\n\na 3 4\n", "line 4: the word 'a' was already at line 1"),
        (b"a 1 2\ncaf\xe9 1 2\n", r"line 2: the word b'caf\\xe9' is not UTF-8"),
        (b"a\xc3 1 2\n\xa9 1 2\n", r"line 1: the word b'a\\xc3' is not UTF-8"),
        (b"a\nb\n", "line 1: no numbers follow the word"),
        (b"a 1 2", "byte 5: ends within a line"),
        (b"\n\n", "is empty"),
        (b"", "is empty"),
        ("a 1 2\n".encode("utf-16"), "not a file of vectors"),
    ],
)
def test_text_that_is_damaged_is_refused(tmp_path, text, message):
    (tmp_path / "x").write_bytes(text)
    refused(tmp_path / "x", message)


def test_the_line_is_named_when_threads_parse(tmp_path):
    lines = [b"w%d" % row + b" 0.125" * 50 for row in range(20000)]
    lines[17171] = lines[17171][:-1] + b"x"
    (tmp_path / "x").write_bytes(b"\n".join(lines) + b"\n")
    refused(tmp_path / "x", "line 17,172: '0.12x' is not a finite number")


def test_faults_are_passed_over_in_their_order_when_threads_parse(tmp_path, caplog):
    lines = [b"w%d" % row + b" 0.125" * 50 for row in range(20000)]
    faulty = [5000, 11111, 17171, 17172]
    for row in faulty:
        lines[row] = lines[row][:-1] + b"x"
    (tmp_path / "x").write_bytes(b"20000 50\n" + b"\n".join(lines) + b"\n")
    words, messages = passed_over(tmp_path / "x", caplog)
    assert words == [f"w{row}" for row in range(20000) if row not in faulty]
    assert messages == [
        f"{tmp_path / 'x'}: passed over 4 faults, the first: line 5,002: '0.12x' is not a finite number"
    ]


def test_long_runs_of_digits_are_looked_at_once(tmp_path):
    (tmp_path / "x").write_bytes(b"a 1 2\nb 1 " + b"0" * 200_000 + b"x\n")
    began = time.process_time()
    refused(tmp_path / "x", "line 2: ")
    assert time.process_time() - began < 10  # 5 minutes if the time grew by the square


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(word2vec_text, "_LONGEST_LINE", 1 << 20)
    (tmp_path / "x").write_bytes(b"a " + b"1" * (6 << 20))
    refused(tmp_path / "x", "no line ends between bytes 0 and ")


def record(word=b"a", numbers=(1.0, 2.0, 3.0)):
    return word + b" " + np.float32(numbers).tobytes() + b"\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (record() + record(b"b", (1, np.nan, 2)), "byte 19: word 2 is damaged: a number that is not finite"),
        (record() + record(b"b", (1, 2, -np.inf)), "byte 19: word 2 is damaged: a number that is not finite"),
        (record() + record(b""), "byte 19: word 2 is damaged: an empty word"),
        (record() + record(b"a"), "byte 19: the word 'a' was already at byte 4"),
        (record() + record(b"\xe9"), r"byte 19: the word b'\\xe9' is not UTF-8"),
        (record() + b"b" * 30, "ends within word 2 of 2"),
        (record() + record(b"b") + b"c", "more data follow"),
    ],
)
def test_binary_that_is_damaged_is_refused(tmp_path, data, message):
    (tmp_path / "x").write_bytes(b"2 3\n" + data)
    refused(tmp_path / "x", message)


def test_a_binary_word_without_end_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(b"9 3\n" + record() + b"\x01" * (5 << 20))
    refused(tmp_path / "x", "byte 18: no word ends within the next 1,048,576 bytes")


class Harm:
    def __reduce__(self):
        return (open, ("harm", "w"))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_not_opened(tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_bytes(pickle.dumps(Harm(), protocol))
    refused(tmp_path / "x", "is a Python pickle")
    (tmp_path / "x.npy").write_bytes(npy(np.array([[Harm()]], object)))
    (tmp_path / "x.vocab.tsv").write_text("a\n")
    refused(tmp_path / "x.npy", "holds Python objects")
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89HDF\r\n", "HDF5"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "not a file of vectors"),
        (bytes(100), "not a file of"),
        (b"the\t9\nof\t7\n", "is a vocabulary, not vectors; train its words with --vocab"),
        (b"PK\x03\x04" + bytes(26) + b"format.npy", "is a file of co-occurrences, not vectors"),
    ],
)
def test_other_files_are_refused(tmp_path, data, message):
    (tmp_path / "x").write_bytes(data)
    refused(tmp_path / "x", message)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "x")
    refused(tmp_path / "x", "is a pipe or device, which can be read once only; write it to a file first")


def test_a_zip_archive_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("glove.txt", "a 1 2\n")
    refused(tmp_path / "x", "ZIP archive; unpack it")


@pytest.mark.parametrize("line", [b"word 0 0 0 0\n", b"\0" * 13], ids=["lines", "zeros"])
@pytest.mark.parametrize("header", [b"", b"100000000 4\n"])
def test_a_decompression_bomb_is_refused(tmp_path, monkeypatch, line, header):
    monkeypatch.setattr(source, "_HARMLESS", 1 << 20)
    (tmp_path / "x.gz").write_bytes(gzip.compress(header + line * 2_000_000))
    refused(tmp_path / "x.gz", "expands more than 100-fold|claims|not a file of vectors")


def test_a_missing_file_is_named(tmp_path):
    refused(tmp_path / "nowhere.txt", "nowhere.txt: [Nn]o such file")
    refused(tmp_path, "[Ii]s a directory")


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


GOOD = npy(np.zeros((2, 3), np.float32))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (npy(np.zeros((2, 3), np.int32)), "holds int32 of shape"),
        (
            npy(np.zeros(3, np.float32)),
            r"holds float32 of shape \(3,\); a matrix of floating point numbers is expected",
        ),
        (npy(np.zeros((2, 0), np.float32)), "holds float32 of shape"),
        (GOOD[:-1], "claims 24 bytes for its array, and holds 23"),
        (GOOD + b"\0", "claims 24 bytes for its array, and holds 25"),
        (GOOD.replace(b"(2, 3)", b"(-2,3)"), "header"),
        (GOOD.replace(b"(2, 3)", b"(9e9,)"), "header is not that of a .npy file"),
        (GOOD.replace(b"'<f4'", b"'<f3'"), "'<f3' is no kind of number"),
        (GOOD.replace(b"'<f4'", b"'<i4'"), "holds int32 of shape"),
        (GOOD.replace(b"{'descr'", b"{__import"), "header is not that of a .npy file"),
        (b"\x93NUMPY\x09\x00" + GOOD[8:], "header is not that of a .npy file"),
        (GOOD[:8] + struct.pack("<H", 60000) + GOOD[10:], "header is not that of a .npy file"),
    ],
)
def test_an_array_that_is_not_a_matrix_is_refused(tmp_path, data, message):
    (tmp_path / "x.npy").write_bytes(data)
    (tmp_path / "x.vocab.tsv").write_text("a\nb\n")
    refused(tmp_path / "x.npy", message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a\n", "x.vocab.tsv: has 1 words, and .* 2 rows"),
        (b"a\na\n", "x.vocab.tsv, line 2: the word 'a' was already at line 1"),
        (b"a\n\n", "x.vocab.tsv, line 2: expected a word without a count, as on line 1, not ''"),
        (b"a\t1\nb\n", "line 2: expected a word, a tab and a count, not 'b'"),
        (b"a\t1\nb\t-1\n", "line 2: the count must be a whole number of at least 0, not '-1'"),
        (b"a\t1\nb\t1\t1\n", "line 2: expected a word, a tab and a count, not "),
        (
            b"a\n\xe9\n",
            r"x.vocab.tsv, line 2: is not UTF-8; convert .*, or read it with errors='replace'",
        ),
        (b"a\nb\t1\n", "line 2: expected a word without a count, as on line 1, not "),
    ],
)
def test_words_that_do_not_fit_the_array_are_refused(tmp_path, text, message):
    (tmp_path / "x.npy").write_bytes(GOOD)
    (tmp_path / "x.vocab.tsv").write_bytes(text)
    refused(tmp_path / "x.npy", message)


def test_an_array_without_words_is_refused(tmp_path):
    (tmp_path / "x.npy").write_bytes(GOOD)
    refused(tmp_path / "x.npy", r"x\.vocab\.tsv: [Nn]o such file")


def passed_over(path, caplog, errors="skip"):
    """Load a file despite its faults; return the words, and what is said about the faults."""
    caplog.clear()
    words = load(path, errors=errors).words
    return words, caplog.messages


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (b"3 2\na 1 2\nb1 2\nc 3 4\n", "a c", "a fault: line 3: has 1 numbers"),
        (b"3 2\n<<<< HEAD\na 1 2\n====\nb 3 4\n>>>> x\nc 5 6\n", "a b c", "4 faults, the first: line 2: 'HEAD' is not"),
        (b"3 2\na 1 2\nb nan 2\nc 1 1e39\n", "a", "2 faults, the first: line 3: 'nan' is not a finite number"),
        (b"2 2\na 1 2\na 3 4\n", "a", "a fault: line 3: the word 'a' was already at line 2"),
        (b"3 2\na 1.25 2.25\nb 3.25 4.25\n", "a b", "a fault: ends after 2 of the 3 words"),
        (b"1 2\na 1 2\nb 3 4\nc 5 6\n", "a b c", "a fault: line 3: more than the 1 words"),
        (b"2 3\na 1 2\nb 3 4\n", "a b", "a fault: line 1: claims 3 dimensions, but fewer numbers follow"),
        (b"2 1\na 1.5 2\nb 3.5 4\n", "a b", "a fault: line 1: claims 1 dimensions, but more numbers follow"),
        (b"99999999999 2\na 1 2\nb 3 4\n", "a b", "a fault: line 1: claims 99,999,999,999 words"),
        (b"2 2\na 1 2\n\xe9 3 4\n", "a", "a fault: line 3: the word b'\\xe9' is not UTF-8"),
        (b"a 1 2\nb 3 4", "a b", "a fault: byte 11: ends within a line"),
    ],
)
def test_faults_in_text_are_passed_over_on_demand_and_counted(tmp_path, caplog, text, words, said):
    (tmp_path / "x").write_bytes(text)
    refused(tmp_path / "x", r"errors='(skip|replace)' \(--errors (skip|replace)\)")
    found, messages = passed_over(tmp_path / "x", caplog)
    assert found == words.split()
    assert len(messages) == 1
    assert messages[0].startswith(f"{tmp_path / 'x'}: passed over {said}")


def test_words_that_are_not_utf_8_are_replaced_or_omitted(tmp_path, caplog):
    (tmp_path / "x").write_bytes(b"\xe9 1 2\nb 3 4\n")
    assert passed_over(tmp_path / "x", caplog, "replace")[0] == ["\ufffd", "b"]
    assert passed_over(tmp_path / "x", caplog, "skip")[0] == ["b"]


@pytest.mark.parametrize(
    ("data", "words", "said"),
    [
        (b"2 3\n" + record() + record(b"b", (1, np.nan, 2)), "a", "a fault: byte 19: word 2 is damaged: a number"),
        (b"2 3\n" + record(b"") + record(b"b"), "b", "a fault: byte 4: word 1 is damaged: an empty word"),
        (b"2 3\n" + record() + record(), "a", "a fault: byte 19: the word 'a' was already at byte 4"),
        (b"3 3\n" + record() + record(b"b"), "a b", "a fault: byte 34: ends within word 3 of 3"),
        (b"9999999 3\n" + record() + record(b"b"), "a b", "a fault: byte 40: ends within word 3 of 9,999,999"),
        (b"1 3\n" + record() + record(b"b"), "a b", "a fault: byte 33: more data follow the 1 words"),
        (b"2 3\n" + record() + record(b"\xe9"), "a", "a fault: byte 19: the word b'\\xe9' is not UTF-8"),
    ],
)
def test_faults_in_binary_are_passed_over_on_demand_and_counted(tmp_path, caplog, data, words, said):
    (tmp_path / "x").write_bytes(data)
    refused(tmp_path / "x")
    found, messages = passed_over(tmp_path / "x", caplog)
    assert found == words.split()
    assert [message.removeprefix(f"{tmp_path / 'x'}: passed over ")[: len(said)] for message in messages] == [said]


@pytest.mark.parametrize("format", ["safetensors", "numpy"])
def test_faults_in_mapped_files_are_passed_over_on_demand(tmp_path, caplog, format):
    words = ["good", "nan!", "twin", "twix", "bad!"]
    path = tmp_path / "x.npy"
    KeyedVectors(words, [[1], [np.nan], [2], [3], [4]], counts=[5, 4, 3, 2, 1]).save(path, format)
    damaged = tmp_path / "x.vocab.tsv" if format == "numpy" else path
    damaged.write_bytes(damaged.read_bytes().replace(b"twix", b"twin").replace(b"bad!", b"bad\xff"))
    refused(path)
    wv = load(path, errors="skip")
    assert (wv.words, wv.counts.tolist()) == (["good", "twin"], [5, 3])
    assert "passed over 3 faults, the first: word 5: b'bad\\xff' is not UTF-8" in caplog.text
    assert load(path, errors="replace").words == ["good", "twin", "bad\ufffd"]


def test_a_file_of_faults_alone_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(b"2 2\na nan 2\nb nan 2\n")
    with pytest.raises(FileError, match="has no word with a vector that can be read; line 2: 'nan' is not"):
        load(tmp_path / "x", errors="skip")


@pytest.mark.parametrize(
    ("line", "number"),
    [(b"c 0.1 0.2 0.3", "0.1"), (b"c 0.1 0.2d 0.1 0.2", "0.1"), (b"c 7 1 2", "7"), (b"c 1e-3 0.1 0.2", "1e-3")],
)
def test_a_damaged_line_is_no_longer_word(tmp_path, caplog, line, number):
    (tmp_path / "x").write_bytes(b"a 0.1 0.2\nb 0.1 0.2\n" + line + b"\n")
    refused(tmp_path / "x", f"line 3: '{number}' is a number more than the 2 that are expected")
    assert passed_over(tmp_path / "x", caplog)[0] == ["a", "b"]


FIELDS = ["a", "new", "york", "51", "0.5", "1e3", "-2", "x7", "1.", "nan", ".", "e5", "1e", "+.5"]
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?")


def naive_text(lines, dim):
    """Return the words and vectors of lines, of which those that are wrong are omitted."""
    found = {}
    for line in lines:
        fields = line.split()
        (first, *others), numbers = fields[:-dim] or [""], fields[-dim:]
        has_point = [bool(set(number) & set(".e")) for number in numbers]
        inside = [
            field for field in others if NUMBER.fullmatch(field) and (set(field) & set(".e") or not any(has_point))
        ]
        if dim < len(fields) < 2 * dim + 2 and all(map(NUMBER.fullmatch, numbers)) and not inside:
            found.setdefault(" ".join([first, *others]), np.float32(numbers).tolist())
    return found


@settings(deadline=None)
@given(st.integers(1, 3), st.lists(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=6), max_size=4))
def test_text_is_read_as_by_its_naive_twin(tmp_path_factory, dim, damaged):
    good = [f"g{row}" + " 0.25" * dim for row in range(8)]  # so that most lines are
    lines = good + [" ".join(fields) for fields in damaged]
    path = tmp_path_factory.mktemp("text") / "x"
    path.write_text(f"{len(lines)} {dim}\n" + "\n".join(lines) + "\n")
    wv = load(path, errors="skip")
    assert dict(zip(wv.words, wv.vectors.tolist(), strict=True)) == naive_text(lines, dim)


@pytest.mark.parametrize("word", ["new york", "area 51", "7 up", ". . .", "at e.g. x"])
def test_a_word_with_spaces_is_a_word(tmp_path, word):
    (tmp_path / "x").write_bytes(b"a 0.1 0.2\nb 0.1 0.2\n" + word.encode() + b" 0.5 3\n")
    assert load(tmp_path / "x").words == ["a", "b", word]


@pytest.mark.parametrize("header", [b"", b"300 4\n"])
@pytest.mark.parametrize("place", [0, 1, 290])
def test_a_control_character_in_a_word_leaves_text_text(tmp_path, header, place):
    lines = [b"w%d 0.25 -1.5 0.125 2\n" % row for row in range(300)]
    lines[place] = b"a\0\x01b 0.25 -1.5 0.125 2\n"
    (tmp_path / "x").write_bytes(header + b"".join(lines))
    assert load(tmp_path / "x", limit=2).vectors.tolist() == [[0.25, -1.5, 0.125, 2]] * 2
    assert load(tmp_path / "x").words[place] == "a\0\x01b"


@pytest.mark.parametrize(
    "text",
    [
        b'"V1" "V2"\n"the" 0.1 0.2\n"of" 0.3 0.4\n',
        b"word,0,1\nthe,0.1,0.2\nof,0.3,0.4\n",
        b"the;0.1;0.2\nof;0.3;0.4\n",
        b'"","V1","V2"\n"the",0.1,0.2\n"of",0.3,0.4\n',
        b"a,1 0 0\nb,0 1 0\n",
    ],
)
def test_a_table_is_refused_with_the_cure(tmp_path, text):
    (tmp_path / "x").write_bytes(text)
    refused(tmp_path / "x", r"x: is a table .*; write it with spaces between, .*to_csv\(.*write.table\(")


def test_headings_are_passed_over_on_demand(tmp_path):
    (tmp_path / "x").write_bytes(b"V1  V2\nthe  0.1  0.2\nof  0.3  0.4\n")
    refused(tmp_path / "x", "line 1: 'V2' is not a finite number")
    assert load(tmp_path / "x", errors="skip").words == ["the", "of"]
