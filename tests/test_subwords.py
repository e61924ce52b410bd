"""Trainings with subwords, and the vectors that come out of them."""

import numpy as np
import pytest

import fastvec
from fastvec.corpus.text import Text
from fastvec.errors import FileError, InputError
from fastvec.models import word2vec
from fastvec.models.input_rows import InputRows
from fastvec.settings import Word2Vec
from fastvec.subwords import Ngrams, Subwords
from fastvec.words import PackedWords
from tests.models import WORD2VEC, Interrupt
from tests.naive.subwords import fnv, ngrams
from tests.texts import separation, two_topics, write_topics

OPTIONS = {"dim": 8, "subwords": "3-5", "threads": 1, "epochs": 3}
WORDS = ["the", "naïve", "词向量", "</s>", "a", ""]


def buckets_of(word, ngrams_of):
    return [fnv(gram) % ngrams_of.buckets for gram in ngrams(word, ngrams_of.shortest, ngrams_of.longest)]


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3), (3, 6)])
def test_words_are_split_as_fasttext_does(sizes):
    split = Ngrams(*sizes, 1000)
    starts, buckets = split.split(PackedWords.pack(WORDS))
    for word, first, last in zip(WORDS, starts[:-1], starts[1:], strict=True):
        assert buckets[first:last].tolist() == ([] if word == "</s>" else buckets_of(word, split))


def test_a_vector_is_the_mean_of_the_rows_and_missing_rows_are_zeros():
    split = Ngrams(3, 3, 1000)
    known = sorted(set(buckets_of("salt", split)))
    rows = np.random.default_rng(0).normal(size=(len(known), 4)).astype(np.float32)
    subwords = Subwords(split, rows, np.array(known))
    np.testing.assert_allclose(subwords.vector("salt"), rows.mean(0), atol=1e-6)
    found = [rows[known.index(k)] if k in known else np.zeros(4) for k in buckets_of("salty", split)]
    np.testing.assert_allclose(subwords.vector("salty"), np.mean(found, axis=0), atol=1e-6)
    assert not subwords.vector("").any()


@pytest.mark.parametrize("keys", [None, [1, 5, 8]])
def test_own_rows_are_those_of_which_vectors_were_made(keys):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(10 if keys is None else 3, 4)).astype(np.float32)
    subwords = Subwords(Ngrams(2, 3, 10), rows, None if keys is None else np.array(keys))
    words, own = PackedWords.pack(["salt", "a", "rain"]), rng.normal(size=(3, 4)).astype(np.float32)
    np.testing.assert_allclose(subwords.own_rows(words, subwords.compose(words, own)), own, atol=1e-5)


def test_rows_are_updated_by_bucket():
    old = Subwords(Ngrams(3, 3, 10), np.ones((2, 1), np.float32), np.array([2, 7]))
    new = Subwords(Ngrams(3, 3, 10), np.full((2, 1), 2, np.float32), np.array([5, 7]))
    assert (old.updated(new).keys.tolist(), old.updated(new).rows.ravel().tolist()) == ([2, 5, 7], [1, 2, 2])
    whole = Subwords(Ngrams(3, 3, 10), np.zeros((10, 1), np.float32))
    assert whole.updated(new).rows.ravel().tolist() == [0, 0, 0, 0, 0, 2, 0, 2, 0, 0]
    assert whole.rows.max() == 0
    assert new.updated(whole).rows.max() == 0


def test_the_busiest_rows_come_first():
    words = PackedWords.pack(["ab", "abc", "xyz"])
    inputs = InputRows.of(Ngrams(2, 2, 1 << 20), words, np.array([5.0, 3.0, 1.0]))
    assert (np.diff(inputs.updates) <= 0).all()
    assert inputs.updates[:2].tolist() == [8, 8]  # "<a" and "ab", which two words have
    assert inputs.rows[inputs.starts[:-1]].tolist() == inputs.own.tolist()
    assert sorted([*inputs.own, *inputs.hashed]) == list(range(len(inputs)))
    assert inputs.merges(np.array([3.0, 4.0, 4.0])).sum() == pytest.approx(11)


def test_vectors_are_spread_over_rows_whose_means_they_are():
    words = PackedWords.pack([f"word{k:03}" for k in range(50)])
    inputs = InputRows.of(Ngrams(3, 4, 1000), words, np.ones(50))
    vectors = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
    found, _ = inputs.vectors(inputs.spread(vectors))
    assert np.linalg.norm(found - vectors) < 0.05 * np.linalg.norm(vectors)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("model", "loss"), WORD2VEC)
def test_topics_are_separated_and_other_words_join_them(model, loss, threads):
    wv = fastvec.train(two_topics(4000), model, loss=loss, **OPTIONS | {"threads": threads, "dim": 10})
    assert separation(wv) > 0.5
    assert "peppery" not in wv
    assert wv.similarity("peppery", "bread") > wv.similarity("peppery", "storm")
    assert {word for word, _ in wv.most_similar("snowy", topn=3)} & {"snow", "rain", "wind", "storm", "cloud", "frost"}


def test_words_are_the_mean_of_their_row_and_their_ngrams():
    wv = fastvec.train(two_topics(), **OPTIONS)
    own = wv.subwords.own_rows(wv.packed_words, wv.vectors)
    np.testing.assert_allclose(wv.subwords.compose(wv.packed_words, own), wv.vectors, atol=1e-6)
    assert len(wv.subwords.keys) == len({k for word in wv.words for k in buckets_of(word, wv.subwords.ngrams)})


def test_words_start_from_the_ppmi_svd_too():
    options = OPTIONS | {"epochs": 1, "learning_rate": 1e-9, "init": "ppmi-svd", "dim": 6}
    warm = fastvec.train(two_topics(), **options)
    plain = fastvec.train(two_topics(), **options | {"subwords": None})
    for word in plain.words:
        assert warm[word] @ plain[word] > 0.95 * np.linalg.norm(warm[word]) * np.linalg.norm(plain[word])


def test_few_buckets_are_shared():
    wv = fastvec.train(two_topics(), **OPTIONS, buckets=7)
    assert wv.subwords.rows.shape == (7, 8)


def test_the_file_keeps_the_ngrams(tmp_path):
    wv = fastvec.train(two_topics(), **OPTIONS, output=tmp_path / "v.safetensors")
    copy = fastvec.load(tmp_path / "v.safetensors")
    np.testing.assert_array_equal(copy["unheard"], wv["unheard"])
    np.testing.assert_array_equal(copy.vectors, wv.vectors)
    assert copy.is_known("salt")
    assert not copy.is_known("unheard")
    assert repr(copy.subwords) == repr(wv.subwords)
    copy.save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "v.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("rows", "keys", "ngrams_of"),
    [
        ((3, 8), [1, 2, 2], Ngrams(3, 6, 10)),
        ((3, 8), [-1, 2, 3], Ngrams(3, 6, 10)),
        ((3, 8), [1, 2, 10], Ngrams(3, 6, 10)),
        ((3, 8), [1, 2], Ngrams(3, 6, 10)),
        ((3, 7), [1, 2, 3], Ngrams(3, 6, 10)),
        ((3, 8), None, Ngrams(3, 6, 10)),
        ((3, 8), [1, 2, 3], Ngrams(6, 3, 10)),
        ((3, 8), [1, 2, 3], Ngrams(3, 6, "many")),
    ],
)
def test_ngrams_that_do_not_fit_their_rows_are_damage(tmp_path, rows, keys, ngrams_of):
    subwords = Subwords(ngrams_of, np.zeros(rows, np.float32), None if keys is None else np.array(keys))
    fastvec.KeyedVectors(["a"], np.ones((1, 8)), subwords=subwords).save(tmp_path / "v.safetensors")
    with pytest.raises(FileError, match="its n-grams do not fit their rows; the file is damaged"):
        fastvec.load(tmp_path / "v.safetensors")


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_a_resumed_training_makes_the_same_vectors(tmp_path, poll_often, model):
    write_topics(tmp_path / "text.txt", 4000)
    options = OPTIONS | {"cache": False, "epochs": 20}
    whole = fastvec.train(tmp_path / "text.txt", model, **options)
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(tmp_path / "text.txt", model, **options, checkpoint=tmp_path / "s", progress=Interrupt())
    again = fastvec.resume(tmp_path / "s")
    np.testing.assert_array_equal(again.vectors, whole.vectors)
    np.testing.assert_array_equal(again.subwords.rows, whole.subwords.rows)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_training_goes_on_from_ngrams(tmp_path, model):
    first = fastvec.train(two_topics(), model, **OPTIONS, save_context=True)
    text = [[word.replace("bread", "breads") for word in line] for line in two_topics(seed=3)]
    still = {"threads": 1, "epochs": 1, "learning_rate": 1e-9}
    wv = fastvec.train(text, model, init_from=first, save_context=True, **still)
    assert wv.metadata["parameters"]["subwords"] == "3-5"
    assert set(wv.words) == {*first.words, "breads"}
    for word in first.words:
        np.testing.assert_allclose(wv[word], first[word], atol=1e-5)
        np.testing.assert_allclose(
            wv.context_vectors[wv.index(word)], first.context_vectors[first.index(word)], atol=1e-5
        )
    np.testing.assert_allclose(wv["unheard"], first["unheard"], atol=1e-6)
    assert wv.similarity("breads", "bread") > 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subwords": "6-3"}, "subwords must be two lengths of n-grams such as '3-6', or floret, .* not '6-3'"),
        ({"subwords": "0-3"}, "not '0-3'"),
        ({"subwords": 3}, "subwords must be"),
        ({"buckets": 9}, "buckets applies with subwords only; omit it"),
        ({"subwords": "3-6", "vectors": "sum"}, "with subwords only word vectors can be returned; omit vectors"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        fastvec.train(two_topics(), dim=4, **options)


def test_ngrams_of_another_kind_are_refused_as_a_start():
    plain = fastvec.train(two_topics(), dim=8, epochs=1, threads=1)
    with pytest.raises(InputError, match="init_from has no rows of n-grams; omit subwords"):
        fastvec.train(two_topics(), init_from=plain, subwords="3-6")
    first = fastvec.train(two_topics(), **OPTIONS)
    with pytest.raises(InputError, match="subwords must be 3-5, that of init_from, not 3-6; omit it"):
        fastvec.train(two_topics(), init_from=first, subwords="3-6")


def test_the_default_rates_and_vectors_are_those_of_subwords():
    chosen = Word2Vec(model="cbow", subwords="3-6").for_words(9)
    assert (chosen.learning_rate, chosen.cbow_update, chosen.default_vectors) == (0.3, "corrected", "word")
    assert Word2Vec(model="cbow").for_words(9).cbow_update == "word2vec"
    assert Word2Vec(subwords="3-6").for_words(9).cbow_update is None


def test_needs_count_the_rows_of_ngrams():
    with fastvec.read_corpus(two_topics()) as corpus:
        text = Text.of(corpus, corpus.vocabulary())
        words = Word2Vec(dim=100).for_words(12)
        plain, more = (word2vec.needs(each, corpus, text, 1) for each in (words, Word2Vec(dim=100, subwords="3-6")))
    n_keys, _ = InputRows.sizes(Ngrams(3, 6, 2_000_000), text)
    assert n_keys == len(fastvec.train(two_topics(), subwords="3-6", dim=4).subwords.keys)
    assert more.weights - plain.weights == 4 * n_keys * 112
    assert more.phases[-1].memory > plain.phases[-1].memory
