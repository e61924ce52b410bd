"""Standard streams that are closed, full or not in UTF-8, and notices and warnings, which are lines on stderr."""

import json
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from fastvec_cli import notices

from fastvec import KeyedVectors, doctor

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other streams")
COMMAND = [sys.executable, "-m", "fastvec"]
#: Where Python takes the locale for ASCII, and where its streams are Latin-1.
FOREIGN = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"},
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with vectors."""
    monkeypatch.chdir(tmp_path)
    KeyedVectors(["été", "日本", "king"], np.eye(3, 2) + 0.5).save("é.safetensors")
    Path("text.txt").write_text("été 日本\n" * 20)


def shell(line, **environment):
    """Run a line of the shell, in which fastvec is the command; return exit code, stdout and stderr."""
    function = f'fastvec() {{ {sys.executable} -m fastvec "$@"; }}; '
    done = subprocess.run(["bash", "-c", function + line], env=os.environ | environment, capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("environment", FOREIGN)
def test_words_and_results_are_utf_8(environment):
    line = "fastvec similar é.safetensors 日本 -n 2 && fastvec similar é.safetensors 日本 -n 2 --json"
    code, out, err = shell(line, **environment)
    assert (code, err) == (0, "")
    *table, last = out.splitlines()
    assert [row.split()[0] for row in table] == ["日本", "king", "été"]
    assert [near["word"] for near in json.loads(last)["neighbours"]] == ["king", "été"]


@pytest.mark.parametrize("environment", FOREIGN)
def test_words_from_a_pipe_and_messages_are_utf_8(environment):
    code, out, err = shell("printf '日本\\nétés\\n' | fastvec similar é.safetensors", **environment)
    assert code == 1
    assert "king" in out
    assert "'étés' is not among the 3 words" in err


def test_names_of_files_are_shown_as_they_are():
    code, _, err = shell("fastvec info nö.bin", **FOREIGN[0])
    assert (code, err) == (1, "fastvec: nö.bin: No such file or directory\n")


def test_a_word_that_is_not_utf_8_is_misuse():
    code, _, err = shell("fastvec similar é.safetensors $'\\xff'")
    assert code == 2
    assert "'\\udcff' is not UTF-8" in err


@pytest.mark.parametrize(
    ("target", "reason"), [(">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")]
)
@pytest.mark.parametrize("command", ["similar é.safetensors king", "vocab text.txt -q --no-cache", "--help"])
def test_results_that_cannot_be_written_are_one_line(target, reason, command):
    assert shell(f"fastvec {command} {target}") == (1, "", f"fastvec: cannot write the output: {reason}\n")


@pytest.mark.parametrize("target", ["2>&-", "2>/dev/full", "2> >(true)", ">&- 2>&- <&-"])
def test_a_lost_standard_error_does_not_end_a_training(target):
    code, out, err = shell(f"fastvec train text.txt --dim 2 --sample 0 --epochs 1 --no-cache -o v.bin {target}")
    assert (code, out, err) == (0, "", "")
    assert Path("v.bin").read_bytes().startswith(b"2 2\n")


def test_a_reader_that_has_seen_enough_ends_a_command_quietly():
    Path("many.txt").write_text("".join(f"w{k}\n" for k in range(50_000)))
    line = "fastvec vocab many.txt -q --min-count 1 --no-cache | head -1; echo ${PIPESTATUS[0]}"
    assert shell(line) == (0, "w0\t1\n0\n", "")


def test_warnings_and_notices_are_lines_unless_quiet(run, monkeypatch):
    def examine():
        warnings.warn("two\nlines", stacklevel=1)
        logging.getLogger("fastvec.anything").info("a notice")
        notices.quiet()
        logging.getLogger("fastvec.anything").info("another")
        logging.getLogger("fastvec.anything").warning("beware")
        return []

    warnings.simplefilter("always")
    monkeypatch.setattr(doctor, "examine", examine)
    assert run("doctor") == (0, "", "fastvec: two lines\nfastvec: a notice\nfastvec: beware\n")
    assert logging.getLogger("fastvec").level == logging.NOTSET


def test_warnings_may_be_errors():
    line = (
        "fastvec train text.txt --dim 2 --sample 0 --epochs 1 -q -o v.safetensors && fastvec similar v.safetensors été"
    )
    assert shell(line, PYTHONWARNINGS="error")[0::2] == (0, "")


def test_a_folder_that_is_gone_is_one_line(tmp_path):
    line = f"mkdir gone; cd gone; rmdir ../gone; fastvec vocab {tmp_path}/text.txt"
    assert shell(line) == (
        1,
        "",
        "fastvec: the folder in which the command runs does not exist any more; change to another\n",
    )


def test_a_library_that_does_not_fit_into_memory_is_one_line(run, monkeypatch):
    def load(*_, **__):
        raise ImportError("libx.so: failed to map segment from shared object")

    monkeypatch.setattr("fastvec.vectors.loading.describe", load)
    code, _, err = run("info", "v.bin")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("fastvec: not enough memory to load a library (libx.so: failed to map segment")


def test_threads_that_the_system_does_not_give_are_one_line(run, monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", start)
    code, out, err = run(*"train text.txt --dim 2 --sample 0 --no-cache -q --threads 2".split())
    assert (code, out) == (1, "")
    assert err.startswith("fastvec: can't start new thread: lower --threads, or raise the limit (ulimit -u, ")
