import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fastvec import read_corpus
from fastvec.caches import cached_texts, clear_texts
from fastvec.errors import FileError

DAY = 86_400


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache of two texts: one.txt, last used ten days ago, and the two files of a folder, just used."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    Path("two").mkdir()
    for name in ("one.txt", "two/a", "two/b"):
        Path(name).write_text("to be or not to be\n")
    for name in ("one.txt", "two"):
        read_corpus(name).close()
    used("one.txt", 10)
    (tmp_path / "home/fastvec/mine").mkdir()  # not of the cache
    return tmp_path / "home/fastvec"


def used(source, days):
    """Set how many days ago a text was used."""
    (text,) = (text for text in cached_texts(Path("home/fastvec")) if source in text.source)
    then = text.used.timestamp() - days * DAY
    os.utime(text.folder / "meta.json", (then, then))


def test_texts_are_listed_by_last_use(run, cache):
    code, out, err = run("cache")
    assert (code, err) == (0, "")
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[0].split() == ["size", "last", "used", "text"]
    assert lines[1].endswith(f"now          {cache.parent.parent}/two/a and 1 more")
    assert lines[2].endswith(f"10 days ago  {cache.parent.parent}/one.txt")
    assert lines[3] == f"{cache}: 2 texts, 0.0 MB"
    assert "kernels" in lines[4]


def test_the_list_can_be_json(run, cache):
    facts = json.loads(run("cache", "--json", "--cache-dir", str(cache))[1])
    first = facts["texts"][0]
    assert first["bytes"] == sum(path.stat().st_size for path in Path(first["folder"]).iterdir())
    assert datetime.now(UTC) - datetime.fromisoformat(first["used"]) < timedelta(minutes=1)
    assert facts["kernels"].keys() == {"folder", "bytes"}


def test_reuse_counts_as_use(cache):
    assert read_corpus("one.txt").is_reused
    assert datetime.now(UTC) - cached_texts(cache)[0].used < timedelta(minutes=1)
    assert cached_texts(cache)[0].source.endswith("one.txt")


def test_old_texts_can_be_cleared_alone(run, cache):
    assert run("cache", "clear", "--older-than", "11d")[1] == f"{cache}: removed 0 texts, 0.0 MB\n"
    assert run("cache", "clear", "--older-than", "9d")[1] == f"{cache}: removed 1 text, 0.0 MB\n"
    assert not read_corpus("one.txt").is_reused
    assert read_corpus("two").is_reused


def test_all_texts_can_be_cleared_and_one_that_is_open_stays_readable(run, cache):
    with read_corpus("one.txt") as corpus:
        run("cache", "clear")
        assert corpus.is_whole()
    assert [path.name for path in cache.iterdir()] == ["mine"]
    assert run("cache")[1].startswith(f"{cache}: 0 texts")


def test_damaged_entries_do_not_end_the_list(run, cache):
    for text in cached_texts(cache):
        (text.folder / "meta.json").write_text("{}")
    assert run("cache")[0] == 0


def test_a_cache_of_somebody_else_is_told(cache, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(FileError, match=r"cannot be removed \(Permission denied\); ask its owner"):
        clear_texts(cache)


def test_kernels_can_be_cleared(tmp_path):
    folder = tmp_path / "kernels"
    code = "import fastvec_cli, sys; sys.argv[0] = 'fastvec'; fastvec_cli.main()"

    def cache(*arguments):
        return subprocess.run(
            [sys.executable, "-c", code, "cache", *arguments],
            env=os.environ | {"NUMBA_CACHE_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)},
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    (inner,) = (Path(line.partition(":")[0]) for line in cache().splitlines() if line.startswith(str(folder)))
    for name in ("train_block-1.py311.nbi", "train_block-1.py311.1.nbc", "other.txt"):
        (inner / name).write_bytes(b"x" * 1_000_000)
    assert cache().splitlines()[-1] == f"{inner}: 2.0 MB of kernels"
    assert cache("clear", "--kernels").splitlines()[-1] == f"{inner}: removed 2.0 MB of kernels"
    assert [path.name for path in inner.iterdir()] == ["other.txt"]


@pytest.mark.parametrize("arguments", [["clear", "--older-than", "30"], ["--json", "clear"], ["clean"]])
def test_misuse_is_exit_code_two(run, cache, arguments):
    code, out, err = run("cache", *arguments)
    assert (code, out) == (2, "")
    assert err
