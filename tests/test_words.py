import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.corpus import stream
from fastvec.corpus.stream import renumbered
from fastvec.corpus.words import Words

words_and_counts = st.dictionaries(
    st.text(alphabet="ab\x00é漢", max_size=20) | st.text(max_size=5).map(lambda word: "prefix of eight" + word),
    st.integers(1, 3),
    min_size=1,
)


def packed(words):
    return Words.from_strings(list(words))


@settings(deadline=None)
@given(words_and_counts)
def test_the_order_is_by_falling_count_and_then_by_bytes(counts):
    words = list(counts)
    order = packed(words).falling_order(np.array(list(counts.values())))
    expected = sorted(words, key=lambda word: (-counts[word], word.encode("utf-8", "surrogatepass")))
    assert [words[k] for k in order] == expected


@settings(deadline=None)
@given(st.lists(st.text(max_size=9)), st.randoms())
def test_words_can_be_put_in_another_order(words, random):
    order = random.sample(range(len(words)), len(words))
    data, offsets = packed(words).reordered(np.array(order, np.int64))
    encoded = [words[k].encode("utf-8", "surrogatepass") for k in order]
    assert data.tobytes() == b"".join(encoded)
    assert np.diff(offsets).tolist() == [len(word) for word in encoded]


def test_a_newline_may_be_part_of_a_word():
    assert packed(["a\nb", "", "\n"]).byte_strings(np.arange(3)) == [b"a\nb", b"", b"\n"]


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
