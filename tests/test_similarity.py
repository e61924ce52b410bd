"""Similarity: reading scored pairs, correlations, intervals."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr

from fastvec import FileError, InputError, KeyedVectors
from fastvec.evaluation import read_pairs, similarity
from fastvec.evaluation.correlation import pearson_replicates, spearman_replicates
from fastvec.subwords import Ngrams, Subwords

SHARED = Path(__file__).parents[2] / "shared" / "data" / "eval"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no shared evaluation sets beside the repository")

PAIRS = "cat\tdog\t7\nCat\tcar\t2.5\ndog\tcar\t3\nred\tblue\t6\nred\tdog\t1\n"


@pytest.fixture
def wv():
    vectors = np.random.default_rng(1).standard_normal((5, 4)).astype(np.float32)
    return KeyedVectors(["cat", "dog", "car", "red", "blue"], vectors)


@pytest.fixture
def pairs_path(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text(PAIRS)
    return path


def test_correlations_are_those_of_scipy(wv, pairs_path):
    result = similarity(wv, pairs_path)
    gold = [7, 2.5, 3, 6, 1]
    cosines = [wv.similarity(*pair.lower().split("\t")[:2]) for pair in PAIRS.splitlines()]
    assert result.spearman == pytest.approx(spearmanr(gold, cosines).statistic)
    assert result.pearson == pytest.approx(pearsonr(gold, cosines).statistic, abs=1e-6)
    assert (result.covered, result.questions, result.coverage) == (5, 5, 1)


def test_results_are_those_of_gensim(wv, tmp_path):
    gensim_models = pytest.importorskip("gensim.models")
    path = tmp_path / "pairs.tsv"
    path.write_text(PAIRS + "red\tmoon\t4\n")
    theirs = gensim_models.KeyedVectors(wv.dim)
    theirs.add_vectors(wv.words, wv.vectors)
    for unknown in ("skip", "wrong"):
        pearson, spearman, missing = theirs.evaluate_word_pairs(str(path), dummy4unknown=unknown == "wrong")
        result = similarity(wv, path, unknown=unknown)
        assert result.pearson == pytest.approx(pearson.statistic, abs=1e-6)
        assert result.spearman == pytest.approx(spearman.statistic)
        assert 1 - result.coverage == pytest.approx(missing / 100)


@pytest.mark.parametrize(
    "text",
    [
        "cat,dog,7\ncar,dog,3\n",
        "Word 1;Word 2;Human\ncat;dog;7\ncar;dog;3\n",
        ",word1,word2,similarity\n0,cat,dog,7\n1,car,dog,3\n",
        "# a remark\ncat dog 7\ncar dog 3\n",
        "word1\tword2\tPOS\tscore\ncat\tdog\tN\t7\ncar\tdog\tN\t3\n",
        '\ufeff"cat" , "dog" , 7\r\n\r\n"car" , "dog" , 3\r\n',
    ],
)
def test_delimiter_headings_and_column_are_found(tmp_path, text):
    path = tmp_path / "pairs.csv"
    path.write_text(text)
    pairs = read_pairs(path)
    assert pairs.words == ("cat", "dog", "car", "dog")
    assert pairs.scores.tolist() == [7, 3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("# nothing\n", "holds no pair of words"),
        ("cat,dog,7\ncar,dog\nred,blue,nan\na,b,2\n", r"line 2 \(also 3\): 2 of 4 lines malformed; expected two words"),
        ("cat dog\n", "1 of 1 lines malformed"),
    ],
)
def test_bad_pairs_are_refused(tmp_path, text, message):
    path = tmp_path / "pairs.csv"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_pairs(path)


def test_constant_scores_are_refused(wv, tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("cat\tdog\t5\ncat\tcar\t5\ndog\tcar\t5\n")
    with pytest.raises(InputError, match=r"all people's scores of pairs are constant \(5\)"):
        similarity(wv, path)


def test_constant_similarities_are_refused(pairs_path):
    same = KeyedVectors(["cat", "dog", "car", "red", "blue"], np.ones((5, 3)))
    with pytest.raises(InputError, match=r"all similarities for pairs are constant \(1\)"):
        similarity(same, pairs_path)


def test_sets_that_are_not_covered_are_refused(wv, tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("moon\tsun\t5\nsea\tsun\t4\n")
    with pytest.raises(InputError, match="0 of 2 pairs covered"):
        similarity(wv, path)
    path.write_text("moon\tsun\t5\ncat\tdog\t4\n")
    with pytest.raises(InputError, match="1 of 2 pairs of pairs covered: a correlation needs 3"):
        similarity(wv, path)


def test_the_limit_makes_words_unknown(wv, pairs_path):
    assert similarity(wv, pairs_path, 3).covered == 3


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12), st.integers(0, 99))
def test_weighted_correlations_are_those_of_the_resample(values, seed):
    x, y = np.array(values, np.float64).T
    drawn = np.random.default_rng(seed).integers(len(x), size=len(x))
    weights = np.bincount(drawn, minlength=len(x))[None].astype(np.float64)
    for replicates, correlate in ((pearson_replicates, pearsonr), (spearman_replicates, spearmanr)):
        value = replicates(x, y, weights)[0]
        if np.ptp(x[drawn]) == 0 or np.ptp(y[drawn]) == 0:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(correlate(x[drawn], y[drawn]).statistic)


@needs_shared
@pytest.mark.parametrize(
    ("path", "n_pairs"),
    [
        ("similarity/EN-WS-353-ALL.txt", 353),
        ("similarity/EN-WS-353-SIM.txt", 203),
        ("similarity/EN-WS-353-REL.txt", 252),
        ("similarity/EN-SIMLEX-999.txt", 999),
        ("similarity/EN-MEN-TR-3k.txt", 3000),
        ("similarity/EN-RW-STANFORD.txt", 2034),
        ("similarity/EN-RG-65.txt", 65),
        ("similarity/EN-MC-30.txt", 30),
        ("chinese/CWE_240.txt", 240),
        ("chinese/CWE_297.txt", 297),
    ],
)
def test_known_sets_are_read_whole(path, n_pairs):
    assert len(read_pairs(SHARED / path)) == n_pairs


def test_unknown_words_have_the_vectors_of_their_ngrams(wv, pairs_path, run, tmp_path):
    rows = np.random.default_rng(2).standard_normal((50, 4)).astype(np.float32)
    subwords = Subwords(Ngrams(2, 3, 50), rows)
    part = KeyedVectors(wv.words[:3], wv.vectors[:3], counts=[5, 4, 3], subwords=subwords)
    gold = [7, 2.5, 3, 6, 1]
    cosines = [part.similarity(*pair.lower().split("\t")[:2]) for pair in PAIRS.splitlines()]
    plain, both = (similarity(part, pairs_path, ngrams=ngrams) for ngrams in (False, True))
    assert (plain.covered, both.covered) == (3, 5)
    assert both.spearman == pytest.approx(spearmanr(gold, cosines).statistic)
    assert similarity(wv, pairs_path, ngrams=True).spearman == similarity(wv, pairs_path).spearman
    part.save(tmp_path / "v.safetensors")
    _, out, _ = run("eval", "similarity", str(tmp_path / "v.safetensors"), "--data", str(pairs_path), "--csv")
    assert out.count("with n-grams") == 2  # Spearman and Pearson
