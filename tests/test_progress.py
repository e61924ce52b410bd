"""What a job tells of its progress: in a bar, in lines, and through logging."""

import io
import logging
from time import sleep

import pytest
from fastvec_cli import notices
from fastvec_cli.progress import Display, told
from rich.console import Console

import fastvec
from fastvec.training import progress as module
from fastvec.training.progress import Lines, Progress
from tests.texts import two_topics

FULL = Progress("training", 380, 1000, 38.0, epoch=2, learning_rate=0.03, loss=2.0134)


def lines_of(*progress, **options):
    found = []
    lines = Lines(found.append, **options)
    for each in progress:
        lines(each)
    lines.close()
    return found


def test_a_short_training_tells_nothing():
    assert lines_of(Progress("reading", 1, 2, 0.1), *(Progress("training", k, 90, k / 10) for k in range(91))) == []


@pytest.mark.parametrize(
    ("total", "expected"), [(100, [3, 10, 20, 30]), (1000, [3, 50, 100, 150]), (36_000, [3, 600, 1200, 1800])]
)
def test_lines_come_after_ten_seconds_then_each_twentieth_up_to_ten_minutes(total, expected):
    found, seconds = [], []
    lines = Lines(found.append)
    for second in range(1, expected[-1] + 1):
        lines(Progress("training", second, total, float(second)))
        seconds += [second] * (len(found) - len(seconds))
    assert seconds == expected


def test_lines_come_each_minute_where_the_end_is_unknown():
    assert len(lines_of(*(Progress("reading", 10**6 * k, None, float(k)) for k in range(1, 200)))) == 3


def test_what_is_resumed_is_told():
    before = Progress("training", 410, 1000, 0.0, epoch=3, before=410)
    assert lines_of(before, before, has_bar=True) == ["resuming: 41 % was done, in epoch 3"]


def test_compiling_is_said_to_happen_once_if_it_takes_long(monkeypatch):
    monkeypatch.setattr(module, "COMPILING", 0.02)
    found = []
    lines = Lines(found.append)
    lines(Progress("compiling"))
    sleep(0.2)
    assert found == ["compiling, which is done once on this machine"]
    lines(Progress("compiling"))
    lines(Progress("training"))
    lines(Progress("compiling"))
    lines.close()
    sleep(0.1)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (200, "38 %  1 min 2 s left  0k words/s  epoch 2  loss 2.013  rate 0.0300"),
        (40, "38 %  1 min 2 s left  0k words/s"),
        (25, "38 %  1 min 2 s left"),
        (5, "38 %"),
    ],
)
def test_what_matters_least_goes_first_where_there_is_no_room(room, shown):
    assert told(FULL, 38.0, room) == shown


def test_phases_without_an_end_show_how_long_they_take(monkeypatch):
    monkeypatch.setattr(module, "COMPILING", 2.0)
    assert told(Progress("saving"), 1.0, 40) == ""
    assert told(Progress("saving"), 75.0, 40) == "1 min 15 s"
    assert told(Progress("compiling"), 0.5, 40) == ""
    assert told(Progress("compiling"), 5.0, 40) == "once on this machine"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_bar_fits_the_terminal_and_shows_percent_and_time_left(width):
    display = Display(quiet=True)
    display(FULL)
    console = Console(file=io.StringIO(), width=width)
    console.print(display)
    (line,) = console.file.getvalue().splitlines()
    assert len(line.rstrip()) <= width
    assert line.startswith("training     ━")
    assert "38 %  1 min 2 s left" in line


def test_notices_are_written_above_the_bar(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    said = []
    with notices.shown():
        display = Display(quiet=False)
        monkeypatch.setattr(display, "_say", said.append)
        with display:
            display(FULL)
            logging.getLogger("fastvec").info("above")
        logging.getLogger("fastvec").info("afterwards")
    assert said == ["fastvec: above"]
    assert capsys.readouterr().err.splitlines()[-1].endswith("fastvec: afterwards")


def test_python_programs_are_told_through_logging(caplog):
    with caplog.at_level(logging.INFO, "fastvec"):
        fastvec.train(two_topics(), dim=4)
    assert [record.getMessage().split()[0] for record in caplog.records] == ["training", "12"]
    caplog.clear()
    fastvec.train(two_topics(), dim=4)
    assert caplog.records == []
