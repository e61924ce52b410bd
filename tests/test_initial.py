"""Trainings that start from vectors."""

from pathlib import Path

import numpy as np
import pytest

import fastvec
from fastvec.errors import InputError
from tests.models import WORD2VEC, Interrupt
from tests.texts import separation, two_topics

#: So little training that rows stay nearly where they were.
STILL = {"epochs": 1, "learning_rate": 1e-9, "threads": 1}


@pytest.fixture
def old():
    rng = np.random.default_rng(0)
    words = ["salt", "old", "rain", "bread"]
    return fastvec.KeyedVectors(
        words, rng.normal(size=(4, 6)), counts=[9, 8, 7, 6], context_vectors=rng.normal(size=(4, 6))
    )


@pytest.mark.parametrize(("model", "loss"), WORD2VEC)
def test_words_that_have_vectors_start_from_them(old, model, loss):
    wv = fastvec.train(two_topics(), model, loss=loss, init_from=old, vectors="word", **STILL)
    for word in ("salt", "rain", "bread"):
        np.testing.assert_allclose(wv[word], old[word], atol=1e-6)
    assert np.abs(wv["pepper"]).max() <= 0.5 / 6 + 1e-6
    np.testing.assert_array_equal(wv["old"], old["old"])


def test_context_vectors_go_on_too(old):
    wv = fastvec.train(two_topics(), init_from=old, save_context=True, **STILL)
    for word in old.words:
        row, before = wv.index(word), old.index(word)
        np.testing.assert_allclose(wv.context_vectors[row], old.context_vectors[before], atol=1e-6)
    np.testing.assert_allclose(wv.context_vectors[wv.index("pepper")], 0, atol=1e-6)


@pytest.mark.parametrize("options", [{"threads": 2}, {"deterministic": True}, {"model": "cbow", "threads": 1}])
@pytest.mark.parametrize("side", ["word", "context"])
def test_frozen_vectors_stay_and_the_others_move(old, side, options):
    wv = fastvec.train(two_topics(), init_from=old, freeze=side, save_context=True, vectors="word", **options)
    still = {"word": (wv.vectors, old.vectors), "context": (wv.context_vectors, old.context_vectors)}
    moved = still.pop("context" if side == "word" else "word")
    ((frozen, given),) = still.values()
    for word in ("salt", "rain", "bread"):
        row, before = wv.index(word), old.index(word)
        np.testing.assert_array_equal(frozen[row], given[before])
        assert not np.allclose(moved[0][row], moved[1][before], atol=1e-3)
    assert np.abs(frozen[wv.index("pepper")]).max() > 0.1  # which had no vector, and is trained in both
    assert np.abs(moved[0][wv.index("pepper")]).max() > 0.1


@pytest.mark.parametrize(("choice", "expected"), [("new", 12), ("old", 4), ("union", 13), (None, 13)])
def test_the_words_are_those_that_were_chosen(old, choice, expected):
    wv = fastvec.train(two_topics(), init_from=old, init_vocab=choice, **STILL)
    assert len(wv) == expected
    assert ("old" in wv) == (choice != "new")
    assert (wv.counts[1:] <= wv.counts[:-1]).all()
    if choice != "new":
        assert wv.words[-1] == "old"
        assert wv.counts[-1] == 0


def test_a_sum_is_taken_apart():
    first = fastvec.train(two_topics(), "cbow", dim=6, threads=1, save_context=True, vectors="sum")
    again = fastvec.train(two_topics(), "cbow", init_from=first, save_context=True, vectors="sum", **STILL)
    np.testing.assert_allclose(again.vectors, first.vectors, atol=1e-5)
    np.testing.assert_allclose(again.context_vectors, first.context_vectors, atol=1e-5)


def test_training_goes_on_and_learns(old):
    first = fastvec.train(two_topics(), dim=16, epochs=1, threads=1, sample=0, learning_rate=0.001, save_context=True)
    more = fastvec.train(two_topics(), init_from=first, epochs=20, threads=1, sample=0, learning_rate=0.1)
    assert more.dim == 16
    assert separation(more) > separation(first) + 0.1


def test_only_old_words_are_trained_where_old_ones_are_chosen(old):
    with fastvec.read_corpus(two_topics()) as text:
        wv = fastvec.train(text, init_from=old, init_vocab="old", epochs=1, threads=1)
        counts = dict(zip(text.vocabulary(), text.vocabulary().counts.tolist(), strict=True))
    assert {word: count for word, count in zip(wv, wv.counts.tolist(), strict=True) if count} == {
        word: counts[word] for word in ("salt", "rain", "bread")
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dim": 7}, "dim must be 6, that of init_from, not 7; omit it"),
        ({"model": "glove"}, "model glove cannot start from vectors"),
        ({"init_vocab": "all"}, "init_vocab must be one of old, new, union"),
        ({"init_from": None, "init_vocab": "old"}, "init_vocab applies with init_from only"),
        ({"init_vocab": "old", "min_count": 10**6}, "no word occurs 1000000 times"),
        ({"init_from": None, "freeze": "word"}, "freeze applies with init_from only; omit it, or pass the vectors"),
        (
            {"dtype": "float16", "init_from": fastvec.KeyedVectors(["salt", "rain"], np.full((2, 3), -1e5))},
            "init_from has numbers too large for dtype='float16'; omit dtype",
        ),
        ({"freeze": "context", "loss": "hierarchical"}, "no context vectors; omit freeze, or freeze word"),
        (
            {"freeze": "context", "init_from": fastvec.KeyedVectors(["salt", "rain"], np.ones((2, 3)))},
            r"init_from has no context vectors to freeze; train it with save_context \(--save-context\)",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(old, options, message):
    with pytest.raises(InputError, match=message):
        fastvec.train(two_topics(), **({"init_from": old} | options))


@pytest.mark.parametrize(
    ("vectors", "metadata", "message"),
    [
        ([[1, np.nan], [1, 2]], {}, "the vector of 'salt' is not finite; omit the word"),
        ([[1, 2], [1, 2]], {"parameters": {"vectors": "context"}}, "these are context vectors"),
    ],
)
def test_vectors_that_nothing_can_start_from_are_refused(vectors, metadata, message):
    given = fastvec.KeyedVectors(["salt", "rain"], vectors, metadata=metadata)
    with pytest.raises(InputError, match=message):
        fastvec.train(two_topics(), init_from=given)


def test_too_few_old_words_are_refused():
    given = fastvec.KeyedVectors(["salt", "x"], np.ones((2, 3)))
    with pytest.raises(InputError, match="of the 2 words that have vectors, 1 are among the 12 words of the text"):
        fastvec.train(two_topics(), init_from=given, init_vocab="old")


@pytest.mark.parametrize("freeze", [None, "context"])
def test_an_interrupted_training_keeps_what_it_started_from(old, tmp_path, poll_often, freeze):
    options = {"init_from": tmp_path / "old.safetensors", "epochs": 30, "threads": 1, "freeze": freeze}
    old.save(tmp_path / "old.safetensors")
    whole = fastvec.train(two_topics(6000), **options)
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(two_topics(6000), **options, checkpoint=tmp_path / "state", progress=Interrupt())
    (tmp_path / "old.safetensors").unlink()
    pieces = fastvec.resume(tmp_path / "state", two_topics(6000))
    assert pieces.words == whole.words
    np.testing.assert_array_equal(pieces.vectors, whole.vectors)
    with pytest.raises(InputError, match="keeps what it started from; omit init_from"):
        fastvec.resume(tmp_path / "state", two_topics(6000), init_from=old)


def test_the_command_line_trains_a_file_further(run, corpus_txt):
    options = ["--threads", "1", "--cache-dir", "cache"]
    assert run("train", "corpus.txt", *options, "--dim", "8", "--save-context")[0] == 0
    first = fastvec.load("vectors.safetensors")
    code, _, err = run("train", "corpus.txt", *options, "--init-from", "vectors.safetensors", "-o", "v.bin")
    assert code == 0
    assert err.endswith("v.bin: 6 words, 8 dimensions\n")
    assert not np.array_equal(fastvec.load("v.bin").vectors, first.vectors)
    Path("bad.vec").write_text("1 8\na b\n")
    code, _, err = run("train", "corpus.txt", *options, "--init-from", "bad.vec", "-o", "v.bin")
    assert (code, err.endswith("; here that takes a copy: fastvec convert --errors skip bad.vec COPY\n")) == (1, True)
    code, _, err = run("train", "corpus.txt", *options, "--init-from", "nowhere.bin", "-o", "v.bin")
    assert code == 1
    assert err.startswith("fastvec: nowhere.bin: ")
    assert err.count("\n") == 1
