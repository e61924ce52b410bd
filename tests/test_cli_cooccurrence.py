import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from fastvec_cli import cooccurrence, train

import fastvec
from fastvec.errors import FileError, InputError

pytestmark = pytest.mark.usefixtures("topics_txt")


def run(command, *arguments):
    return CliRunner().invoke(command.command, [*arguments, "--cache-dir", "cache"], catch_exceptions=False)


def count(*arguments):
    return run(cooccurrence, "topics.txt", *arguments)


def from_counts(*arguments):
    return CliRunner().invoke(train.command, ["--model", "ppmi-svd", *arguments], catch_exceptions=False)


def test_counts_go_to_a_file_and_the_summary_to_stderr():
    result = count("-o", "c.npz")
    counts = fastvec.Cooccurrence.load("c.npz")
    assert result.stdout == ""
    assert result.stderr == f"c.npz: 12 words, {counts.data.size} cells\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {"window": 10, "weighting": "harmonic", "side": "both", "sample": 0}),
        (["--left", "--window", "3", "--weighting", "flat"], {"side": "left", "window": 3, "weighting": "flat"}),
        (["--right", "--cell-min-count", "2"], {"side": "right", "cell_min_count": 2}),
        (["--symmetric", "--sample", "0.1", "--subsampling", "clean"], {"side": "both", "subsampling": "clean"}),
    ],
)
def test_options_reach_the_counter(arguments, expected):
    count("-o", "c.npz", *arguments)
    counting = fastvec.Cooccurrence.load("c.npz").metadata["counting"]
    assert {name: counting[name] for name in expected} == expected


@pytest.mark.parametrize("size", ["300M", "0.3G", "300000000", "300 mb"])
def test_memory_is_a_size(size):
    assert count("-o", "c.npz", "--memory", size).exit_code == 0


def test_memory_that_is_no_size_is_misuse():
    result = count("--memory", "much")
    assert result.exit_code == 2
    assert "'much' is not a size such as 500M or 2G" in result.stderr


def test_too_little_memory_is_refused():
    with pytest.raises(InputError, match="memory must be at least"):
        count("--memory", "1k")


def test_a_file_that_cannot_be_written_is_refused_before_the_text_is_read():
    with pytest.raises(FileError, match="there is no folder"):
        run(cooccurrence, "missing.txt", "-o", "nowhere/c.npz")


def test_quiet_says_nothing():
    assert count("-o", "c.npz", "--quiet").output == ""


def test_progress_goes_to_a_log():
    count("-o", "c.npz", "--log-json", "log.jsonl")
    lines = [json.loads(line) for line in Path("log.jsonl").read_text().splitlines()]
    assert {line["phase"] for line in lines} >= {"reading", "counting", "saving"}
    assert (lines[-1]["output"], lines[-1]["exit"]) == ("c.npz", 0)


def test_invalid_words_are_told():
    Path("topics.txt").write_bytes(b"a b \xff a b\n" * 9)
    assert "9 words were not valid UTF-8" in count("-o", "c.npz").stderr


def test_vectors_from_counts_are_those_from_text():
    count("-o", "c.npz")
    from_counts("--cooccurrence", "c.npz", "--dim", "3", "-o", "counts.safetensors")
    run(train, "topics.txt", "--model", "ppmi-svd", "--sample", "0", "--dim", "3", "-o", "text.safetensors")
    vectors = [fastvec.load(f"{name}.safetensors").vectors for name in ("counts", "text")]
    np.testing.assert_array_equal(*vectors)


def test_options_of_the_model_reach_it():
    options = {"cds": 0.5, "shift": 1.5, "eig": 0.25, "context_eig": 1, "oversampling": 5, "tolerance": 0.1, "dim": 4}
    arguments = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", str(value))]
    run(train, "topics.txt", "--model", "ppmi-svd", "--memory", "300M", *arguments)
    parameters = fastvec.load("vectors.safetensors").metadata["parameters"]
    assert {name: parameters[name] for name in options} == options
    assert parameters["memory"] == 300_000_000


def test_text_or_counts_are_needed_and_not_both():
    for arguments in ([], ["topics.txt", "--cooccurrence", "c.npz"]):
        result = from_counts(*arguments)
        assert result.exit_code == 2
        assert "What to train on? Give SOURCE" in result.stderr


@pytest.mark.parametrize("arguments", [["--min-count", "5"], ["--lowercase"], ["--no-cache"], ["--vocab", "v.tsv"]])
def test_options_for_text_are_refused_with_counts(arguments):
    count("-o", "c.npz")
    result = from_counts("--cooccurrence", "c.npz", *arguments)
    assert result.exit_code == 2
    assert "does not apply to --cooccurrence" in result.stderr


def test_co_occurrences_are_not_compressed(run):
    code, _, err = run("cooccurrence", "corpus.txt", "-o", "counts.npz.gz")
    assert (code, err) == (
        2,
        "fastvec: counts.npz.gz: co-occurrences are not compressed; choose a name such as counts.npz\n",
    )
