import numpy as np
import pytest

import fastvec
from fastvec.errors import InputError
from tests.models import COUNTING, Interrupt

MODES = [("skipgram", "directional"), ("skipgram", "positional"), ("cbow", "directional")]
SMALL = {"dim": 8, "min_count": 1, "sample": 0, "init": "word2vec", "window": 2}


def sentences(n=600):
    """Make sentences of a word that comes first, the same one in the middle, and a word that comes last."""
    rng = np.random.default_rng(1)
    return [[f"first{a}", "middle", f"last{b}"] for a, b in rng.integers(10, size=(n, 2))]


@pytest.mark.parametrize(("model", "context"), MODES)
@pytest.mark.parametrize("threads", [1, 2])
def test_words_are_alike_that_stand_on_the_same_side_of_others(model, context, threads):
    options = SMALL | {"window": 1, "epochs": 15, "threads": threads, "vectors": "word"}
    alike = {}
    for each in ("window", context):
        wv = fastvec.train(sentences(), model, context=each, **options)
        rows = [wv.vectors[[wv.index(f"{name}{k}") for k in range(10)]] for name in ("first", "last")]
        first, last = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in rows)
        alike[each] = (first @ first.T).mean(), (first @ last.T).mean()
    assert alike["window"][1] > 0.9
    assert alike[context][0] > 0.9
    assert alike[context][1] < 0.75


@pytest.mark.parametrize(("model", "context"), MODES)
def test_a_deterministic_training_can_be_resumed_with_other_threads(model, context, tmp_path):
    options = SMALL | {"model": model, "context": context, "epochs": 20, "deterministic": True, "save_context": True}
    whole = fastvec.train(sentences(), threads=1, **options)
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(sentences(), threads=2, checkpoint=tmp_path / "c", progress=Interrupt(2000), **options)
    resumed = fastvec.resume(tmp_path / "c", sentences(), threads=2)
    np.testing.assert_array_equal(resumed.vectors, whole.vectors)
    np.testing.assert_array_equal(resumed.context_vectors, whole.context_vectors)


def test_training_starts_from_vectors_at_all_places():
    options = SMALL | {"epochs": 1, "threads": 1, "context": "positional", "save_context": True}
    given = fastvec.train(sentences(), **options)
    same = fastvec.train(sentences(), init_from=given, learning_rate=1e-9, **{**options, "init": None})
    np.testing.assert_allclose(same.vectors, given.vectors, atol=1e-5)
    np.testing.assert_allclose(same.context_vectors, given.context_vectors, atol=1e-5)


@pytest.mark.parametrize("model", [*COUNTING, "skipgram"])
def test_counts_of_either_side_have_a_context_vector_for_each_word(model, tmp_path):
    corpus = fastvec.read_corpus(sentences())
    options = {"context": "directional", "window": 2}
    fastvec.count_cooccurrence(corpus, corpus.vocabulary(1), **options).save(tmp_path / "c.npz")
    counts = fastvec.Cooccurrence.load(tmp_path / "c.npz")
    assert counts.contexts.words[:2] == ["left:middle", "right:middle"]
    made = fastvec.train(counts, model, dim=8, save_context=True)
    assert (made.words, made.context_vectors.shape) == (list(counts.vocabulary), (21, 8))
    if model != "skipgram":
        again = fastvec.train(corpus, model, dim=8, save_context=True, min_count=1, sample=0, **options)
        np.testing.assert_array_equal(made.vectors, again.vectors)
        np.testing.assert_array_equal(made.context_vectors, again.context_vectors)
    assert fastvec.plan(counts, model, dim=8).fits


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "hierarchical"}, "'directional' does not go with loss 'hierarchical'; omit one"),
        ({"subwords": "3-6"}, "'directional' does not go with subwords '3-6'; omit one"),
        (
            {"model": "cbow", "context": "positional"},
            "'positional' needs model skipgram; choose 'directional' for cbow",
        ),
        (
            {"model": "glove", "context": "positional"},
            "context must be one of window, line, directional, not 'positional'",
        ),
        ({"model": "ppmi-svd", "side": "left"}, "side applies to context='window' only, not to 'directional'"),
    ],
)
def test_modes_without_places_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        fastvec.train(sentences(), **{"context": "directional", **options})
