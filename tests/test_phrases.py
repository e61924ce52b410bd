import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastvec
from fastvec import find_phrases, join_phrases, read_corpus
from fastvec.corpus import corpus as corpus_module
from fastvec.errors import FileError, InputError
from fastvec.phrases import Phrases
from fastvec.settings import Phrasing

TEXT = ["new york is a city", "a cat is in new york", "is a city in a city"]


def text(corpus):
    return b"".join(corpus.text()).decode()


def chosen(*pairs, delimiter="_", passes=None):
    """Return pairs of words as phrases."""
    firsts, seconds = ([pair[k] for pair in pairs] for k in range(2))
    ones = np.ones(len(pairs), np.int64)
    passes = ones if passes is None else np.array(passes)
    return Phrases(firsts, seconds, ones, ones / 1, passes, Phrasing(delimiter=delimiter))


def joined(sentences, *pairs, delimiter="_"):
    """Give the text of sentences whose pairs are joined, and the words with their counts."""
    corpus = read_corpus(sentences)
    result = join_phrases(corpus, chosen(*pairs, delimiter=delimiter))
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


def test_vectors_remember_the_phrases_of_their_text(tmp_path):
    phrases = find_phrases(TEXT * 9, threshold=3)
    wv = fastvec.train(TEXT * 9, phrases=phrases, dim=4, epochs=1)
    assert "new_york" in wv
    wv.subset(wv.words[:3]).save(tmp_path / "v.safetensors")
    assert fastvec.load(tmp_path / "v.safetensors").phrases["in new york"] == ["in", "new_york"]
    with join_phrases(read_corpus(TEXT * 9), phrases) as corpus:
        assert fastvec.train(corpus, dim=4, epochs=1).phrases is phrases
        with pytest.raises(InputError, match="the text has its phrases joined already; omit phrases"):
            fastvec.train(corpus, phrases=phrases)


def test_phrases_are_planned_with_and_resumed(tmp_path):
    chosen(("new", "york")).save(tmp_path / "p.tsv")
    options = {"phrases": tmp_path / "p.tsv", "dim": 4, "threads": 1}
    assert fastvec.plan(TEXT * 9, **options).n_tokens == len(" ".join(TEXT * 9).split()) - 18
    whole = fastvec.train(TEXT * 9, **options, epochs=2)
    fastvec.train(TEXT * 9, **options, epochs=1, checkpoint=tmp_path / "state")
    (tmp_path / "p.tsv").unlink()
    more = fastvec.resume(tmp_path / "state", TEXT * 9, epochs=2)
    assert list(more.phrases.lines()) == list(whole.phrases.lines())
    with pytest.raises(InputError, match="the interrupted run was started with other phrases; omit phrases"):
        fastvec.resume(tmp_path / "state", TEXT * 9, phrases=chosen(("a", "b")))


@pytest.mark.parametrize("delimiter", [" ", "a b", "\t", "_\n", 3])
def test_a_delimiter_with_white_space_is_refused(delimiter):
    with pytest.raises(InputError, match="delimiter must be a string without white space"):
        find_phrases(TEXT, delimiter=delimiter)


def test_an_unknown_keyword_is_answered_with_the_right_one():
    with pytest.raises(InputError, match="there is no argument 'treshold'; did you mean threshold"):
        find_phrases(TEXT, treshold=1)


def test_phrases_are_joined_in_another_text():
    with join_phrases(read_corpus(["york new york in x", "b"]), find_phrases(TEXT, min_count=1, threshold=3)) as corpus:
        assert text(corpus) == "york new_york in x\nb\n"


def test_further_passes_find_longer_phrases():
    sentences = ["big new york", "new york", "new", "new", "a"] * 6 + ["q w e r t y u i o"]
    phrases = find_phrases(sentences, min_count=1, threshold=2, passes=2)
    assert list(phrases.by_pass()) == [(["new"], ["york"]), (["big"], ["new_york"])]
    assert phrases["in big new york"] == ["in", "big_new_york"]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text("abc", min_size=1, max_size=40), min_size=1, max_size=5))
def test_words_are_joined_in_python_as_in_the_stream(sentences):
    sentences = [" ".join(sentence) for sentence in sentences]
    phrases = chosen(("a", "b"), ("c", "c"), ("a_b", "c"), ("c_c", "c_c"), passes=[1, 1, 2, 2])
    found = "".join(" ".join(words) + "\n" for words in phrases.join(sentences))
    with join_phrases(read_corpus(sentences), phrases) as corpus:
        assert text(corpus) == found


def test_phrases_are_saved_and_loaded(tmp_path):
    phrases = find_phrases(read_corpus(["New York Neué"] * 6, lowercase=True), threshold=0, passes=2, delimiter="-")
    phrases.save(tmp_path / "p.tsv")
    copy = Phrases.load(tmp_path / "p.tsv")
    assert list(copy) == list(phrases)
    assert copy.passes.tolist() == phrases.passes.tolist()
    assert (copy.settings, copy.options) == (phrases.settings, phrases.options)
    assert repr(copy) == "<Phrases: 3, such as new-york, york-neué, new-york-neué>"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "p.tsv, line 0: is damaged"),
        ("\udcff\udcd8\n", "p.tsv: is not a file of phrases"),
        ("new york\n", "p.tsv: is not a file of phrases; `fastvec phrases --save` writes one"),
        ("# fastvec phrases {", "line 1: is damaged"),
        ('# fastvec phrases {"passes": 0}\n', "line 1: is damaged"),
        ("# fastvec phrases {}\n\n1\ta\tb\t3\n", "line 3: is damaged"),
        ("# fastvec phrases {}\n\n1\ta\tb\tx\t1\n", "line 3: is damaged"),
        (f"# fastvec phrases {{}}\n\n1\ta\tb\t{2**63}\t1\n", "line 3: is damaged"),
        ('# fastvec phrases {"a": "\\ud800"}\n', "line 1: is damaged"),
        ("# fastvec phrases " + "[" * 99_999, "line 1: is damaged"),
        ("# fastvec phrases {}\n\n2\ta\tb\t1\t1\n1\ta\tb\t1\t1\n", "line 4: is damaged"),
    ],
)
def test_a_file_that_holds_no_phrases_is_refused(tmp_path, content, message):
    (tmp_path / "p.tsv").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(FileError, match=message):
        Phrases.load(tmp_path / "p.tsv")


def test_a_word_with_a_tab_cannot_be_saved(tmp_path):
    with pytest.raises(InputError, match=r"the word 'a\\tb' holds white space, which a phrases file cannot hold"):
        chosen(("a\tb", "c")).save(tmp_path / "p.tsv")


def test_a_word_with_white_space_in_it_cannot_be_written():
    with pytest.raises(InputError, match="the word 'new york' contains white space, so it cannot be written as text"):
        text(read_corpus([["new york", "is"]]))


def test_phrases_are_found_in_what_train_takes_and_shown_short():
    lines = ["new york is a city", "a cat is in new york", "is a city in a city"]
    phrases = find_phrases(lines, min_count=1, threshold=3)
    assert repr(phrases) == "<Phrases: 1, such as new_york>"
    assert phrases.to_pandas().to_dict("records") == [
        {"first": "new", "second": "york", "occurrences": 2, "score": 4.25}
    ]
    assert b"new_york is" in b"".join(join_phrases(lines, phrases).text())
    with pytest.raises(
        InputError, match=r"no argument 'min_count'; did you mean fastvec.find_phrases\(text, min_count=...\)"
    ):
        Phrases(lines, min_count=1)
    with pytest.raises(InputError, match=r"phrases must be a Phrases from `fastvec.find_phrases`, not 3"):
        join_phrases(lines, 3)
