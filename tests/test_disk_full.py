"""Each file that is written, on a disk that is full sooner or later: a line names the cure, and nothing is lost."""

import gzip
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from fastvec_cli import progress

import fastvec
from fastvec.cooccurrence import counting
from fastvec.errors import FileError
from fastvec.pipeline import needs
from fastvec.training import blocks
from tests.models import TRAINERS, options_of
from tests.texts import write_zipf

MB = 1 << 20


class Disk:
    """A small disk of its own, of which a part is taken."""

    def __init__(self, folder):
        self.folder, self.ballast = folder, folder / "ballast"

    def leave(self, n_bytes, files=()):
        """Remove all but for some small files, and leave so much space."""
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name in files:
            (self.folder / name).write_text(f"old {name}")
        with open(self.ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, os.statvfs(self.folder).f_bavail * 4096 - n_bytes)

    def files(self):
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()} - {"ballast"}


@pytest.fixture(scope="module")
def mounted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={16 * MB}", "none", str(folder)]
    if os.name == "nt" or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a file system cannot be mounted here")
    yield Disk(folder)
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a text, its counts, and vectors."""
    folder = tmp_path_factory.mktemp("texts")
    write_zipf(folder / "text.txt", 40_000, 500)
    with fastvec.read_corpus(folder / "text.txt", cache_dir=folder / "cache") as corpus:
        fastvec.count_cooccurrence(corpus, corpus.vocabulary()).save(folder / "counts.npz")
        vectors = fastvec.train(corpus, dim=100, epochs=1, threads=1)
    vectors.save(folder / "v.safetensors")
    (folder / "v.gz").write_bytes(gzip.compress((folder / "v.safetensors").read_bytes()))
    (folder / "words.txt").write_text("\n".join(f"word{k}" for k in range(5000)))
    return folder


@pytest.fixture
def disk(mounted, folder, monkeypatch):
    """A disk of which nobody knows beforehand that it will be full."""
    monkeypatch.setattr(needs, "disk_room", lambda folder: 1 << 50)
    monkeypatch.chdir(folder)
    mounted.leave(8 * MB)
    return mounted


def sizes(largest):
    """Return twenty sizes of disks, the largest of which must do."""
    return [int(size) // 4096 * 4096 for size in np.geomspace(4096, largest, 20)]


def check(disk, write, largest, before=(), after=()):
    """Write on disks of many sizes: all goes well, or there is one line, nothing new, and what was there before."""
    outcomes = set()
    for size in sizes(largest):
        disk.leave(size, before)
        message = ""
        try:
            write()
        except FileError as error:
            message = str(error)
        outcomes.add("failed" if message else "written")
        if message:
            assert re.fullmatch(rf"(fastvec: )?{disk.folder}.*: no space left for .*; free some, or .*", message)
            assert disk.files() == set(before)
            assert all((disk.folder / name).read_text() == f"old {name}" for name in before)
        else:
            assert disk.files() == set(after)
    assert outcomes == {"failed", "written"}
    assert size == sizes(largest)[-1]


def test_the_id_stream(disk):
    def read():
        corpus = fastvec.read_corpus("text.txt", cache_dir=disk.folder / "cache", cache=False)
        assert corpus.is_whole()
        corpus.close()

    check(disk, read, MB)


def test_the_id_stream_that_is_kept(disk):
    for size in sizes(MB):
        disk.leave(size)
        try:
            fastvec.read_corpus("text.txt", cache_dir=disk.folder / "cache").close()
        except FileError:
            assert disk.files() == set()
        else:
            assert len(disk.files()) == 5
    assert fastvec.read_corpus("text.txt", cache_dir=disk.folder / "cache").is_reused


def test_a_text_that_is_numbered_anew(disk):
    corpus = fastvec.read_corpus("text.txt", cache_dir="cache")
    vocabulary = corpus.vocabulary(10)
    corpus._directory = disk.folder / "entry"
    check(disk, lambda: corpus.with_vocabulary(vocabulary).close(), MB)


@pytest.fixture
def small_slices(monkeypatch):
    """Let 200 kB of memory do for counting."""
    for name, value in {"READ": 2000, "PROGRAM": 0, "BLOCK_CELLS": 1000}.items():
        monkeypatch.setattr(counting, name, value)


@pytest.mark.parametrize("threads", [1, 2])
def test_co_occurrences_that_do_not_fit_the_memory(disk, small_slices, threads):
    corpus = fastvec.read_corpus("text.txt", cache_dir="cache")
    corpus._directory = disk.folder / "entry"
    vocabulary = corpus.vocabulary()
    expected = fastvec.Cooccurrence.load("counts.npz").data.sum()

    def count():
        counts = fastvec.count_cooccurrence(corpus, vocabulary, memory=200_000 + 50_000 * threads, threads=threads)
        np.testing.assert_allclose(counts.data.sum(), expected, rtol=1e-5)
        assert isinstance(counts.data, np.memmap)

    check(disk, count, 8 * MB)


def test_the_cells_of_glove_beside_the_id_stream(disk, small_slices, monkeypatch):
    monkeypatch.setattr(tempfile, "gettempdir", lambda: "nowhere")
    options = {"dim": 8, "epochs": 1, "threads": 1, "memory": 250_000, "cache_dir": disk.folder, "cache": False}
    check(disk, lambda: fastvec.train("text.txt", "glove", window=10, **options), 12 * MB)


def test_the_cells_of_glove_that_have_no_id_stream(disk, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    counts = fastvec.Cooccurrence.load("counts.npz")
    check(disk, lambda: fastvec.train(counts, "glove", dim=8, epochs=1, threads=1, memory=300_000), 2 * MB)


@pytest.mark.parametrize("suffix", [".safetensors", ".bin", ".txt", ".npy"])
def test_vectors(disk, suffix, has_nameless):
    vectors, names = fastvec.load("v.safetensors"), ["v" + suffix]
    if suffix == ".npy":
        names.append("v.vocab.tsv")
    path = disk.folder / names[0]

    def write():
        vectors.save(path)
        np.testing.assert_array_equal(fastvec.load(path).vectors, vectors.vectors)

    check(disk, write, MB, names, names)


def test_compressed_vectors_are_decompressed_to_disk(disk, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    check(disk, lambda: len(fastvec.load("v.gz").vectors), MB)


@pytest.mark.parametrize(
    ("line", "largest"),
    [
        ("vocab words.txt --min-count 1 --cache-dir cache -o", MB // 8),
        ("cooccurrence text.txt --cache-dir cache --threads 1 -o", 2 * MB),
        ("convert v.safetensors", MB),
    ],
)
def test_what_the_command_line_writes(disk, run, line, largest):
    name = {"vocab": "v.tsv", "cooccurrence": "c.npz"}.get(line.split()[0], "v.bin")

    def write():
        code, out, err = run(*line.split(), str(disk.folder / name))
        assert (code, out) in ((0, ""), (1, ""))
        if code:
            assert err.startswith("fastvec: ")
            *notes, message = err.splitlines()
            assert all("which are omitted" in note for note in notes)
            raise FileError(message)

    check(disk, write, largest, [name], [name])


def test_a_log_of_progress_does_not_end_a_training(disk, run, monkeypatch):
    monkeypatch.setattr(progress, "_LOG_SECONDS", 0.0)
    monkeypatch.setattr(blocks, "POLL", 0.0001)
    found = set()
    for size in sizes(8 * 4096):
        disk.leave(size, ["log"])
        options = f"--dim 8 --epochs 4 --threads 1 --cache-dir cache --log-json {disk.folder}/log"
        code, _, err = run("train", "text.txt", "-q", "-o", "w.bin", *options.split())
        assert code == 0
        lines = (disk.folder / "log").read_bytes().splitlines(keepends=True)
        assert all(json.loads(line) for line in lines)
        told = rf"fastvec: {disk.folder}/log: cannot be written \(.*\); continuing without this log\n"
        assert not err or re.fullmatch(told, err)
        found.add(bool(err))
    assert True in found


@pytest.mark.parametrize("model", TRAINERS)
def test_checkpoints_that_cannot_be_saved_do_not_end_a_training(disk, folder, model, poll_often, caplog):
    options = options_of(model, epochs=4, dim=64, threads=1, cache_dir=folder / "cache")
    whole = fastvec.train("text.txt", **options).vectors
    found, state = set(), disk.folder / "state"
    disk.leave(4096)
    with pytest.raises(FileError, match="no space left for it"):  # before the work begins
        fastvec.train("text.txt", checkpoint=state, **options)
    for size in sizes(3 * MB)[7::2]:
        disk.leave(size)
        caplog.clear()
        wv = fastvec.train("text.txt", checkpoint=state, every="5%", **options)
        np.testing.assert_array_equal(wv.vectors, whole)
        assert all(record.getMessage().endswith("; this checkpoint was not saved") for record in caplog.records)
        assert disk.files() <= {"state/run.json", "state/lock", "state/cooccurrence.npz"} | {
            f"state/{path.name}" for path in state.glob("checkpoint-*.state")
        }
        found.add(bool(caplog.records))
        again = fastvec.resume(state, cache_dir=folder / "cache", output=folder / "again.bin")
        np.testing.assert_array_equal(again.vectors, whole)
    assert found == {False, True}


def test_vectors_that_cannot_be_written_are_not_lost(disk, folder, run, monkeypatch):
    refuge = folder / "refuge"
    refuge.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(refuge))
    line = f"train text.txt --cache-dir cache --threads 1 -q --epochs 1 -o {disk.folder}/v.bin"
    disk.leave(MB // 8)
    code, _, err = run(*line.split())
    (saved,) = refuge.iterdir()
    assert (code, err.count("\n")) == (1, 1)
    assert err.endswith(f"; nothing is lost, the vectors are in {saved}\n")
    whole = fastvec.load(saved).vectors
    saved.unlink()

    code, _, err = run(*line.split(), "--checkpoint", "state")
    assert (code, err.count("\n")) == (1, 1)
    assert err.endswith("; nothing is lost, to resume: fastvec train --resume state -o ELSEWHERE\n")
    assert list(refuge.iterdir()) == []
    assert run("train", "--resume", "state", "-q", "-o", "w.bin", "--cache-dir", "cache") == (0, "", "")
    np.testing.assert_array_equal(fastvec.load("w.bin").vectors, whole)
    assert Path("w.bin").exists()


def test_a_full_disk_is_one_line_and_leaves_nothing(mounted, run, tmp_path, corpus_txt, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    mounted.leave(64 << 10)
    disk = mounted.folder
    line = ["train", "corpus.txt", "--dim", "8000", "-o", f"{disk}/v.bin", "--cache-dir", "cache"]
    code, out, err = run(*line)
    assert (code, out) == (1, "")
    assert err.startswith(f"fastvec: {disk}: the vectors take 0.2 MB, and 0.1 MB are free: free some, choose ")
    with monkeypatch.context() as patched:  # as if the disk were filled while training goes on
        patched.setattr(needs, "disk_room", lambda folder: 10**9)
        code, out, err = run(*line)
    assert (code, out) == (1, "")
    (refuge,) = tmp_path.glob("v-*.safetensors")
    told = "no space left for it; free some, or choose another folder; nothing is lost, the vectors are in"
    assert err.splitlines()[1:] == [f"fastvec: {disk}/v.bin: {told} {refuge}"]
    assert fastvec.load(refuge).dim == 8000
    assert mounted.files() == set()
    Path("long.txt").write_text("salt rain\n" * 40_000)
    code, out, err = run("train", "long.txt", "--cache-dir", str(disk))
    assert (code, out) == (1, "")
    assert re.match(rf"fastvec: .*{disk}.*\n$", err)
    assert mounted.files() == set()


def test_a_format_that_cannot_hold_the_words_does_not_lose_them(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "refuge"))
    (tmp_path / "refuge").mkdir()
    with pytest.raises(fastvec.errors.InputError, match=r"nothing is lost, the vectors are in (.*)$"):
        fastvec.train([["a b", "c"]] * 9, dim=4, threads=1, epochs=1, sample=0, output=tmp_path / "v.txt")
    (saved,) = (tmp_path / "refuge").iterdir()
    assert "a b" in fastvec.load(saved)
