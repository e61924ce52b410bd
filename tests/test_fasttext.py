import numpy as np
import pytest

from fastvec import FileError, InputError, KeyedVectors, UnknownWordError, load, resume, train
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors.loading import describe
from tests.models import Interrupt
from tests.texts import two_topics, write_topics
from tests.tools.fasttext_model import Model

WORDS = ["</s>", "the", "naïve", "词向量", "a"]


def save(tmp_path, model):
    (tmp_path / "model.bin").write_bytes(model.bytes())
    return tmp_path / "model.bin"


@pytest.mark.parametrize(("minn", "maxn"), [(2, 3), (1, 1), (3, 6), (0, 0), (0, 2), (3, 2)])
def test_words_are_the_mean_of_their_row_and_their_ngrams(tmp_path, minn, maxn):
    model = Model(WORDS, minn=minn, maxn=maxn)
    wv = load(save(tmp_path, model))
    wv.save(tmp_path / "v.safetensors")
    assert wv.words == load(tmp_path / "v.safetensors").words == WORDS
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


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_words_that_were_cut_off_have_their_vectors_in_less_memory_too(tmp_path, dtype):
    path = save(tmp_path, Model(WORDS))
    whole, wv = load(path), load(path, limit=2, dtype=dtype)
    assert wv.vectors.dtype == dtype
    for word in (*WORDS, "unheard"):
        assert np.allclose(wv[word], whole[word], atol=0.02 * np.abs(whole[word]).max())


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


@pytest.fixture(scope="module")
def trained():
    """Return vectors with n-grams of some buckets, counts and context vectors."""
    return train(two_topics(), dim=6, subwords="2-4", buckets=500, threads=1, epochs=2, save_context=True)


UNHEARD = ["salty", "ünseen", "向", "x"]


@pytest.mark.parametrize("suffix", ["bin", "model"])
def test_what_is_saved_is_loaded(tmp_path, trained, suffix):
    path = tmp_path / f"x.{suffix}"
    trained.save(path, None if suffix == "bin" else "fasttext")
    wv = load(path)
    assert (wv.words, wv.counts.tolist()) == (trained.words, trained.counts.tolist())
    np.testing.assert_allclose(wv.vectors, trained.vectors, atol=1e-6)
    np.testing.assert_array_equal(wv.context_vectors, trained.context_vectors)
    for word in UNHEARD:
        np.testing.assert_allclose(wv[word], trained[word], atol=1e-6)
    assert {name: wv.metadata["parameters"][name] for name in ("model", "window", "epochs", "minn", "bucket")} == {
        "model": "skipgram", "window": 5, "epochs": 2, "minn": 2, "bucket": 500,
    }  # fmt: skip


def test_vectors_without_ngrams_or_contexts_or_counts_are_saved(tmp_path):
    KeyedVectors(["a", "b c"], [[1, 2], [3, 4]]).save(tmp_path / "x.bin", "fasttext")
    wv = load(tmp_path / "x.bin")
    assert (wv.words, wv.vectors.tolist(), wv.counts.tolist()) == (["a", "b c"], [[1, 2], [3, 4]], [1, 1])
    assert wv.context_vectors is None
    assert wv.subwords is None
    KeyedVectors(["a"], [[1]]).save(tmp_path / "y.bin")
    assert describe(tmp_path / "y.bin")["format"] == "word2vec-binary"


def test_the_rows_of_ngrams_that_are_missing_are_written_in_blocks(tmp_path):
    ngrams = Ngrams(3, 3, 100_000)
    rows = np.arange(4, dtype=np.float32).reshape(2, 2)
    subwords = Subwords(ngrams, rows, np.array([5, 99_999]))
    KeyedVectors(["a"], [[1, 2]], subwords=subwords).save(tmp_path / "x.bin")
    found = load(tmp_path / "x.bin").subwords.rows
    assert found.shape == (100_000, 2)
    assert np.flatnonzero(found.any(1)).tolist() == [5, 99_999]
    assert found[[5, 99_999]].tolist() == rows.tolist()


def test_words_that_a_model_cannot_hold_are_refused(tmp_path):
    with pytest.raises(InputError, match="which a fastText file cannot hold"):
        KeyedVectors(["a\0"], [[1]]).save(tmp_path / "x.bin", "fasttext")
    assert not list(tmp_path.iterdir())


def test_parameters_of_other_programs_do_no_harm(tmp_path):
    odd = {"window": 10**12, "epochs": "many", "sample": None, "model": ["cbow"]}
    KeyedVectors(["a"], [[1]], metadata={"parameters": odd}).save(tmp_path / "x.bin", "fasttext")
    assert load(tmp_path / "x.bin").metadata["parameters"]["window"] == 2**31 - 1


@pytest.mark.parametrize("has_ngrams", [True, False])
def test_fasttext_and_gensim_load_what_fastvec_saves(tmp_path, trained, has_ngrams):
    wv = trained if has_ngrams else trained.subset(trained.words)
    wv.save(tmp_path / "x.bin", "fasttext")
    words = [*wv.words, *(UNHEARD if has_ngrams else [])]
    fasttext = pytest.importorskip("fasttext")
    model = fasttext.load_model(str(tmp_path / "x.bin"))
    assert model.words == wv.words
    np.testing.assert_array_equal(model.get_output_matrix(), wv.context_vectors)
    gensim = pytest.importorskip("gensim.models.fasttext")
    full = gensim.load_facebook_model(str(tmp_path / "x.bin"))
    np.testing.assert_array_equal(full.syn1neg, wv.context_vectors)
    for word in words:
        np.testing.assert_allclose(model.get_word_vector(word), wv[word], atol=1e-6)
        np.testing.assert_allclose(full.wv[word], wv[word], atol=1e-6)
    keyed = gensim.load_facebook_vectors(str(tmp_path / "x.bin"))
    np.testing.assert_allclose(keyed[words[-1]], wv[words[-1]], atol=1e-6)


def test_training_goes_on_from_a_saved_model(tmp_path, trained):
    trained.save(tmp_path / "x.bin")
    options = {"threads": 1, "epochs": 1, "save_context": True, "learning_rate": 1e-9}
    wv = train(two_topics(seed=3), init_from=tmp_path / "x.bin", **options)
    for word in trained.words:
        np.testing.assert_allclose(wv[word], trained[word], atol=1e-5)
        np.testing.assert_allclose(
            wv.context_vectors[wv.index(word)], trained.context_vectors[trained.index(word)], atol=1e-5
        )


def test_the_command_line_writes_models(tmp_path, run, topics_txt):
    options = "--dim 4 --epochs 1 --threads 1 --no-cache".split()
    code, _, err = run("train", "topics.txt", *options, "--subwords", "3-6", "--buckets", "99", "-o", "x.bin")
    assert (code, describe("x.bin")["format"]) == (0, "fasttext")
    assert "x.bin has zeros for the context vectors; --save-context keeps them" in err
    code, _, err = run("train", "topics.txt", *options, "--subwords", "3-6", "-o", "x.vec")
    assert "x.vec cannot hold the n-grams, which are omitted" in err
    assert run("train", "topics.txt", *options, "-o", "y.bin", "--format", "fasttext", "-q")[0] == 0
    assert describe("y.bin")["format"] == "fasttext"
    code, _, err = run("convert", "x.vec", "z.bin", "--format", "fasttext")
    assert (code, err) == (0, "fastvec: z.bin has zeros for the context vectors, which x.vec does not hold\n")
    code, _, err = run("convert", "x.bin", "w.bin", "--format", "word2vec-binary")
    assert "w.bin cannot hold the counts and metadata and n-grams, which are omitted" in err


def test_a_resumed_training_keeps_the_format(tmp_path):
    write_topics(tmp_path / "text.txt", 2000)
    output, options = tmp_path / "x.bin", {"dim": 4, "threads": 1, "cache": False, "checkpoint": tmp_path / "s"}
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "text.txt", output=output, format="fasttext", progress=Interrupt(), **options)
    resume(tmp_path / "s")
    assert describe(output)["format"] == "fasttext"
    with pytest.raises(InputError, match="format applies with output only"):
        train([["a", "b"]], format="fasttext")
