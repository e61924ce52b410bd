"""The commands eval and compare, and charts."""

import csv
import json
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from click.testing import CliRunner
from fastvec_cli import main, score_tables
from fastvec_cli.app import fastvec as cli
from fastvec_cli.score_tables import Score, ScoreTable, narrow, print_scores
from fastvec_cli.tables import table_width, wrap

import fastvec
from fastvec.errors import FastvecError, FileError
from fastvec.evaluation import draw_sections, find_sets, record

QUESTIONS = ": family\nking queen man woman\nman woman king queen\n: gram1\ncat cats dog dogs\n"
PAIRS = "king,queen,9\nking,cat,1\nman,woman,8\nDog,cat,6\n"
CLASSES = "king\tperson\nqueen\tperson\nman\tperson\ncat\tanimal\ndog\tanimal\n"
OUTLIERS = ",category,outliers,words\n0,people,\"['cat']\",\"['king', 'queen', 'man']\"\n"
WORDS = "king queen man woman cat cats dog dogs".split()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    vectors = np.random.default_rng(0).standard_normal((8, 5)).astype(np.float32)
    wv = fastvec.KeyedVectors(WORDS, vectors, metadata={"seed": 1})
    wv.save(tmp_path / "vectors.safetensors")
    wv.save(tmp_path / "other.bin")
    sets = tmp_path / "sets"
    sets.mkdir()
    for name, text in (("q.txt", QUESTIONS), ("p.csv", PAIRS), ("c.tsv", CLASSES), ("o.csv", OUTLIERS)):
        (sets / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(cli, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_analogies_take_the_vectors_of_the_folder(folder):
    output = run("eval", "analogies", "--data", "sets/q.txt").output
    assert "q.txt: 3 analogy questions" in output
    for stated in ("Vocabulary limit: none (8 words used)", "case: folded", "omitted", "seed 1", "nearest"):
        assert stated in output


def test_missing_vectors_are_said_with_the_cure(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FastvecError, match=r"vectors\.safetensors is not in this folder; .* fastvec train"):
        run("eval", "analogies")


def test_uncovered_questions_are_said_to_be_so(folder):
    with pytest.raises(FastvecError, match=r"0 of 17,813 questions covered: .* ca8"):
        run("eval", "analogies", "--data", "ca8")


@pytest.mark.parametrize("command", ["similarity", "categories", "outliers"])
def test_sets_that_are_not_bundled_are_asked_for(folder, command):
    with pytest.raises(FastvecError, match="name a file with --data"):
        run("eval", command)


@pytest.mark.parametrize(
    ("command", "shown"),
    [("similarity", "Spearman"), ("categories", "adjusted Rand"), ("outliers", "OPP"), ("all", "purity")],
)
def test_each_test_finds_its_sets_in_a_folder(folder, command, shown):
    assert shown in run("eval", command, "--data", "sets").output


def test_bias_is_printed_in_all_forms_and_kept(folder):
    (folder / "bias.txt").write_text(
        ": t\na: king man\nb: queen woman\nc: cat cats\nd: dog, dogs, wolf\n: u\na: x y\nb: x y\nc: x y\nd: x y\n"
    )
    result = run("eval", "bias", "--data", "bias.txt", "--save")
    assert "fastvec: 0 of 8 words of u covered" in result.stderr
    assert "a / b" in result.stdout
    assert "t: 1 words unknown: wolf." in result.stdout
    [row] = csv.DictReader(run("eval", "bias", "--data", "bias.txt", "--csv").stdout.splitlines()[:2])
    assert (row["measure"], row["covered"], row["items"]) == ("effect size", "8", "9")
    size = float(row["score"])
    assert f"effect size {size:.2f} [" in run("info", "vectors.safetensors").output
    several = run("eval", "bias", "vectors.safetensors", "other.bin", "--data", "bias.txt", "--markdown").stdout
    assert several.startswith("### scores\n")
    assert f"| {size:.2f} [" in several
    everything = run("eval", "all", "--data", "sets", "--data", "bias.txt").stdout
    assert "scores x 100; effect sizes as they are" in everything


@pytest.mark.parametrize("command", ["analogies", "similarity", "categories", "outliers", "all"])
def test_scores_are_shown_without_intervals(folder, command):
    output = run("eval", command, "--data", "sets", "--draws", "0").stdout
    assert "No intervals." in output
    assert "[" not in output
    [first, *_] = csv.DictReader(run("eval", command, "--data", "sets", "--draws", "0", "--csv").stdout.splitlines())
    assert (first["low"], first["high"]) == ("", "")
    assert first["score"]


def test_all_goes_on_after_a_set_that_is_not_covered(folder):
    result = run("eval", "all", "--data", "sets", "--data", "ca8")
    assert "0 of 17,813 questions covered" in result.stderr
    assert "OPP" in result.stdout


def test_scores_are_printed_as_json(folder):
    results = json.loads(run("eval", "analogies", "--data", "sets/q.txt", "--limit", "4", "--json").output)
    assert [(each["method"], each["limit"], each["overall"]["covered"]) for each in results] == [
        ("3cosadd", 4, 2),
        ("nearest", 4, 2),
    ]


def test_tables_are_printed_as_markdown(folder):
    output = run("eval", "similarity", "--data", "sets/p.csv", "--markdown").output
    assert "| set | pairs | covered | Spearman | Pearson |\n| --- | ---: |" in output


def test_scores_are_kept_in_the_vectors(folder):
    run("eval", "analogies", "--data", "sets/q.txt", "--save")
    run("eval", "similarity", "--data", "sets/p.csv", "--save")
    run("eval", "similarity", "--data", "sets/p.csv", "--save", "--case-sensitive")
    metadata = fastvec.load("vectors.safetensors").metadata
    assert metadata["seed"] == 1
    assert list(metadata["evaluation"]) == [
        "analogies q.txt 3cosadd skip",
        "analogies q.txt nearest skip",
        "similarity p skip",
        "similarity p skip case-sensitive",
    ]
    assert "spearman" in run("info", "vectors.safetensors").output


def test_files_that_cannot_keep_scores_are_refused(folder):
    with pytest.raises(FastvecError, match=r"only \.safetensors files keep scores"):
        run("eval", "analogies", "other.bin", "--save")


def test_a_limit_is_a_number_or_all(folder):
    result = run("eval", "analogies", "--limit", "many")
    assert result.exit_code == 2
    assert "'many' is neither a number of words nor 'all'" in result.output


def test_a_chart_is_drawn(folder):
    pytest.importorskip("matplotlib")
    run("eval", "analogies", "--data", "sets/q.txt", "--plot", "chart.png")
    assert (folder / "chart.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        ("chart.gif", r"chart\.gif: the name of a chart must end in \.png, \.svg or \.pdf"),
        ("nowhere/chart.png", "there is no folder nowhere"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused_before_evaluation(folder, chart, message):
    pytest.importorskip("matplotlib")
    with pytest.raises(FastvecError, match=message):
        run("eval", "analogies", "--data", "sets/q.txt", "--plot", chart, "--save")
    assert "evaluation" not in fastvec.load("vectors.safetensors").metadata


def test_a_chart_is_of_one_set(folder):
    with pytest.raises(FastvecError, match="--plot draws one file of vectors and one set of questions"):
        run("eval", "analogies", "--data", "sets/q.txt", "--data", "google", "--plot", "chart.png")


def test_a_chart_needs_matplotlib(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(FastvecError, match=r"pip install 'fastvec\[plot\]'"):
        draw_sections([], "chart.png")
    with pytest.raises(FastvecError, match=r"pip install 'fastvec\[plot\]'"):
        run("eval", "analogies", "--data", "sets/q.txt", "--plot", "chart.png", "--save")
    assert "evaluation" not in fastvec.load("vectors.safetensors").metadata


def test_no_module_shares_the_name_of_a_function():
    homes = [find_spec(f"fastvec.evaluation.{name}") for name in fastvec.evaluation.__all__]
    assert not any(homes)


def test_no_summary_of_a_command_is_cut_off():
    summaries = run("eval", "--help").output.partition("Commands:")[2]
    assert "similarity" in summaries
    assert "..." not in summaries


def test_values_that_the_library_refuses_are_said_in_one_line(folder):
    with pytest.raises(FastvecError, match=r"^draws must be 0, or at least 100, not 5$"):
        run("eval", "analogies", "--draws", "5")
    with pytest.raises(FastvecError, match=r"^runs must be at least 1, not 0$"):
        run("eval", "categories", "--data", "sets/c.tsv", "--runs", "0")
    with pytest.raises(FastvecError, match=r"^seed must be at least 0, not -1$"):
        run("compare", "vectors.safetensors", "other.bin", "--data", "sets/p.csv", "--seed", "-1")


def test_output_to_a_pipe_has_no_trailing_blanks(folder):
    output = run("eval", "all", "--data", "sets").output
    assert [line for line in output.splitlines() if line != line.rstrip()] == []


TABLE = ScoreTable(
    "scores",
    ["set", "covered (9 words)", "3cosadd", "items"],
    [["google gram3-comparative", 7, Score(0.01, (0.005, 0.02)), 8]],
    spare=("items",),
)


@pytest.mark.parametrize(
    ("width", "line", "left_out", "n_parts"),
    [
        (None, "google gram3-comparative  7  1.0 [0.5, 2.0]  8", [], 1),
        (66, "google gram3-comparative  7  1.0 [0.5, 2.0]  8", [], 1),
        (56, "google gram3-comparative  7  1.0 [0.5, 2.0]  8", [], 1),
        (55, "google gram3-comparative  7  1.0 [0.5, 2.0]", ["items"], 1),
        (49, "google gram3-comparative  7  1.0 [0.5, 2.0]", ["items"], 1),
        (48, "google/gram3-comparative  7  1.0 [0.5, 2.0]", ["items"], 1),
        (41, "google/gram3-comparative  7  1.0/[0.5, 2.0]", ["items"], 1),
        (37, "google/gram3-comparative  7  1.0", ["items", "intervals"], 1),
        (34, "google/gram3-comparative  7", ["items"], 2),
    ],
)
def test_tables_are_narrowed_by_what_matters_least(width, line, left_out, n_parts):
    parts, found = narrow(TABLE, width)
    assert "  ".join(column.cells[0].replace("\n", "/") for column in parts[0]) == line
    assert (found, len(parts)) == (left_out, n_parts)
    assert width is None or all(table_width(part) <= width for part in parts)


def test_what_is_not_shown_on_a_narrow_terminal_is_said(monkeypatch, capsys):
    monkeypatch.setattr(score_tables, "terminal_width", lambda: 37)
    print_scores(None, [], [], [TABLE])
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(lines[-4:-1]) == "Not shown, as the terminal is narrow: items, intervals; see --csv or --json."
    assert max(map(len, lines)) <= 37


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_broken(folder, monkeypatch, capsys, width):
    monkeypatch.setattr(score_tables, "terminal_width", lambda: width)
    monkeypatch.setattr("sys.argv", ["fastvec", "eval", "all", "vectors.safetensors", "other.bin", "--data", "sets"])
    main()
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= width
    assert "correlation" in " ".join(out.split()) or "spearman" in out
    for word in ("syntactic", "vectors", "covered", "resamples", "purity"):
        assert word in out


def test_lines_are_wrapped_at_blanks_and_long_words_at_slashes_and_hyphens():
    assert wrap("12 % of the words", 4) == ["12 %", "of", "the", "words"]
    assert wrap("two well-known words", 10) == ["two", "well-known", "words"]
    assert wrap("in /usr/lib/python", 9, "  ") == ["in /usr/", "  lib/", "  python"]
    assert wrap("a Linux-6.18-x86_64", 12) == ["a Linux-", "6.18-x86_64"]
    assert wrap("a b", None) == ["a b"]


def test_several_files_are_scored_side_by_side(folder):
    output = run("eval", "analogies", "vectors.safetensors", "other.bin", "--data", "sets/q.txt").output
    heading, covered = (output.splitlines()[k].split() for k in (1, 2))
    assert heading == ["set", "words", "measure", "items", "vectors.safetensors", "other.bin"]
    assert covered == ["q.txt", "all", "covered", "3", "3", "3"]
    found = json.loads(run("eval", "all", "vectors.safetensors", "other.bin", "--data", "sets", "--json").output)
    assert [each["vectors"] for each in found][:: len(found) // 2] == ["vectors.safetensors", "other.bin"]


def test_a_limit_that_leaves_all_words_of_a_file_shows_their_scores(folder):
    few = fastvec.load("vectors.safetensors", limit=4)
    few.save("few.bin")
    lines = run(
        "eval", "analogies", "vectors.safetensors", "few.bin", "--data", "sets/q.txt", "--limit", "6",
        "--limit", "all", "--method", "3cosadd",
    ).output.splitlines()  # fmt: skip
    covered = [line.split()[1:] for line in lines if line.startswith("q.txt ") and line.split()[2] == "covered"]
    assert covered == [["6", "covered", "3", "2", "2"], ["all", "covered", "3", "3", "2"]]


def test_scores_are_printed_as_csv_and_latex(folder):
    rows = list(csv.DictReader(run("eval", "all", "--data", "sets", "--csv").output.splitlines()))
    assert {row["measure"] for row in rows} >= {"3cosadd", "spearman", "purity", "OPP"}
    assert [row["section"] for row in rows if row["set"] == "q.txt"][-2:] == ["family", "gram1"]
    assert all(0 <= float(row["covered"]) <= float(row["items"]) for row in rows)
    latex = run("eval", "analogies", "--data", "sets/q.txt", "--latex").output
    assert "\\begin{tabular}{lrrrr}\n\\toprule\nsection & questions &" in latex
    found = run("compare", "vectors.safetensors", "other.bin", "--data", "sets/p.csv", "--csv").output
    assert "vectors.safetensors - other.bin,similarity,p,,difference of spearman,30000,4,4,0,0,0" in found


def test_what_latex_would_read_as_its_own_is_escaped(capsys):
    print_scores("latex", [], [], [ScoreTable("t", ["a_b", "c"], [["50 %", "\\x^"]])])
    out = capsys.readouterr().out
    assert r"a\_b & c \\" in out
    assert r"50 \% & \textbackslash{}x\textasciicircum{} \\" in out


def test_compare_says_what_differs(folder):
    output = run("compare", "vectors.safetensors", "other.bin", "--data", "sets/p.csv", "--data", "sets/c.tsv")
    assert "Only analogies and scored pairs are compared, not sets/c.tsv" in output.stderr


def test_compare_prints_json(folder):
    words = [f"w{number}" for number in range(5)] + WORDS
    for name in "ab":
        generator = np.random.default_rng(ord(name))
        fastvec.KeyedVectors(words, generator.standard_normal((13, 5))).save(f"{name}.safetensors")
    found = json.loads(run("compare", "a.safetensors", "b.safetensors", "--data", "sets/q.txt", "--json").output)
    assert found["names"] == ["a.safetensors", "b.safetensors"]
    assert found["sentences"]
    shown = run("compare", "a.safetensors", "b.safetensors", "--data", "sets").output
    assert "differences x 100" in shown


def test_compare_looks_for_all_files_first(folder, monkeypatch):
    monkeypatch.setattr("fastvec.load", lambda path: pytest.fail("loaded"))
    with pytest.raises(FileError, match=r"nowhere\.bin: No such file"):
        run("compare", "vectors.safetensors", "nowhere.bin")


def test_compare_needs_two_files(folder):
    assert run("compare", "other.bin").exit_code == 2


def test_what_a_file_tests_is_told_from_its_content(folder):
    (folder / "sets" / "notes.md").write_text("remarks\n\nmore remarks on the sets\n")
    sets, others = find_sets(["sets", "google"])
    assert {task: [path.name for path in paths] for task, paths in sets.items()} == {
        "analogies": ["q.txt", "google"],
        "similarity": ["p.csv"],
        "categories": ["c.tsv"],
        "outliers": ["o.csv"],
        "bias": [],
    }
    assert [path.name for path in others] == ["notes.md"]


def test_files_that_are_no_test_set_are_refused(folder):
    (folder / "notes.md").write_text("remarks\n\nmore remarks on the sets\n")
    (folder / "empty").mkdir()
    with pytest.raises(FastvecError, match=r"notes\.md is not a test set"):
        find_sets(["notes.md"])
    with pytest.raises(FastvecError, match="empty holds no file"):
        find_sets(["empty"])
    (folder / "empty" / "q.txt").write_text(QUESTIONS)
    with pytest.raises(FastvecError, match="empty holds no file of word pairs"):
        run("eval", "similarity", "--data", "empty")


def test_a_new_result_replaces_the_old(folder):
    wv = fastvec.load("vectors.safetensors")
    result = fastvec.evaluation.similarity(wv, "sets/p.csv")
    record(wv, [result])
    record(wv, [result])
    assert list(wv.metadata["evaluation"]) == ["similarity p skip"]
