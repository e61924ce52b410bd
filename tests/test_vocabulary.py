import os
import stat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.corpus import Vocabulary
from fastvec.errors import FileError, InputError


def make(**counts):
    return Vocabulary(list(counts), np.array(list(counts.values()), np.int64))


def test_words_have_ids_and_counts():
    vocabulary = make(the=3, cat=1)
    assert len(vocabulary) == 2
    assert list(vocabulary) == ["the", "cat"]
    assert vocabulary["cat"] == 1
    assert "the" in vocabulary
    assert "dog" not in vocabulary
    assert vocabulary.n_tokens == 4
    with pytest.raises(KeyError):
        vocabulary["dog"]


def test_a_file_has_a_line_for_each_word(tmp_path):
    make(the=3, café=1).save(tmp_path / "v.tsv")
    assert (tmp_path / "v.tsv").read_bytes() == "the\t3\ncafé\t1\n".encode()


words = st.text(st.characters(blacklist_characters="\t\n\ufeff", blacklist_categories=["Cs"]), min_size=1, max_size=6)


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(words, st.integers(1, 2**62), min_size=1))
def test_a_saved_vocabulary_is_loaded_as_it_was(tmp_path_factory, counts):
    path = tmp_path_factory.mktemp("v") / "v.tsv"
    ordered = sorted(counts, key=lambda word: (-counts[word], word.encode()))
    Vocabulary(ordered, np.array([counts[word] for word in ordered])).save(path)
    loaded = Vocabulary.load(path)
    assert loaded.words == ordered
    assert loaded.counts.tolist() == [counts[word] for word in ordered]
    assert loaded.counts.dtype == np.int64


def test_lines_in_any_order_and_with_any_end_are_accepted(tmp_path):
    (tmp_path / "v.tsv").write_bytes(b"\xef\xbb\xbfb\t1\r\na\t1\r\nthe cat\t5")
    loaded = Vocabulary.load(tmp_path / "v.tsv")
    assert (loaded.words, loaded.counts.tolist()) == (["the cat", "a", "b"], [5, 1, 1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a\t1\nb\n", r"v.tsv, line 2: expected a word, a tab and a count, not 'b'$"),
        (b"\t1\n", r"v.tsv, line 1: expected a word, a tab and a count, not "),
        (b"a\tb\t1\n", r"v.tsv, line 1: expected a word, a tab and a count, not "),
        (b"a\t" + b"9" * 5000 + b"\n", r"v.tsv, line 1: the count must be a whole number of at least 0, not '9{60}'$"),
        (b"a\t1.5\n", r"v.tsv, line 1: the count must be .*, not '1.5'$"),
        (b"a\t9223372036854775808\n", r"v.tsv, line 1: the count must be"),
        (b"a\t1\nb\t1\na\t2\n", r"v.tsv, line 3: the word 'a' was already at line 1$"),
        (b"a\t1\n\xff\t2\n", r"v.tsv, line 2: is not UTF-8; convert the file \(iconv\)$"),
        (b'\x80\x01\0\0{"vectors":', r"v.tsv: is not text .a NUL byte in line 1.; give a file of words$"),
        (b"", r"v.tsv: no words in this vocabulary$"),
    ],
)
def test_a_malformed_file_names_the_line(tmp_path, text, message):
    (tmp_path / "v.tsv").write_bytes(text)
    with pytest.raises(FileError, match=message):
        Vocabulary.load(tmp_path / "v.tsv")


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_a_compressed_vocabulary_is_written_and_read(tmp_path, suffix):
    path = tmp_path / f"v.tsv{suffix}"
    make(the=3, cat=1).save(path)
    assert not path.read_bytes().startswith(b"the")
    assert Vocabulary.load(path).words == ["the", "cat"]
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises(FileError, match=r"v\.tsv\.\w+: is damaged or cut short: "):
        Vocabulary.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileError, match=r"v.tsv: cannot be read \(No such file or directory\)$"):
        Vocabulary.load(tmp_path / "v.tsv")


@pytest.mark.parametrize("word", ["a\tb", "a\nb"])
def test_words_that_would_break_the_file_are_refused_before_it_is_touched(tmp_path, word):
    with pytest.raises(InputError, match=r"the word 'a.*b' holds white space, which a vocabulary file cannot hold$"):
        make(**{word: 1}).save(tmp_path / "v.tsv")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(FileError, match=r"v.tsv: there is no folder .*; make it first$"):
        make(a=1).save(tmp_path / "none" / "v.tsv")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "v.tsv").write_text("old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(FileError, match=r"v.tsv: no space left for it; free some, or choose another folder$"):
        make(a=1).save(tmp_path / "v.tsv")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_the_file_can_be_read_by_whom_the_umask_allows(tmp_path):
    before = os.umask(0o027)
    try:
        make(a=1).save(tmp_path / "v.tsv")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "v.tsv").stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("counts", "message"), [([1], "2 words, 1 counts"), ([1, 2], "must fall"), ([1, -1], "must fall")]
)
def test_counts_that_do_not_fall_are_refused(counts, message):
    with pytest.raises(InputError, match=message):
        Vocabulary(["a", "b"], np.array(counts))
