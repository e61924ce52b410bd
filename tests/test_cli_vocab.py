import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastvec_cli import vocab
from fastvec_cli.progress import Display

from fastvec.corpus import read_corpus
from fastvec.errors import FileError, InputError

TEXT = "the cat sat on the mat\nthe cat\n"


@pytest.fixture(autouse=True)
def text_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x.txt").write_text(TEXT)


def run(*arguments, **options):
    return CliRunner().invoke(vocab.command, [*arguments, "--cache-dir", "cache"], catch_exceptions=False, **options)


def test_the_vocabulary_goes_to_stdout_and_the_summary_to_stderr():
    result = run("x.txt", "--min-count", "2")
    assert result.stdout == "the\t3\ncat\t2\n"
    assert result.stderr == "x.txt: 8 words, 5 distinct, 2 kept\n"


def test_the_vocabulary_goes_to_a_file():
    result = run("x.txt", "-o", "v.tsv", "--min-count", "1", "--max-vocab", "3", "--quiet")
    assert Path("v.tsv").read_text() == "the\t3\ncat\t2\nmat\t1\n"
    assert (result.stdout, result.stderr) == ("", "")


def test_standard_input_and_files_can_be_mixed():
    result = run("-", "x.txt", "--min-count", "3", input="the THE cat\n", color=False)
    assert result.stdout == "the\t4\ncat\t3\n"
    assert result.stderr.startswith("standard input and 1 more: ")


def test_the_options_of_reading_reach_the_library():
    Path("y.txt").write_bytes(b"The \xff cat, the\n")
    result = run("y.txt", "--tokenizer", "words", "--lowercase", "--errors", "ignore", "--min-count", "1")
    assert result.stdout == "the\t2\ncat\t1\n"


def test_an_error_of_the_library_is_raised_for_the_group_to_show():
    with pytest.raises(InputError, match=r"^SOURCE is"):
        run("")


def test_invalid_bytes_are_reported():
    Path("y.txt").write_bytes(b"a \xff a\n")
    result = run("y.txt", "--min-count", "1")
    assert result.stdout == "a\t2\n\ufffd\t1\n"
    assert result.stderr.endswith("y.txt: 1 words were not valid UTF-8 (see --errors)\n")


def test_a_tokenizer_is_found_in_this_folder():
    Path("letters.py").write_text("def split(line): return list(line.replace(' ', ''))")
    assert run("x.txt", "--tokenizer", "letters:split", "--min-count", "4").stdout == "t\t7\na\t4\n"


def test_the_cache_is_used_unless_told_not_to():
    run("x.txt", "--min-count", "1", "--no-cache")
    assert list(Path("cache").iterdir()) == []
    run("x.txt", "--min-count", "1")
    assert read_corpus("x.txt", cache_dir="cache").is_reused


def test_a_terminal_shows_a_progress_bar_unless_all_is_quiet(monkeypatch, capsys):
    for is_terminal, quiet, shown in [(False, False, False), (True, True, False), (True, False, True)]:
        monkeypatch.setattr("sys.stderr.isatty", lambda answer=is_terminal: answer, raising=False)
        with Display(quiet) as display:
            display.reading(1, 2)
            display.reading(5, None)
        assert ("reading" in capsys.readouterr().err) == shown


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_stdout_is_one_line():
    with open("/dev/full", "wb") as full:
        line = [sys.executable, "-m", "fastvec", "vocab", "x.txt", "--min-count", "1", "--no-cache"]
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "fastvec: cannot write the output: No space left on device\n"


def test_a_device_is_not_replaced_by_a_file():
    os.mkfifo("pipe")
    with pytest.raises(FileError, match=r"^pipe: is not a file, and cannot be written over$"):
        run("x.txt", "-o", "pipe", "--min-count", "1")
    assert Path("pipe").is_fifo()


def test_an_empty_source_is_refused():
    with pytest.raises(InputError, match=r'^SOURCE is "": name a file, a folder or -$'):
        run("")
