"""Comparison of vectors: common words, paired tests, sentences."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from fastvec import InputError, KeyedVectors
from fastvec.evaluation import analogies, compare, read_pairs, read_questions, similarity
from fastvec.evaluation._compare import mcnemar

WORDS = [f"{letter}{number}" for number in range(20) for letter in "ab"]


def make_vectors(noise, seed=0, words=WORDS):
    """Give pairs a, b = a + offset, the more right the less noise."""
    generator = np.random.default_rng(seed)
    bases = generator.standard_normal((20, 30))
    offset = generator.standard_normal(30)
    vectors = np.stack([bases, bases + offset], axis=1).reshape(40, 30)
    vectors += noise * generator.standard_normal(vectors.shape)
    return KeyedVectors(words, vectors.astype(np.float32))


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "q.txt"
    lines = [f"a{i} b{i} a{j} b{j}" for i in range(20) for j in range(20) if i != j]
    path.write_text(": gram-one\n" + "\n".join(lines[:190]) + "\n: two\n" + "\n".join(lines[190:]))
    return read_questions(path)


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.tsv"
    wv = make_vectors(0)
    scores = [(f"a{i}", f"a{j}", wv.similarity(f"a{i}", f"a{j}")) for i in range(20) for j in range(i)]
    path.write_text("\n".join(f"{a}\t{b}\t{score}" for a, b, score in scores))
    return read_pairs(path)


def test_the_better_vectors_are_named(questions, pairs):
    comparison = compare([make_vectors(0.1), make_vectors(2.0)], [questions], [pairs], names=["good", "bad"])
    sentences = comparison.sentences()
    assert any(each.startswith("good is better than bad at analogies, q.txt: ") for each in sentences)
    assert any(each.startswith("good is better than bad at similarity, pairs: ") for each in sentences)
    assert "nearest neighbours." in sentences[-1]
    assert [match.dataset for match in comparison.matches] == ["q.txt", "q.txt syntactic", "q.txt semantic", "pairs"]


def test_equal_vectors_do_not_differ(questions, pairs):
    wv = make_vectors(1.0)
    comparison = compare([wv, wv], [questions], [pairs])
    assert all(each.value == 0 and each.p_value == 1 for match in comparison.matches for each in match.differences)
    assert comparison.overlaps[0].shared == 1
    assert comparison.sentences()[0].startswith("No difference shown between A and B on q.txt (+0.0), ")


def test_the_order_of_vectors_only_turns_signs(questions, pairs):
    first, second = make_vectors(0.5), make_vectors(0.7, seed=1)
    one, other = (compare(each, [questions], [pairs]) for each in ([first, second], [second, first]))
    for match, turned in zip(one.matches, other.matches, strict=True):
        assert match.scores == turned.scores[::-1]
        assert match.differences[0].value == -turned.differences[0].value


def test_only_common_words_count(questions, pairs):
    few = make_vectors(0.1)
    few = KeyedVectors(few.words[:20], few.vectors[:20])
    comparison = compare([make_vectors(0.1), few], [questions], [pairs])
    assert comparison.common == 20
    assert comparison.matches[0].covered == 10 * 9
    assert comparison.matches[-1].covered == 45
    cosines = [few.similarity(*pairs.words[2 * i : 2 * i + 2]) for i in range(45)]
    assert comparison.matches[-1].scores[1] == pytest.approx(spearmanr(pairs.scores[:45], cosines).statistic)


def test_words_that_differ_in_case_are_the_same_unless_told(questions):
    shouted = make_vectors(0.1, words=[word.upper() for word in WORDS])
    assert compare([make_vectors(0.1), shouted], [questions]).common == 40
    with pytest.raises(InputError, match="A, B have 0 words in common, too few to compare"):
        compare([make_vectors(0.1), shouted], [questions], fold_case=False)


def test_three_vectors_are_compared_two_by_two(pairs):
    comparison = compare([make_vectors(noise) for noise in (0.1, 0.5, 1)], pairs=[pairs])
    assert [(each.first, each.second) for each in comparison.matches[0].differences] == [(0, 1), (0, 2), (1, 2)]
    assert comparison.to_dict()["matches"][0]["measure"] == "spearman"


def test_vectors_and_sets_may_be_files(tmp_path, questions, pairs):
    one, other = make_vectors(0.1), make_vectors(2.0)
    one.save(tmp_path / "one.bin")
    expected = compare([one, other], [questions], [pairs], names=["one.bin", "B"])
    found = compare([tmp_path / "one.bin", other], tmp_path / "q.txt", str(tmp_path / "pairs.tsv"))
    assert found == expected
    assert compare({"one.bin": one, "B": other}, questions, pairs) == expected
    assert analogies(tmp_path / "one.bin", questions) == analogies(one, tmp_path / "q.txt")
    assert similarity(str(tmp_path / "one.bin"), pairs) == similarity(one, pairs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda wv: compare(wv), "vectors must be a list or a dict of vectors or paths, not <KeyedVectors"),
        (lambda wv: compare([wv, 3], ["google"]), "an item of vectors must be KeyedVectors, or the path .* not 3"),
        (lambda wv: compare([wv, wv], names=["x"]), "names must name all 2 vectors, not 1"),
        (lambda wv: compare([wv, wv], 3), "questions must be a list, not 3"),
        (lambda wv: analogies(None), "wv must be KeyedVectors, or the path of a file of vectors, not None"),
        (lambda wv: analogies(wv, 3), "path must be a path, not 3"),
        (lambda wv: analogies(wv, restrict_vocab=3), "no argument 'restrict_vocab'; did you mean limit?"),
        (lambda wv: similarity(wv, None), "path must be a path, not None"),
    ],
)
def test_what_is_no_vectors_or_no_set_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call(make_vectors(0.1))


def test_mcnemar_is_the_sign_test_of_what_differs():
    assert mcnemar(np.array([1.0] * 9 + [-1.0] + [0.0] * 50)) == pytest.approx(22 / 1024)
    assert mcnemar(np.zeros(5)) == 1


def test_bad_arguments_are_refused(questions, pairs):
    wv = make_vectors(0.1)
    with pytest.raises(InputError, match="compare needs at least two vectors, not 1"):
        compare([wv], [questions])
    with pytest.raises(InputError, match="limit must be at least 1"):
        compare([wv, wv], [questions], limit=0)
    with pytest.raises(InputError, match="neighbours must be at least 1, not 0"):
        compare([wv, wv], [questions], neighbours=0)
    others = KeyedVectors([f"c{number}" for number in range(11)] + ["a0"], np.eye(12))
    with pytest.raises(InputError, match="0 of 190 pairs covered: all vectors must have both words of at least 3"):
        compare([others, others], pairs=[pairs])
    with pytest.raises(InputError, match="0 of 380 questions covered"):
        compare([others, others], [questions])
