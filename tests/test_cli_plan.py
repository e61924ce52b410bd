"""The plan command, and what train says and refuses before it begins."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastvec_cli.progress import Display

from fastvec.pipeline import needs
from fastvec.pipeline.planning import plan
from fastvec.pipeline.request import MODELS
from fastvec.training.progress import Progress

resource = pytest.importorskip("resource", reason="this system has no limits of a process")
COMMAND = [sys.executable, "-m", "fastvec"]


@pytest.fixture(autouse=True)
def corpus(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    Path("corpus.txt").write_text("\n".join(" ".join(map(str, rng.integers(0, 40, 8))) for _ in range(400)) + "\n")


@pytest.fixture
def run(run):
    """Run the command line with a cache of its own."""
    return lambda *arguments: run(*arguments, "--cache-dir", "cache")


def limited(megabytes, *arguments):
    """Run the command line in a process that may have so many addresses."""
    limit = megabytes * 10**6
    return subprocess.run(
        [*COMMAND, *arguments, "--cache-dir", "cache", "--threads", "1"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        capture_output=True, text=True,
    )  # fmt: skip


def test_a_table_shows_what_training_takes(run):
    code, out, err = run("plan", "corpus.txt", "--dim", "8", "--threads", "1")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == "text 3,200 words, 40 distinct, 40 to train".split()
    assert [line[0] for line in lines[1:]] == ["memory", "disk", "disk"] + 6 * ["time"]
    assert out.endswith(" in all\n")
    assert not list(Path().glob("*.safetensors"))


@pytest.mark.parametrize("model", MODELS)
def test_json_holds_the_numbers(run, model):
    options = ["--dim", "8", "--model", model, "--threads", "1", "-o", "v.bin", "--json", "--quiet"]
    found = json.loads(run("plan", "corpus.txt", *options)[1])
    assert (found["words"], found["tokens"], found["types"], found["is_sampled"]) == (40, 3200, 40, False)
    assert found["memory"] > 50e6
    assert found["total_seconds"] == pytest.approx(sum(found["seconds"].values()))
    files = {file["what"]: file for file in found["files"]}
    assert files["the vectors"]["folder"] == os.getcwd()
    assert files["the word ids"]["folder"] == "cache"
    assert found["disk"] == files["the vectors"]["bytes"]
    run("train", "corpus.txt", *options[:-2])
    assert files["the vectors"]["bytes"] == pytest.approx(Path("v.bin").stat().st_size, rel=0.05)


def test_counts_can_be_planned_with(run):
    run("cooccurrence", "corpus.txt", "-o", "counts.npz")
    arguments = ["plan", "--cooccurrence", "counts.npz", "--model", "glove", "--dim", "8", "--json"]
    from fastvec_cli.plan import command

    context = command.make_context("plan", arguments[1:])
    assert context.params["cooccurrence"] == "counts.npz"
    code, out, _ = run(*arguments)
    assert code == 2  # --cache-dir does not apply then
    assert out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["plan", "nowhere.txt"], 1, "fastvec: nowhere.txt: no such file or folder\n"),
        (["plan", "corpus.txt", "--dim", "0"], 2, "Invalid value for '--dim': 0 is not in the range x>=1.\n"),
        (["plan", "corpus.txt", "-o", "no/v.bin"], 1, "fastvec: no/v.bin: there is no folder no; make it first\n"),
        (["plan", "-"], 2, "save it in a file, and plan with that\n"),
        (["plan"], 2, "Give SOURCE (a file, a folder, or -), or --cooccurrence FILE.\n"),
    ],
)
def test_what_training_would_refuse_a_plan_refuses(run, arguments, code, message):
    assert run(*arguments)[:2] == (code, "")
    assert run(*arguments)[2].endswith(message)


@pytest.mark.parametrize("megabytes", [300, 500])
@pytest.mark.parametrize("command", ["train", "plan"])
def test_too_few_addresses_for_the_program_are_refused_in_one_line(command, megabytes):
    done = limited(megabytes, command, "corpus.txt")
    line = f"fastvec: the program itself takes 650 MB of memory, and ulimit -v gives {megabytes} MB at most: "
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == line + "raise that limit, or end other programs\n"
    assert {path.name for path in Path().iterdir()} == {"corpus.txt"}


def test_training_that_does_not_fit_is_refused_before_it_begins():
    done = limited(1500, "train", "corpus.txt", "--dim", "10000000", "--log-json", "log.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("fastvec: training takes 3,")
    assert "MB of memory, and ulimit -v leaves " in done.stderr
    assert done.stderr.count("\n") == 1
    assert {json.loads(line)["phase"] for line in Path("log.json").read_text().splitlines()} == {
        "reading",
        "planning",
        "end",
    }
    assert not list(Path().glob("*.safetensors*"))


def test_a_plan_that_does_not_fit_is_shown_and_refused():
    done = limited(1500, "plan", "corpus.txt", "--dim", "10000000")
    assert done.returncode == 1
    assert "(ulimit -v)" in done.stdout
    assert done.stderr.startswith("fastvec: training takes 3,")
    assert done.stderr.count("\n") == 1


def test_vectors_that_do_not_fit_the_disk_are_refused_before_training_begins(run, monkeypatch):
    monkeypatch.setattr(needs, "disk_room", lambda folder: 1000)
    code, out, err = run("train", "corpus.txt", "--dim", "100")
    assert (code, out) == (1, "")
    assert err.startswith(f"fastvec: {os.getcwd()}: the vectors take 0.0 MB, and 0.0 MB are free: ")
    assert err.count("\n") == 1


def test_training_says_what_it_needs(run):
    code, _, err = run("train", "corpus.txt", "--dim", "8", "--threads", "1")
    assert code == 0
    told, took, done = err.splitlines()
    assert told.startswith("training needs ")
    assert told.endswith(" MB of memory, 0.0 MB of disk")
    assert re.fullmatch(r"trained in \d+(\.\d)? (s|min( \d+ s)?)", took)
    assert done == "vectors.safetensors: 40 words, 8 dimensions"


@pytest.mark.parametrize("quiet", [False, True])
def test_a_long_training_tells_now_and_then_how_far_it_is(capsys, quiet):
    with Display(quiet) as display:
        for second in range(1, 1001):
            display(Progress("training", 2000 * second, 2_000_000, float(second), epoch=1, loss=2.5))
    lines = [] if quiet else capsys.readouterr().err.splitlines()
    assert quiet or lines[:3] == [
        "training will take about 17 min",
        "training: 5 %, 16 min left, 2k words/s, epoch 1, loss 2.500",
        "training: 10 %, 15 min left, 2k words/s, epoch 1, loss 2.500",
    ]
    assert len(lines) == (0 if quiet else 21)


def test_several_machines_pay_for_long_trainings_only(run):
    options = ["plan", "corpus.txt", "--dim", "8", "--threads", "1"]
    _, out, _ = run(*options, "--machines", "4", "--network", "0.001")
    last = out.splitlines()[-1]
    assert (last[:10], last[-13:]) == ("4 machines", "one is faster")
    found = plan("corpus.txt", dim=8, threads=1, cache=False)
    long = replace(found, seconds={"reading": 400.0, "training": 8000.0, "saving": 7.0}, threads=16)
    seconds = long.on_machines(4, gigabits=1, rounds=10)
    assert {name: seconds[name] for name in long.seconds} == {"reading": 100.0, "training": 2000.0, "saving": 7.0}
    transport = 10 * 16 * 6 * long.n_weights * 0.75 * 8 / 1e9
    assert transport < seconds["merging"] < transport + 1
