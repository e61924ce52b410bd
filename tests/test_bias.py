"""Bias: effect size and permutation test of associations, and the files of tests."""

from itertools import combinations

import numpy as np
import pytest

from fastvec import FileError, InputError, KeyedVectors
from fastvec.evaluation import AssociationTest, Bootstrap, bias, read_associations
from fastvec.evaluation.catalogue import recognise

GROUPS = (("rose", "tulip", "lily"), ("ant", "flea", "wasp"), ("love", "peace"), ("war", "pain"))
TEST = AssociationTest("nature", ("flowers", "insects", "pleasant", "unpleasant"), GROUPS)
WORDS = [word for group in GROUPS for word in group]
TEXT = "# a comment\n: nature\n" + "".join(
    f"{name}: {' '.join(words)}\n" for name, words in zip(TEST.groups, GROUPS, strict=True)
)


def vectors(seed, words=WORDS):
    return KeyedVectors(words, np.random.default_rng(seed).standard_normal((len(words), 5)).astype(np.float32))


def naive(wv, first, second, one, other):
    """Return effect size and p by the formulas of Caliskan et al. 2017."""
    s = {
        word: np.mean([wv.similarity(word, a) for a in one]) - np.mean([wv.similarity(word, b) for b in other])
        for word in (*first, *second)
    }
    both = [*first, *second]
    size = np.mean([s[word] for word in first]) - np.mean([s[word] for word in second])
    splits = [sum(s[word] for word in chosen) for chosen in combinations(both, len(first))]
    observed = sum(s[word] for word in first)
    return size / np.std([s[word] for word in both], ddof=1), np.mean([each >= observed - 1e-6 for each in splits])


@pytest.mark.parametrize("seed", range(3))
def test_effect_size_and_p_are_those_of_the_paper(seed):
    wv = vectors(seed)
    found, (size, p_value) = bias(wv, TEST), naive(wv, *GROUPS)
    assert found.effect_size == pytest.approx(size, abs=1e-5)
    assert (found.p_value, found.permutations) == (pytest.approx(p_value), 0)
    assert found.effect_size_interval[0] <= found.effect_size <= found.effect_size_interval[1]


def test_sampled_p_is_near_that_of_all_splits():
    words = [f"w{k}" for k in range(24)]
    test = AssociationTest("t", ("a", "b", "c", "d"), tuple(tuple(words[k : k + 6]) for k in range(0, 24, 6)))
    wv = vectors(0, words)
    exact, sampled = bias(wv, test, permutations=1000), bias(wv, test, permutations=900)
    assert (exact.permutations, sampled.permutations) == (0, 900)
    assert sampled.p_value == pytest.approx(exact.p_value, abs=0.06)
    assert sampled.p_value == bias(wv, test, permutations=900).p_value
    assert sampled.p_value != bias(wv, test, permutations=900, bootstrap=Bootstrap(seed=2)).p_value


def test_unknown_words_are_omitted_and_named():
    kept = [word for word in WORDS if word != "flea"]
    wv = vectors(1, kept)
    found = bias(wv, TEST)
    assert (found.missing, found.covered, found.questions) == (("flea",), 9, 10)
    assert found.effect_size == pytest.approx(naive(wv, GROUPS[0], ("ant", "wasp"), *GROUPS[2:])[0], abs=1e-5)
    with pytest.raises(InputError, match="7 of 10 words of nature covered, 1 of 'insects': each group needs 2"):
        bias(vectors(1, [word for word in kept if word not in ("ant", "love")]), TEST)


def test_targets_that_do_not_differ_are_refused():
    with pytest.raises(InputError, match="all targets of nature have the same association"):
        bias(KeyedVectors(WORDS, np.ones((10, 2))), TEST)


def test_files_of_tests_are_read(tmp_path):
    path = tmp_path / "nature.txt"
    path.write_text(TEXT)
    assert read_associations(path) == [TEST]
    assert recognise(path) == "bias"
    assert bias(vectors(0), path).effect_size == bias(vectors(0), TEST).effect_size
    path.write_text(TEXT.replace("rose tulip lily", "rose, tulip, lily"))
    assert read_associations(path) == [TEST]
    path.write_text(TEXT + TEXT.replace("nature", "again"))
    with pytest.raises(InputError, match="holds 2 tests; choose from read_associations"):
        bias(vectors(0), path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flowers: rose\n", "expected ': name' on the first line"),
        (TEXT + "more: words\n", "line 2: the test 'nature' has 5 groups of words; expected four"),
        (TEXT.replace("rose ", "rose,,"), "line 3: expected 'group: word word ...'"),
        (TEXT.replace("insects:", "insects"), "line 4: expected 'group: word word ...'"),
    ],
)
def test_malformed_tests_are_refused(tmp_path, text, message):
    path = tmp_path / "nature.txt"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_associations(path)


def test_the_ten_tests_of_the_paper_are_bundled():
    tests = read_associations()
    assert [test.name for test in tests] == [f"WEAT {k}" for k in range(1, 11)]
    assert [len(test.words[0]) for test in tests] == [25, 25, 32, 16, 16, 8, 8, 8, 6, 8]
    assert all(len(test.words[0]) == len(test.words[1]) and len(test.words[2]) == len(test.words[3]) for test in tests)
