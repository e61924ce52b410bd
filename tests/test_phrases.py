import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastvec
from fastvec import find_phrases, join_phrases, read_corpus
from fastvec.corpus import corpus as corpus_module
from fastvec.errors import InputError
from fastvec.phrases import Phrases

TEXT = ["new york is a city", "a cat is in new york", "is a city in a city"]


def text(corpus):
    return b"".join(corpus.text()).decode()


def chosen(corpus, *pairs):
    """Give pairs of words as phrases."""
    vocabulary = corpus.vocabulary(min_count=1)
    firsts, seconds = (np.array([vocabulary[pair[k]] for pair in pairs], np.int64) for k in range(2))
    return Phrases(vocabulary, firsts, seconds, np.ones(len(pairs), np.int64), np.ones(len(pairs)))


def joined(sentences, *pairs, delimiter="_"):
    """Give the text of sentences whose pairs are joined, and the words with their counts."""
    corpus = read_corpus(sentences)
    result = join_phrases(corpus, chosen(corpus, *pairs), delimiter)
    vocabulary = result.vocabulary(min_count=1)
    return text(result), dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True))


def naive(sentence, pairs, delimiter):
    words, found = sentence.split(), []
    while words:
        if tuple(words[:2]) in pairs:
            words[:2] = [delimiter.join(words[:2])]
        found.append(words.pop(0))
    return found


def test_the_score_of_word2phrase_is_how_many_times_more_often_than_by_chance():
    found = list(find_phrases(read_corpus(TEXT), min_count=1, threshold=1.4))
    assert found == [("new", "york", 2, (2 - 1) * 17 / (2 * 2)), ("a", "city", 3, (3 - 1) * 17 / (4 * 3)),
                     ("is", "a", 2, (2 - 1) * 17 / (3 * 4))]  # fmt: skip


def test_npmi_is_one_for_words_that_only_stand_together():
    found = list(find_phrases(read_corpus(TEXT), min_count=2, scoring="npmi"))
    assert [(first, second) for first, second, *_ in found] == [("new", "york"), ("a", "city")]
    assert found[0].score == pytest.approx(1)
    assert found[1].score == pytest.approx(np.log(3 * 17 / (4 * 3)) / np.log(17 / 3))


def test_the_threshold_must_be_exceeded():
    assert len(find_phrases(read_corpus(TEXT), min_count=1, threshold=4.25)) == 0


def test_each_scoring_has_a_threshold_of_its_own():
    corpus = read_corpus([" ".join(f"w{k}" for k in range(900)) + " new york new york"] * 2)
    assert [(a, b) for a, b, *_ in find_phrases(corpus, min_count=2, threshold=None)] == [("new", "york")]
    assert len(find_phrases(corpus, min_count=2, scoring="npmi")) == 902


def test_words_on_either_side_of_a_rare_word_are_no_pair():
    corpus = read_corpus([f"new x{k} york" for k in range(9)])
    assert len(find_phrases(corpus, min_count=2, threshold=0)) == 0


def test_words_of_two_sentences_are_no_pair():
    corpus = read_corpus(["a b", "c d"] * 9)
    assert {(x, y) for x, y, *_ in find_phrases(corpus, threshold=0)} == {("a", "b"), ("c", "d")}


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"min_count": 0}, "min_count must be at least 1, not 0"),
        ({"scoring": "pmi"}, "scoring must be one of word2phrase, npmi, not 'pmi'"),
        ({"threshold": np.nan}, "threshold must be a finite number"),
    ],
)
def test_parameters_are_checked(argument, message):
    with pytest.raises(InputError, match=message):
        find_phrases(read_corpus(TEXT), **argument)


def test_pairs_are_joined_from_the_left():
    assert joined(["new york city", "york city"], ("new", "york"), ("york", "city"))[0] == "new_york city\nyork_city\n"


def test_a_word_may_follow_itself():
    assert joined(["ha ha ha", "x"], ("ha", "ha"))[0] == "ha_ha ha\nx\n"


def test_words_that_are_always_joined_vanish_and_the_others_are_counted_anew():
    found, counts = joined([*TEXT, "new"], ("new", "york"), ("a", "city"))
    assert found == "new_york is a_city\na cat is in new_york\nis a_city in a_city\nnew\n"
    assert counts == {"a_city": 3, "is": 3, "in": 2, "new_york": 2, "a": 1, "cat": 1, "new": 1}


def test_a_phrase_that_is_a_word_of_the_text_already_is_that_word():
    assert joined(["new_york", "x new york"], ("new", "york"))[1] == {"new_york": 2, "x": 1}


def test_phrases_that_are_spelt_alike_are_one_word():
    assert joined(["a bc", "ab c x"], ("a", "bc"), ("ab", "c"), delimiter="")[1] == {"abc": 2, "x": 1}


def test_no_phrases_leave_the_text_as_it_is():
    corpus = read_corpus(TEXT)
    result = join_phrases(corpus, find_phrases(corpus, threshold=1e9))
    assert (text(result), result.fingerprint) == (text(corpus), corpus.fingerprint)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text("abc", min_size=1, max_size=40), min_size=1, max_size=5), st.sampled_from("abc"))
def test_a_text_is_joined_as_by_a_simple_loop(sentences, letter):
    sentences = [*(" ".join(sentence) for sentence in sentences), "a b c"]
    pairs = [(letter, "a"), ("b", letter)]
    wanted = [naive(sentence, pairs, "-") for sentence in sentences]
    found, counts = joined(sentences, *pairs, delimiter="-")
    assert found == "".join(" ".join(words) + "\n" for words in wanted)
    words = [word for sentence in wanted for word in sentence]
    assert counts == {word: words.count(word) for word in words}


def test_a_pair_may_stand_where_two_pieces_of_the_stream_meet(monkeypatch):
    monkeypatch.setattr(corpus_module, "N_IDS", 2)
    assert joined(["x new york y", "new york"], ("new", "york"))[0] == "x new_york y\nnew_york\n"


def test_vectors_of_phrases_are_trained():
    corpus = read_corpus(TEXT * 9)
    with join_phrases(corpus, find_phrases(corpus, threshold=3)) as phrased:
        assert "new_york" in fastvec.train(phrased, dim=4, epochs=1)


@pytest.mark.parametrize("delimiter", [" ", "a b", "\t", "_\n"])
def test_a_delimiter_with_white_space_is_refused(delimiter):
    corpus = read_corpus(TEXT)
    with pytest.raises(InputError, match="delimiter must not contain white space"):
        join_phrases(corpus, find_phrases(corpus), delimiter)


def test_phrases_of_another_text_are_refused():
    with pytest.raises(InputError, match="the phrases come from another text"):
        join_phrases(read_corpus(TEXT), find_phrases(read_corpus(["a b"])))


def test_a_word_with_white_space_in_it_cannot_be_written():
    with pytest.raises(InputError, match="the word 'new york' contains white space, so it cannot be written as text"):
        text(read_corpus([["new york", "is"]]))
