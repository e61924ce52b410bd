import json
import lzma
import os
import sys
import time
from itertools import pairwise

import click
import pytest
from click.testing import CliRunner

from benchmarks import turns
from benchmarks.__main__ import choose, cut, main
from benchmarks.latency import latency, longest_latency
from benchmarks.machine import slug
from benchmarks.modes import MODES
from benchmarks.run import run_child, train
from benchmarks.table import gains, render, replace_section, speeds
from benchmarks.trainers import OLDER_CPUS, TRAINERS, Trainer
from benchmarks.turns import train_in_turns

PROGRESS = TRAINERS["word2vec"].progress


def script(text, **options):
    return Trainer("a script", (), lambda mode, threads, epochs: [sys.executable, "-u", "-c", text], **options)


def results():
    def run(trainer, threads, speed, turn=0, **more):
        return {"mode": "sg-ns-100", "trainer": trainer, "threads": threads, "words_per_second": speed,
                "round": turn, "peak_bytes": 3e8, **more}  # fmt: skip

    return {
        "date": "2026-01-02", "commit": "abc", "versions": {"python": "3.11"}, "n_rounds": 2, "seconds": 4,
        "machine": {"cpu": "CPU", "simd": "avx2", "cores": 2, "memory_bytes": 2**34}, "threads": [1, 2],
        "corpus": {"name": "text", "words": 1000, "pairs": 5000}, "modes": ["sg-ns-100"], "missing": ["koan"],
        "startup": [{"trainer": "fastvec", "mode": "sg-ns-100", "first": {"wall_seconds": 9, "compile_seconds": 3},
                     "cached": {"wall_seconds": 1, "compile_seconds": 0}}],
        "limits": [{"threads": 1, "flops_per_second": 144e9, "bytes_per_second": 2e10}],
        "rounds": [run("fastvec", 1, 3e6, matrix_bytes=2e8), run("fastvec", 1, 4e6, 1, matrix_bytes=2e8),
                   run("fastvec", 2, 1e6, 2), run("fastvec", 2, 6e6), run("fastvec", 2, 6.4e6, 1),
                   run("gensim", 1, 5e5),
                   run("gensim", 2, 1e6, error="killed")],
        "turns": [{"mode": "sg-ns-100", "threads": threads, "done": done, "seconds": seconds, "latency": latency}
                  for threads, done, seconds, latency in (
                      ([1], 30, 10, [40, 30]), ([2], 55, 9, [30, 39]), ([1, 1], 60, 10, [39, 60]),
                      ([2], 59, 11, [60, 30]), ([1], 9, 1, [30, 61]), ([1], 30, 10, [61, 180]),
                      ([2], 48, 10, [180, 170]))],
        "accuracy": [{"mode": "sg-ns-100", "trainer": "gensim", "threads": 2, "accuracy": {"analogies": 0.376}}],
    }  # fmt: skip


def test_percentages_of_progress_are_read():
    assert TRAINERS["pword2vec"].fraction_done(
        b"\rAlpha: 0.01  Progress: 1.50%  Words\rAlpha: 0  Progress: 99.54%  Wor"
    ) == pytest.approx(0.9954)


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
    assert run["words_per_second"] == pytest.approx(0.9 * 1000 / run["seconds"])


def test_a_slow_program_is_stopped_and_its_speed_is_that_of_the_words_done(tmp_path):
    text = "import time\nfor k in range(100): print(f'Progress: {k}%'); time.sleep(0.05)"
    run = train("s", script(text, progress=PROGRESS), MODES["sg-ns-100"], 1, tmp_path, 1000, 1, limit=0.2)
    assert "error" not in run
    assert 0 < run["share"] < 0.9
    assert run["seconds"] >= 0.2
    assert run["words_per_second"] == pytest.approx(1000 * run["share"] / run["seconds"])


def test_a_reported_speed_is_used_where_there_is_no_progress(tmp_path):
    text = "print('Progress: 100% words/sec/thread:    2500 lr: 0')"
    fasttext = script(text, progress=PROGRESS, rate=TRAINERS["fasttext"].rate)
    assert train("s", fasttext, MODES["sg-ns-100"], 1, tmp_path, 1000, 1)["words_per_second"] == 2500


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
    assert gains(runs, "sg-ns-100", 2) == (pytest.approx(2, rel=0.05), pytest.approx(2, rel=0.05))
    assert 0.6 < sum(run["seconds"] for run in runs) < time.perf_counter() - began
    assert all(run["latency"][1] == following["latency"][0] for run, following in pairwise(runs))


def test_turns_end_with_the_first_training_that_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "TURN", 0.1)
    runs = train_in_turns("s", endless(last=True), MODES["sg-ns-100"], [[1], [1]], tmp_path, 1000)
    assert 0 < sum(run["seconds"] for run in runs) < 1.2


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
    assert cut(source, target, 4) == 5
    assert target.read_text() == "a b c\nd e\n"


def test_names_choose_trainers_and_modes():
    assert choose("gensim, sg-ns-300,fastvec") == (["fastvec", "gensim"], ["sg-ns-300"])
    assert choose("glove-100") == (list(TRAINERS), ["glove-100"])
    assert choose("") == (list(TRAINERS), list(MODES))
    with pytest.raises(click.BadParameter, match="no 'genism' among fastvec"):
        choose("genism")


def test_trainers_are_not_run_in_modes_they_lack():
    assert not TRAINERS["pword2vec"].trains(MODES["cbow-ns-100"])
    assert not TRAINERS["koan"].trains(MODES["sg-hs-100"])
    assert [name for name in TRAINERS if TRAINERS[name].trains(MODES["glove-100"])] == ["fastvec", "glove"]


def test_older_machines_are_named_to_the_compiler():
    assert OLDER_CPUS["fastvec-avx2"].environment == {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""}


def test_failed_runs_have_no_speed():
    assert speeds(results()["rounds"]) == {
        ("sg-ns-100", "fastvec", 1): {0: 3e6, 1: 4e6},
        ("sg-ns-100", "fastvec", 2): {0: 6e6, 1: 6.4e6, 2: 1e6},
        ("sg-ns-100", "gensim", 1): {0: 5e5},
    }


def test_tables_show_best_median_ratio_memory_and_accuracy():
    text = render(results())
    assert "| fastvec | 4,000 k (3,500 k) | 6,400 k (6,000 k) | 1.0 x | 300 | 100 | - |" in text
    assert "| gensim | 500 k | - | 6.0 x | 300 | - | 37.6 |" in text
    assert "| 1 thread | 144 | 20.0 | 50% |" in text
    assert "| fastvec: sg-ns-100 | 9.0 | 3.0 | 1.0 | 0.0 |" in text
    assert "- koan: not installed." in text
    assert "- gensim failed (sg-ns-100, 2 threads): killed" in text


def test_turns_are_separated_by_cache_line_transfer_time():
    text = render(results())
    assert "| skip-gram, negative, 100 | 39 ns | 1.91 x | 2.00 x | 40 s |" in text
    assert "| skip-gram, negative, 100 | 175 ns | 1.60 x | - | 20 s |" in text


def test_turns_without_a_known_latency_are_one_row():
    found = results()
    found["turns"] = [turn | {"latency": [None, None]} for turn in found["turns"] if turn["seconds"] > 1]
    assert "| skip-gram, negative, 100 | - | 1.79 x | 2.00 x | 60 s |" in render(found)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="threads cannot be put on cores here")
def test_a_cache_line_transfer_takes_time():
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) == 1:
        pytest.skip("there is only one core")
    assert 1 < latency(*cores[:2])
    assert sorted(os.sched_getaffinity(0)) == cores
    assert 1 < longest_latency()


def test_the_section_of_the_page_is_replaced(tmp_path):
    file, page = tmp_path / "results.json", tmp_path / "README.md"
    file.write_text(json.dumps(results()))
    page.write_text("before\n<!-- benchmark:start -->\nan earlier table\n<!-- benchmark:end -->\nafter\n")
    for _ in range(2):
        done = CliRunner().invoke(main, ["table", str(file), "--page", str(page)])
        assert done.exit_code == 0, done.output
    text = page.read_text()
    assert text.startswith("before\n<!-- benchmark:start -->\nCPU (avx2)")
    assert text.endswith("\n<!-- benchmark:end -->\nafter\n")
    assert "an earlier table" not in text


def test_a_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="no <!-- benchmark:start --> followed by"):
        replace_section("<!-- benchmark:end --> <!-- benchmark:start -->", "new")


def test_a_machine_names_a_file():
    assert slug("Intel(R) Xeon(R) Processor") == "intel-xeon-processor"
