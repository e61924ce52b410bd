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
        mode = {name: value for name, value in mode.items() if name != "dtype"}  # which all modes have
        assert any(mode.items() <= parameters.items() for parameters in doctor.MODES.values())


def test_all_models_work_here():
    findings = list(doctor.examine())
    assert [finding for finding in findings if finding.is_bad] == []
    assert [finding.text[:7] for finding in findings[-len(doctor.MODES) :]] == ["works ("] * len(doctor.MODES)
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
    text = "kernels are compiled anew in each process: set NUMBA_CACHE_DIR to a folder that can be written to"
    assert doctor._compiler() == doctor.Finding("compiler", text, is_bad=True)


def test_a_compiler_that_is_switched_off_is_told(monkeypatch):
    monkeypatch.setattr("numba.core.config.DISABLE_JIT", 1)
    assert doctor._compiler().is_bad


def test_what_control_groups_and_affinity_leave_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "count_cores", lambda: 2)
    monkeypatch.setattr(doctor, "processor_quota", lambda: 0.5)
    monkeypatch.setattr(doctor, "count_threads", lambda threads: 1)
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    found = doctor._processor().text
    assert found.endswith(", 2 of 64 cores by affinity, a quota of 0.5 by the control group: threads default to 1")


def test_a_cache_that_cannot_be_written_is_marked_and_no_failure(one_model, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    result = run()
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("*"))
    assert "file/fastvec: cannot be written to (Not a directory), so texts are not cached" in line
    assert result.exit_code == 0


def test_no_folder_for_temporary_files_is_a_failure(one_model, monkeypatch):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", none)
    result = run()
    assert "! temporary No usable temporary directory found; name another folder in TMPDIR" in " ".join(
        result.stdout.split()
    )
    assert result.exit_code == 1
