import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.corpus import stream
from fastvec.corpus.stream import renumbered
from fastvec.errors import InputError
from fastvec.words import PackedWords, is_utf8, read_word_lines, refuse_words, word_lines

words_and_counts = st.dictionaries(
    st.text(alphabet="ab\x00é漢", max_size=20) | st.text(max_size=5).map(lambda word: "prefix of eight" + word),
    st.integers(1, 3),
    min_size=1,
)


def packed(words):
    return PackedWords.pack(list(words), "surrogatepass")


@settings(deadline=None)
@given(words_and_counts)
def test_the_order_is_by_falling_count_and_then_by_bytes(counts):
    words = list(counts)
    order = packed(words).falling_order(np.array(list(counts.values())))
    expected = sorted(words, key=lambda word: (-counts[word], word.encode("utf-8", "surrogatepass")))
    assert [words[k] for k in order] == expected


def test_words_with_a_long_beginning_in_common_are_in_order():
    ends = ["", "\x00", "\x00\x00", "a", "é", "abcdefgh", "abcdefghi", "abcdefgh\x00"]
    words = [start + end for start in ("", "12345678", "1234567", "12345678" * 3, "1" * 99) for end in ends]
    assert [words[k] for k in packed(words).falling_order(np.ones(len(words), np.int64))] == sorted(words)
    assert sorted(packed(["12345678"] * 3).falling_order(np.ones(3, np.int64)).tolist()) == [0, 1, 2]


@settings(deadline=None)
@given(st.lists(st.text(max_size=9)), st.randoms())
def test_words_can_be_put_in_another_order(words, random):
    order = random.sample(range(len(words)), len(words))
    encoded = [words[k].encode("utf-8", "surrogatepass") for k in order]
    assert packed(words).take(np.array(order, np.int64)).split() == encoded


def test_a_newline_may_be_part_of_a_word():
    assert packed(["a\nb", "", "\n"]).split() == [b"a\nb", b"", b"\n"]


def test_the_first_words_are_a_list_of_their_own():
    assert packed(["tea", "", "café"]).head(2).decode() == ["tea", ""]
    assert packed(["tea"]).head(0).decode() == []


def test_bytes_are_utf8_or_not():
    assert is_utf8("é".encode())
    assert not is_utf8(b"\xe9")


def test_words_that_are_utf8_only_together_are_invalid():
    data = np.frombuffer(b"a\xc3\xa9b", np.uint8)
    assert PackedWords(data, np.array([0, 2, 4])).find_invalid().tolist() == [0, 1]
    assert PackedWords(data, np.array([0, 0, 4])).find_invalid().tolist() == []


@pytest.mark.parametrize("counts", [None, [3, 0]])
def test_lines_of_words_are_read_as_they_were_written(counts):
    counts = counts and np.array(counts)
    lines = word_lines(packed(["new york", "café"]), counts)
    words, read = read_word_lines(lines, "x", counted=False)
    assert words == ["new york", "café"]
    assert np.array_equal(read, counts)


def test_vocabularies_of_word2vec_and_glove_are_read():
    words, counts = read_word_lines([b"</s> 0\n", b"the 9\n", b"new york\t3\n", b"of a 2\n", b"\n"], "x")
    assert words == ["</s>", "the", "new york", "of a"]
    assert counts.tolist() == [0, 9, 3, 2]


def test_bytes_that_are_not_utf_8_are_kept_for_the_repair():
    words, _ = read_word_lines([b"\xe9\t1\n", b"\xe9\t1\n"], "x", repairs=True)
    assert PackedWords.pack(words, "surrogateescape").split() == [b"\xe9", b"\xe9"]


def test_a_word_longer_than_a_format_holds_is_refused():
    with pytest.raises(InputError, match=r"^a word has 4 bytes, a text file can hold 3; save"):
        refuse_words(packed(["ab", "abcd"]), b" ", "text", longest=3)


@pytest.mark.parametrize(("word", "problem"), [("", "is empty"), ("a\tb", "holds white space"), ("a\n", "holds white")])
def test_words_that_break_a_line_are_refused(word, problem):
    with pytest.raises(InputError, match=f"{problem}.*, which a vocabulary file cannot hold; do"):
        word_lines(packed([word]), np.array([1]), "; do this")


def test_a_byte_order_mark_before_the_first_word_is_refused():
    with pytest.raises(InputError, match=r"^the first word begins with a byte order mark, which a voc"):
        word_lines(packed(["\ufeffa"]), None)


def naive_renumbered(ids, sequences):
    sentences, sentence = [], []
    for i in ids:
        if i >= 0:
            sentence += sequences[i]
        elif sentence:
            sentences += [*sentence, -1]
            sentence = []
    return sentences + sentence


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=4).flatmap(
        lambda sequences: st.tuples(st.just(sequences), st.lists(st.integers(-1, len(sequences) - 1)))
    ),
    st.integers(1, 7),
)
def test_renumbering_in_any_pieces_gives_what_the_naive_twin_gives(case, size):
    sequences, ids = case
    starts = np.cumsum([0, *map(len, sequences)])
    finals = np.array([i for sequence in sequences for i in sequence], np.int32)
    chunks = [np.array(ids[k : k + size], np.int32) for k in range(0, len(ids), size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "N_IDS", 1)  # so that the room for the result is short
        result = [i for chunk in renumbered(chunks, starts, finals) for i in chunk.tolist()]
    assert result == naive_renumbered(ids, sequences)
