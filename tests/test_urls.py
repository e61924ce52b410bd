import gzip
import subprocess
import sys
from pathlib import Path

import pytest

import fastvec
from fastvec.corpus.sources import is_unchanged, open_source
from fastvec.errors import FileError, InputError

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def memory():
    """The file system memory:// with some texts."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pipe({"/texts/b.txt": b"one two\n", "/texts/a/2.gz": gzip.compress(b"three\n"), "/texts/.hidden": b"four\n"})
    yield system
    system.store.clear()


def text_of(source):
    return [(name, b"".join(blocks)) for name, blocks in open_source(source).parts(lambda _: None)]


def test_a_url_is_a_file_a_folder_or_a_pattern(memory):
    b, a = ("memory:///texts/b.txt", b"one two\n"), ("memory:///texts/a/2.gz", b"three\n")
    assert text_of("memory://texts/b.txt") == text_of("memory://texts/*.txt") == [b]
    assert text_of("memory://texts") == [a, b]
    assert text_of(["memory://texts/b.txt", "memory://texts/a/*"]) == [b, a]


def test_urls_and_paths_go_together(memory, tmp_path):
    (tmp_path / "c.txt").write_text("five")
    url = (tmp_path / "c.txt").as_uri()
    assert text_of([tmp_path / "c.txt", "memory://texts/b.txt", url]) == [
        (str(tmp_path / "c.txt"), b"five"),
        ("memory:///texts/b.txt", b"one two\n"),
        (url, b"five"),
    ]


def test_sentences_with_a_url_in_them_stay_sentences():
    assert fastvec.read_corpus(["see s3://bucket/x for it", "s3://bucket/y"]).n_tokens == 5


def test_the_size_of_a_url_is_known_and_its_change_is_seen(memory):
    source = open_source("memory://texts/b.txt")
    assert source.n_bytes == len(b"one two\n")
    assert is_unchanged(source)
    memory.pipe("/texts/b.txt", b"one two three\n")
    assert not is_unchanged(source)


def test_word_ids_of_a_url_are_cached(memory, tmp_path):
    urls = ["memory://texts/*.txt"]
    first = fastvec.read_corpus(urls, cache_dir=tmp_path)
    again = fastvec.read_corpus(urls, cache_dir=tmp_path)
    assert (first.is_reused, again.is_reused) == (False, True)
    assert again.fingerprint == fastvec.read_corpus(["one two"]).fingerprint


def test_what_is_missing_is_named(memory):
    with pytest.raises(FileError, match=r"^memory://texts/none\.txt: no such file or folder$"):
        open_source("memory://texts/none.txt")
    with pytest.raises(FileError, match=r"^memory://texts/\*\.zst: no files here$"):
        open_source("memory://texts/*.zst")


def test_an_unknown_protocol_is_named():
    with pytest.raises(FileError, match=r"^nowhere://x/y: Protocol not known: nowhere"):
        open_source("nowhere://x/y")


def test_the_cure_of_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(InputError, match=r"^s3://b/t\.txt: .* fsspec, which is not installed: pip install 'fastvec\["):
        open_source("s3://b/t.txt")


def test_an_error_while_reading_names_the_url(memory, monkeypatch):
    source = open_source("memory://texts/b.txt")
    memory.rm("/texts/b.txt")
    with pytest.raises(FileError, match=r"^memory:///texts/b\.txt: no such file"):
        list(source.parts(lambda _: None))

    def fail(*_):
        raise ConnectionResetError(104, "Connection reset by peer")

    memory.pipe("/texts/b.txt", b"one\n")
    parts = open_source("memory://texts/b.txt").parts(lambda _: None)
    _, blocks = next(parts)
    monkeypatch.setattr(fsspec.implementations.memory.MemoryFile, "read", fail)
    with pytest.raises(FileError, match=r"^memory:///texts/b\.txt: Connection reset by peer$"):
        list(blocks)


@pytest.mark.usefixtures("corpus_txt")
def test_all_commands_that_read_text_take_urls(run):
    url = Path("corpus.txt").absolute().as_uri()
    expected = fastvec.train("corpus.txt", dim=4, epochs=1, threads=1)
    assert run("train", url, "--dim", "4", "--epochs", "1", "--threads", "1", "-q")[0] == 0
    assert (fastvec.load("vectors.safetensors").vectors == expected.vectors).all()
    assert run("vocab", url, "-q")[1] == run("vocab", "corpus.txt", "-q")[1]
    assert run("plan", url, "--dim", "4")[0] == 0
    assert run("phrases", url, "-q")[1] == run("phrases", "corpus.txt", "-q")[1]
    assert run("cooccurrence", url, "-q", "-o", "counts.npz")[0] == 0
    assert run("vocab", "file:///none.txt")[::2] == (1, "fastvec: file:///none.txt: no such file or folder\n")


@pytest.mark.usefixtures("corpus_txt")
def test_a_training_on_a_url_is_resumed(run):
    url = Path("corpus.txt").absolute().as_uri()
    assert run("train", url, "--dim", "4", "--epochs", "1", "--checkpoint", "state", "-q")[0] == 0
    assert run("train", "--resume", "state", "--epochs", "2", "-q")[0] == 0


def test_fsspec_is_imported_only_for_urls(tmp_path):
    (tmp_path / "a.txt").write_text("one two")
    code = "import sys, fastvec; fastvec.read_corpus('a.txt', cache=False); assert 'fsspec' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_text_is_read_from_s3(object_storage):
    object_storage.mkdir("texts")
    object_storage.pipe("texts/a.txt.gz", gzip.compress(b"one two\n"))
    corpus = fastvec.read_corpus("s3://texts/*.gz", cache=False)
    assert corpus.fingerprint == fastvec.read_corpus(["one two"]).fingerprint
    with pytest.raises(FileError, match=r"^s3://none/x\.txt: "):
        open_source("s3://none/x.txt")
