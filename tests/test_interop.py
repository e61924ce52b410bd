import os
import pickle
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from fastvec import ApproximateIndex, InputError, KeyedVectors


@pytest.fixture
def wv():
    matrix = np.random.default_rng(1).standard_normal((200, 6)).astype(np.float32)
    return KeyedVectors([f"w{row}" for row in range(200)], matrix, counts=range(200))


def test_numpy_sees_the_matrix(wv):
    assert np.asarray(wv) is wv.vectors
    assert np.asarray(wv, np.float64).dtype == np.float64
    assert np.array(wv) is not wv.vectors


def test_gensim_and_back(wv):
    pytest.importorskip("gensim")
    keyed = wv.to_gensim()
    assert np.shares_memory(keyed.vectors, wv.vectors)
    assert keyed.get_vecattr("w3", "count") == 3
    back = KeyedVectors.from_gensim(keyed)
    assert back.words == wv.words
    assert np.array_equal(back.vectors, wv.vectors)
    assert back.counts.tolist() == wv.counts.tolist()
    assert KeyedVectors.from_gensim(KeyedVectors(["a"], [[1]]).to_gensim()).counts is None
    assert KeyedVectors.from_gensim(SimpleNamespace(wv=keyed)).words == wv.words
    assert not np.shares_memory(back.vectors, keyed.vectors)
    with pytest.raises(InputError, match="from_gensim takes a model or KeyedVectors of gensim, not 3"):
        KeyedVectors.from_gensim(3)


def test_pandas_and_back(wv):
    pytest.importorskip("pandas")
    frame = wv.to_pandas()
    assert frame.loc["w3"].tolist() == wv["w3"].tolist()
    back = KeyedVectors.from_pandas(frame)
    assert back.words == wv.words
    assert np.array_equal(back.vectors, wv.vectors)


def test_a_torch_layer_has_the_vectors(wv):
    torch = pytest.importorskip("torch")
    layer = wv.to_torch(["w3", "nope"], missing="zeros")
    assert layer(torch.tensor([0, 1])).tolist() == [wv["w3"].tolist(), [0] * 6]
    assert not layer.weight.requires_grad
    assert wv.to_torch(freeze=False).weight.requires_grad


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # some backends
def test_a_keras_layer_has_the_vectors(wv, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "torch"))
    pytest.importorskip("keras")
    layer = wv.to_keras(["w3", "nope"], missing="zeros")
    assert np.asarray(layer(np.array([0, 1]))).tolist() == [wv["w3"].tolist(), [0] * 6]
    assert not layer.trainable
    assert np.asarray(wv.to_keras().get_weights()[0]).shape == (200, 6)


def test_the_projector_gets_two_files(wv, tmp_path):
    wv.to_projector(tmp_path)
    lines = (tmp_path / "vectors.tsv").read_text().splitlines()
    assert [[np.float32(number) for number in line.split("\t")] for line in lines] == wv.vectors.tolist()
    assert (tmp_path / "metadata.tsv").read_text().splitlines() == wv.words
    with pytest.raises(InputError, match="a projector file cannot hold"):
        KeyedVectors(["a\tb"], [[1]]).to_projector(tmp_path)


@pytest.mark.parametrize("method", ["to_gensim", "to_pandas", "to_torch", "to_keras"])
def test_a_missing_library_is_named_with_the_cure(wv, monkeypatch, method):
    library = method.removeprefix("to_")
    for module in (library, "gensim.models.keyedvectors"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=f"{library} is needed for this, and is not installed: pip install {library}"):
        getattr(wv, method)()


def test_what_a_library_lacks_is_named(wv, tmp_path, monkeypatch):
    (tmp_path / "keras.py").write_text("import no_such_backend")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    with pytest.raises(InputError, match=r"keras is needed .* cannot be imported: No module named 'no_such_backend'"):
        wv.to_keras()


def test_scikit_learn_takes_vectors_and_texts(wv):
    pytest.importorskip("sklearn")
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import NearestNeighbors
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    nearest = NearestNeighbors(n_neighbors=2, metric="cosine").fit(wv.vectors).kneighbors(wv["w3"][None])[1][0]
    assert [wv.words[row] for row in nearest] == ["w3", wv.most_similar("w3", topn=1)[0][0]]
    texts, classes = ["w1", "w2", "w1 w1 unknown", "w2 w2"], [1, 2, 1, 2]
    model = pickle.loads(pickle.dumps(make_pipeline(FunctionTransformer(wv.embed), LogisticRegression(C=100))))
    assert list(model.fit(texts, classes).predict(np.array(texts))) == classes


def test_approximate_search_finds_most_of_the_nearest(wv):
    pytest.importorskip("usearch")
    index = ApproximateIndex(wv)
    found, exact = index.nearest(wv.words, 10), wv.nearest(wv.words, 10)
    common = [len(set(dict(near)) & set(dict(best))) for near, best in zip(found, exact, strict=True)]
    assert np.mean(common) > 9
    assert all(len(near) == 10 and word not in dict(near) for word, near in zip(wv.words, found, strict=True))
    word, cosine = found[0][0]
    assert cosine == pytest.approx(wv.similarity("w0", word), abs=0.01)
    assert index.nearest([wv["w3"]], 1)[0][0][0] == "w3"
    assert 150 <= len(index.nearest(["w3"], 1000)[0]) <= 199  # the search is approximate
    assert index.nearest([]) == []


def test_approximate_search_checks_its_arguments(wv):
    pytest.importorskip("usearch")
    with pytest.raises(InputError, match="accuracy must be at least 1, not 0"):
        ApproximateIndex(wv, accuracy=0)
    with pytest.raises(InputError, match="topn must be at least 1, not 0"):
        ApproximateIndex(wv).nearest(["w1"], 0)


def test_approximate_search_names_the_library_that_it_needs(wv, monkeypatch):
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with pytest.raises(InputError, match=r"usearch is needed .* pip install fastvec\[approximate\]"):
        ApproximateIndex(wv)
