"""Resuming a training, in one process; `tests.test_kills` does so for real."""

import json
import logging
import os
import threading

import numpy as np
import pytest

import fastvec
from fastvec.errors import FileError, InputError
from tests.models import COUNTING, MODES, Interrupt, options_of
from tests.texts import write_topics

pytestmark = pytest.mark.usefixtures("corpus_txt", "poll_often")


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    write_topics(path, 6000)
    return path


def begin(text, **options):
    """Train for a while, until it is interrupted."""
    options = {"dim": 8, "epochs": 30, "threads": 1, "cache": False} | options
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(text, checkpoint=text.parent / "state", progress=Interrupt(), **options)
    return text.parent / "state"


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_goes_on_as_if_nothing_had_happened(text, mode):
    has_context = MODES[mode].get("loss") != "hierarchical" and mode != "pv-dbow"
    options = options_of(mode, epochs=30, dim=8, threads=1, save_context=has_context)
    whole = fastvec.train(text, **options)
    listener = Interrupt(1, "training") if mode != "ppmi-svd" else Interrupt(0, "factorising")
    state = text.parent / "state"
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(text, checkpoint=state, progress=listener, **options)
    told = []
    pieces = fastvec.resume(state, progress=told.append)
    np.testing.assert_array_equal(pieces.vectors, whole.vectors)
    assert pieces.words == whole.words
    assert json.dumps(pieces.metadata) == json.dumps(whole.metadata)
    if whole.context_vectors is not None:
        np.testing.assert_array_equal(pieces.context_vectors, whole.context_vectors)
    if mode in COUNTING:
        assert "counting" not in {progress.phase for progress in told}
    if mode != "ppmi-svd":
        assert 0 < told[-1].before < told[-1].done == told[-1].total


def test_one_that_has_ended_gives_its_vectors_again(text):
    whole = fastvec.train(text, dim=8, threads=1, checkpoint=text.parent / "state", output=text.parent / "v.bin")
    (text.parent / "v.bin").unlink()
    told = []
    again = fastvec.resume(text.parent / "state", progress=told.append)
    assert {progress.phase for progress in told} <= {"reading", "planning", "saving"}
    np.testing.assert_array_equal(again.vectors, whole.vectors)
    np.testing.assert_array_equal(fastvec.load(text.parent / "v.bin").vectors, whole.vectors)


@pytest.mark.parametrize("model", ["skipgram", "glove"])
def test_more_epochs_may_be_added(text, model):
    few = fastvec.train(text, model, dim=8, epochs=3, threads=1, checkpoint=text.parent / "state")
    told = []
    more = fastvec.resume(text.parent / "state", epochs=5, progress=told.append)
    assert more.metadata["parameters"]["epochs"] == 5
    assert told[-1].epoch == 5
    assert not np.array_equal(few.vectors, more.vectors)
    again = fastvec.resume(text.parent / "state")
    np.testing.assert_array_equal(more.vectors, again.vectors)
    with pytest.raises(InputError, match="epochs=4: the run was started with epochs=5; omit it, or start a new run"):
        fastvec.resume(text.parent / "state", epochs=4)


def test_several_threads_go_on_too(text):
    state = begin(text, threads=2)
    told = []
    wv = fastvec.resume(state, progress=told.append)
    assert wv.metadata["threads"] == 2
    assert told[-1].done == told[-1].total
    assert wv.similarity("salt", "bread") > wv.similarity("salt", "wind")


def test_workers_go_on_in_any_number_of_threads_as_if_nothing_had_happened(text):
    options = {"dim": 8, "epochs": 30, "deterministic": True, "cache": False}
    whole = fastvec.train(text, threads=1, **options)
    state = begin(text, threads=3, **options)
    resumed = fastvec.resume(state, threads=2)
    assert resumed.vectors.tobytes() == whole.vectors.tobytes()
    assert resumed.metadata == whole.metadata


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dim": 9}, "dim=9: the run was started with dim=8"),
        ({"min_count": 2}, "min_count=2: the run was started with min_count=5"),
        ({"learning_rate": 0.1}, r"resume with learning_rate=0\.1: the run was started with learning_rate=its default"),
        ({"deterministic": True}, "deterministic=True: the run was started with deterministic=False"),
        ({"model": "cbow"}, "model=cbow: the run was started with model=skipgram"),
        ({"x_max": 9}, "x_max is a parameter of model glove, not of skipgram"),
        ({"vocabulary": fastvec.Vocabulary(["a", "b"], np.array([2, 1]))}, "was started with other vocabulary"),
    ],
)
def test_other_parameters_are_refused(text, given, message):
    state = begin(text)
    with pytest.raises(InputError, match=message):
        fastvec.resume(state, **given)
    assert fastvec.resume(state, dim=8, min_count=5).dim == 8


def test_another_text_is_refused(text):
    state = begin(text)
    with open(text, "a") as file:
        file.write("\nsalt pepper")
    with pytest.raises(InputError, match=r"words: 48000, now 48002\); pass the original text"):
        fastvec.resume(state)


def test_text_that_was_no_file_must_be_given_again(text):
    sentences = [line.split() for line in text.read_text().splitlines()]
    whole = fastvec.train(sentences, dim=8, epochs=30, threads=1)
    options = {"dim": 8, "epochs": 30, "threads": 1, "checkpoint": text.parent / "state"}
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(sentences, **options, progress=Interrupt())
    with pytest.raises(InputError, match="the text was no file, so it must be given again"):
        fastvec.resume(text.parent / "state")
    np.testing.assert_array_equal(fastvec.resume(text.parent / "state", sentences).vectors, whole.vectors)


def test_a_function_that_splits_the_text_must_be_given_again(text):
    state = begin(text, tokenizer=str.split)
    with pytest.raises(InputError, match="split by a function, which must be given again as tokenizer"):
        fastvec.resume(state)
    assert len(fastvec.resume(state, tokenizer=str.split)) == 12


def test_the_vocabulary_that_was_given_is_kept(text):
    vocabulary = fastvec.read_corpus(text, cache=False).vocabulary(max_vocab=7)
    state = begin(text, vocabulary=vocabulary)
    assert fastvec.resume(state).words == vocabulary.words
    assert len(fastvec.resume(state, vocabulary=vocabulary)) == 7


def test_counts_from_a_file_are_found_again(text):
    read = fastvec.read_corpus(text, cache=False)
    fastvec.count_cooccurrence(read, read.vocabulary(), window=2).save(text.parent / "counts.npz")
    counts = fastvec.Cooccurrence.load(text.parent / "counts.npz")
    whole = fastvec.train(counts, "glove", dim=8, epochs=30)
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(counts, "glove", dim=8, epochs=30, checkpoint=text.parent / "state", progress=Interrupt())
    np.testing.assert_array_equal(fastvec.resume(text.parent / "state").vectors, whole.vectors)


def test_damaged_counts_are_counted_again(text, caplog):
    fastvec.train(text, "ppmi-svd", dim=8, checkpoint=text.parent / "state")
    whole = fastvec.resume(text.parent / "state").vectors
    path = text.parent / "state" / "cooccurrence.npz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    for state in path.parent.glob("*.state"):
        state.unlink()
    again = fastvec.resume(text.parent / "state").vectors
    assert "counting again" in caplog.text
    np.testing.assert_array_equal(again, whole)


def test_a_checkpoint_of_other_shape_is_one_line(text):
    fastvec.train(text, dim=8, checkpoint=text.parent / "a")
    fastvec.train(text, dim=9, checkpoint=text.parent / "b")
    os.replace(text.parent / "a" / "checkpoint-1.state", text.parent / "b" / "checkpoint-1.state")
    fastvec.train(text, dim=40, checkpoint=text.parent / "c")
    os.replace(text.parent / "b" / "checkpoint-1.state", text.parent / "c" / "checkpoint-1.state")
    with pytest.raises(FileError, match=r"checkpoint-1\.state: W is float32 of shape"):
        fastvec.resume(text.parent / "c")


def test_two_trainings_at_a_time_do_not_disturb_each_other(text):
    alone = [fastvec.train(text, model, dim=8, epochs=8, threads=1).vectors for model in ("skipgram", "glove")]
    found = {}

    def train(model):
        found[model] = fastvec.train(text, model, dim=8, epochs=8, threads=1, checkpoint=text.parent / model).vectors

    threads = [threading.Thread(target=train, args=(model,)) for model in ("skipgram", "glove")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(found["skipgram"], alone[0])
    np.testing.assert_array_equal(found["glove"], alone[1])


def test_the_command_line_goes_on_where_it_stopped(run):
    options = ["--dim", "8", "--threads", "1", "--cache-dir", "cache"]
    assert run("train", "corpus.txt", *options, "-o", "whole.bin")[0] == 0
    assert run("train", "corpus.txt", *options, "--checkpoint", "state", "--every", "50%", "-o", "v.bin")[0] == 0
    os.remove("v.bin")
    code, out, err = run("train", "--resume", "state")
    assert (code, out) == (0, "")
    assert err.splitlines()[-1] == f"{os.path.abspath('v.bin')}: 6 words, 8 dimensions"
    with open("whole.bin", "rb") as whole, open("v.bin", "rb") as file:
        assert whole.read() == file.read()
    assert run("train", "corpus.txt", "--resume", "state", "--dim", "8", "-o", "other.bin")[0] == 0
    assert os.path.exists("other.bin")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--resume", "nowhere"], 1, "nowhere: no checkpoints here"),
        (["--resume", "state", "--dim", "9"], 2, "state: cannot resume with --dim 9: the run was started with --dim 8"),
        (["--resume", "state", "--checkpoint", "new"], 2, "omit --checkpoint"),
        (["corpus.txt", "--checkpoint", "state", "-o", "v.bin"], 1, "state: holds the checkpoints of a training"),
        (
            ["corpus.txt", "--checkpoint", "new", "--every", "often", "-o", "v.bin"],
            2,
            "every must be a time or a share",
        ),
        (["other.txt", "--resume", "state"], 1, "state: the text has changed since the run began"),
    ],
)
def test_what_cannot_be_gone_on_with_is_one_line(run, arguments, code, message):
    with open("other.txt", "w") as file:
        file.write("salt rain " * 100)
    assert run("train", "corpus.txt", "--dim", "8", "--cache-dir", "cache", "--checkpoint", "state")[0] == 0
    found, out, err = run("train", *arguments)
    assert (found, out) == (code, "")
    assert message in err
    assert code == 2 or err.count("\n") == 1
    assert not os.path.exists("new")


def test_a_resumed_training_says_where_it_begins(text, caplog):
    folder = text.parent / "state"
    fastvec.train(text, dim=8, epochs=2, threads=1, checkpoint=folder)
    with caplog.at_level(logging.INFO, "fastvec"):
        fastvec.resume(folder, epochs=3)
    assert "resuming: 67 % was done, in epoch 3" in caplog.messages
    for path in folder.glob("*.state"):
        path.unlink()
    caplog.clear()
    fastvec.resume(folder, epochs=3)
    assert caplog.messages == [f"{folder}: no state of the training was saved before; it starts from the beginning"]
