"""Progress as Python shows it: on a line of a terminal, in a notebook, in a file, or to a function."""

import io
import sys
from types import ModuleType, SimpleNamespace

import pytest

import fastvec
from fastvec import InputError, line
from fastvec.training.listening import listening
from fastvec.training.progress import Progress, ignore
from tests.texts import two_topics

TRAINING = Progress("training", 1, 4, 1.0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    stderr = Terminal()
    monkeypatch.setattr(line, "sys", SimpleNamespace(stderr=stderr, modules=sys.modules))
    return stderr


@pytest.fixture
def notebook(monkeypatch):
    """Pretend to run in a notebook; return the texts that its cell shows in turn."""
    texts = []

    def display(data, *, raw, display_id):
        texts.append(data["text/plain"])
        return SimpleNamespace(update=lambda data, raw: texts.append(data["text/plain"]))

    module = ModuleType("IPython")
    module.get_ipython = lambda: SimpleNamespace(kernel=None)
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    return texts


def test_a_terminal_has_a_line_that_vanishes(terminal):
    fastvec.train(two_topics(), dim=4, epochs=2)
    shown = terminal.getvalue()
    assert "\rreading" in shown
    assert "\rtraining: 100 %, " in shown
    assert "\n" not in shown
    assert shown.endswith("\r\x1b[K")


@pytest.mark.parametrize("progress", [False, lambda now: None])
def test_nothing_is_shown_unless_it_is_asked_for(terminal, progress):
    corpus = fastvec.read_corpus(["a b c"] * 9, progress=False)
    counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(), progress=progress)
    fastvec.train(counts, "glove", dim=4, epochs=2, progress=progress)
    fastvec.find_phrases(["a b c"] * 9, progress=False)
    assert terminal.getvalue() == ""


def test_a_notebook_shows_and_clears_it(notebook):
    with listening(None) as listener:
        listener(TRAINING)
        listener(Progress("saving"))
    assert notebook == ["training: 25 %, 3.0 s left, 0k words/s", "saving", ""]


def test_a_file_gets_a_line_for_each_phase_and_only_on_request(monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with listening(None) as listener:
        assert listener is ignore
    with listening(True) as listener:
        for now in (Progress("reading"), TRAINING, TRAINING):
            listener(now)
    assert sys.stderr.getvalue() == "reading\ntraining\n"


def test_compiling_is_announced(terminal):
    from numba.core.event import end_event, start_event

    with listening(True):
        start_event("numba:compile")
        end_event("numba:compile")
    assert "compiling, which is done once on this machine" in terminal.getvalue()


def test_without_stderr_nothing_is_shown(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    with listening(True) as listener:
        listener(TRAINING)


@pytest.mark.parametrize("progress", ["yes", 1.5])
def test_other_values_are_refused(progress):
    message = "progress must be True, False, None or a function"
    with pytest.raises(InputError, match=message):
        fastvec.train(two_topics(), dim=4, progress=progress)
    with pytest.raises(InputError, match=message):
        fastvec.read_corpus(two_topics(), progress=progress)
