import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from fastvec_cli import cooccurrence, train

import fastvec
from fastvec.errors import InputError

pytestmark = pytest.mark.usefixtures("topics_txt")


def glove(*arguments):
    arguments = ["--model", "glove", "--dim", "4", *arguments]
    return CliRunner().invoke(train.command, arguments, catch_exceptions=False)


def test_options_reach_the_model():
    options = "--x-max 20 --alpha 0.5 --lr 0.1 --epochs 3 --grad-clip 7 --tolerance 0.01 --memory 1G --window 4".split()
    glove("topics.txt", "--no-cache", "-o", "v.safetensors", *options)
    parameters = fastvec.load("v.safetensors").metadata["parameters"]
    expected = {"x_max": 20, "alpha": 0.5, "learning_rate": 0.1, "epochs": 3, "grad_clip": 7, "tolerance": 0.01}
    expected |= {"memory": 10**9, "window": 4, "model": "glove", "vectors": "sum"}
    assert {name: parameters[name] for name in expected} == expected


def test_counts_give_the_same_vectors_as_text_for_any_number_of_threads():
    CliRunner().invoke(cooccurrence.command, ["topics.txt", "--no-cache", "-o", "c.npz", "--window", "15"])
    glove("--cooccurrence", "c.npz", "--threads", "2", "-o", "counts.safetensors")
    glove("topics.txt", "--no-cache", "--threads", "1", "--sample", "0", "-o", "text.safetensors")
    counts, text = fastvec.load("counts.safetensors"), fastvec.load("text.safetensors")
    np.testing.assert_array_equal(counts.vectors, text.vectors)


def test_memory_serves_training_on_counts_too():
    CliRunner().invoke(cooccurrence.command, ["topics.txt", "--no-cache", "-o", "c.npz"])
    assert glove("--cooccurrence", "c.npz", "--memory", "300M").exit_code == 0


def test_the_log_tells_of_cells():
    glove("topics.txt", "--no-cache", "--log-json", "log.jsonl")
    last = [json.loads(line) for line in Path("log.jsonl").read_text().splitlines()][-3]
    assert (last["phase"], last["unit"], last["done"]) == ("training", "cells", last["total"])


@pytest.mark.parametrize("option", ["--negative", "--cds"])
def test_an_option_of_another_model_is_refused(option):
    with pytest.raises(InputError, match=r"is a parameter of model .*, not of glove"):
        glove("topics.txt", "--no-cache", option, "1")
