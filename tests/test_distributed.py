import gzip
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import fastvec
from fastvec.cooccurrence import counting as one_machine
from fastvec.errors import FileError, InputError, TooLittleText
from fastvec.settings import Counting, Reading
from fastvec.words import starts_of
from tests.texts import separation, write_topics, write_zipf

distributed = pytest.importorskip("distributed")
pytest.importorskip("fsspec")

import fastvec.distributed as cluster  # noqa: E402
from fastvec.corpus.sources import open_source  # noqa: E402
from fastvec.corpus.spread import STRETCH, Spread  # noqa: E402
from fastvec.distributed import counting, reading, slices, training  # noqa: E402
from fastvec.models import spectrum  # noqa: E402
from fastvec.training.merging import Group, merge  # noqa: E402

driver = sys.modules["fastvec.distributed.train"]  # which the function of that name hides

pytestmark = pytest.mark.filterwarnings("default")  # Dask has its own
SMALL = {"dim": 8, "epochs": 2, "min_count": 2}


@pytest.fixture(scope="module")
def client():
    """A cluster of two processes."""
    with cluster.connect("local:2") as client:
        yield client


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "zipf.txt"
    write_zipf(path, 60_000, 1500)
    return path


def digest(wv):
    return hashlib.sha256(wv.vectors.tobytes() + "\n".join(wv.words).encode()).hexdigest()


# --- slices


@pytest.mark.parametrize("ends", ["", "\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_slices_are_cut_at_line_ends_and_leave_nothing_out(tmp_path, monkeypatch, size, ends):
    content = "a bc\n\n\ndef g\nh" + ends
    (tmp_path / "a.txt").write_text(content)
    monkeypatch.setattr(slices, "LARGEST", size)
    cut = slices.cut(open_source(tmp_path / "a.txt"), 1)
    found = [b"".join(b"".join(blocks) for _, blocks in each.parts(lambda _: None)) for each in cut]
    assert b"".join(found).decode() == content
    assert all(part.endswith(b"\n") for part in found[:-1] if part)
    assert sum(each.n_bytes for each in cut) == len(content)


def test_compressed_files_stay_whole_and_small_ones_go_together(tmp_path, monkeypatch):
    (tmp_path / "a.gz").write_bytes(gzip.compress(os.urandom(900)))
    for name in "bcd":
        (tmp_path / name).write_text("word " * 10)
    monkeypatch.setattr(slices, "LARGEST", 100)
    found = [[Path(piece.path).name for piece in each.pieces] for each in slices.cut(open_source(tmp_path), 1)]
    assert found == [["a.gz"], ["b", "c"], ["d"]]


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="so no pipes"):
        slices.cut(open_source(tmp_path / "pipe"), 1)


# --- vocabulary, ids and counts, without a cluster


def read_apart(path, options, min_count=2, max_vocab=None):
    """Read a text in slices; return the facts, the vocabulary, and places and ids of the slices."""
    cut = slices.cut(open_source(path), 3)
    assert len(cut) > 5
    reads = [reading.read_slice(each, Reading(**options), lambda _: None) for each in cut]
    parts = zip(*(reading.buckets_of(read, 4) for read in reads), strict=True)
    pruned = [reading.prune(reading.add_buckets(*part), min_count, max_vocab) for part in parts]
    vocabulary = reading.choose_vocabulary("text", min_count, max_vocab, *pruned)
    numbered = [reading.number(read, vocabulary) for read in reads]
    places = starts_of(np.array([len(each.ids) for each in numbered])).tolist()
    sums = (sum(each.n_tokens for each in pruned), sum(each.n_types for each in pruned))
    n_invalid = sum(read.n_invalid for read in reads)
    facts = reading.Facts("text", places[-1], *sums, n_invalid, max(each.longest for each in numbered), "", options)
    return facts, vocabulary, list(zip(places, (each.ids.array for each in numbered), strict=False))


@pytest.mark.parametrize(
    "options", [{}, {"tokenizer": "words", "lowercase": True}, {"tokenizer": "builtins:list"}, {"errors": "ignore"}]
)
@pytest.mark.parametrize("max_vocab", [None, 12])
def test_vocabulary_and_ids_are_those_of_one_machine(tmp_path, options, max_vocab):
    rng = np.random.default_rng(0)
    words = np.array(["Äpfel", "tree", "Tree's", "x-y", "b\xff", "z", "rare", "a", "b", "c", "äpfel", "_", "d"], object)
    lines = [" ".join(words[rng.zipf(1.4, rng.integers(0, 9)) % len(words)]) for _ in range(300)]
    (tmp_path / "t.txt").write_bytes("\n".join(lines).encode("latin-1").replace(b"\xc4", "Ä".encode()))
    corpus = fastvec.read_corpus(tmp_path / "t.txt", cache=False, **options)
    facts, vocabulary, parts = read_apart(tmp_path / "t.txt", options, max_vocab=max_vocab)
    expected = corpus.vocabulary(2, max_vocab)
    assert vocabulary.words == expected.words
    assert vocabulary.counts.tolist() == expected.counts.tolist()
    ids, found = np.empty(corpus.n_ids, np.int32), np.empty(facts.n_ids, np.int32)
    assert corpus.read(0, ids) == reading.Stretch(facts, parts).read(0, found)
    assert found.tolist() == np.minimum(ids, len(vocabulary)).tolist()
    known = corpus.n_tokens, corpus.n_types, corpus.n_invalid, corpus.longest_sentence()
    assert (facts.n_tokens, facts.n_types, facts.n_invalid, facts.longest) == known


def test_a_stretch_reads_a_part_of_the_text(text):
    facts, _, parts = read_apart(text, {})
    whole, some = np.empty(facts.n_ids, np.int32), np.empty(500, np.int32)
    reading.Stretch(facts, parts).read(0, whole)
    part = reading.Stretch(facts, parts, 20_000, 20_800)
    assert (part.n_ids, part.read(700, some)) == (800, 100)
    assert some[:100].tolist() == whole[20_700:20_800].tolist()


def test_the_warm_start_gets_the_ids_that_it_counts(monkeypatch):
    ids = np.random.default_rng(0).integers(-1, 9, 5 * STRETCH + 7).astype(np.int32)
    monkeypatch.setattr(spectrum, "COUNTED", 2 * STRETCH)
    facts = reading.Facts("text", ids.size, ids.size, 9, 0, 50, "", {})
    ranges = driver._counted(ids.size)
    assert len(ranges) == 2
    parts = [(first, ids[first:last]) for first, last in ranges]
    some, whole = (Spread(reading.Stretch(facts, each), 2 * STRETCH) for each in (parts, [(0, ids)]))
    found, expected = np.zeros(2 * STRETCH, np.int32), np.ones(2 * STRETCH, np.int32)
    assert some.read(0, found) == whole.read(0, expected) == 2 * STRETCH
    assert (found == expected).all()
    assert driver._counted(STRETCH) == [(0, STRETCH)]


@pytest.mark.parametrize("read", [3, 64])
@pytest.mark.parametrize(
    "settings",
    [
        {"sample": 1e-3},
        {"sample": 1e-2, "subsampling": "clean", "window": 3, "side": "left"},
        {"sample": 1e-3, "window": 40, "weighting": "linear", "cell_min_count": 2.0},
        {"sample": 0.0, "weighting": "flat", "window": 25},
    ],
)
def test_counts_are_those_of_one_machine(tmp_path, monkeypatch, settings, read):
    rng = np.random.default_rng(1)
    words = np.array([f"w{k}" for k in range(40)])
    lines = (" ".join(words[rng.zipf(1.3, rng.integers(1, 60)) % 40]) for _ in range(60))
    (tmp_path / "t.txt").write_text("\n".join(lines))
    for module in (counting, one_machine):
        monkeypatch.setattr(module, "READ", read)
    corpus, chosen = fastvec.read_corpus(tmp_path / "t.txt", cache=False), Counting(**settings)
    expected = one_machine.count_cells(corpus, corpus.vocabulary(2), chosen)
    facts, vocabulary, parts = read_apart(tmp_path / "t.txt", {})
    whole, n_words = reading.Stretch(facts, parts), len(vocabulary)
    edges, n_blocks = [0, 3, n_words // 2, n_words], -(-facts.n_ids // read)
    steps = [*range(0, n_blocks, 7), n_blocks]
    counted = [counting.count_part(whole, vocabulary, chosen, each, edges, lambda _: None) for each in pairwise(steps)]
    reach = one_machine.largest_distance(whole, chosen.window)
    groups = []
    for group in zip(*counted, strict=True):
        half = counting.add_rows(n_words, None, reach, *group[:3])
        groups.append(counting.add_rows(n_words, chosen, reach, half, *group[3:]))
    assert starts_of(np.concatenate([group.lengths for group in groups])).tolist() == expected[0].tolist()
    assert np.concatenate([group.columns.array for group in groups]).tolist() == expected[1].tolist()
    assert np.concatenate([group.values.array for group in groups]).tolist() == expected[2].tolist()


# --- merging


def test_orthogonal_changes_are_added_up_and_equal_ones_averaged():
    before = np.ones((3, 2), np.float32)
    changes = [np.array([[1, 0], [1, 2], [0, 0]], np.float16), np.array([[0, 2], [1, 2], [0, 0]], np.float16)]
    merged = merge(Group(before, before), *(Group(each, 0 * each) for each in changes))
    assert merged.W.tolist() == [[2, 3], [2, 3], [1, 1]]
    assert (merged.C == before).all()


def test_groups_hold_all_rows():
    rng = np.random.default_rng(0)
    W, C = rng.random((7, 16), np.float32), rng.random((5, 16), np.float32)
    groups = training.groups_of(W, C, 3, 10)
    again, contexts = np.zeros_like(W), np.zeros_like(C)
    training.put_groups(groups, again, contexts)
    assert (again[:, :10] == W[:, :10]).all()
    assert (contexts[:, :10] == C[:, :10]).all()
    assert not again[:, 10:].any()


# --- on a cluster


@pytest.mark.parametrize(("model", "context"), [("ppmi-svd", "directional"), ("glove", "window")])
def test_vectors_from_counts_are_those_of_one_machine(client, text, model, context):
    settings = {name: value for name, value in SMALL.items() if model == "glove" or name != "epochs"}
    settings |= {"context": context}
    there = cluster.train(client, text, model, shards=3, **settings)
    here = fastvec.train(text, model, cache=False, **settings)
    assert (there.words, there.counts.tolist()) == (here.words, here.counts.tolist())
    assert there.vectors.tobytes() == here.vectors.tobytes()


@pytest.fixture(scope="module")
def expected(client, text, tmp_path_factory):
    """Vectors that were trained without an incident."""
    return digest(cluster.train(client, text, shards=4, rounds=4, **SMALL))


def test_word2vec_does_not_depend_on_the_number_of_workers(expected, text):
    with cluster.connect("local:1") as alone:
        assert digest(cluster.train(alone, [text], shards=4, rounds=4, **SMALL)) == expected


def test_a_worker_that_is_killed_changes_nothing(client, text, expected):
    def kill(progress):
        if progress.phase == "training" and progress.done > progress.total // 2 and pids:
            os.kill(pids.pop(), signal.SIGKILL)

    pids = [next(iter(client.run(os.getpid).values()))]
    assert digest(cluster.train(client, text, shards=4, rounds=4, progress=kill, **SMALL)) == expected
    assert not pids


def test_a_training_is_resumed_after_its_client_was_killed(client, text, expected, tmp_path):
    code = f"""
import os, pathlib, distributed, fastvec.distributed

def kill(progress):
    if pathlib.Path({str(tmp_path)!r}, "state", "round-2", "done.json").exists():
        os.kill(os.getpid(), 9)

client = distributed.Client({client.scheduler.address!r})
state = {str(tmp_path / "state")!r}
fastvec.distributed.train(client, {str(text)!r}, shards=4, rounds=4, checkpoint=state, progress=kill, **{SMALL!r})
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    with pytest.raises(FileError, match="resume it"):
        cluster.train(client, text, checkpoint=tmp_path / "state")
    with pytest.raises(InputError, match=r"cannot resume with dim=9: the run was started with dim=8; omit it"):
        cluster.resume(client, tmp_path / "state", dim=9)
    other = tmp_path / "other.txt"
    write_topics(other)
    with pytest.raises(InputError, match=r"the text has changed since the run began \("):
        cluster.resume(client, tmp_path / "state", other)
    seen = []
    wv = cluster.resume(client, tmp_path / "state", progress=seen.append)
    assert digest(wv) == expected
    assert min(each.done / each.total for each in seen if each.phase == "training") >= 0.5
    assert sorted(path.name for path in (tmp_path / "state").iterdir()) == ["round-3", "round-4", "run.json"]
    (tmp_path / "state/round-4/done.json").write_text("{}")
    with pytest.raises(FileError, match=r"round-4/done.json: is damaged; remove round-4 to go back one round"):
        cluster.resume(client, tmp_path / "state")


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "cbow"},
        {"loss": "hierarchical"},
        {"subwords": "3-4", "buckets": 1000},
    ],
)
def test_all_modes_separate_topics(client, tmp_path, settings):
    write_topics(tmp_path / "topics.txt")
    wv = cluster.train(client, tmp_path / "topics.txt", shards=2, rounds=3, dim=8, sample=0, epochs=15, **settings)
    assert separation(wv) > 0.5
    assert (wv.subwords is not None) == ("subwords" in settings)
    assert wv.metadata["parameters"]["shards"] == 2


def test_more_shards_than_lines_do_no_harm(client, tmp_path):
    (tmp_path / "t.txt").write_text("a b c d\n" * 5)
    assert len(cluster.train(client, tmp_path / "t.txt", shards=9, rounds=2, dim=4, sample=0)) == 4


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"init_from": fastvec.KeyedVectors(["a", "b"], np.eye(2))}, "there is no init_from"),
        ({"context": "line"}, "there is no context line"),
        ({"threads": 2}, "there is no threads with model skipgram"),
        ({"format": "glove", "output": "v.txt"}, "there is no format"),
        ({"cache": False}, "there is no cache and cache_dir"),
        ({"model": "glove", "checkpoint": "x"}, "there is no checkpoint with model glove"),
        ({"model": "ppmi-svd", "memory": 10}, "there is no memory with model ppmi-svd"),
        ({"model": "pv-dbow"}, "there is no model pv-dbow"),
        ({"shards": 0}, "shards must be at least 1, not 0"),
        ({"dimm": 3}, "did you mean dim"),
    ],
)
def test_what_does_not_apply_is_refused(text, settings, message):
    with pytest.raises(InputError, match=message):
        cluster.train(None, text, **settings)


def test_faults_of_the_text_are_those_of_one_machine(client, tmp_path, text):
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "single.txt").write_text("\n".join("ab" * 40))
    with pytest.raises(FileError, match=r"empty\.txt: no words in it"):
        cluster.train(client, tmp_path / "empty.txt")
    with pytest.raises(TooLittleText, match="each line is one word"):
        cluster.train(client, tmp_path / "single.txt", sample=0, dim=2, shards=2, rounds=1)
    with pytest.raises(TooLittleText, match="each line is one word"):
        cluster.train(client, tmp_path / "single.txt", "glove", sample=0, dim=2, shards=2)
    with pytest.raises(InputError, match="lower min_count"):
        cluster.train(client, text, min_count=10**6)
    with pytest.raises(InputError, match="standard input"):
        cluster.train(client, "-")


def test_a_cluster_that_cannot_train_is_refused(client, text):
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty, distributed.Client(empty) as alone:
        with pytest.raises(InputError, match=r"this cluster has no workers; start some: dask worker tcp"):
            cluster.train(alone, text)
    with pytest.raises(InputError, match=r"training takes [\d,]+ MB of memory with 1 threads, and worker tcp"):
        cluster.train(client, text, dim=10**7, init="word2vec")
    client.run(_claim, "0.0")
    try:
        with pytest.raises(
            InputError, match=r"^fastvec is \d\S+ here, and worker tcp://\S+ has 0\.0: install the same"
        ):
            cluster.train(client, text)
    finally:
        client.run(_claim, None)


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    from fastvec.distributed import session

    monkeypatch.setattr(session, "_CONNECT", 0.5)
    with pytest.raises(InputError, match=r"^tcp://127\.0\.0\.1:9: no Dask scheduler answers"):
        cluster.connect("tcp://127.0.0.1:9").__enter__()


# --- the command


@pytest.fixture
def address(client):
    return client.scheduler.address


def test_the_command_trains_on_a_cluster(run, address, text, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--shards", "4", "--rounds", "4", "--dim", "8", "--epochs", "2", "--min-count", "2"]
    assert run("train", str(text), "--cluster", address, *options, "--checkpoint", "state")[0] == 0
    assert digest(fastvec.load("vectors.safetensors")) == expected
    Path("vectors.safetensors").unlink()
    assert run("train", "--cluster", address, "--resume", "state", "-q") == (0, "", "")
    assert digest(fastvec.load("vectors.safetensors")) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--shards", "3"], "--shards applies with --cluster only; omit it"),
        (["--cluster", "here"], "cluster must be an address such as tcp://host:8786, or local:N, not 'here'"),
        (["--cluster", "local:2", "--rounds", "0"], "0 is not in the range"),
    ],
)
def test_misuse_of_the_command_ends_with_2(run, text, options, message):
    code, _, err = run("train", str(text), *options)
    assert code == 2
    assert message in err


def test_the_cure_of_a_missing_extra_is_named(run, text, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    for name in [name for name in sys.modules if name.startswith("fastvec.distributed")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(fastvec, "distributed")
    cure = "fastvec: a cluster takes dask and distributed, which are not installed: pip install 'fastvec[cluster]'\n"
    assert run("train", str(text), "--cluster", "local:2") == (1, "", cure)


def test_an_interrupt_stops_the_running_tasks(client, address, text, tmp_path):
    command = [sys.executable, "-m", "fastvec", "train", str(text), "--cluster", address, "--log-json", "log"]
    options = ["--epochs", "2000", "--rounds", "2", "--shards", "2"]
    process = subprocess.Popen([*command, *options], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    _await_training(process, tmp_path / "log")
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    while any(client.run(_n_executing).values()):
        assert time.monotonic() - began < 60  # two seconds where nothing else runs
        time.sleep(0.05)
    assert process.communicate()[1].endswith("fastvec: interrupted\n")
    assert process.returncode == 130


def test_an_interrupt_from_the_terminal_is_no_concern_of_local_workers(text, tmp_path):
    command = [sys.executable, "-m", "fastvec", "train", str(text), "--cluster", "local:1", "--log-json", "log"]
    options = ["--epochs", "2000", "--rounds", "1", "--shards", "1"]
    process = subprocess.Popen(
        [*command, *options], cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    _await_training(process, tmp_path / "log")
    os.killpg(process.pid, signal.SIGINT)
    err = process.communicate()[1]
    assert err.endswith("fastvec: interrupted\n")
    assert "Traceback" not in err
    assert process.returncode == 130


def _await_training(process, log):
    while not (log.exists() and re.search(r'"phase": "training", "done": [1-9]', log.read_text())):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def _claim(version):
    """Let this process claim to have some version of everything; None ends it."""
    metadata = sys.modules["importlib.metadata"]
    metadata.version = (lambda package: version) if version else lambda package: metadata.distribution(package).version


def _n_executing(dask_worker):
    return len(dask_worker.state.executing)


def test_text_and_checkpoints_may_be_in_object_storage(text, expected, object_storage):
    object_storage.mkdir("bucket")
    lines = text.read_bytes().splitlines(keepends=True)
    half = len(lines) // 2
    object_storage.pipe("bucket/text-1.txt", b"".join(lines[:half]))
    object_storage.pipe("bucket/text-2.gz", gzip.compress(b"".join(lines[half:])))
    with cluster.connect("local:2") as client:
        options = SMALL | {"shards": 4, "rounds": 4, "checkpoint": "s3://bucket/state"}
        assert digest(cluster.train(client, "s3://bucket/text-*", **options)) == expected
        assert object_storage.exists("bucket/state/round-4/done.json")
        assert digest(cluster.resume(client, "s3://bucket/state")) == expected
