"""Interruptions at any moment: the exit code tells, nothing temporary stays, and what was there before is whole."""

import linecache
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from fastvec_cli import app
from fastvec_cli.ending import Carried
from fastvec_cli.progress import Display

import fastvec
from fastvec.training import checkpoints
from tests.models import TRAINERS, arguments_of, options_of
from tests.texts import write_zipf

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
PACKAGE = os.path.dirname(fastvec.__file__)
LITTLE = {"epochs": 2, "dim": 8, "threads": 1}


@pytest.fixture
def folder(tmp_path, monkeypatch, poll_often):
    """A folder with a text and with vectors that are to be replaced; temporary files go to a folder in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    write_zipf(tmp_path / "text.txt", 20_000, 300)
    (tmp_path / "v.bin").write_bytes(b"old")
    return tmp_path


def left_over(folder):
    """Return the names of files and folders that should not be there."""
    cache = list((folder / "cache").glob("*"))
    strays = [path for path in cache if len(path.name) != 32 or len(list(path.iterdir())) != 5]
    known = {"text.txt", "v.bin", "cache", "temporary", "state"}
    strays += [path for path in folder.iterdir() if path.name not in known]
    return [*strays, *(folder / "state").glob(".*"), *(folder / "temporary").iterdir()]


class Lines:
    """Runs a function and raises KeyboardInterrupt when so many lines of fastvec have been run by this thread.

    The line of a `with` statement does not count: it comes again before the block is left, where Python does not look
    for signals.
    """

    def __init__(self, stop_at=None):
        self.n, self.stop_at = 0, stop_at

    def run(self, function):
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            return function()
        finally:
            sys.settrace(before)

    def _enter(self, frame, event, argument):
        return self._step if frame.f_code.co_filename.startswith(PACKAGE) else None

    def _step(self, frame, event, argument):
        code = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and not code.lstrip().startswith("with "):
            self.n += 1
            if self.n == self.stop_at:
                raise KeyboardInterrupt
        return self._step


# Files that were just opened are closed when they are forgotten.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("model", "has_nameless"), [*((model, True) for model in TRAINERS), ("ppmi-svd", False)], indirect=["has_nameless"]
)
def test_an_interrupt_at_any_line_leaves_nothing_and_can_be_gone_on_from(folder, model, has_nameless):
    options = options_of(model, **LITTLE, cache_dir="cache")

    def train():
        try:
            return fastvec.train("text.txt", checkpoint="state", every="10%", output="v.bin", **options)
        finally:
            sys.settrace(None)  # what is collected as garbage later would be interrupted too

    def forget():
        for name in ("state", "cache"):
            if os.path.exists(name):
                os.rename(name, f"temporary/{name}")
        shutil.rmtree("temporary")
        os.mkdir("temporary")

    whole = train().vectors
    forget()
    lines = Lines()
    lines.run(train)
    new, interrupted = Path("v.bin").read_bytes(), 0
    for stop_at in np.linspace(1, lines.n, 40).astype(int):
        forget()
        Path("v.bin").write_bytes(b"old")
        try:
            Lines(stop_at).run(train)
        except KeyboardInterrupt:
            interrupted += 1
        assert left_over(folder) == [], stop_at
        assert Path("v.bin").read_bytes() in (b"old", new), stop_at
        if stop_at % 4 == 0 and os.path.exists("state/run.json"):
            np.testing.assert_array_equal(fastvec.resume("state", cache_dir="cache").vectors, whole)
    assert interrupted > 25


@pytest.mark.parametrize(
    ("model", "phase"),
    [
        ("skipgram", "reading"),
        ("skipgram", "training"),
        ("skipgram", "saving"),
        ("glove", "counting"),
        ("glove", "shuffling"),
        ("ppmi-svd", "factorising"),
    ],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_any_phase_ends_the_command_in_good_order(folder, run, monkeypatch, model, phase, number):
    def listen(display, progress):
        if progress.phase == phase and not sent:
            sent.append(phase)
            os.kill(os.getpid(), number)

    sent = []
    monkeypatch.setattr(Display, "__call__", listen)
    options = arguments_of(options_of(model, **LITTLE, cache_dir="cache"))
    code, out, err = run("train", "text.txt", *options, "-o", "v.bin")
    assert sent
    assert (code, out) == (128 + number, "")
    assert err.strip() == ("fastvec: interrupted" if number == signal.SIGINT else f"fastvec: stopped by {number.name}")
    assert left_over(folder) == []
    assert Path("v.bin").read_bytes() == b"old"


class Importing:
    """A module whose import is interrupted."""

    def __getattr__(self, name):
        raise KeyboardInterrupt


def test_an_interrupt_while_the_command_is_imported_is_one_line(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "fastvec_cli.app", Importing())
    assert run("--help") == (130, "", "fastvec: interrupted\n")


def test_nothing_is_said_of_what_an_interrupt_left_half_made(monkeypatch, capsys):
    class Half:
        def __del__(self):
            raise AttributeError("value")

    def interrupted(**_):
        raise Carried(KeyboardInterrupt())

    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    monkeypatch.setattr(app.fastvec, "main", interrupted)
    half = Half()
    with pytest.raises(SystemExit, match="130"):
        app.main()
    del half
    assert capsys.readouterr().err == "fastvec: interrupted\n"


@pytest.mark.parametrize("threads", [1, 3])
def test_a_second_interrupt_while_a_checkpoint_is_saved_ends_at_once(folder, monkeypatch, threads):
    """The one that was saved before it is as it was."""
    n_saved, before = 0, {}

    def write(file, *arguments, **options):
        nonlocal n_saved
        n_saved += 1
        if n_saved == 1:
            return write_tensors(file, *arguments, **options)
        before.update({path.name: path.read_bytes() for path in Path("state").glob("*.state")})
        file.write(b"half")
        os.kill(os.getpid(), signal.SIGINT)
        file.write(b"the rest")
        raise AssertionError("not interrupted")

    def listen(progress):
        if n_saved == 1:
            raise KeyboardInterrupt

    write_tensors = checkpoints.write_tensors
    monkeypatch.setattr(checkpoints, "write_tensors", write)
    options = {"dim": 8, "epochs": 10_000, "threads": threads, "cache_dir": "cache"}
    with pytest.raises(KeyboardInterrupt):
        fastvec.train("text.txt", checkpoint="state", every="0.05s", progress=listen, **options)
    assert n_saved == 2
    assert len(before) == 1
    assert {path.name: path.read_bytes() for path in Path("state").glob("*.state")} == before
    assert left_over(folder) == []
