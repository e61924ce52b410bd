from pathlib import Path

import pytest
from click.testing import CliRunner
from fastvec_cli import phrases

from fastvec.errors import FileError

TEXT = "big new york city\n" * 6 + "big city\nnew\nyork\n" + "big\ncity\n" * 5 + "a b c d e f g h\n" * 2


@pytest.fixture(autouse=True)
def text_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x.txt").write_text(TEXT)


def run(*arguments):
    return CliRunner().invoke(
        phrases.command, ["x.txt", "--no-cache", "--threshold", "0.66", *arguments], catch_exceptions=False
    )


def test_the_text_goes_to_stdout_and_the_summary_to_stderr():
    result = run()
    assert result.stdout == TEXT.replace("new york", "new_york")
    assert result.stderr == "x.txt: 1 phrases, 48 words after joining, 54 before\n"


def test_files_receive_the_text_and_the_phrases_of_all_passes():
    result = run("-o", "y.txt", "--save", "p.tsv", "--passes", "9", "--delimiter", "-", "--quiet")
    assert Path("y.txt").read_text() == TEXT.replace("big new york", "big-new-york")
    lines = [line.split("\t") for line in Path("p.tsv").read_text().splitlines()[1:]]
    assert [line[:4] for line in lines] == [
        ["pass", "first", "second", "count"],
        ["1", "new", "york", "6"],
        ["2", "big", "new-york", "6"],
        ["2", "new-york", "city", "6"],
    ]
    assert (result.stdout, result.stderr) == ("", "")


def apply(*arguments):
    return CliRunner().invoke(phrases.command, ["--apply", "p.tsv", "--no-cache", *arguments], catch_exceptions=False)


def test_phrases_are_applied_to_another_text_as_it_was_split():
    Path("x.txt").write_text(TEXT.upper())
    run("-o", "y.txt", "--save", "p.tsv", "--lowercase")
    Path("z.txt").write_text("In New York\n")
    assert apply("z.txt").stdout == "in new_york\n"
    with pytest.raises(FileError, match="is not a file of phrases"):
        apply("z.txt", "--apply", "z.txt")


@pytest.mark.parametrize("option", ["--passes", "--save"])
def test_phrases_that_are_applied_are_not_found_anew(option):
    result = apply("x.txt", option, "2")
    assert result.exit_code == 2
    assert f"{option} is for finding phrases" in result.output


def test_the_scoring_reaches_the_library():
    assert run("--scoring", "npmi", "--threshold", "0.99", "--min-count", "2").stdout.count("_") > 5


def test_nothing_is_read_when_a_file_could_not_be_written():
    with pytest.raises(FileError, match="there is no folder nowhere"):
        run("--save", "nowhere/p.tsv")
    with pytest.raises(FileError, match="there is no folder nowhere"):
        run("-o", "nowhere/y.txt")
