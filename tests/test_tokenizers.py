import sys
from itertools import pairwise

import numpy as np
import pytest

from fastvec.corpus import read_corpus
from fastvec.corpus.tokenizers import choose_tokenizer, finish_words
from fastvec.errors import InputError
from fastvec.words import PackedWords


def finished(pieces, find_words=False, lowercase=False, errors="replace"):
    """Give the words of each piece, and the places of the invalid ones."""
    encoded = [piece if isinstance(piece, bytes) else piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *map(len, encoded)])
    packed = PackedWords(np.frombuffer(b"".join(encoded), np.uint8), offsets)
    final = finish_words(packed, find_words=find_words, lowercase=lowercase, errors=errors)
    words = final.words.decode()
    assert len(set(words)) == len(words)
    starts, finals = final.arrays()
    return [[words[k] for k in finals[start:stop]] for start, stop in pairwise(starts)], final.invalid.tolist()


def words_of(text):
    return [word for words in finished(text.split(), find_words=True)[0] for word in words]


def test_valid_pieces_are_words_as_they_are():
    assert finished(["The", "the", "»x«"]) == ([["The"], ["the"], ["»x«"]], [])


def test_pieces_that_are_equal_in_lower_case_become_one_word():
    assert finished(["The", "the", "ÉTÉ", "\u039f\u0394\u039f\u03a3"], lowercase=True)[0] == [
        ["the"],
        ["the"],
        ["été"],
        ["\u03bf\u03b4\u03bf\u03c2"],
    ]


def test_words_are_found_within_pieces():
    assert words_of("Don't stop-over, “rock\u2019n\u2019roll” (3.14) foo_bar __ _x ''a' — !") == [
        "Don't", "stop", "over", "rock\u2019n\u2019roll", "3", "14", "foo_bar", "_x", "a",
    ]  # fmt: skip


def test_marks_are_part_of_words():
    assert words_of("हिन्दी می‌خواهم e\u0301te\u0301 שָׁלוֹם") == ["हिन्दी", "می‌خواهم", "e\u0301te\u0301", "שָׁלוֹם"]


def test_pieces_without_words_vanish():
    assert finished(["--", "a--b", "..."], find_words=True)[0] == [[], ["a", "b"], []]


def test_invalid_bytes_are_replaced_or_left_out():
    pieces = [b"caf\xe9", "café", b"\xff", b"\xfe"]
    assert finished(pieces) == ([["caf\ufffd"], ["café"], ["\ufffd"], ["\ufffd"]], [0, 2, 3])
    assert finished(pieces, errors="ignore") == ([["caf"], ["café"], [], []], [0, 2, 3])


def test_pieces_that_are_valid_only_together_are_invalid():
    assert finished([b"a\xc3", b"\xa9b"])[1] == [0, 1]


def test_a_function_of_a_module_is_found_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "my_tokens.py").write_text("def split(line): return line.split('-')")
    monkeypatch.syspath_prepend(tmp_path)
    chosen = choose_tokenizer("my_tokens:split")
    assert chosen.of_line("a-b") == ["a", "b"]
    assert chosen.identity[0][0] == str(tmp_path / "my_tokens.py")
    del sys.modules["my_tokens"]


def test_a_module_without_a_file_has_nothing_to_change():
    assert choose_tokenizer("sys:intern").identity == []


def test_a_function_is_taken_as_it_is():
    chosen = choose_tokenizer(str.split)
    assert (chosen.name, chosen.of_line, chosen.identity) == ("str.split", str.split, None)


@pytest.mark.parametrize("tokenizer", ["spaces", "", ":x", "x:", "a:b:c", None, 3])
def test_other_tokenizers_are_refused(tokenizer):
    with pytest.raises(
        InputError, match=r'^tokenizer must be "whitespace", "words", "module:function" or a function, not'
    ):
        choose_tokenizer(tokenizer)


def test_a_module_that_cannot_be_imported_is_named():
    with pytest.raises(
        InputError, match=r"^tokenizer no_such:f: there is no module no_such; install it \(pip install no_such\)$"
    ):
        choose_tokenizer("no_such:f")


@pytest.mark.parametrize("name", ["nothing", "__doc__"])
def test_a_function_that_is_not_there_is_named(name):
    with pytest.raises(InputError, match=f"^tokenizer sys:{name}: sys has no function {name}$"):
        choose_tokenizer(f"sys:{name}")


@pytest.mark.filterwarnings("ignore")  # its own
def test_chinese_is_split_by_jieba():
    pytest.importorskip("jieba")
    with read_corpus(["我来到北京清华大学", "他来到清华大学"], tokenizer="jieba:lcut") as corpus:
        assert corpus.vocabulary(min_count=2).words == ["来到", "清华大学"]
