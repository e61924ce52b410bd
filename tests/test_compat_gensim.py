"""Programs that were written for gensim."""

import numpy as np
import pytest

import fastvec
from fastvec.compat.gensim import FastText, KeyedVectors, Word2Vec
from fastvec.errors import InputError
from tests.texts import FOOD, WEATHER, separation, two_topics

OPTIONS = {"vector_size": 8, "workers": 1, "epochs": 5}


@pytest.mark.parametrize("options", [{"sg": 1}, {"sg": 0}, {"sg": 1, "hs": 1, "negative": 0}, {"hs": 1}])
def test_a_model_is_trained_from_sentences(options):
    model = Word2Vec(two_topics(3000), **OPTIONS, **options)
    assert separation(model.wv) > 0.5
    assert model.wv.vector_size == model.vector_size == 8
    assert (model.corpus_count, model.corpus_total_words) == (3000, 24_000)
    assert model.get_latest_training_loss() > 0
    assert model.wv.index_to_key[0] in FOOD + WEATHER


def test_the_vectors_are_those_of_train():
    model = Word2Vec(two_topics(), **OPTIONS, sg=1, window=3, negative=7, sample=0, seed=5)
    wv = fastvec.train(
        two_topics(), dim=8, threads=1, epochs=5, window=3, negative=7, sample=0, seed=5, save_context=True
    )
    np.testing.assert_array_equal(model.wv.vectors, wv.vectors)


def test_steps_can_be_taken_one_by_one(tmp_path):
    model = Word2Vec(**OPTIONS, sg=1, min_count=0)
    with pytest.raises(InputError, match="the model has not been trained yet: call train"):
        _ = model.wv
    model.build_vocab(two_topics())
    assert model.train(two_topics(), total_examples=model.corpus_count, epochs=model.epochs) == (24_000, 24_000)
    model.save(tmp_path / "word2vec.model")
    again = Word2Vec.load(tmp_path / "word2vec.model")
    np.testing.assert_array_equal(again.wv.vectors, model.wv.vectors)
    before = again.wv["salt"].copy()
    more = [[word.replace("bread", "tea") for word in words] for words in two_topics(300, seed=3)]
    again.build_vocab(more, update=True)
    again.train(more, total_examples=300, epochs=1)
    assert {"tea", "rain"} <= set(again.wv.index_to_key)
    assert np.linalg.norm(again.wv["salt"] - before) < np.linalg.norm(before)


def test_fasttext_answers_unknown_words():
    model = FastText(two_topics(3000), **OPTIONS, sg=1, min_n=3, max_n=4, bucket=500)
    assert "peppery" in model.wv
    assert not model.wv.is_known("peppery")
    assert model.wv.similarity("peppery", "bread") > model.wv.similarity("peppery", "storm")
    assert model.wv.subwords.ngrams.buckets == 500
    assert FastText(two_topics(), **OPTIONS, min_n=0).wv.subwords is None


@pytest.fixture
def wv():
    vectors = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    return KeyedVectors(FOOD, vectors, counts=[6, 5, 4, 3, 2, 1])


def test_the_names_of_gensim_work(wv, tmp_path):
    unit = wv.vectors / np.linalg.norm(wv.vectors, axis=1, keepdims=True)
    assert wv.key_to_index["pepper"] == wv.get_index("pepper") == 1
    assert (wv.get_index("fog", -1), wv.has_index_for("fog"), "salt" in wv) == (-1, False, True)
    np.testing.assert_allclose(wv.get_vector("salt", norm=True), unit[0], rtol=1e-6)
    np.testing.assert_array_equal(wv[2], wv.vectors[2])
    np.testing.assert_allclose(wv.get_normed_vectors(), unit, rtol=1e-6)
    assert wv.get_vecattr("pepper", "count") == 5
    np.testing.assert_allclose(wv.get_mean_vector(["salt", "fog", "soup"]), unit[[0, 3]].mean(0), rtol=1e-5)
    assert wv.similar_by_word("salt", topn=2) == wv.most_similar("salt", topn=2)
    assert len(wv.similar_by_vector(wv["salt"], restrict_vocab=2)) == 2
    assert wv.most_similar_cosmul(["salt"], ["soup"], topn=1) == wv.most_similar(
        ["salt"], ["soup"], 1, method="3cosmul"
    )
    np.testing.assert_allclose(wv.most_similar("salt", topn=None), unit @ unit[0], rtol=1e-5)
    everything = dict(wv.most_similar(["salt", ("bread", 0.5)], ["soup"], topn=len(FOOD)))
    scores = wv.most_similar(["salt", ("bread", 0.5)], ["soup"], topn=None, restrict_vocab=5)
    assert len(scores) == 5
    assert scores[1] == pytest.approx(everything["pepper"])
    assert wv.distance("salt", "soup") == pytest.approx(1 - unit[0] @ unit[3], rel=1e-5)
    np.testing.assert_allclose(wv.distances("salt", ["soup"]), 1 - unit[3] @ unit[0], rtol=1e-5)
    assert wv.words_closer_than("salt", "soup") == wv.closer_than("salt", "soup")
    assert wv.most_similar_to_given("salt", ["soup", "bread"]) in ("soup", "bread")
    np.testing.assert_allclose(KeyedVectors.cosine_similarities(wv["salt"], wv.vectors), unit @ unit[0], rtol=1e-5)
    assert wv.vectors_for_all(["soup", "fog"]).index_to_key == ["soup"]
    for binary in (True, False):
        wv.save_word2vec_format(tmp_path / "v", binary=binary)
        assert KeyedVectors.load_word2vec_format(tmp_path / "v", binary=binary, limit=2).index_to_key == FOOD[:2]


def test_test_sets_are_evaluated(wv, tmp_path):
    (tmp_path / "q.txt").write_text(": food\nsalt pepper bread soup\nsalt pepper bread fog\n")
    accuracy, sections = wv.evaluate_word_analogies(tmp_path / "q.txt")
    assert accuracy in (0, 1)
    assert sections[0]["section"] == "food"
    assert sections[-1]["correct"] + sections[-1]["incorrect"] == 1
    (tmp_path / "p.tsv").write_text("salt\tpepper\t3\nsalt\tbread\t1\nsoup\tbread\t2\nfog\tbread\t9\n")
    (pearson, _), (spearman, _), missing = wv.evaluate_word_pairs(tmp_path / "p.tsv")
    assert -1 <= pearson <= 1
    assert -1 <= spearman <= 1
    assert missing == 25


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trim_rule": len}, "fastvec has no counterpart of gensim's trim_rule; omit it"),
        ({"callbacks": [1]}, "gensim's callbacks"),
        ({"cbow_mean": 0}, "gensim's cbow_mean=0"),
        ({"hs": 1, "negative": 10}, "cannot be combined"),
    ],
)
def test_what_has_no_counterpart_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        Word2Vec(two_topics(), **options)


def test_other_files_are_no_models(wv, tmp_path):
    wv.save(tmp_path / "v.safetensors")
    with pytest.raises(InputError, match=r"was not saved by Word2Vec.save; load it with KeyedVectors.load"):
        Word2Vec.load(tmp_path / "v.safetensors")
