import numpy as np
import pytest

import fastvec
from fastvec.errors import InputError
from fastvec.settings import PpmiSvd
from tests.texts import separation, two_topics


def train(**parameters):
    return fastvec.train(two_topics(), "ppmi-svd", **{"dim": 2, "sample": 0} | parameters)


@pytest.mark.parametrize("vectors", ["word", "context", "sum"])
def test_it_separates_two_topics(vectors):
    assert separation(train(dim=6, vectors=vectors)) > 0.5


@pytest.mark.parametrize(
    "options",
    [
        {"weighting": "flat"},
        {"side": "left"},
        {"cds": 1},
        {"eig": 0, "dim": 2},
        {"window": 2},
        {"subsampling": "clean"},
    ],
)
def test_every_variant_separates_two_topics(options):
    assert separation(train(**{"dim": 6} | options)) > 0.5


def test_threads_and_memory_change_nothing():
    one = train(threads=1, sample=0.01)
    for options in ({"threads": 2}, {"threads": 1, "memory": 300_000_000}):
        np.testing.assert_array_equal(train(sample=0.01, **options).vectors, one.vectors)


def test_word_and_context_vectors_multiply_to_the_ppmi():
    with fastvec.read_corpus(two_topics()) as corpus:
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(5))
    wv = train(dim=12, eig=0.3, context_eig=0.7, save_context=True)
    np.testing.assert_allclose(wv.vectors @ wv.context_vectors.T, fastvec.ppmi(counts).toarray(), atol=1e-5)


def test_eig_is_the_power_of_the_singular_values():
    plain, weighted = train(eig=0).vectors, train(eig=1).vectors
    np.testing.assert_allclose(np.linalg.norm(plain, axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(weighted / np.linalg.norm(weighted, axis=0), plain, atol=1e-5)


def test_counts_give_the_same_vectors_as_text():
    with fastvec.read_corpus(two_topics()) as corpus:
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(5), window=3, side="left")
        text = fastvec.train(corpus, "ppmi-svd", dim=4, window=3, side="left", sample=0)
    wv = fastvec.train(counts, "ppmi-svd", dim=4)
    np.testing.assert_array_equal(wv.vectors, text.vectors)
    assert wv.words == text.words
    assert wv.metadata["corpus"] == text.metadata["corpus"]
    assert wv.metadata["parameters"]["window"] == 3
    assert wv.metadata["parameters"]["side"] == "left"


def test_every_phase_is_told():
    told = []
    train(progress=told.append)
    phases = [progress.phase for progress in told]
    assert list(dict.fromkeys(phases)) == ["reading", "planning", "counting", "weighting", "factorising"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dim": 13}, "dim must be at most 12, the number of words, not 13; lower dim"),
        ({"dim": 0}, "dim must be at least 1, not 0"),
        ({"shift": 1e9}, "no pair of words has a PPMI above 0: lower shift"),
        ({"eig": -1}, "eig must be at least 0, not -1"),
        ({"context_eig": -1}, "context_eig must be at least 0, not -1"),
        ({"cds": "a"}, "cds must be a finite number, not 'a'"),
        ({"shift": 0}, "shift must be above 0, not 0"),
        ({"oversampling": -1}, "oversampling must be at least 0, not -1"),
        ({"tolerance": 0}, "tolerance must be above 0, not 0"),
        ({"memory": 0}, "memory must be at least 1, not 0"),
        ({"memory": 1000}, "memory must be at least .* MB for 12 words"),
        ({"window": 0}, "window must be at least 1, not 0"),
        ({"epochs": 2}, "epochs is a parameter of model skipgram, cbow, glove and pv-dbow, not of ppmi-svd"),
    ],
)
def test_what_cannot_be_done_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        train(**options)


def test_the_model_has_one_name():
    with pytest.raises(InputError, match="model must be one of ppmi-svd, not 'svd'"):
        PpmiSvd(model="svd")


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("cbow", {}, "model cbow needs text; with co-occurrences choose model skipgram or glove or ppmi-svd"),
        ("ppmi-svd", {"window": 3}, "window was settled when the co-occurrences were counted"),
        ("ppmi-svd", {"memory": 10**9}, "memory was settled when the co-occurrences were counted"),
        ("ppmi-svd", {"min_count": 2}, "the words were chosen when the co-occurrences were counted"),
        ("ppmi-svd", {"max_vocab": 2}, "the words were chosen when the co-occurrences were counted"),
    ],
)
def test_what_was_settled_by_counting_cannot_be_chosen_again(model, options, message):
    with fastvec.read_corpus(two_topics(20)) as corpus:
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(1))
    with pytest.raises(InputError, match=message):
        fastvec.train(counts, model, **options)
