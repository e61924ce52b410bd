import os
import signal
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from fastvec_cli import main

from fastvec.disk import atomic
from fastvec.training import blocks, progress
from tests.texts import write_topics

collect_ignore = ["tools/fuzz_formats.py"]  # is run by itself, and needs atheris


@pytest.fixture(autouse=bool(int(os.environ.get("NUMBA_DISABLE_JIT", "0"))))
def overflow_wraps():
    """Without the compiler, NumPy warns where the random numbers wrap around, as they must."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)
        yield


@pytest.fixture(autouse=True, scope="session")
def heeded_signals():
    """Let signals end what tests start: in the background of a shell, or of nohup, some are ignored by all children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """Keep texts out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def no_word_on_compiling():
    """Let a slow machine say no more than a fast one, whose compiling is not worth a line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "COMPILING", 3600.0)
        yield


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process; return its exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["fastvec", *arguments])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def corpus_txt(tmp_path, monkeypatch):
    """Work in a folder that holds corpus.txt, a text of two topics and six words."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    words = np.array(["salt", "rain", "bread", "wind", "soup", "snow"])
    lines = (" ".join(words[rng.integers(0, 3, 8) * 2 + k % 2]) for k in range(400))
    Path("corpus.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture
def topics_txt(tmp_path, monkeypatch):
    """Work in a folder that holds topics.txt, the sentences of `two_topics`."""
    monkeypatch.chdir(tmp_path)
    write_topics(Path("topics.txt"))


@pytest.fixture
def poll_often(monkeypatch):
    """Let trainings look each millisecond whether to save a checkpoint, and whether they were interrupted."""
    monkeypatch.setattr(blocks, "POLL", 0.001)


@pytest.fixture(params=[True, False])
def has_nameless(request, monkeypatch):
    """Write to files that have no name until they are whole; or to named ones, as on many systems and network disks."""
    if not request.param:
        monkeypatch.setattr(atomic, "_nameless", lambda folder: None)


@pytest.fixture
def object_storage(monkeypatch):
    """A server of s3:// on this machine, which other processes see too, and its file system."""
    s3fs = pytest.importorskip("s3fs", reason="s3fs reads s3://")
    server = pytest.importorskip("moto.server", reason="moto serves s3:// here").ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()  # those of other servers
    yield s3fs.S3FileSystem()
    server.stop()
