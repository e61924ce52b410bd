import gzip
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastvec
from fastvec.corpus.files import without_marks
from fastvec.corpus.sources import Sentences, TokenLists, is_unchanged, open_source
from fastvec.errors import FileError, InputError


def text_of(source):
    return [(name, b"".join(blocks)) for name, blocks in open_source(source).parts(lambda _: None)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a.txt", ".hidden", "a/2.txt", "a/10.txt", ".git/x.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(name)
    return tmp_path


def test_a_string_is_a_path(folder):
    assert text_of("a.txt") == text_of(Path("a.txt")) == [("a.txt", b"a.txt")]


def test_several_paths_are_read_in_the_order_given(folder):
    assert [name for name, _ in text_of([Path("b.txt"), Path("a.txt"), Path("b.txt")])] == ["b.txt", "a.txt", "b.txt"]


def test_a_folder_stands_for_its_files_in_order_without_the_hidden_ones(folder):
    assert [name for name, _ in text_of(".")] == ["a/10.txt", "a/2.txt", "a.txt", "b.txt"]
    assert [name for name, _ in text_of([Path("b.txt"), Path("a")])] == ["b.txt", "a/10.txt", "a/2.txt"]


def test_the_name_of_several_sources_is_short(folder):
    assert open_source([Path("b.txt"), Path("a"), Path("a.txt")]).name == "b.txt and 2 more"
    assert open_source("-").name == "standard input"


def test_the_size_is_that_of_all_files(folder):
    assert open_source(".").n_bytes == len("b.txta.txta/2.txta/10.txt")


def test_a_change_of_a_file_is_seen(folder):
    source = open_source(".")
    assert is_unchanged(source)
    os.utime("a/2.txt", ns=(0, 0))
    assert not is_unchanged(source)
    source = open_source(".")
    Path("b.txt").unlink()
    assert not is_unchanged(source)


def test_a_pipe_that_gives_little_at_a_time_is_known_by_its_first_bytes(folder):
    os.mkfifo("pipe")
    data = gzip.compress(b"the cat")

    def write():
        with open("pipe", "wb", buffering=0) as pipe:
            pipe.write(data[:1])
            time.sleep(0.05)
            pipe.write(data[1:])

    with ThreadPoolExecutor() as pool:
        written = pool.submit(write)
        assert [b"".join(blocks) for _, blocks in open_source("pipe").parts(lambda _: None)] == [b"the cat"]
        written.result()


def test_a_pipe_can_be_read_once(folder):
    os.mkfifo("pipe")
    source = open_source("pipe")
    assert source.identity is None
    assert source.n_bytes is None


def test_a_folder_without_files_is_refused(folder):
    Path("empty/deep").mkdir(parents=True)
    with pytest.raises(FileError, match=r"^empty: no files in this folder$"):
        open_source("empty")


MARK = "\ufeff".encode()


@settings(deadline=None)
@given(st.lists(st.sampled_from([MARK, MARK[:1], MARK[:2], b"\n", b"a"])), st.lists(st.integers(0, 20), max_size=4))
def test_byte_order_marks_at_the_beginning_of_lines_are_removed(pieces, places):
    text = b"".join(pieces)
    cuts = sorted(min(place, len(text)) for place in places)
    blocks = [text[start:stop] for start, stop in pairwise([0, *cuts, len(text)])]
    expected = re.sub(rb"^(\xef\xbb\xbf)+", b"", text, flags=re.MULTILINE)
    assert b"".join(without_marks(blocks)) == expected


def test_files_with_marks_can_be_joined():
    with fastvec.read_corpus(["\ufeffthe cat\n", "\ufeffthe dog"]) as corpus:
        assert corpus.vocabulary(min_count=1).words == ["the", "cat", "dog"]


@pytest.mark.parametrize("source", ["missing.txt", [Path("a.txt"), Path("missing.txt")]])
def test_a_missing_file_is_named(folder, source):
    with pytest.raises(FileError, match=r"^missing.txt: no such file or folder$"):
        open_source(source)


def test_text_in_place_of_a_path_is_explained():
    with pytest.raises(FileError, match=r"^the cat sat: no such file or folder; text in memory is passed as a list"):
        open_source("the cat sat")


def test_a_path_that_cannot_be_one_is_refused():
    with pytest.raises(FileError, match=r"embedded null byte"):
        open_source("a\0b")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(folder):
    Path("a.txt").chmod(0)
    with pytest.raises(FileError, match=r"^a.txt: permission denied$"):
        text_of("a.txt")


def test_a_file_that_cannot_be_opened_is_named(folder, monkeypatch):
    source = open_source("a.txt")
    Path("a.txt").unlink()
    with pytest.raises(FileError, match=r"^a.txt: no such file or folder$"):
        list(source.parts(lambda _: None))


def test_a_folder_that_cannot_be_listed_is_named(folder, monkeypatch):
    def fail(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(FileError, match=r"^a: permission denied$"):
        open_source("a")


def test_a_closed_standard_input_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(FileError, match=r"^standard input: it is closed$"):
        text_of("-")


def test_strings_are_lines(tmp_path):
    source = open_source(line for line in ["one", "two\nthree", b"four"])
    assert isinstance(source, Sentences)
    assert next(source.parts(lambda _: None))[0] == "the source"
    assert text_of(["one", "two\nthree", b"four"]) == [("the source", b"one\ntwo\nthree\nfour\n")]


def test_many_strings_come_in_several_blocks():
    told = []
    ((_, blocks),) = open_source("word" for _ in range(100_000)).parts(told.append)
    blocks = list(blocks)
    assert len(blocks) > 2
    assert b"".join(blocks) == b"word\n" * 100_000
    assert sum(told) == 500_000


def test_lists_of_words_are_sentences():
    source = open_source([["one", "two"], ("three",), np.array(["four"])])
    assert isinstance(source, TokenLists)
    assert list(source.sentences()) == [["one", "two"], ["three"], ["four"]]


@pytest.mark.parametrize("source", [3, None, b"text", bytearray(b"text")])
def test_other_things_are_refused(source):
    with pytest.raises(InputError, match=f"^the source must be a path, .*, not {type(source).__name__}$"):
        open_source(source)


def test_what_has_no_order_is_refused():
    with pytest.raises(InputError, match=r"^the source is a set, which has no order of words; pass a list$"):
        open_source({"a b"})


class Arrow:
    """A table as Arrow has it: lists of columns, and names of them."""

    column_names = ("id", "text")
    columns = ([1], ["a b"])

    def __iter__(self):
        return iter(self.columns)

    def to_pylist(self):
        return [{"id": 1, "text": "a b"}]


@pytest.mark.parametrize(
    ("source", "column"),
    [
        (pd.DataFrame({"id": [1], "body text": ["a b"]}), "source['body text']"),
        ({"id": [1], "text": ["a b"]}, "source['text']"),
        ({}, "source['text']"),
        (Arrow(), "source['text'].to_pylist()"),
    ],
)
def test_a_table_is_answered_with_its_column_of_text(source, column):
    message = f"the source is a {type(source).__name__}; pass the column that holds the text, such as {column}"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        open_source(source)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_missing_values_are_answered_with_the_cure(missing):
    cure = re.escape("; leave out missing values (in pandas: frame['text'].dropna())")
    with pytest.raises(InputError, match=f"item 2 of the source must be a string.*{cure}$"):
        text_of(pd.Series(["one", missing], dtype=object))
    with pytest.raises(InputError, match=f"item 1 of the source must be a list of words.*{cure}$"):
        list(open_source([missing, "one"]).sentences())


def test_a_list_of_strings_that_are_files_is_refused_with_the_cure(folder):
    with pytest.raises(InputError, match=r"'a.txt' is a file; to read these files, pass pathlib.Path objects$"):
        open_source(["a.txt", "b.txt"])
    assert isinstance(open_source(["a.txt", "is a file"]), Sentences)


def test_a_list_of_paths_holds_nothing_else():
    with pytest.raises(InputError, match=r"^a list of paths must hold paths only, not int$"):
        open_source([Path("x"), 3])


def test_an_exhausted_generator_is_refused():
    lines = (line for line in ["a"])
    list(lines)
    with pytest.raises(InputError, match=r"^the source is empty; a generator can be read only once"):
        open_source(lines)


def test_a_mixture_of_strings_and_lists_is_refused():
    with pytest.raises(InputError, match=r"^item 2 of the source must be a string, like the first, not list$"):
        text_of(["one", ["two"]])
    with pytest.raises(InputError, match=r"^item 2 of the source must be a list of words, not str$"):
        list(open_source([["one"], "two"]).sentences())


def test_items_that_are_neither_are_refused():
    with pytest.raises(InputError, match=r"^item 1 of the source must be a list of words, not int$"):
        list(open_source([1, 2]).sentences())
    with pytest.raises(
        InputError, match=r"^item 1 of the source is a dict; pass the column .* such as item\['text'\]$"
    ):
        list(open_source([{"text": "one"}]).sentences())
