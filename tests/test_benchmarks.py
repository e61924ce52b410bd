import json
import lzma
import os
import re
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

import fastvec
from benchmarks import turns, uses
from benchmarks.__main__ import choose, cut, lines_of, main
from benchmarks.large import blocks, with_new_words
from benchmarks.latency import latency, longest_latency
from benchmarks.machine import slug
from benchmarks.modes import MODES
from benchmarks.plot import draw, speed_ups
from benchmarks.run import run_child, train
from benchmarks.table import GROUPS, gain, render, replace_section, speeds
from benchmarks.trainers import OLDER_CPUS, TRAINERS, Trainer
from benchmarks.turns import train_in_turns
from benchmarks.uses import USES
from tests.texts import write_zipf

PROGRESS = TRAINERS["word2vec"].progress


def script(text, **options):
    return Trainer("a script", (), lambda mode, threads, epochs: [sys.executable, "-u", "-c", text], **options)


def results():
    def run(trainer, threads, speed, turn=0, **more):
        return {"mode": "sg-ns-100", "trainer": trainer, "threads": threads, "per_second": speed,
                "round": turn, "peak_bytes": 3e8, **more}  # fmt: skip

    return {
        "date": "2026-01-02", "commit": "abc", "versions": {"python": "3.11"}, "n_rounds": 2, "seconds": 4,
        "machine": {"cpu": "CPU", "simd": "avx2", "cores": 2, "memory_bytes": 2**34}, "threads": [1, 2],
        "corpus": {"name": "text", "words": 1000, "pairs": 5000}, "modes": ["sg-ns-100", "query"], "missing": ["koan"],
        "sizes": {"vectors": 10_000}, "shares_of_cores": [0.99, 0.98],
        "startup": [{"trainer": "fastvec", "mode": "sg-ns-100", "first": {"wall_seconds": 9, "compile_seconds": 3},
                     "cached": {"wall_seconds": 1, "compile_seconds": 0}}],
        "limits": [{"threads": 1, "flops_per_second": 144e9, "bytes_per_second": 2e10}],
        "rounds": [run("fastvec", 1, 3e6), run("fastvec", 1, 4e6, 1),
                   run("fastvec", 2, 1e6, 2), run("fastvec", 2, 6e6), run("fastvec", 2, 6.4e6, 1),
                   run("gensim", 1, 5e5),
                   run("gensim", 2, 1e6, error="killed"),
                   run("fastvec", 1, 900) | {"mode": "query"}, run("gensim", 1, 300) | {"mode": "query"}],
        "turns": [{"mode": "sg-ns-100", "threads": threads, "done": done, "seconds": seconds, "latency": latency}
                  for threads, done, seconds, latency in (
                      ([1], 30, 10, [40, 30]), ([2], 55, 9, [30, 39]), ([1, 1], 60, 10, [39, 60]),
                      ([2], 59, 11, [60, 30]), ([1], 9, 1, [30, 61]), ([1], 30, 10, [61, 180]),
                      ([2], 48, 10, [180, 170]))],
        "accuracy": [{"mode": "sg-ns-100", "trainer": "gensim", "threads": 2, "wall_seconds": 61.2,
                      "accuracy": {"analogies": 0.376}}],
    }  # fmt: skip


def test_percentages_of_progress_are_read():
    assert TRAINERS["pword2vec"].fraction_done(
        b"\rAlpha: 0.01  Progress: 1.50%  Words\rAlpha: 0  Progress: 99.54%  Wor"
    ) == pytest.approx(0.9954)


def test_the_first_words_of_fastvec_are_no_progress():
    assert TRAINERS["fastvec"].fraction_done(b"TRAINED 65191 0.1\nTRAINED 65191 0.2\n") is None
    assert TRAINERS["fastvec"].fraction_done(b"TRAINED 65191 0.2\nTRAINED 130382 0.3 0.0075\nTRAINED 1") == 0.0075


def test_output_without_progress_has_no_fraction():
    assert TRAINERS["word2vec"].fraction_done(b"Vocab size: 12\nProgress: 5") is None
    assert TRAINERS["gensim"].fraction_done(b"Progress: 50%") is None


def test_progress_is_in_sentences_for_koan_and_in_epochs_for_glove():
    assert TRAINERS["koan"].fraction_done(b"Sents:    0.00% |  | 0/20000  Toks: 0 (0.00 tok/s)") is None
    assert TRAINERS["koan"].fraction_done(b"Sents:   12.50% | \xe2\x96\x88 | 1774/20000  Toks: 10 (2.5 tok/s)") == 0.125
    assert TRAINERS["glove"].fraction_done(b"iter: 001, cost: 0.1") == 0.5


def test_the_time_between_two_lines_of_progress_gives_the_speed(tmp_path):
    text = "import time; print('Progress: 10%'); time.sleep(0.2); print('Progress: 100%')"
    run = train("s", script(text, progress=PROGRESS), MODES["sg-ns-100"], 1, tmp_path, 1000, 1)
    assert run["share"] == pytest.approx(0.9)
    assert 0.1 < run["seconds"] < run["wall_seconds"]
    assert run["per_second"] == pytest.approx(0.9 * 1000 / run["seconds"])


def test_a_slow_program_is_stopped_and_its_speed_is_that_of_the_words_done(tmp_path):
    text = "import time\nfor k in range(100): print(f'Progress: {k}%'); time.sleep(0.05)"
    run = train("s", script(text, progress=PROGRESS), MODES["sg-ns-100"], 1, tmp_path, 1000, 1, limit=0.2)
    assert "error" not in run
    assert 0 < run["share"] < 0.9
    assert run["seconds"] >= 0.2
    assert run["per_second"] == pytest.approx(1000 * run["share"] / run["seconds"])


def test_a_reported_speed_is_used_where_there_is_no_progress(tmp_path):
    text = "print('Progress: 100% words/sec/thread:    2500 lr: 0')"
    fasttext = script(text, progress=PROGRESS, rate=TRAINERS["fasttext"].rate)
    assert train("s", fasttext, MODES["sg-ns-100"], 1, tmp_path, 1000, 1)["per_second"] == 2500


def endless(first="", last=""):
    """Return a trainer of 1000 words per second and thread, which counts the seconds that it runs."""
    text = f"""if True:
        import time
        seconds = 0
        {first}
        while not (seconds > 0.5 and {last or False}):
            time.sleep(0.01)
            seconds += 0.01
            print("TRAINED", int(seconds * 1000 * THREADS), seconds)
        print("RESULT {{}}")"""
    return Trainer(
        "endless", (), lambda mode, threads, epochs: [sys.executable, "-uc", text.replace("THREADS", str(threads))]
    )


def test_in_turns_all_trainings_of_a_group_run_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "TURN", 0.1)
    monkeypatch.setattr(turns, "TURNS", 5)
    began = time.perf_counter()
    runs = train_in_turns("s", endless(), MODES["sg-ns-100"], [[1], [2], [1, 1]], tmp_path, 1000)
    assert [run["threads"] for run in runs] == 5 * [[1], [2], [1, 1]]
    assert gain(runs, "sg-ns-100", [2]) == pytest.approx(2, rel=0.05)
    assert gain(runs, "sg-ns-100", [1, 1]) == pytest.approx(2, rel=0.05)
    assert 0.6 < sum(run["seconds"] for run in runs) < time.perf_counter() - began
    assert all(run["latency"][1] == following["latency"][0] for run, following in pairwise(runs))


def test_turns_end_with_the_first_training_that_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "TURN", 0.1)
    monkeypatch.setattr(turns, "TURNS", 100)
    runs = train_in_turns("s", endless(last=True), MODES["sg-ns-100"], [[1], [1]], tmp_path, 1000)
    assert 0 < len(runs) < 100


def test_a_training_that_fails_ends_the_turns(tmp_path):
    failing = endless("raise SystemExit('no memory')")
    with pytest.raises(RuntimeError, match="no memory"):
        train_in_turns("s", failing, MODES["sg-ns-100"], [[1], [2]], tmp_path, 1000)


def test_a_program_that_ends_before_its_last_epoch_is_reported(tmp_path):
    text = "import time; print('Progress: 10%'); time.sleep(0.1); print('Progress: 60%')"
    run = train("s", script(text, progress=PROGRESS), MODES["sg-ns-100"], 2, tmp_path, 1000, 5)
    assert run["error"] == "ended after 60% of its training"


def test_a_failure_is_reported_with_the_end_of_the_output(tmp_path):
    run = run_child([sys.executable, "-c", "raise SystemExit('no memory')"], tmp_path, {})
    assert run["error"] == "no memory"


def test_the_peak_memory_is_that_of_the_child(tmp_path):
    run = run_child([sys.executable, "-c", "x = bytearray(4 * 10**8)"], tmp_path, {})
    assert 4e8 < run["peak_bytes"] < 6e8


def test_a_corpus_is_cut_at_the_end_of_a_line(tmp_path):
    source, target = tmp_path / "text.xz", tmp_path / "cut"
    source.write_bytes(lzma.compress(b"a b c\nd e\nf\n"))
    assert cut(lines_of(source), target, 4) == 5
    assert target.read_text() == "a b c\nd e\n"


def test_names_choose_trainers_and_modes():
    assert choose("gensim, sg-ns-300,fastvec") == (["fastvec", "gensim"], ["sg-ns-300"])
    assert choose("query,glove-100") == (list(TRAINERS), ["glove-100", "query"])
    assert choose("") == (list(TRAINERS), [*MODES, *USES])
    with pytest.raises(click.BadParameter, match="no 'genism' among fastvec"):
        choose("genism")


def test_trainers_are_not_run_in_modes_they_lack():
    assert not TRAINERS["pword2vec"].trains(MODES["cbow-ns-100"])
    assert not TRAINERS["koan"].trains(MODES["sg-hs-100"])
    found = [name for name in TRAINERS if TRAINERS[name].trains(MODES["glove-100"])]
    assert found == ["fastvec", "glove", "glove-python"]


@pytest.mark.parametrize(
    ("trainer", "key", "later"),
    [("fastvec", "sg-sub-100", True), ("fastvec", "sg-large-100", False), ("gensim", "sg-ns-100", True),
     ("gensim", "sg-sub-100", False), ("word2vec", "sg-ns-100", False)],
)  # fmt: skip
def test_what_takes_long_is_in_the_first_round_alone(trainer, key, later):
    assert TRAINERS[trainer].plays(MODES[key], 0)
    assert TRAINERS[trainer].plays(MODES[key], 1) == later


def test_a_text_with_new_words_has_each_of_them_often_enough():
    lines = [b"a b c\n", b"d e\n"] * 10
    text = list(with_new_words(lines, 20))
    assert [line.split()[::2] for line in text[:20]] == [line.split() for line in lines]
    counts = Counter(b"".join(text).split())
    assert min(counts[b"z%06d" % number] for number in range(20)) >= 5
    assert len(counts) == 25
    assert not list(with_new_words([], 0))
    assert list(with_new_words([b"a b\n"], 0)) == [b"a b\n"]


@pytest.mark.parametrize("key", ["reading", "counting", "embed", "query"])
def test_uses_do_the_work_that_they_are_timed_on(key, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(uses, "SINGLE", 3)
    Path("corpus.txt").write_text("one two three\nfour one\n" * 10)
    wv = fastvec.KeyedVectors(["one", "two", "three", "four"], np.eye(4))
    wv.save("random.safetensors")
    wv.save("words.safetensors")
    amount, call = USES[key].tools["fastvec"]()
    assert amount == {"reading": 230 / 1e6, "counting": 50, "embed": 20, "query": 3}[key]
    done = call()
    if key in ("embed", "query"):
        assert len(done) == amount


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="programs cannot be put on cores here")
def test_a_program_is_confined_to_its_cores(tmp_path):
    before = os.sched_getaffinity(0)
    program = "import json, os; print('RESULT', json.dumps({'cores': sorted(os.sched_getaffinity(0))}))"
    assert run_child([sys.executable, "-c", program], tmp_path, {}, pinned={min(before)})["cores"] == [min(before)]
    assert os.sched_getaffinity(0) == before


def test_older_machines_are_named_to_the_compiler():
    assert OLDER_CPUS["fastvec-avx2"].environment == {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""}


def test_failed_runs_have_no_speed():
    assert speeds(results()["rounds"]) == {
        ("sg-ns-100", "fastvec", 1): {0: 3e6, 1: 4e6},
        ("sg-ns-100", "fastvec", 2): {0: 6e6, 1: 6.4e6, 2: 1e6},
        ("sg-ns-100", "gensim", 1): {0: 5e5},
        ("query", "fastvec", 1): {0: 900},
        ("query", "gensim", 1): {0: 300},
    }


def test_tables_show_best_median_ratio_memory_and_accuracy():
    text = render(results())
    assert (
        '| <a id="sg-ns-100"></a>skip-gram, negative sampling, 100 | fastvec | 4,000 k (3,500 k) | 6,400 k (6,000 k) '
        "| 1.0 x | 300 |" in text
    )
    assert "|  | gensim | 500 k | - | 6.0 x | 300 |" in text
    assert "|  | gensim | 300 | - | 3.0 x | 300 |" in text
    assert "| skip-gram, negative sampling, 100 | gensim | 37.6 | 61 |" in text
    assert "| 1 thread | 144 | 20.0 | 50% |" in text
    assert "| fastvec: sg-ns-100 | 9.0 | 3.0 | 1.0 | 0.0 |" in text
    assert "- koan: not installed." in text
    assert "- gensim failed (sg-ns-100, 2 threads): killed" in text


def test_a_busy_machine_is_on_the_page():
    assert "at least 99% before and 98% after of their cores.\n" in render(results())
    assert "**The machine was not quiet: repeat the run.**" in render(results() | {"shares_of_cores": [0.99, 0.6]})


def test_the_picture_has_the_speed_ups(tmp_path):
    pytest.importorskip("matplotlib")
    assert speed_ups(results(), 1) == {"Training": {"sg-ns-100": {"gensim": 6}}, "Searching": {"query": {"gensim": 3}}}
    assert draw(results(), tmp_path / "speed.svg")
    assert "skip-gram, negative sampling, 100" in (tmp_path / "speed.svg").read_text()


def test_turns_are_separated_by_cache_line_transfer_time():
    text = render(results())
    assert "| skip-gram, negative sampling, 100 | 39 ns | 1.91 x | 2.00 x | 40 s |" in text
    assert "| skip-gram, negative sampling, 100 | 175 ns | 1.60 x | - | 20 s |" in text


def test_turns_without_a_known_latency_are_one_row():
    found = results()
    found["turns"] = [turn | {"latency": [None, None]} for turn in found["turns"] if turn["seconds"] > 1]
    assert "| skip-gram, negative sampling, 100 | - | 1.79 x | 2.00 x | 60 s |" in render(found)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="threads cannot be put on cores here")
def test_a_cache_line_transfer_takes_time():
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) == 1:
        pytest.skip("there is only one core")
    assert 1 < latency(*cores[:2])
    assert sorted(os.sched_getaffinity(0)) == cores
    assert 1 < longest_latency()


def test_the_sections_of_both_pages_are_replaced(tmp_path):
    file, page, readme = (tmp_path / name for name in ("results.json", "benchmarks/README.md", "README.md"))
    file.write_text(json.dumps(results()))
    page.parent.mkdir()
    for path, name in ((page, "benchmark"), (readme, "speed")):
        path.write_text(f"before\n<!-- {name}:start -->\nan earlier table\n<!-- {name}:end -->\nafter\n")
    for _ in range(2):
        done = CliRunner().invoke(main, ["table", str(file), "--page", str(page)])
        assert done.exit_code == 0, done.output
    text = page.read_text()
    assert text.startswith("before\n<!-- benchmark:start -->\nCPU (avx2)")
    assert text.endswith("\n<!-- benchmark:end -->\nafter\n")
    assert "an earlier table" not in text
    row = "| [skip-gram, negative sampling, 100](benchmarks/README.md#sg-ns-100) | 4,000 | 500 |  |  |  |  |"
    assert row in readme.read_text()


def test_a_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="no <!-- speed:start --> followed by"):
        replace_section("<!-- speed:end --> <!-- speed:start -->", "speed", "new")


def test_links_to_benchmarks_lead_to_a_row_or_section():
    root = Path(__file__).parent.parent
    written = render(results()) + (root / "benchmarks/README.md").read_text()
    headings = [*GROUPS, *re.findall("^##+ (.*)", written, re.MULTILINE)]
    anchors = {*MODES, *USES} | {heading.lower().replace(" ", "-") for heading in headings}
    pages = [root / "README.md", *root.glob("docs/*.md")]
    links = [link for page in pages for link in re.findall(r"benchmarks/README\.md#([^)\s]+)", page.read_text())]
    assert len(links) > 10
    assert set(links) <= anchors


def test_a_machine_names_a_file():
    assert slug("Intel(R) Xeon(R) Processor") == "intel-xeon-processor"


@pytest.mark.parametrize("line", [20, 0])
def test_large_texts_have_so_many_bytes_and_distinct_words(tmp_path, line):
    write_zipf(tmp_path / "text.txt", 20_000, 500)
    text = b"".join(blocks([tmp_path / "text.txt"], 200_000, 3000, line, 1))
    assert text == b"".join(blocks([tmp_path / "text.txt"], 200_000, 3000, line, 1))
    assert len(text) == 200_000
    assert len(set(text.split())) == pytest.approx(3000, rel=0.05)
    assert text.count(b"\n") == pytest.approx(len(text.split()) / line if line else 0, rel=0.01)
