"""The commands that ask and convert vectors."""

import io
import json
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from fastvec_cli import info, main

from fastvec import KeyedVectors, load
from fastvec.subwords import Ngrams, Subwords
from fastvec.vectors import SUFFIXES

WORDS = ["king", "man", "woman", "queen", "apple"]
MATRIX = [[1, 1, 0, 0.1], [1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, -1]]


@pytest.fixture
def path(tmp_path):
    KeyedVectors(WORDS, MATRIX, counts=[5, 4, 3, 2, 1], metadata={"parameters": {"dim": 4}}).save(
        tmp_path / "v.safetensors"
    )
    return str(tmp_path / "v.safetensors")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments, stdin="", status=0):
        monkeypatch.setattr("sys.argv", ["fastvec", *map(str, arguments)])
        monkeypatch.setattr("sys.stdin", stdin if isinstance(stdin, io.TextIOBase) else io.StringIO(stdin))
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        output = capsys.readouterr()
        assert code == status, output.err
        return output.out if status == 0 else output.err

    return run


def test_similar_words_are_a_table(run, path):
    lines = run("similar", path, "king", "-n", 2).splitlines()
    assert lines[0].split() == ["king", "cosine"]
    assert [line.split()[0] for line in lines[1:]] == ["man", "queen"]


def test_words_made_of_ngrams_are_told_once(tmp_path, monkeypatch, capsys):
    subwords = Subwords(Ngrams(3, 3, 8), np.random.default_rng(0).standard_normal((8, 4), np.float32))
    KeyedVectors(WORDS, MATRIX, subwords=subwords).save(tmp_path / "v.safetensors")
    for command, words, unknown in (
        ("similar", "king unheard\nunheard - man + kings:2\n", ["unheard", "kings"]),
        ("analogy", "kings - man + unheard\n", ["kings", "unheard"]),
        ("odd", "unheard king man\n", ["unheard"]),
        ("vector", "king unheard unheard\n", ["unheard"]),
    ):
        monkeypatch.setattr("sys.argv", ["fastvec", command, str(tmp_path / "v.safetensors")])
        monkeypatch.setattr("sys.stdin", io.StringIO(words))
        main()
        told = "fastvec: {!r} is not among the words: its vector is made of its n-grams"
        assert capsys.readouterr().err.splitlines() == [told.format(word) for word in unknown]


def test_similar_words_can_be_json(run, path):
    found = json.loads(run("similar", path, "king", "woman", "--minus", "man", "--json", "-n", 1))
    score = pytest.approx(load(path).analogy("king", "man", "woman", 1)[0][1])
    assert found == {"query": "king woman - man", "neighbours": [{"word": "queen", "score": score}]}


def test_a_query_may_be_a_sum_with_weights(run, path):
    assert run("similar", path, "king", "-", "man", "+", "woman").splitlines()[1].split()[0] == "queen"
    found = json.loads(run("similar", path, "king:0.5", "woman:2", "--json"))
    expected = load(path).most_similar([("king", 0.5), ("woman", 2)])
    assert [(each["word"], each["score"]) for each in found["neighbours"]] == expected


def test_signs_and_colons_that_are_words_stay_words(run, tmp_path):
    KeyedVectors(["-", "a:1", "b"], np.eye(3)).save(tmp_path / "v.bin")
    assert run("similar", tmp_path / "v.bin", "-", "-n", 1).splitlines()[0].split() == ["-", "cosine"]
    assert "a:1" not in run("similar", tmp_path / "v.bin", "a:1").splitlines()[1:]


def test_the_file_comes_first_or_is_that_of_the_folder(run, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "king is no file of vectors, and vectors.safetensors is not in this folder" in run(
        "similar", "king", status=1
    )
    load(path).save("vectors.safetensors")
    assert run("similar", "king", "-n", 1) == run("similar", path, "king", "-n", 1)
    assert run("vector", stdin="king\n") == run("vector", path, "king")
    assert run("info") == run("info", "vectors.safetensors")
    assert "'and/or' is not among the 5 words" in run("similar", "and/or", status=1)
    assert f"{tmp_path}/nope: No such file" in run("similar", tmp_path / "nope", "king", status=1)
    assert "nope.vec: No such file" in run("similar", "nope.vec", "king", status=1)


def test_phrases_are_understood_in_queries(tmp_path, monkeypatch, capsys):
    KeyedVectors(["new_york", "king", "city_of_angels", "of"], np.eye(4)).save(tmp_path / "v.bin")
    for words, found in (
        (["king", "new", "york"], "king new_york"),
        (["new york", "of"], "new_york of"),
        (["city", "of", "angels"], "city_of_angels"),
    ):
        monkeypatch.setattr("sys.argv", ["fastvec", "vector", str(tmp_path / "v.bin"), *words])
        main()
        captured = capsys.readouterr()
        assert " ".join(line.split()[0] for line in captured.out.splitlines()) == found
    assert captured.err == "city of angels: taken as city_of_angels\n"


def test_a_word_in_another_case_is_the_lower_case_one_unless_it_has_a_vector(run, path, tmp_path, capsys):
    assert (
        run("similar", path, "King:2", "-n", 1).splitlines()[1:]
        == run("similar", path, "king:2", "-n", 1).splitlines()[1:]
    )
    KeyedVectors(["New_York", "new_york", "us", "US"], np.eye(4)).save(tmp_path / "v.bin")
    for words, found in (("new york", "new_york"), ("New York", "New_York"), ("NEW YORK US", "new_york US")):
        shown = run("vector", tmp_path / "v.bin", *words.split()).splitlines()
        assert " ".join(line.split()[0] for line in shown) == found
    assert "did you mean 'king'" in run("similar", path, "kingg", status=1)
    assert run("vector", path, stdin="King nope\n", status=1).startswith("King: taken as king\n")


def test_analogies(run, path):
    assert run("analogy", path, "king", "man", "woman", "-n", 1).splitlines()[1].split()[0] == "queen"
    found = run("analogy", path, "king", "man", "woman", "--method", "3cosmul", "--json")
    assert json.loads(found)["neighbours"][0]["word"] == "queen"
    assert run("analogy", path, "king", "-", "man", "+", "woman") == run("analogy", path, "king", "man", "woman")
    assert "An analogy needs three words." in run("analogy", path, "king", status=2)
    assert "an analogy needs three words, not 'king'" in run("analogy", path, stdin="king\n", status=1)


def test_the_odd_one_out(run, path):
    words = ["king", "man", "apple"]
    assert run("odd", path, *words) == "king man apple\tapple\n"
    assert json.loads(run("odd", path, *words, "--json")) == {"query": words, "word": "apple"}


def test_vectors_are_printed_exactly(run, path):
    assert run("vector", path, "king") == "king 1.0 1.0 0.0 0.1\n"
    assert json.loads(run("vector", path, "king", "--json")) == {"word": "king", "vector": [1, 1, 0, 0.1]}


def test_a_long_word_stays_on_its_line_outside_a_terminal(run, tmp_path):
    word = "long" * 50
    KeyedVectors([word, "b"], [[1.0], [2.0]]).save(tmp_path / "long.bin")
    assert run("similar", tmp_path / "long.bin", "b").splitlines()[1].split() == [word, "1.0000"]


def test_words_come_from_a_pipe(run, path):
    assert [line.split()[0] for line in run("vector", path, stdin="man king\n\nqueen\n").splitlines()] == [
        "man", "king", "queen",
    ]  # fmt: skip
    assert "'nope' is not among the 5 words" in run("vector", path, stdin="nope\n", status=1)


@pytest.mark.parametrize("arguments", [["similar", "--json"], ["odd", "--json"], ["vector", "--json"]])
def test_what_has_no_answer_does_not_end_a_batch(path, arguments, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["fastvec", *arguments, path])
    monkeypatch.setattr("sys.stdin", io.StringIO("king\nQuen\nqueen\n"))
    with pytest.raises(SystemExit) as stop:
        main()
    output = capsys.readouterr()
    answered = [json.loads(line) for line in output.out.splitlines()]
    assert [each.get("word") if "vector" in each else each["query"] for each in answered] in (
        ["king", "queen"],
        [["king"], ["queen"]],
    )
    assert output.err == "fastvec: 'Quen' is not among the 5 words; did you mean 'queen'?\n"
    assert stop.value.code == 1


def test_what_comes_from_a_pipe_is_split_at_ascii_white_space_only(run, tmp_path):
    KeyedVectors(["new\u00a0york", "b"], [[1.0], [2.0]]).save(tmp_path / "v.bin")
    assert run("vector", tmp_path / "v.bin", stdin="new\u00a0york\tb\r\n").count("\n") == 2


def test_a_byte_order_mark_is_no_part_of_a_word_from_a_pipe(run, path):
    assert run("vector", path, stdin="\ufeffking\n").startswith("king 1.0")


def test_a_pipe_that_is_not_utf_8_is_refused(run, path):
    piped = io.TextIOWrapper(io.BytesIO(b"king\n\xff\n"), "utf-8")
    assert r"standard input: b'\xff\n' is not utf-8; convert it" in run("vector", path, stdin=piped, status=1)


def test_words_come_from_a_prompt_that_survives_mistakes(run, path, monkeypatch):
    typed = iter(["nope", "king man apple"])

    def answer(_):
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", answer)
    assert run("odd", path, stdin=Terminal()) == "king man apple\tapple\n"
    typed = iter(["king man apple", "", "never"])
    assert run("odd", path, stdin=Terminal()) == "king man apple\tapple\n"


def test_classes_are_lines_of_word_and_number(run, path):
    lines = run("cluster", path, "-k", 2, "--limit", 4).splitlines()
    assert [line.split("\t")[0] for line in lines] == WORDS[:4]
    assert set(json.loads(run("cluster", path, "-k", 2, "--json"))) == set(WORDS)


def test_a_file_is_converted_and_checked(run, path, tmp_path):
    run("convert", path, tmp_path / "v.txt", "--check")
    assert np.array_equal(load(tmp_path / "v.txt").vectors, np.float32(MATRIX))
    run("convert", tmp_path / "v.txt", tmp_path / "half", "--format", "safetensors", "--dtype", "float16", "--limit", 2)
    assert load(tmp_path / "half").vectors.dtype == np.float16
    assert load(tmp_path / "half").words == WORDS[:2]


def test_a_folder_is_written_with_weights(run, path, tmp_path):
    run("convert", path, tmp_path / "model", "--format", "static-model", "--weighting", "sif", "--check")
    assert np.array_equal(load(tmp_path / "model").vectors, load(path).weighted("sif").vectors)


@pytest.mark.parametrize("options", [(), ("--pca", 2)])
def test_a_file_is_made_smaller(run, path, tmp_path, options):
    run("convert", path, tmp_path / "v.safetensors", "--dtype", "int8", "--max-words", 3, *options, "--check")
    small = load(tmp_path / "v.safetensors")
    assert small.vectors.dtype == np.int8
    assert small.vectors.shape == (3, 2 if options else len(MATRIX[0]))
    assert "omit max_ngrams" in run("convert", path, tmp_path / "v.txt", "--max-ngrams", 3, status=2)


def test_what_is_lost_in_conversion_is_said(path, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["fastvec", "convert", path, str(tmp_path / "v.txt"), "--check"])
    main()
    messages = capsys.readouterr().err.splitlines()
    assert messages[0].endswith("v.txt cannot hold the counts and metadata, which are omitted")
    assert messages[1].endswith("v.txt holds the same 5 words and numbers")


def test_a_conversion_that_cannot_be_is_refused_first(run, path, tmp_path):
    message = run("convert", path, tmp_path / "v.foo", status=2)
    assert "v.foo: the name must end in .safetensors, .bin, .txt, .vec, .npy, .floret, .parquet, perhaps" in message
    assert message.endswith("; or give --format\n")
    assert "there is no folder" in run("convert", path, tmp_path / "nowhere" / "v.txt", status=1)
    assert "v.none: " in run("convert", tmp_path / "v.none", tmp_path / "v.txt", status=1)


def test_info_shows_what_a_file_holds(run, path):
    out = run("info", path)
    shown = dict(line.split(maxsplit=1) for line in out.splitlines() if " " in line)
    assert shown["format"] == "safetensors"
    assert shown["words"] == "5"
    assert shown["first"].split(maxsplit=1)[1] == "king, man, woman, queen, apple"
    assert out.splitlines()[-2:] == ["parameters", "  dim  4"]
    assert json.loads(run("info", path, "--json"))["metadata"] == {"parameters": {"dim": 4}}


def test_info_shows_a_command_that_does_the_same(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text("salt and soup\nrain and snow\n" * 40)
    run("cooccurrence", "text", "-o", "c.npz", "--window", "2", "--no-cache")
    run("vocab", "text", "-o", "v.tsv", "--min-count", "1", "--no-cache")
    for given in (
        "FILE --dim 4 --sample 0 --lowercase",
        "FILE --model glove --dim 4 --epochs 2 --left --min-count 1 --sample 0",
        "FILE --model cbow --loss hierarchical --dim 4 --lr 0.2 --sample 0",
        "FILE --model cbow --subwords 3-4 --dim 4 --buckets 100 --sample 0",
        "--cooccurrence FILE --model glove --dim 4",
        "FILE --vocab FILE --dim 4 --init xavier --sample 0",
        "FILE --init-from FILE --sample 0 --dim 4",
    ):
        line = given.replace("--vocab FILE", "--vocab v.tsv").replace("--cooccurrence FILE", "--cooccurrence c.npz")
        line = line.replace("--init-from FILE", "--init-from v.safetensors").replace("FILE", "text")
        run("train", *line.split(), *(() if "c.npz" in line else ("--no-cache",)), "-o", "v.safetensors")
        shown = dict(line.split(maxsplit=1) for line in run("info", "v.safetensors").splitlines() if " " in line)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", shown["written"])
        command = shlex.split(shown["command"])
        assert command[:2] + command[-2:] == ["fastvec", "train", "-o", "v.safetensors"]
        assert sorted(command[2:-2]) == sorted(given.split())


@pytest.mark.parametrize("metadata", [{"inputs": 3}, {"inputs": ["text"], "parameters": 3}, {"evaluation": [1]}])
def test_info_shows_metadata_of_other_programs_as_they_are(run, tmp_path, metadata):
    KeyedVectors(["a", "b"], [[1.0], [2.0]], metadata=metadata).save(tmp_path / "v.safetensors")
    assert "words" in run("info", tmp_path / "v.safetensors")


def test_info_shows_scores_in_a_line(run, path):
    wv = load(path)
    summary = {"accuracy": 0.5, "interval": [0.25, None], "covered": 1000, "questions": 2000}
    spearman = {"spearman": 0.25, "spearman_interval": [0.2, 0.3], "pearson": 0.3, "covered": 1, "questions": 2}
    wv.metadata |= {"evaluation": {"one": summary, "other": spearman, "odd": 3}, "fingerprint": "0f" * 32}
    wv.save(path)
    lines = run("info", path).splitlines()
    assert lines[-3:] == [
        "  odd    3",
        "  one    accuracy 50.0; 1,000 of 2,000 covered",
        "  other  spearman 25.0 [20.0, 30.0], pearson 30.0; 1 of 2 covered",
    ]
    assert [line.split()[1] for line in lines if line.startswith("fingerprint")] == ["0f0f0f0f0f0f0f0f..."]


@pytest.mark.parametrize("width", [60, 80])
def test_facts_that_are_too_long_are_wrapped_beside_their_names(run, path, monkeypatch, width):
    monkeypatch.setattr(info, "terminal_width", lambda: width)
    wv = load(path)
    wv.metadata |= {"inputs": ["text", "vocabulary", "phrases"], "corpus": {}}
    wv.metadata["parameters"] = {"model": "glove", "dim": 4, "min_count": 50, "tolerance": 0.01, "epochs": 123}
    wv.save(path)
    lines = run("info", path).splitlines()
    assert max(map(len, lines)) <= width
    (start,) = {len(line) - len(line.lstrip()) for line in lines if line.startswith("   ")}
    assert {line[start - 2 : start] for line in lines[:8]} == {"  "}


def test_a_damaged_file_is_one_line(run, tmp_path):
    (tmp_path / "x").write_bytes(b"a 1 2\nb 1 x\n")
    message = f"fastvec: {tmp_path}/x, line 2: 'x' is not a finite number; to read what can be read: --errors skip"
    assert run("info", tmp_path / "x", status=1) == f"{message}\n"


@pytest.mark.parametrize("change", [("--dtype", "float16"), ("--pca", "2")])
def test_info_shows_no_command_for_vectors_that_were_converted(run, corpus_txt, change):
    run("train", "corpus.txt", "-o", "a.safetensors", "--dim", "4", "--epochs", "1", "--sample", "0", "-q")
    run("convert", "a.safetensors", "b.safetensors", *change)
    assert "\ncommand " in run("info", "a.safetensors")
    assert "\ncommand " not in run("info", "b.safetensors")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["info"], "words            2"),
        (["similar", "a"], "b "),
        (["analogy", "a", "b", "a"], "cosine"),
        (["odd", "a", "b"], "a"),
        (["vector", "b"], "b 3.0 4.0"),
        (["cluster", "-k", "2"], "a\t0"),
        (["convert", "out.vec"], ""),
    ],
)
def test_every_command_can_pass_over_faults(run, tmp_path, monkeypatch, caplog, arguments, expected):
    monkeypatch.chdir(tmp_path)
    Path("x.vec").write_bytes(b"5 2\na 1.25 2.25\na 5.25 6.25\nx\nb 3 4")
    command, *others = arguments
    assert "x.vec, line 4: has 0 numbers" in run(command, "x.vec", *others, status=1)
    assert expected in run(command, "x.vec", *others, "--errors", "skip")
    assert "x.vec: passed over 3 faults, the first: line 4: has 0 numbers after the word" in caplog.text


def test_every_command_that_reads_vectors_has_the_option():
    for name in ("analogy", "cluster", "compare", "convert", "info", "odd", "similar", "vector", "embed", "align"):
        command = import_module(f"fastvec_cli.{name}").command
        assert "errors" in {each.name for each in command.params}, name
    tests = import_module("fastvec_cli.eval").command.commands
    assert all("errors" in {each.name for each in command.params} for command in tests.values())


@pytest.mark.parametrize("command", ["convert", "train"])
def test_help_names_every_suffix_and_does_not_wait_for_the_compiler(run, command):
    shown = run(command, "--help")
    assert all(suffix in shown for suffix in SUFFIXES)
    script = f"import sys, fastvec_cli.{command}; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_native_file_is_asked_without_waiting_for_the_compiler(path):
    script = "import sys, fastvec; fastvec.load(sys.argv[1]).most_similar('king'); sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script, path], check=False).returncode == 0
