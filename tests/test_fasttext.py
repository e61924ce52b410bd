import numpy as np
import pytest

from fastvec import FileError, KeyedVectors, UnknownWordError, load
from tests.tools.fasttext_model import Model

WORDS = ["</s>", "the", "naïve", "词向量", "a"]


def save(tmp_path, model):
    (tmp_path / "model.bin").write_bytes(model.bytes())
    return tmp_path / "model.bin"


@pytest.mark.parametrize(("minn", "maxn"), [(2, 3), (1, 1), (3, 6), (0, 0)])
def test_words_are_the_mean_of_their_row_and_their_ngrams(tmp_path, minn, maxn):
    model = Model(WORDS, minn=minn, maxn=maxn)
    wv = load(save(tmp_path, model))
    assert wv.words == WORDS
    assert wv.counts.tolist() == [100, 99, 98, 97, 96]
    np.testing.assert_allclose(wv.vectors, [model.vector(word) for word in WORDS], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("word", ["thes", "ünseen", "向", "x"])
def test_other_words_are_the_mean_of_their_ngrams(tmp_path, word):
    model = Model(WORDS)
    wv = load(save(tmp_path, model))
    np.testing.assert_allclose(wv[word], model.vector(word), rtol=1e-5, atol=1e-6)
    assert word not in wv
    assert len(wv.most_similar(word)) == 5


def test_without_ngrams_other_words_are_unknown(tmp_path):
    with pytest.raises(UnknownWordError, match="'thes' is not among the 5 words"):
        load(save(tmp_path, Model(WORDS, minn=0, maxn=0)))["thes"]


def test_output_vectors_of_negative_sampling_are_context_vectors(tmp_path):
    model = Model(WORDS)
    assert np.array_equal(load(save(tmp_path, model)).context_vectors, model.outputs)
    assert load(save(tmp_path, Model(WORDS, loss=1))).context_vectors is None


def test_part_of_a_model_can_be_loaded(tmp_path):
    path = save(tmp_path, Model(WORDS))
    assert load(path, limit=2).words == WORDS[:2]
    wv = load(path)
    assert np.array_equal(wv[np.array(WORDS[:2])], wv[WORDS[:2]])
    part = load(path, words=["a", "the"], dtype="float16")
    assert part.words == ["the", "a"]
    assert part.vectors.dtype == np.float16
    assert "thes" not in part
    assert part["thes"].shape == (4,)


def test_words_that_were_cut_off_have_the_vectors_of_the_model(tmp_path):
    model = Model(WORDS)
    wv = load(save(tmp_path, model), limit=2)
    for word in [*WORDS, "other"]:
        np.testing.assert_allclose(wv[word], model.vector(word), rtol=1e-6)


def test_models_can_be_saved_without_their_ngrams(tmp_path):
    wv = load(save(tmp_path, Model(WORDS)))
    wv.save(tmp_path / "x.safetensors")
    copy = load(tmp_path / "x.safetensors")
    assert np.array_equal(copy.vectors, wv.vectors)
    assert copy.metadata["parameters"]["maxn"] == 3


def damaged(**changes):
    model = Model(WORDS)
    for name, value in changes.items():
        setattr(model, name, value)
    return model.bytes()


NAN = np.full((25, 4), np.nan, np.float32)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (damaged(version=10), "fastText model of version 10; 11 and 12 can be read"),
        (damaged(model=3), "is a fastText classifier"),
        (damaged(model=9), "arguments are impossible"),
        (damaged(loss=9), "arguments are impossible"),
        (damaged(dim=-1), "arguments are impossible"),
        (damaged(sample=float("nan")), "arguments are impossible"),
        (damaged(bucket=-2), "arguments are impossible"),
        (damaged(quantised=True), "is a quantised fastText model"),
        (damaged(n_pruned=3), "is a quantised fastText model"),
        (damaged(n_labels=2), "dictionary claims 5 entries"),
        (damaged(bucket=19), r"input matrix is of shape \(25, 4\), \(24, 4\) is expected"),
        (damaged(dim=5), "input matrix is of shape"),
        (damaged(inputs=NAN), "word 1: the vector of '</s>' is not finite"),
        (damaged()[:-1], "output matrix is cut short"),
        (damaged().replace(b"the\0", b"th\xe9\0"), r"word 2: b'th\\xe9' is not UTF-8"),
        (damaged().replace(b"the\0", b"\0\0\0\0"), "."),
        (damaged()[:6], "ends within its version"),
        (damaged()[:30], "ends within its arguments"),
        (damaged()[:130], "its dictionary ends after 2 of 5 words"),
    ],
)
def test_a_model_that_is_damaged_or_of_another_kind_is_refused(tmp_path, data, message):
    (tmp_path / "model.bin").write_bytes(data)
    with pytest.raises(FileError, match=message):
        load(tmp_path / "model.bin")


def test_words_that_are_not_utf8_are_repaired_on_demand(tmp_path):
    (tmp_path / "model.bin").write_bytes(damaged().replace(b"the\0", b"th\xe9\0"))
    assert load(tmp_path / "model.bin", errors="replace").words[1] == "th\ufffd"


def test_of_equal_words_the_first_is_kept_on_demand(tmp_path):
    model = Model(["the", "a", "the", "b"])
    wv = load(save(tmp_path, model), errors="replace")
    assert wv.words == ["the", "a", "b"]
    assert wv.counts.tolist() == [100, 99, 97]
    assert wv.context_vectors.tolist() == model.outputs[[0, 1, 3]].tolist()


def test_vectors_are_those_of_fasttext(tmp_path):
    fasttext = pytest.importorskip("fasttext")
    (tmp_path / "text").write_text("the naïve 词向量 and the other words of a text\n" * 30)
    model = fasttext.train_unsupervised(
        str(tmp_path / "text"), dim=4, epoch=1, bucket=50, minCount=1, verbose=0, thread=1
    )
    model.save_model(str(tmp_path / "model.bin"))
    wv = load(tmp_path / "model.bin")
    assert wv.words == model.words
    for word in [*wv.words, "unseen", "词"]:
        np.testing.assert_allclose(wv[word], model.get_word_vector(word), rtol=1e-5, atol=1e-6)
    wv.save(tmp_path / "model.vec")
    assert len(load(tmp_path / "model.vec")) == len(wv)


def test_fasttext_reads_what_fastvec_writes(tmp_path):
    fasttext = pytest.importorskip("fasttext")
    wv = KeyedVectors(["the", "naïve", "词向量"], np.random.default_rng(1).standard_normal((3, 4)))
    wv.save(tmp_path / "x.vec")
    (tmp_path / "text").write_text("__label__a the naïve 词向量\n")
    model = fasttext.train_supervised(
        str(tmp_path / "text"), dim=4, lr=0.0, epoch=1, thread=1, verbose=0, pretrainedVectors=str(tmp_path / "x.vec")
    )
    for word in wv:
        assert np.array_equal(model.get_word_vector(word), wv[word])
