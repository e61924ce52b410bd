"""Files that are damaged, changed, moved away or forbidden: the right vectors or one line, never wrong vectors."""

import gzip
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

import numpy as np
import pytest

import fastvec
from fastvec.errors import FastvecError, FileError
from tests.models import TRAINERS
from tests.texts import write_zipf

OPTIONS = {"dim": 8, "threads": 1, "cache_dir": "cache", "output": "v.bin"}


@pytest.fixture
def text(tmp_path, monkeypatch, poll_often):
    """Return a text in this folder; checkpoints are saved often."""
    monkeypatch.chdir(tmp_path)
    write_zipf(tmp_path / "text.txt", 5000, 150)
    return Path("text.txt")


def damages(data, n):
    """Yield a file's bytes with one of them changed, and its beginnings, at so many places."""
    for place in np.linspace(0, len(data) - 1, n).astype(int) if data else ():
        yield data[:place] + bytes([data[place] ^ (1 << (place % 8))]) + data[place + 1 :]
        yield data[:place]
    yield data + b"\0"


def resumed():
    """Resume in a copy of the folder; return the vectors or, if it was refused, the message."""
    try:
        return fastvec.resume("copy", cache_dir="cache").vectors
    except FastvecError as error:
        return str(error)


@pytest.mark.parametrize("model", TRAINERS)
def test_any_damage_of_a_checkpoint_is_seen(text, model):
    vocabulary = fastvec.read_corpus(text, cache_dir="cache").vocabulary(max_vocab=100)
    whole = fastvec.train(text, model, vocabulary=vocabulary, checkpoint="state", every="1%", **OPTIONS).vectors
    names = sorted(path.name for path in Path("state").iterdir())
    assert {"run.json", "vocabulary.tsv", "lock"} < set(names)
    outcomes = {name: set() for name in names}
    for name in names:
        thorough = (
            "glove" if name == "cooccurrence.npz" else "skipgram"
        )  # the other models' files are of the same kinds
        for data in damages(Path("state", name).read_bytes(), 16 if model == thorough else 4):
            shutil.rmtree("copy", ignore_errors=True)
            shutil.copytree("state", "copy")
            if name == "cooccurrence.npz":  # which is not read where there is a state
                for state in Path("copy").glob("*.state"):
                    state.unlink()
            Path("copy", name).write_bytes(data)
            found = resumed()
            if isinstance(found, str):
                assert re.fullmatch(rf"copy/{name}.*: .*", found)
            else:
                np.testing.assert_array_equal(found, whole)
            outcomes[name].add(type(found))
    assert str in outcomes["run.json"] & outcomes["vocabulary.tsv"]
    for name in {"lock", "cooccurrence.npz"}.intersection(names):
        assert outcomes[name] == {np.ndarray}
    n_states = sum(name.endswith(".state") for name in names)
    assert all((str in outcomes[name]) == (n_states == 1) for name in names if name.endswith(".state"))


def once(change, when):
    """Return a listener that changes something the first time that `when` is true of what it hears."""
    done = []

    def listen(*heard):
        if not done and when(*heard):
            done.append(heard)
            change()

    return listen


def at(fraction, change):
    """Return a listener of `read_corpus` that changes something when this fraction has been read."""
    return once(change, lambda n_read, n_total: n_read >= fraction * n_total)


def when_training(change):
    """Return a listener of `train` that changes something when the training has begun."""
    return once(change, lambda progress: progress.phase == "training")


def grow(path):
    with open(path, "a") as file:
        file.write("more words\n" * 100_000)


def replace(path):
    Path("other.txt").write_text("other words\n" * 200_000)
    os.replace("other.txt", path)


CHANGES = {
    "truncated": lambda path: os.truncate(path, 70_000),
    "emptied": lambda path: os.truncate(path, 0),
    "grown": grow,
    "replaced": replace,
    "removed": os.remove,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_text_that_changes_while_it_is_read_is_told(text, change, monkeypatch, caplog):
    monkeypatch.setattr("time.monotonic", iter(range(10**9)).__next__)  # tells after each block
    text.write_text("some words\n" * 100_000)
    with fastvec.read_corpus(text, cache_dir="cache", progress=at(0.2, lambda: CHANGES[change](text))) as corpus:
        assert corpus.n_tokens > 1000
    assert f"{text}: changed while it was read" in caplog.text
    assert list(Path("cache").iterdir()) == []


def test_a_compressed_text_that_is_cut_while_it_is_read_is_one_line(text, monkeypatch):
    monkeypatch.setattr("time.monotonic", iter(range(10**9)).__next__)
    data = np.random.default_rng(0).integers(97, 123, 1 << 20, np.uint8).tobytes()
    Path("x.gz").write_bytes(gzip.compress(data, 1))
    with pytest.raises(FileError, match=r"^x\.gz ends in the middle of its gzip data; fetch or compress it again$"):
        fastvec.read_corpus("x.gz", cache_dir="cache", progress=at(0.2, lambda: os.truncate("x.gz", 300_000)))
    assert list(Path("cache").iterdir()) == []


@pytest.mark.parametrize("threads", [1, 3])
def test_a_stream_that_is_cut_while_it_is_trained_on_is_one_line(text, threads):
    def cut():
        (tokens,) = Path("cache").glob("*/tokens.bin")
        os.truncate(tokens, 4000)

    options = OPTIONS | {"epochs": 10_000, "threads": threads}
    with pytest.raises(FileError, match=r"^cache/.*: tokens\.bin was cut short; remove this directory and read again$"):
        fastvec.train(text, progress=when_training(cut), **options)
    assert not Path("v.bin").exists()
    assert len(fastvec.train(text, epochs=1, **OPTIONS)) > 50  # reads the text again


def test_a_stream_that_is_removed_while_it_is_trained_on_is_no_loss(text):
    whole = fastvec.train(text, epochs=200, **OPTIONS).vectors
    again = fastvec.train(text, epochs=200, progress=when_training(lambda: shutil.rmtree("cache")), **OPTIONS)
    np.testing.assert_array_equal(again.vectors, whole)


def test_a_checkpoint_folder_that_is_removed_does_not_end_the_training(text, caplog):
    whole = fastvec.train(text, epochs=200, **OPTIONS).vectors
    listener = when_training(lambda: shutil.rmtree("state"))
    found = fastvec.train(text, epochs=200, checkpoint="state", every="20%", progress=listener, **OPTIONS)
    np.testing.assert_array_equal(found.vectors, whole)
    assert "there is no folder state; make it first; this checkpoint was not saved" in caplog.text
    assert not Path("state").exists()


@pytest.fixture
def nobody(monkeypatch, poll_often):
    """Work in a folder of one's own, without root's permissions."""
    if os.name == "nt":
        pytest.skip("Windows has other permissions")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        monkeypatch.chdir(folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        write_zipf(Path("text.txt"), 20_000, 300)
        fastvec.train("text.txt", dim=8, epochs=1, threads=1, cache_dir="warm").save("v.bin")  # loads all modules
        shutil.rmtree("warm")
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        yield
        os.seteuid(user)
        for path in Path(folder).rglob("*"):
            if path.is_dir():
                path.chmod(0o700)


#: What is said of a forbidden folder: it depends on whose permissions the system is asked for, root's or nobody's.
FORBIDDEN = r"(no permission to write in .*|cannot write it \(Permission denied\))"


def forbid(folder):
    Path(folder).chmod(stat.S_IRUSR | stat.S_IXUSR)


@pytest.mark.parametrize("checkpoint", [None, "state"])
def test_an_output_folder_that_is_made_read_only_loses_nothing(nobody, checkpoint):
    Path("out").mkdir()
    options = OPTIONS | {"output": "out/v.bin", "epochs": 200}
    with pytest.raises(FileError) as caught:
        fastvec.train("text.txt", checkpoint=checkpoint, progress=when_training(lambda: forbid("out")), **options)
    reason, told = str(caught.value).split("; nothing is lost, ")
    assert re.fullmatch(rf"out/v\.bin: {FORBIDDEN}; choose another folder", reason)
    if checkpoint:
        assert told == "to resume: fastvec train --resume state -o ELSEWHERE"
        found = fastvec.resume("state", cache_dir="cache", output="w.bin").vectors
    else:
        found = fastvec.load(told.removeprefix("the vectors are in ")).vectors
    whole = fastvec.train("text.txt", **OPTIONS | {"epochs": 200, "output": None}).vectors
    np.testing.assert_array_equal(found, whole)


def test_a_checkpoint_folder_that_is_made_read_only_does_not_end_the_training(nobody, caplog):
    listener = when_training(lambda: forbid("state"))
    options = OPTIONS | {"epochs": 200, "output": "w.bin"}
    found = fastvec.train("text.txt", checkpoint="state", every="20%", progress=listener, **options)
    message = caplog.records[0].getMessage()
    assert re.fullmatch(rf"state.*: {FORBIDDEN}; choose another folder; this checkpoint was not saved", message)
    np.testing.assert_array_equal(fastvec.load("w.bin").vectors, found.vectors)
    with pytest.raises(FileError, match=r"^state.*Permission denied"):
        fastvec.resume("state", cache_dir="cache")


@pytest.mark.parametrize("part", [".", "entry", "entry/tokens.bin", "entry/meta.json"])
def test_a_cache_that_may_not_be_read_is_one_line_or_is_made_again(nobody, run, part):
    line = "vocab text.txt --cache-dir cache"
    expected = run(*line.split())
    (entry,) = Path("cache").iterdir()
    Path("cache", part.replace("entry", entry.name)).chmod(0)
    code, out, err = run(*line.split())
    if part == ".":
        assert (code, out) == (1, "")
        assert re.fullmatch(r"fastvec: cache: cannot write .* \(Permission denied\); choose another folder .*\n", err)
    else:
        assert (code, out, err) == expected


def test_a_text_that_may_not_be_read_is_one_line(nobody, run):
    Path("mine.txt").write_text("some words")
    Path("mine.txt").chmod(0)
    assert run("vocab", "mine.txt", "--cache-dir", "cache") == (1, "", "fastvec: mine.txt: permission denied\n")
