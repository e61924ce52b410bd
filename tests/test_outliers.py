"""Outliers: reading groups, ranking words by closeness."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from fastvec import FileError, InputError, KeyedVectors
from fastvec.evaluation import outliers, read_outliers

SHARED = Path(__file__).parents[2] / "shared" / "data" / "eval"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no shared evaluation sets beside the repository")

TABLE = """,category,outliers,words
0,cats,"['car', 'dog', 'moon', '']","['lion', 'tiger', 'lynx']"
1,colours,"['car']","['red', 'blue']"
"""
WORDS = ["lion", "tiger", "lynx", "car", "dog", "red", "blue"]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "outliers.csv"
    path.write_text(TABLE)
    return path


def find_position(wv, members, outlier):
    """Rank the words by the compactness of the others (Camacho-Collados and Navigli 2016, eq. 1)."""
    words = [*members, outlier]
    compactness = {
        word: np.mean([wv.similarity(*pair) for pair in combinations([each for each in words if each != word], 2)])
        for word in words
    }
    return sorted(words, key=compactness.get).index(outlier) / len(members)


def test_positions_are_those_of_the_compactness_scores(path):
    for seed in range(10):
        wv = KeyedVectors(WORDS, np.random.default_rng(seed).standard_normal((7, 5)).astype(np.float32))
        result = outliers(wv, path)
        cases = [(("lion", "tiger", "lynx"), "car"), (("lion", "tiger", "lynx"), "dog"), (("red", "blue"), "car")]
        positions = [find_position(wv, *case) for case in cases]
        assert result.opp == pytest.approx(np.mean(positions))
        assert result.outcomes.tolist() == [positions[0] == 1, positions[1] == 1, -1, positions[2] == 1]
        assert (result.total, result.correct) == (3, positions.count(1))


def test_unknown_words_are_left_out_or_count_as_wrong(path):
    wv = KeyedVectors(WORDS, np.random.default_rng(0).standard_normal((7, 5)))
    skipped, wrong = outliers(wv, path), outliers(wv, path, unknown="wrong")
    assert (skipped.total, wrong.total, skipped.overall.questions) == (3, 4, 4)
    assert wrong.opp == pytest.approx(skipped.opp * 3 / 4)
    assert skipped.coverage == 0.75
    assert 0 <= skipped.interval[0] <= skipped.accuracy <= skipped.interval[1] <= 1


def test_folders_of_groups_are_read(tmp_path):
    (tmp_path / "cats.txt").write_text("lion\ntiger\nlynx\n\ncar\ndog\n")
    (tmp_path / "colours.txt").write_text("red\nblue\n\ncar\n")
    groups = read_outliers(tmp_path)
    assert [(group.name, group.members, group.outliers) for group in groups] == [
        ("cats", ("lion", "tiger", "lynx"), ("car", "dog")),
        ("colours", ("red", "blue"), ("car",)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (",category,outliers,words\n", "holds no group"),
        (TABLE + "2,x,c\rar,red\n", r"line 4: 1 of 3 lines malformed; expected a category and lists"),
        (TABLE + "2,x,car,red\n", r"line 4: 1 of 3 lines malformed; expected a category and lists"),
        ("lion\ntiger\n", "expected at least two words, a blank line, and outliers"),
    ],
)
def test_bad_groups_are_refused(tmp_path, text, message):
    path = tmp_path / "outliers.csv"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_outliers(path)


def test_folders_without_groups_are_refused(tmp_path):
    with pytest.raises(FileError, match=r"holds no \.txt file"):
        read_outliers(tmp_path)


def test_sets_that_are_not_covered_are_refused(path):
    with pytest.raises(InputError, match="0 of 4 cases covered"):
        outliers(KeyedVectors(["sun"], [[1.0]]), path)


@needs_shared
def test_the_known_set_is_read_whole():
    groups = read_outliers(SHARED / "outliers" / "8-8-8.csv")
    assert [len(group.members) for group in groups] == [8] * 8
    assert sum(len(group.outliers) for group in groups) == 64
