"""The train command as its user meets it: exit codes, messages, files."""

import bz2
import gzip
import json
import lzma
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import fastvec

pytestmark = pytest.mark.usefixtures("corpus_txt")
COMMAND = [sys.executable, "-m", "fastvec"]


def train(run, *arguments, source="corpus.txt"):
    return run("train", source, "--dim", "8", "--threads", "1", "--cache-dir", "cache", *arguments)


def test_training_writes_vectors_in_this_folder(run):
    train(run, "--quiet", "-o", "compiled.bin")  # a training that compiles says how long it took
    code, out, err = train(run)
    assert (code, out) == (0, "")
    assert err.splitlines()[2:] == ["vectors.safetensors: 6 words, 8 dimensions"]
    assert fastvec.load("vectors.safetensors").dim == 8


def test_quiet_says_nothing(run):
    assert train(run, "--quiet") == (0, "", "")


@pytest.mark.parametrize("suffix", [".bin", ".txt", ".vec"])
def test_the_suffix_chooses_the_format(run, suffix):
    train(run)
    train(run, "-o", f"v{suffix}")
    native, other = fastvec.load("vectors.safetensors"), fastvec.load(f"v{suffix}")
    assert list(native.words) == list(other.words)
    np.testing.assert_array_equal(native.vectors, other.vectors)


def test_the_same_text_gives_the_same_file_however_it_is_kept(run):
    text = Path("corpus.txt").read_bytes()
    half = text.index(b"\n", len(text) // 2) + 1
    Path("c.gz").write_bytes(gzip.compress(text))
    Path("c.bz2").write_bytes(bz2.compress(text))
    Path("c.xz").write_bytes(lzma.compress(text))
    Path("folder").mkdir()
    Path("folder/1").write_bytes(text[:half])
    Path("folder/2").write_bytes(text[half:])
    for source in ("corpus.txt", "c.gz", "c.bz2", "c.xz", "folder"):
        assert train(run, "-o", f"{source}.safetensors", source=source)[0] == 0
    with open("corpus.txt", "rb") as file:
        line = [*COMMAND, "train", "-", "--dim", "8", "--threads", "1", "-o", "-.safetensors", "-q"]
        subprocess.run(line, stdin=file, check=True)
    files = [path.read_bytes() for path in Path().glob("*.safetensors")]
    assert len(files) == 6
    assert len(set(files)) == 1


def test_the_options_reach_the_model(run):
    options = "--model cbow --window 3 --fixed-window --negative 2 --ns-exponent 0.5 --sample 0.01 --epochs 2 --lr 0.2"
    more = "--min-lr 0.1 --cbow-update corrected --init xavier --vectors word --min-count 2 --max-vocab 5 --seed 9"
    assert train(run, *options.split(), *more.split(), "--save-context")[0] == 0
    wv = fastvec.load("vectors.safetensors")
    assert wv.context_vectors.shape == (5, 8)
    found = wv.metadata["parameters"]
    assert found == {
        "model": "cbow", "loss": "negative", "dim": 8, "window": 3, "fixed_window": True, "negative": 2,
        "ns_exponent": 0.5, "sample": 0.01, "epochs": 2, "learning_rate": 0.2, "min_learning_rate": 0.1,
        "cbow_update": "corrected", "init": "xavier", "seed": 9, "vectors": "word", "min_count": 2, "max_vocab": 5,
        "subwords": None, "buckets": None, "hashes": None, "deterministic": False, "context": "window", "freeze": None,
            "dtype": "float32",
    }  # fmt: skip


@pytest.mark.parametrize(("command", "name"), [("train", "vectors.safetensors"), ("cooccurrence", "counts.npz")])
def test_nothing_is_replaced_that_was_not_named(run, command, name):
    Path(name).write_text("mine")
    code, out, err = run(command, "corpus.txt", "--cache-dir", "cache")
    assert (code, out, Path(name).read_text()) == (2, "", "mine")
    assert f"{name} exists: name a file with --output (-o {name} replaces it)" in err
    assert run(command, "corpus.txt", "--cache-dir", "cache", "-o", name)[0] == 0
    assert Path(name).read_bytes() != b"mine"


STRANGE = {
    "json": ('{"text": "salt rain"}\n', "its lines are JSON"),
    "commas": ("1,salt rain\n", "it is a table of 2 columns with commas between"),
    "tabs": ("good\tsalt rain\n", "it is a table of 2 columns with tabs between"),
    "punctuation": ('Salt, rain and "bread".\n', '50 % of its first words have punctuation, such as "Salt,"'),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_strange_text_is_noticed_once_and_early(run, caplog, kind):
    line, notice = STRANGE[kind]
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(line * 300)
    assert run("vocab", "a.txt", "b.txt", "--no-cache")[0] == 0
    assert [message for message in caplog.messages if notice in message] == [caplog.messages[0]]
    assert caplog.messages[0].startswith("a.txt: ")
    caplog.clear()
    assert run("vocab", "a.txt", "--no-cache", "-q")[0] == 0
    assert caplog.messages == []


def test_a_text_in_words_is_not_strange(run, caplog):
    Path("plain.txt").write_text(
        'salt , rain and " bread " . it \'s 3.5 mr. x and so on it goes with many more words\n' * 50
    )
    assert run("vocab", "plain.txt", "--no-cache")[0] == 0
    assert caplog.messages == []


def test_the_vocabulary_of_another_run_is_used(run):
    run("vocab", "corpus.txt", "-o", "vocab.tsv", "--max-vocab", "4", "--cache-dir", "cache")
    assert train(run, "--vocab", "vocab.tsv")[0] == 0
    assert len(fastvec.load("vectors.safetensors")) == 4


def test_the_log_holds_lines_of_json(run):
    train(run, "--log-json", "log.json")
    lines = [json.loads(line) for line in Path("log.json").read_text().splitlines()]
    assert list(dict.fromkeys(line["phase"] for line in lines)) == [
        "reading", "planning", "compiling", "training", "saving", "end"
    ]  # fmt: skip
    assert [line["done"] for line in lines if line["phase"] == "training"][-1] == 5 * 400 * 8
    times = [datetime.fromisoformat(line["time"]) for line in lines]
    assert times == sorted(times)
    assert timedelta(0) <= datetime.now(UTC) - times[-1] < timedelta(hours=1)
    last = lines[-1]
    assert (times[-1] - times[0]).total_seconds() <= last.pop("seconds") < 3600
    assert last | {"time": None} == {
        "time": None, "phase": "end", "exit": 0, "error": None, "output": "vectors.safetensors", "words": 6, "dim": 8
    }  # fmt: skip


def test_the_log_can_go_to_stdout(run):
    code, out, err = train(run, "--log-json", "-", "--quiet")
    assert (code, err) == (0, "")
    assert [json.loads(line)["phase"] for line in out.splitlines()][-2:] == ["saving", "end"]
    assert not Path("-").exists()


def test_the_log_says_why_a_training_failed(run):
    code, out, _ = train(run, "--log-json", "-", "--min-count", "9999")
    last = json.loads(out.splitlines()[-1])
    assert (last["phase"], last["exit"]) == ("end", code)
    assert last["error"].startswith("corpus.txt: no word occurs 9999 times")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other streams")
def test_a_log_whose_reader_is_gone_does_not_end_a_training():
    line = shlex.join([*COMMAND, "train", "corpus.txt", "--dim", "8", "--cache-dir", "cache", "--log-json", "-", "-q"])
    script = f"({line}; echo $? > status) | head -1"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    assert Path("status").read_text() == "0\n"
    assert len(fastvec.load("vectors.safetensors")) == 6
    assert re.fullmatch("(fastvec: standard output: cannot be written .*; continuing without this log\n)?", done.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_log_that_cannot_be_written_is_one_line(run):
    code, _, err = train(run, "--log-json", "/dev/full")
    assert (code, err) == (1, "fastvec: /dev/full: cannot be written (No space left on device)\n")


def test_a_standard_input_that_is_closed_is_one_line(run):
    train(run)
    line = shlex.join([*COMMAND, "similar", "vectors.safetensors"])
    done = subprocess.run(["sh", "-c", f"{line} <&-"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "fastvec: standard input: it is closed\n")


def test_neighbours_and_facts_of_trained_vectors_are_shown(run):
    train(run, "--epochs", "40", "--lr", "0.1", "--sample", "0")
    code, out, _ = run("similar", "vectors.safetensors", "salt", "--topn", "2")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()[1:]} == {"bread", "soup"}
    assert "skipgram" in run("info", "vectors.safetensors")[1]


JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + bytes(200)
BAD = {
    "missing file": (["train", "nowhere.txt"], r"^fastvec: nowhere\.txt: "),
    "empty file": (["train", "empty.txt"], r"^fastvec: empty\.txt: "),
    "folder without files": (["train", "nothing"], r"^fastvec: nothing: "),
    "picture": (["train", "photo.jpg"], r"^fastvec: photo\.jpg is not text"),
    "truncated gzip": (["train", "cut.gz"], r"^fastvec: cut\.gz ends in the middle of its gzip data"),
    "rare words only": (["train", "corpus.txt", "--min-count", "9999"], "lower --min-count$"),
    "one word": (["train", "one.txt"], "one word"),
    "no noise": (
        ["train", "corpus.txt", "--loss", "hierarchical", "--negative", "5"],
        "--negative applies to --loss neg",
    ),
    "other model's flag": (
        ["train", "corpus.txt", "--left"],
        "--symmetric/--left/--right is a parameter of model glove and ppmi-svd, not of skipgram; omit it",
    ),
    "other model": (["train", "corpus.txt", "--x-max", "5"], "--x-max is a parameter of model glove, not of skipgram"),
    "no contexts": (
        ["train", "corpus.txt", "--loss", "hierarchical", "--vectors", "sum"],
        "omit --vectors and --save-context",
    ),
    "suffix": (
        ["train", "corpus.txt", "-o", "v.docx"],
        r"v\.docx: the name must end in .*\.safetensors, .*\.npy, \.floret, .*perhaps",
    ),
    "no folder": (["train", "corpus.txt", "-o", "no/v.bin"], r"no/v\.bin: there is no folder"),
    "context in text": (
        ["train", "corpus.txt", "-o", "v.txt", "--save-context"],
        r"only \.safetensors files and fastText's",
    ),
    "log": (["train", "corpus.txt", "--log-json", "no/log"], "no/log: cannot be written"),
    "vocabulary": (["train", "corpus.txt", "--vocab", "empty.txt"], r"empty\.txt: "),
    "diverged": (["train", "corpus.txt", "--lr", "1e30"], "the weights are no longer finite: lower the learning rate"),
}
MISUSED = ("no noise", "other model", "other model's flag", "no contexts", "suffix", "context in text")


@pytest.mark.parametrize(
    "arguments",
    [["--dim", "0"], ["--lr", "0"], ["--sample", "-1"], ["--model", "bert"], ["--memory", "x"], ["--dims", "5"]],
)
def test_a_value_that_cannot_be_is_misuse(run, arguments):
    code, out, err = run("train", "corpus.txt", *arguments)
    assert (code, out) == (2, "")
    assert arguments[0] in err
    assert not Path("vectors.safetensors").exists()


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_leaves_nothing(run, case):
    Path("empty.txt").write_text("")
    Path("one.txt").write_text("word " * 50)
    Path("photo.jpg").write_bytes(JPEG)
    Path("cut.gz").write_bytes(gzip.compress(Path("corpus.txt").read_bytes())[:-200])
    Path("nothing").mkdir()
    before = set(Path().rglob("*"))
    arguments, message = BAD[case]
    code, out, err = run(*arguments, "--cache-dir", "cache")
    assert (code, out) == (2 if case in MISUSED else 1, "")
    if case == "diverged":  # which was seen in training only
        needs, _, err = err.partition("\n")
        assert needs.startswith("training needs ")
    assert err.count("\n") == 1
    assert err.startswith("fastvec: ")

    assert re.search(message, err)
    left = {path for path in set(Path().rglob("*")) - before if "cache" not in path.parts}
    assert not left
    assert not [path for path in Path("cache").rglob("*") if "tmp" in path.name]


MISUSE = [
    (
        "train corpus.txt --model glove --negative 3",
        "negative is a parameter of model skipgram, cbow and pv-dbow, not of glove",
    ),
    ("train corpus.txt --every 30s", "--every applies with --checkpoint only; omit it"),
    ("train corpus.txt --every 3x --checkpoint state", "every must be a time or a share of the training"),
    ("train corpus.txt --init-vocab old", "--init-vocab applies with --init-from only"),
    ("train corpus.txt --tokenizer no_module:split", "tokenizer no_module:split: "),
    ("train corpus.txt -o -", "-: "),
    ("train corpus.txt -o corpus.txt", "corpus.txt: is the SOURCE, and would be overwritten"),
    ("vocab corpus.txt -o ./corpus.txt", "./corpus.txt: is the SOURCE"),
    ("phrases corpus.txt -o corpus.txt", "corpus.txt: is the SOURCE"),
    ("phrases corpus.txt -o new.txt --save -", "-: this cannot be written to the standard output"),
    ("phrases corpus.txt -o new.txt --save ./new.txt", "-o and --save name the same file"),
    ("cooccurrence corpus.txt -o -", "-: this cannot be written to the standard output"),
    ("plan - ", "save it in a file, and plan with that"),
    ("plan corpus.txt -o v.docx", "v.docx: the name must end in"),
]


@pytest.mark.parametrize(("line", "message"), MISUSE)
def test_what_does_not_go_together_is_misuse_and_leaves_nothing(run, line, message):
    code, out, err = run(*line.split(), "--no-cache")
    assert (code, out) == (2, "")
    assert message in err
    assert [path.name for path in Path().iterdir()] == ["corpus.txt"]


@pytest.mark.parametrize(
    "arguments", [["train"], ["train", "a", "--dim", "many"], ["train", "a", "--no-such"], ["nope"]]
)
def test_misuse_of_the_command_line_is_exit_code_two(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Usage:" in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(run):
    Path("locked").mkdir(mode=0o500)
    code, _, err = train(run, "-o", "locked/v.bin")
    assert code == 1
    assert "no permission to write in locked" in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
def test_an_interrupt_ends_training(tmp_path):
    line = [*COMMAND, "train", "corpus.txt", "--epochs", "1000000", "--cache-dir", "cache", "--log-json", "log.json"]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and "training" not in (
            Path("log.json").read_text() if Path("log.json").exists() else ""
        ):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    last = json.loads(Path("log.json").read_text().splitlines()[-1])
    assert (last["phase"], last["exit"], last["error"]) == ("end", 130, "interrupted")
    assert err.splitlines()[-1] == "fastvec: interrupted"
    assert not list(Path().glob("*.safetensors*"))


def test_help_is_quick_and_names_the_commands(run):
    code, out, _ = run("--help")
    assert code == 0
    assert all(name in out for name in ("train", "similar", "vocab", "info"))
    line = [sys.executable, "-X", "importtime", "-m", "fastvec", "--help"]
    imported = subprocess.run(line, capture_output=True, text=True, check=True).stderr
    assert not any(name in imported for name in ("numba", "numpy", "rich", "scipy"))


def test_the_version_is_shown(run):
    assert run("--version") == (0, f"fastvec {fastvec.__version__}\n", "")


@pytest.mark.parametrize(
    ("option", "meant"), [("--vector-size", "--dim"), ("--workers", "--threads"), ("--minCount", "--min-count")]
)
def test_options_of_other_trainers_are_understood(run, option, meant):
    code, _, err = run("train", "corpus.txt", option, "5")
    assert code == 2
    assert f"No such option '{option}'. Did you mean '{meant}'?" in err


def test_a_package_that_a_tokenizer_needs_is_named(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "jieba", None)
    code, _, err = train(run, "--tokenizer", "jieba:lcut")
    assert code != 0
    assert err == (
        "fastvec: tokenizer jieba:lcut: there is no module jieba; install it (pip install 'fastvec[chinese]')\n"
    )
