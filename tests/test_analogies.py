"""Analogies: reading questions, answering them, scoring the answers."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec import FileError, InputError, KeyedVectors
from fastvec.evaluation import METHODS, Bootstrap, analogies, analogy_grid, read_questions
from fastvec.evaluation import answers as answers_module

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "eval"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no shared evaluation sets beside the repository")

QUESTIONS = """: capitals
paris france rome italy
paris france lima peru
rome italy lima peru
: gram1-plural
cat cats dog dogs
dog dogs cow cows
"""
WORDS = "the paris france rome italy cat cats dog dogs lima peru Rome COWS cow".split()


@pytest.fixture
def questions_path(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text(QUESTIONS)
    return path


def random_vectors(words, dim=6, seed=0):
    return KeyedVectors(words, np.random.default_rng(seed).standard_normal((len(words), dim)).astype(np.float32))


def answer_naively(wv, abc, limit, method):
    """Answer one question from the formulas, word by word."""
    units = wv.vectors[:limit].astype(np.float64)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    folded = [word.upper() for word in wv.words[:limit]]
    a, b, c = (units[folded.index(word.upper())] for word in abc)
    if method == "3cosadd":
        scores = units @ (b - a + c)
    elif method == "3cosmul":
        to_a, to_b, to_c = ((1 + units @ each) / 2 for each in (a, b, c))
        scores = to_b * to_c / (to_a + 0.001)
    else:
        scores = units @ c
    given_words = {word.upper() for word in abc}
    scores[[word in given_words for word in folded]] = -np.inf
    return int(scores.argmax())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("limit", [11, 14])
def test_answers_are_those_of_the_formulas(questions_path, method, limit):
    lines = [line.split() for line in QUESTIONS.splitlines() if line[0] != ":"]
    for seed in range(20):
        wv = random_vectors(WORDS, seed=seed)
        result = analogies(wv, questions_path, limit, method)
        known = {word.upper() for word in WORDS[:limit]}
        for number, (a, b, c, d) in enumerate(lines):
            if {a.upper(), b.upper(), c.upper(), d.upper()} <= known:
                answer = answer_naively(wv, (a, b, c), limit, method)
                assert result.answers[number] == answer
                assert result.outcomes[number] == (wv.words[answer].upper() == d.upper())
            else:
                assert result.outcomes[number] == -1


@pytest.mark.parametrize("method", METHODS)
def test_blocks_of_the_vocabulary_do_not_change_answers(questions_path, method, monkeypatch):
    words = WORDS + [f"w{number}" for number in range(1500)]
    wv = random_vectors(words)
    whole = analogies(wv, questions_path, None, method)
    monkeypatch.setattr(answers_module, "_BLOCK", 1)  # the narrowest blocks, 528 words
    parts = analogies(wv, questions_path, None, method)
    assert (whole.answers == parts.answers).all()


def test_of_equal_candidates_the_first_is_the_answer(tmp_path):
    path = tmp_path / "q.txt"
    path.write_text("a b c d\n")
    wv = KeyedVectors(["a", "b", "c", "x", "d"], [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1], [0, 1, 1]])
    assert analogies(wv, path).answers.tolist() == [3]


def test_a_grid_gives_what_single_calls_give(questions_path):
    wv = random_vectors(WORDS)
    grid = analogy_grid(wv, read_questions(questions_path), [11, None], METHODS)
    assert grid == [analogies(wv, questions_path, limit, method) for limit in (11, None) for method in METHODS]


def test_float16_vectors_are_scored(questions_path):
    wv = random_vectors(WORDS)
    half = KeyedVectors(wv.words, wv.vectors.astype(np.float16))
    assert analogies(half, questions_path).total == analogies(wv, questions_path).total


def test_kinds_are_told_by_the_names_of_sections(questions_path):
    result = analogies(random_vectors(WORDS), questions_path)
    assert [(kind.name, kind.questions) for kind in result.kinds] == [("semantic", 3), ("syntactic", 2)]
    assert [(section.name, section.questions) for section in result.sections] == [("capitals", 3), ("gram1-plural", 2)]


def test_unknown_words_are_left_out_or_count_as_wrong(questions_path):
    wv = random_vectors(WORDS[:9])
    skipped = analogies(wv, questions_path)
    wrong = analogies(wv, questions_path, unknown="wrong")
    assert (skipped.total, skipped.overall.covered, skipped.overall.questions) == (2, 2, 5)
    assert (wrong.total, wrong.overall.covered, wrong.correct) == (5, 2, skipped.correct)
    assert skipped.coverage == 0.4


def test_case_is_folded_unless_kept(tmp_path):
    path = tmp_path / "q.txt"
    path.write_text("A B C D\n")
    wv = KeyedVectors(["a", "b", "c", "d"], np.eye(4))
    assert analogies(wv, path).total == 1
    with pytest.raises(InputError, match="0 of 1 questions covered"):
        analogies(wv, path, fold_case=False)


def test_bundled_sets_have_their_published_sizes():
    assert len(read_questions()) == 19_544
    assert len(read_questions("ca8")) == 17_813
    assert {kind for _, kind in read_questions().sections} == {"semantic", "syntactic"}
    assert {kind for _, kind in read_questions("ca8").sections} == {"semantic", "morphological"}


def test_bats_accepts_any_of_several_answers():
    questions = read_questions(DATA / "bats")
    assert len(questions) == 12
    assert [kind for _, kind in questions.sections] == ["morphological", "semantic"]
    words = ["cat", "cats", "goose", "gooses"]
    wv = KeyedVectors(words, [[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]])
    result = analogies(wv, DATA / "bats")
    # "goose" shows its first answer, which is unknown; as the expected answer the second will do
    assert (result.correct, result.total) == (1, 1)


def test_a_result_is_json_without_its_arrays(questions_path):
    result = analogies(random_vectors(WORDS), questions_path)
    known = result.to_dict()
    assert known["accuracy"] == result.accuracy
    assert known["task"] == "analogies"
    assert "outcomes" not in known
    assert "sections" not in result.summary()


def test_intervals_of_one_seed_are_the_same(questions_path):
    wv = random_vectors(WORDS)
    for cluster in ("pair", "question", "section"):
        first = analogies(wv, questions_path, bootstrap=Bootstrap(seed=3, cluster=cluster))
        second = analogies(wv, questions_path, bootstrap=Bootstrap(seed=3, cluster=cluster))
        assert first.to_dict() == second.to_dict()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (": only\n: sections\n", "holds no question"),
        (": s\na b c\na b c d\na b\n", r"line 2 \(also 4\): 2 of 3 lines malformed; expected four words, not 'a b c'"),
        ("a\tb\nc\t/d\n", r"line 2: 1 of 2 lines malformed; expected a word, a tab"),
    ],
)
def test_bad_questions_are_refused(tmp_path, text, message):
    path = tmp_path / "q.txt"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_questions(path)


def test_many_malformed_lines_are_counted_and_the_first_named(tmp_path):
    path = tmp_path / "q.txt"
    path.write_text("too few words\n" * 9)
    with pytest.raises(FileError, match=r"line 1 \(also 2, 3, 4, 5, \.\.\.\): 9 of 9 lines malformed"):
        read_questions(path)


def test_missing_files_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(FileError, match=r"none\.txt: cannot be read \(No such file"):
        read_questions(tmp_path / "none.txt")
    with pytest.raises(FileError, match=r"holds no \.txt file"):
        read_questions(tmp_path)


def test_bytes_that_are_no_text_are_refused_by_line(tmp_path):
    path = tmp_path / "q.txt"
    path.write_bytes(b": s\na b c \xff\n")
    with pytest.raises(FileError, match="line 2: is not UTF-8"):
        read_questions(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"limit": 0}, "limit must be at least 1, not 0"),
        ({"method": "cosadd"}, "method must be one of 3cosadd, 3cosmul, nearest, not 'cosadd'"),
        ({"unknown": "guess"}, "unknown must be one of skip, wrong, not 'guess'"),
        ({"limit": 2}, r"0 of 5 questions covered: .* first 2 words of the vectors \(the, paris, france"),
    ],
)
def test_bad_arguments_are_refused(questions_path, arguments, message):
    with pytest.raises(InputError, match=message):
        analogies(random_vectors(WORDS), questions_path, **arguments)


def test_vectors_that_are_not_finite_are_refused(questions_path):
    wv = random_vectors(WORDS)
    matrix = wv.vectors.copy()
    matrix[3, 1] = np.nan
    wv = KeyedVectors(wv.words, matrix)
    with pytest.raises(InputError, match="finite"):
        analogies(wv, questions_path)


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(10)), st.integers(1, 10), st.integers(0, 1000))
def test_a_higher_limit_only_adds_candidates(order, limit, seed):
    words = [f"w{number}" for number in order]
    wv = random_vectors(words, seed=seed)
    texts = [" ".join(each) for each in permutations(words[:4])]
    questions = _questions(texts)
    limit = max(limit, 4)
    low, high = analogy_grid(wv, questions, [limit, 10], ["3cosadd"])
    kept = high.answers < limit
    assert (low.answers[kept] == high.answers[kept]).all()


def _questions(texts):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "q.txt")
        path.write_text("\n".join(texts))
        return read_questions(path)


@pytest.mark.parametrize("fold_case", [True, False])
@pytest.mark.parametrize("unknown", ["skip", "wrong"])
def test_answers_are_those_of_gensim(questions_path, tmp_path, fold_case, unknown):
    gensim_models = pytest.importorskip("gensim.models")
    for seed in range(5):
        wv = random_vectors(WORDS, seed=seed)
        theirs = gensim_models.KeyedVectors(wv.dim)
        theirs.add_vectors(wv.words, wv.vectors)
        score, sections = theirs.evaluate_word_analogies(
            str(questions_path), restrict_vocab=13, case_insensitive=fold_case, dummy4unknown=unknown == "wrong"
        )
        result = analogies(wv, questions_path, 13, unknown=unknown, fold_case=fold_case)
        counts = [(len(each["correct"]), len(each["correct"]) + len(each["incorrect"])) for each in sections]
        assert [(each.correct, each.total) for each in (*result.sections, result.overall)] == counts
        assert result.accuracy == score


@needs_shared
def test_bundled_sets_are_those_of_the_shared_folder():
    for name, path in (("google", "analogies/questions-words.txt"),):
        theirs, ours = read_questions(SHARED / path), read_questions(name)
        assert theirs.words == ours.words
        assert (theirs.given == ours.given).all()
