"""Sweeps: grids of settings with several seeds, which are killed and go on, and what is refused."""

import csv
import json
import os
import pickle
import shlex
import signal
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t

import fastvec
from fastvec import FileError, InputError, evaluation, read_corpus, sweep
from fastvec.evaluation import ScoredPairs
from tests.texts import FOOD, WEATHER, two_topics

ALL = list(combinations(FOOD + WEATHER, 2))
PAIRS = ScoredPairs("topics", sum(ALL, ()), np.array([((a in FOOD) == (b in FOOD)) + 0.01 * len(a) for a, b in ALL]))
QUICK = {"epochs": 1, "threads": 1, "sample": 0, "similarity": PAIRS}
GRID = {"dim": [2, 4], "window": [1, 2]}
HALF_FAILS = {"grid": {"dim": [20, 2]}, "model": "ppmi-svd", "similarity": PAIRS, "seeds": 2}
SEVERAL = ("--dim", "2,4", "--window", "1,2", "--epochs", "1", "--threads", "1", "--similarity", "pairs.tsv", "-q")


@pytest.fixture
def texts(topics_txt):
    """Work in a folder with a text and sets to score on."""
    Path("pairs.tsv").write_text(
        "".join(f"{a}\t{b}\t{score}\n" for (a, b), score in zip(ALL, PAIRS.scores, strict=True))
    )
    Path("q.txt").write_text(": x\nsalt pepper rain wind\nsoup onion snow storm\n")


def lines(path):
    return Path(path).read_text().splitlines()


def test_each_setting_has_the_mean_score_of_its_trainings(texts):
    found = sweep("topics.txt", GRID, analogies="q.txt", seeds=2, seed=5, output="s.csv", **QUICK)
    assert {tuple(each.values[name] for name in GRID) for each in found.settings} == {(2, 1), (2, 2), (4, 1), (4, 2)}
    for each in found.settings:
        own = {name: each.values[name] for name in ("dim", "window", "epochs", "sample")}
        vectors = [fastvec.train("topics.txt", seed=seed, threads=1, **own) for seed in (5, 6)]
        scores = [evaluation.similarity(wv, PAIRS).spearman for wv in vectors]
        assert each.scores == (np.mean(scores), np.mean([evaluation.analogies(wv, "q.txt").accuracy for wv in vectors]))
        half = t.ppf(0.975, 1) * np.std(scores, ddof=1) / np.sqrt(2)
        expected = np.clip([np.mean(scores) - half, np.mean(scores) + half], -1, 1)
        assert each.intervals[0] == pytest.approx(tuple(expected))
        assert 0 <= each.intervals[1][0] <= each.intervals[1][1] <= 1
        assert each.covered == (66, 2)
    means = [each.scores[0] for each in found.settings]
    assert means == sorted(means, reverse=True)
    assert found.best == found.settings[0].values
    assert (
        repr(found)
        == f"<Sweep of 4 settings and 2 seeds: {means[0]:.4f} on topics with {found.described(found.settings[0])}>"
    )
    by_other = sweep("topics.txt", GRID, analogies="q.txt", seeds=2, seed=5, output="s.csv", choose_by="q.txt", **QUICK)
    assert by_other.settings[0].scores[1] == max(each.scores[1] for each in found.settings)
    assert by_other.table()[0] == ["dim", "window", "topics", "topics low", "topics high", *found.table()[0][5:]]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


pytestmark = pytest.mark.usefixtures("folder")


def test_a_sweep_that_was_cut_off_anywhere_goes_on_to_the_same_file():
    text, grid = two_topics(), {"dim": [2, 4]}
    sweep(text, grid, seeds=2, output="whole.csv", **QUICK)
    whole = Path("whole.csv").read_bytes()
    heading = whole.index(b"\n") + 1
    for cut in (0, 7, heading, *np.random.default_rng(0).integers(heading, len(whole), 3)):
        Path("pieces.csv").write_bytes(whole[:cut])
        sweep(text, grid, seeds=2, output="pieces.csv", **QUICK)
        assert Path("pieces.csv").read_bytes() == whole


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
def test_a_sweep_that_is_killed_goes_on_when_its_command_is_given_again(texts, run):
    line = ["sweep", "topics.txt", *SEVERAL, "--seeds", "3", "-o"]
    with subprocess.Popen([sys.executable, "-m", "fastvec", *line, "pieces.csv"]) as process:
        while process.poll() is None and not (Path("pieces.csv").exists() and len(lines("pieces.csv")) > 2):
            time.sleep(0.001)
        time.sleep(np.random.default_rng().uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert len(lines("pieces.csv")) < 13
    for name in ("pieces.csv", "whole.csv"):
        assert run(*line, name)[0] == 0
    assert Path("pieces.csv").read_bytes() == Path("whole.csv").read_bytes()


def test_more_values_and_seeds_are_added():
    text = two_topics()
    sweep(text, {"dim": [2]}, seeds=1, output="s.csv", window=1, **QUICK)
    before = lines("s.csv")
    sweep(text, GRID, seeds=2, output="s.csv", **QUICK)
    assert lines("s.csv")[:2] == before
    assert len(lines("s.csv")) == 1 + 4 * 2


@pytest.mark.parametrize(
    ("text", "grid", "arguments", "message"),
    [
        (two_topics(), {"dim": [2, 3]}, {}, r"s\.csv: is of a sweep with other values \(dim 4\); give the same, or"),
        (two_topics(), GRID, {"seed": 2, "seeds": 1}, r"other values \(seed 1\)"),
        (two_topics(), GRID, {"random": 3}, r"other values \(dim \d, window"),
        (two_topics(), GRID, {"negative": 3}, r"other arguments or sets \(without 'negative'\)"),
        (two_topics(), GRID, {"analogies": "google"}, r"\(without 'google score', without 'google covered'\)"),
        (two_topics(), GRID, {"unknown": "wrong"}, "scored otherwise, or on other sets"),
        (two_topics(seed=1), GRID, {}, "is of a sweep on another text, or with other files of words"),
    ],
)
def test_the_file_of_another_sweep_is_refused(text, grid, arguments, message):
    sweep(two_topics(), GRID, seeds=1, output="s.csv", **QUICK)
    before = lines("s.csv")
    with pytest.raises(InputError, match=message):
        sweep(text, {"window": [1, 2]} | grid, **{"seeds": 1, "output": "s.csv"} | QUICK | arguments)
    assert lines("s.csv") == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a" * 200_000 + "\n", "s.csv: is no table that can be read"),
        ("notes", "is not the file of a sweep"),
        ("a,b\n1,2\n", "is not the file of a sweep"),
        (None, "a line has 1 values"),
    ],
)
def test_files_that_are_none_of_a_sweep_are_refused(content, message):
    sweep(two_topics(), {"dim": [2]}, seeds=1, output="s.csv", **QUICK)
    Path("s.csv").write_text(Path("s.csv").read_text() + "x\n" if content is None else content)
    before = lines("s.csv")
    with pytest.raises((InputError, FileError), match=message):
        sweep(two_topics(), {"dim": [2]}, seeds=1, output="s.csv", **QUICK)
    assert lines("s.csv") == before


@pytest.mark.parametrize(
    ("grid", "arguments", "message"),
    [
        ([2, 4], {}, "grid must be a Mapping, such as"),
        ({"dim": 2}, {}, "grid: dim must be a list, not 2"),
        ({"dim": []}, {}, "grid: dim must have values, or be omitted"),
        ({"learning_rate": [1, 1.0]}, {}, "must have different values; omit the second 1.0"),
        ({"dim": [2]}, {"dim": 3}, "dim is given twice"),
        ({"size": [2]}, {}, "no argument 'size'; did you mean dim"),
        ({"lowercase": [True, False]}, {}, "lowercase cannot vary, as the text is read once"),
        ({"seed": [1, 2]}, {}, "seeds says how many there are"),
        ({"threads": [1, 2]}, {}, "threads cannot vary, as the vectors do not depend on it"),
        ({"model": [fastvec.Glove()]}, {}, "model must be a number, a name or a path in a sweep, not a Glove"),
        (
            {"model": ["skipgram", "glove"]},
            {"x_max": 3},
            r"of model glove, not of skipgram; omit it \(in model skipgram",
        ),
        ({"dim": [2, 4]}, {"random": 3}, "random must be at most 2, not 3: the grid has 2 points"),
        ({"dim": range(1, 1001), "window": range(1, 1001)}, {}, "at most 100,000 points, not 1,000,000; or set random"),
        ({"dim": [2]}, {"seeds": 10**6}, "at most 100,000 trainings, not 1,000,000"),
        ({"dim": [2]}, {"checkpoint": "c"}, "checkpoint does not apply to several trainings"),
        ({"dim": [2]}, {"jobs": 2, "threads": 2}, "with several jobs each training has one thread"),
        ({"dim": [2]}, {"jobs": 2}, "word ids are not cached, which other processes need; read a file"),
        ({"dim": [2]}, {"similarity": ()}, "a sweep needs a set to score on"),
        ({"dim": [2]}, {"similarity": [PAIRS, PAIRS]}, "two sets are called topics"),
        ({"dim": [2]}, {"choose_by": "google"}, "choose_by must be one of topics, not 'google'"),
        ({"dim": [2]}, {"output": "s.jsonl"}, "results of a sweep are CSV; name a file that ends in .csv"),
        (
            {"dim": [20, 30], "model": ["ppmi-svd"]},
            {"epochs": None},
            "no training has a score on topics: dim must be at most 12",
        ),
    ],
)
def test_what_cannot_be_swept_is_refused(grid, arguments, message):
    with pytest.raises(InputError, match=message):
        sweep(two_topics(), grid, **QUICK | arguments)


def test_trainings_that_fail_are_kept_and_the_others_go_on():
    found = sweep(two_topics(), output="s.csv", **HALF_FAILS)
    assert [each.values["dim"] for each in found.settings] == [2, 20]
    assert found.settings[1].errors[0].startswith("dim must be at most 12")
    again = sweep(two_topics(), output="s.csv", **HALF_FAILS)
    assert again.to_dict() == found.to_dict()
    assert found.to_dict()["settings"][1]["scores"] == [None]


def test_points_are_drawn_at_random_by_the_seed():
    grid = {"dim": list(range(2, 30)), "window": list(range(1, 100)), "negative": [1, 2]}
    from fastvec.pipeline.trials import points

    drawn = points(grid, 40, 1)
    assert drawn[:10] == points(grid, 10, 1) != points(grid, 10, 2)
    assert len({tuple(each.values()) for each in drawn}) == 40
    assert sorted(map(str, points(GRID, 4, 1))) == sorted(map(str, points(GRID, None, 1)))


def test_processes_side_by_side_train_the_same(texts):
    sweep("topics.txt", output="one.csv", **HALF_FAILS)
    found = sweep("topics.txt", output="two.csv", jobs=2, **HALF_FAILS)
    assert sorted(lines("two.csv")) == sorted(lines("one.csv"))
    assert found.settings[1].errors


def test_a_cached_corpus_opens_in_other_processes(texts):
    with read_corpus("topics.txt", cache_dir="cache") as corpus:
        sent = pickle.dumps(corpus)
        with pickle.loads(sent) as again:
            assert b"".join(again.text()) == b"".join(corpus.text())
    Path("topics.txt").write_text("other words\n")
    read_corpus("topics.txt", cache_dir="cache").close()
    with pytest.raises(FileError, match="has been replaced or removed"):
        pickle.loads(sent)


def test_the_command_names_the_best_and_warns(texts, run):
    line = ("sweep", "topics.txt", *SEVERAL, "--save-context", "yes,no", "--seeds", "2", "--analogies", "q.txt")
    code, out, err = run(*line, "--plot", "chart.png")
    assert code == 0
    assert out.splitlines()[0] == "sweep: 8 settings, scores x 100, mean of 2 seeds"
    assert out.splitlines()[1].split() == ["dim", "window", "save-context", "pairs", "q.txt"]
    assert "was chosen by its score on pairs, which is optimistic" in err
    assert Path("chart.png").stat().st_size > 1000
    best = json.loads(run(*line, "--json")[1])
    command = shlex.split(best["command"])
    assert out.splitlines()[-1].split() == command
    assert run(*command[1:])[0] == 0
    parameters = fastvec.load("vectors.safetensors").metadata["parameters"]
    assert all(parameters[name] == best["best"][name] for name in ("dim", "window", "epochs"))
    rows = list(csv.reader(run(*line, "--csv", "--choose-by", "q.txt")[1].splitlines()))
    assert len(rows) == 1 + 8 * 2
    assert rows[1][1:5] == ["similarity", "pairs", "", "spearman"]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--epochs", "1,"), 2, "'1,' lacks a value beside a comma"),
        (("--epochs", "1,x"), 2, "'x' is not a valid integer"),
        (("--vocab", "a,b.tsv"), 2, "there is no file 'a', of 'a,b.tsv'"),
        (("--threads", "1,2"), 2, "'1,2' is not a valid integer"),
        (("--vocab", "x,y.tsv"), 1, "x,y.tsv: no words in this vocabulary"),
        (("--fixed-window", "--dim", "2,3"), 2, "'--dim' is not one of 'yes', 'no'"),
        (("--checkpoint", "c"), 2, "No such option '--checkpoint'"),
    ],
)
def test_values_that_are_no_lists_are_refused(texts, run, options, status, message):
    Path("x,y.tsv").touch()  # one value
    code, out, err = run("sweep", "topics.txt", "--similarity", "pairs.tsv", *options)
    assert (code, out) == (status, "")
    assert message in err
    assert not Path("sweep.csv").exists()


def test_options_of_several_flags_and_defaults_vary(texts, run):
    line = (
        "sweep",
        "topics.txt",
        "--model",
        "glove,ppmi-svd",
        "--left",
        "--right",
        "--dim",
        "2",
        "--sample",
        "default,0.1",
    )
    code, out, _ = run(*line, "--similarity", "pairs.tsv", "--seeds", "1", "--random", "3", "-q", "--json")
    assert code == 0
    found = json.loads(out)
    assert set(found["varied"]) == {"model", "sample", "side"}
    assert len(found["settings"]) == 3
