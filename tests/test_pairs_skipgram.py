import numpy as np
import pytest

import fastvec
from fastvec.errors import InputError
from tests.models import Interrupt
from tests.test_pairs import topics


@pytest.mark.parametrize("init", ["word2vec", "ppmi-svd"])
def test_words_and_contexts_of_a_topic_are_alike(init):
    counts = fastvec.count_pairs(topics(), min_count=1)
    for vectors in ("word", "context"):
        wv = fastvec.train(counts, "skipgram", dim=8, epochs=20, init=init, vectors=vectors, threads=2)
        right = [wv.most_similar(word, topn=1)[0][0][:2] == word[:2] for word in wv]
        assert np.mean(right) > 0.95
    assert not {"window", "sample", "context"} & set(wv.metadata["parameters"])


def test_skipgram_trains_on_counts_of_text_too():
    sentences = [["salt", "pepper", "soup"], ["rain", "sun", "wind"]] * 50
    with fastvec.read_corpus(sentences) as corpus:
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(1), window=2)
    wv = fastvec.train(counts, dim=8, epochs=30, init="word2vec", save_context=True, threads=1)
    assert wv.similarity("salt", "pepper") > wv.similarity("salt", "rain")
    assert wv.context_vectors.shape == (6, 8)
    assert wv.metadata["parameters"]["window"] == 2


def test_a_training_on_pairs_can_be_resumed(tmp_path):
    counts = fastvec.count_pairs([(*pair, 50) for pair in topics()], min_count=1)
    options = {"dim": 8, "init": "word2vec", "threads": 1, "epochs": 2}
    whole = fastvec.train(counts, **options)
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(counts, checkpoint=tmp_path / "c", progress=Interrupt(1), **options)
    resumed = fastvec.resume(tmp_path / "c", counts)
    np.testing.assert_array_equal(resumed.vectors, whole.vectors)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "cbow"}, "model cbow needs text; with pairs choose model skipgram or glove or ppmi-svd"),
        ({"loss": "hierarchical"}, "loss does not apply to skipgram on pairs; omit it"),
        ({"subwords": "3-6"}, "subwords does not apply"),
        ({"window": 3}, "window does not apply to pairs"),
        ({"init_from": fastvec.KeyedVectors(["a", "b"], np.eye(2))}, "cannot start from vectors; omit init_from"),
    ],
)
def test_what_needs_text_is_refused(options, message):
    counts = fastvec.count_pairs(topics(100), min_count=1)
    with pytest.raises(InputError, match=message):
        fastvec.train(counts, **options)
