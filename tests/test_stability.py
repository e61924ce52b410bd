"""Stability: the overlap of neighbours between vectors, and trainings of one text with several seeds or samples."""

import json
import re

import numpy as np
import pytest

from fastvec import InputError, KeyedVectors, read_corpus
from fastvec.evaluation import stability, train_repeatedly

RNG = np.random.default_rng(0)
WORDS = [f"w{k}" for k in range(400)]
MATRIX = RNG.standard_normal((400, 6)).astype(np.float32)
NOISE = np.where(np.arange(400)[:, None] < 350, 0, RNG.standard_normal((400, 6))).astype(np.float32)


def neighbours(wv, word, n=10):
    return {other for other, _ in wv.most_similar(word, topn=n)}


def test_overlap_is_that_of_jaccard():
    sets = [KeyedVectors(WORDS[:40], RNG.standard_normal((40, 4)).astype(np.float32)) for _ in range(3)]
    found = stability(sets, neighbours=5)
    pairs = [(0, 1), (0, 2), (1, 2)]
    for word, overlap in zip(found.words, found.overlaps, strict=True):
        near = [neighbours(wv, word, 5) for wv in sets]
        jaccard = [len(near[i] & near[j]) / len(near[i] | near[j]) for i, j in pairs]
        assert overlap == pytest.approx(np.mean(jaccard))


def test_words_that_moved_are_not_to_be_trusted():
    counts = np.arange(4000, 0, -10)
    one, other = KeyedVectors(WORDS, MATRIX, counts=counts), KeyedVectors(WORDS, MATRIX + 9 * NOISE)
    found = stability([one, other])
    assert {word for word, _ in found.unstable} <= set(WORDS[350:])
    assert len(found.unstable) > 40
    assert [(band.first, band.last, band.most, band.least) for band in found.bands] == [
        (1, 100, 4000, 3010),
        (101, 300, 3000, 1010),
        (301, 400, 1000, 10),
    ]
    assert found.bands[0].overlap > found.bands[2].overlap
    assert found.bands[2].unstable == len(found.unstable) / 100
    assert stability([one, one]).overlap == 1
    assert stability([one, other], limit=350).overlap == 1  # neighbours are sought among the same words


@pytest.mark.parametrize(
    ("vectors", "options", "message"),
    [
        (["a"], {}, "at least two vectors, not 1"),
        ("ab", {}, "must be a list of vectors"),
        ([KeyedVectors(["a"], [[1.0]])] * 2, {}, "1 words in common"),
        ([KeyedVectors(["a"], [[1.0]])] * 2, {"neighbours": 0}, "neighbours must be at least 1"),
        ([KeyedVectors(["a"], [[1.0]])] * 2, {"lest": 1}, "lest"),
    ],
)
def test_what_cannot_be_compared_is_refused(vectors, options, message):
    with pytest.raises(InputError, match=message):
        stability(vectors, **options)


def test_a_bootstrap_sample_repeats_whole_sentences():
    lines = [f"a{k} b{k} c" for k in range(2000)]
    corpus = read_corpus(lines)
    sample = corpus.resampled(1)
    drawn = b"".join(sample.text()).decode().split("\n")[:-1]
    assert set(drawn) < set(lines)
    counts = np.bincount([int(line.split()[0][1:]) for line in drawn], minlength=2000)
    assert counts.mean() == pytest.approx(1, abs=0.07)
    assert counts.var() == pytest.approx(1, abs=0.2)
    assert sample.n_tokens == 3 * len(drawn)
    assert sample.vocabulary(1).counts[sample.vocabulary(1).index["c"]] == len(drawn)
    assert corpus.resampled(1).fingerprint == sample.fingerprint != corpus.resampled(2).fingerprint
    with pytest.raises(InputError, match="has 99 sentences"):
        read_corpus(lines[:99]).resampled(1)


@pytest.mark.parametrize("bootstrap", [False, True])
def test_trainings_differ_by_seed_and_sample(bootstrap):
    lines = iter([f"{a} {b}" for a in "abcdef" for b in "abcdef"] * 10)
    runs = train_repeatedly(lines, runs=2, bootstrap=bootstrap, dim=2, epochs=1, sample=0, lowercase=True, seed=3)
    assert [wv.metadata["parameters"]["seed"] for wv in runs] == [3, 4]
    assert (runs[0].metadata["corpus"]["fingerprint"] != runs[1].metadata["corpus"]["fingerprint"]) == bootstrap
    with pytest.raises(InputError, match="output does not apply to several trainings"):
        train_repeatedly(lines, output="x.txt")


def test_the_command_takes_text_and_files(run, corpus_txt):
    options = ("--dim", "4", "--epochs", "1", "--threads", "1", "-q")
    code, out, err = run("stability", "corpus.txt", "--runs", "2", "--neighbours", "2", "--json", *options)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["runs"], found["common"], found["bands"][0]["last"]) == (2, 6, 6)
    for name, matrix in (("a", MATRIX), ("b", MATRIX + 9 * NOISE), ("c", MATRIX)):
        KeyedVectors(WORDS, matrix).save(f"{name}.txt")
    code, out, _ = run("stability", "a.txt", "b.txt", "c.txt", "--topn", "1", "--least", "0.6")
    assert code == 0
    assert "1 to 100" in out
    assert re.search(r"Not to be trusted: w3\d\d \(\d\d\.\d\), and", out)  # x 100, as in the table
    assert "more (--topn, --json)." in out
    rows = run("stability", "a.txt", "b.txt", "--csv")[1].splitlines()
    assert rows[1].startswith("a.txt b.txt,stability,,1 to 100,overlap,10000,100,100,")
    for arguments, message in (
        (["a.txt"], "name two or more such files"),
        (["a.txt", "b.txt", "--epochs", "3"], "--epochs applies to text only"),
        (["a.txt", "b.txt", "--bootstrap"], "--bootstrap applies to text only"),
    ):
        code, _, err = run("stability", *arguments)
        assert (code, message in err) == (2, True)
