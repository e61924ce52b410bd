import json

import numba
import pytest
from click.testing import CliRunner
from fastvec_cli import doctor as command

import fastvec
from fastvec import doctor
from fastvec.kernels.word2vec import train_block
from tests.models import MODES


@pytest.fixture
def one_model(monkeypatch):
    monkeypatch.setattr(doctor, "MODES", {"glove": doctor.MODES["glove"]})


def run(*arguments):
    return CliRunner().invoke(command.command, arguments)


def test_every_mode_is_tried():
    for mode in MODES.values():
        assert any(mode.items() <= parameters.items() for parameters in doctor.MODES.values())
    assert len(doctor.MODES) == len(MODES)


def test_all_models_work_here():
    findings = list(doctor.examine())
    assert [finding for finding in findings if finding.is_bad] == []
    assert [finding.text[:7] for finding in findings[-len(MODES) :]] == ["works ("] * len(MODES)
    assert f"numba {numba.__version__}" in findings[0].text


def test_the_command_shows_a_line_for_each_finding(one_model):
    result = run()
    assert result.exit_code == 0
    assert [line[:12].strip() for line in result.stdout.splitlines()] == [
        "versions", "system", "processor", "compiler", "memory", "cache", "temporary", "glove",
    ]  # fmt: skip


def test_json_is_a_list_of_findings(one_model):
    found = json.loads(run("--json").stdout)
    assert found[-1]["name"] == "glove"
    assert not found[-1]["is_bad"]


def test_a_model_that_fails_is_marked(one_model, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("no such instruction")

    monkeypatch.setattr(fastvec, "train", fail)
    result = run()
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].split(maxsplit=2) == ["!", "glove", "RuntimeError: no such instruction"]


def test_a_model_that_learns_nothing_is_marked(one_model, monkeypatch):
    train = fastvec.train
    monkeypatch.setattr(fastvec, "train", lambda *a, **k: train(*a, **k | {"epochs": 1, "learning_rate": 1e-9}))
    assert "! glove                  does not tell two topics apart (" in run().stdout


def test_kernels_that_cannot_be_kept_are_told(monkeypatch):
    monkeypatch.setattr(type(train_block), "stats", None)
    assert doctor._compiler() == (
        "compiler", "kernels are compiled anew each time: set NUMBA_CACHE_DIR to a folder", True,
    )  # fmt: skip


def test_a_compiler_that_is_switched_off_is_told(monkeypatch):
    monkeypatch.setattr("numba.core.config.DISABLE_JIT", 1)
    assert doctor._compiler().is_bad
