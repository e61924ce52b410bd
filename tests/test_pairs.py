import numpy as np
import pytest
from click.testing import CliRunner
from fastvec_cli.cooccurrence import command

import fastvec
from fastvec.errors import DataError, InputError
from tests.models import COUNTING

PAIRS = [("cat", "purrs"), ("dog", "barks"), ("cat", "purrs"), ("cat", "cat"), ("new york", "is big")]


def topics(n=2000):
    """Make pairs of words and contexts of four topics."""
    rng = np.random.default_rng(1)
    return [(f"w{k % 4}_{rng.integers(8)}", f"c{k % 4}_{rng.integers(25)}") for k in range(n)]


def test_words_and_contexts_are_counted_apart():
    counts = fastvec.count_pairs(PAIRS, min_count=1)
    assert counts.vocabulary.words == ["cat", "dog", "new york"]
    assert counts.contexts.words == ["purrs", "barks", "cat", "is big"]
    np.testing.assert_array_equal(counts.matrix.toarray(), [[2, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "x", 2), ("a", "y", 0.5), ("b", "x", "1e0"), ("b", "y", 0), ("a", "y", 1)],
        ["a x 1.5", "b x 1", "a y 1.5", "a x 0.5"],
    ],
)
def test_weights_of_pairs_add_up(pairs):
    matrix = fastvec.count_pairs(pairs, min_count=1).matrix.toarray()
    np.testing.assert_array_equal(matrix, [[2, 1.5], [1, 0]])


def test_pairs_of_numbers_are_an_array():
    counts = fastvec.count_pairs(np.array([[1, 7, 4], [1, 8, 1], [2, 7, 2]]), min_count=1)
    assert (counts.vocabulary.words, counts.contexts.words) == (["1", "2"], ["7", "8"])
    np.testing.assert_array_equal(counts.matrix.toarray(), [[4, 1], [2, 0]])


def test_pairs_of_numbers_may_have_fractions_as_weights():
    users, items, ratings = np.array([1, 1, 2]), np.array([7, 8, 7]), np.array([0.5, 4, 1])
    counts = fastvec.count_pairs(zip(users, items, ratings, strict=True), min_count=1)
    assert (counts.vocabulary.words, counts.contexts.words) == (["1", "2"], ["8", "7"])
    np.testing.assert_array_equal(counts.matrix.toarray(), [[4, 0.5], [0, 1]])
    with pytest.raises(InputError, match=r"must hold integers; with other weights pass a list of \(word, context"):
        fastvec.count_pairs(np.array([[1, 7, 0.5]]), min_count=1)


def test_rare_words_and_contexts_are_dropped():
    counts = fastvec.count_pairs([*PAIRS, ("dog", "purrs")], min_count=2)
    assert (counts.vocabulary.words, counts.contexts.words) == (["cat", "dog"], ["purrs"])
    np.testing.assert_array_equal(counts.matrix.toarray(), [[2], [1]])


@pytest.mark.parametrize("model", COUNTING)
def test_models_train_on_pairs_and_return_words_or_contexts(model, tmp_path):
    counts = fastvec.count_pairs(topics(), min_count=1)
    counts.save(tmp_path / "c.npz")
    for given in (counts, fastvec.Cooccurrence.load(tmp_path / "c.npz")):
        words = fastvec.train(given, model, dim=8)
        contexts = fastvec.train(given, model, dim=8, vectors="context")
        assert sorted(words) == sorted(counts.vocabulary)
        assert sorted(contexts) == sorted(counts.contexts)
        assert np.abs(contexts.vectors).min(1).all()
        assert "window" not in words.metadata["parameters"]
    assert fastvec.plan(given, model, dim=8).fits


@pytest.mark.parametrize("model", [*COUNTING, "skipgram"])
def test_pairs_are_counted_and_trained_on_in_one_step(model, tmp_path):
    pairs = [(*pair, 0.5 + k % 3) for k, pair in enumerate(topics())]
    options = {"model": model, "dim": 6, "threads": 1, "min_count": 2}
    whole = fastvec.train(pairs, pairs=True, **options)
    counted = fastvec.train(fastvec.count_pairs(pairs, min_count=2), model, dim=6, threads=1)
    np.testing.assert_array_equal(whole.vectors, counted.vectors)
    assert whole.metadata["inputs"] == ["pairs"]
    path = tmp_path / "pairs.txt"
    path.write_text("".join("\t".join(map(str, pair)) + "\n" for pair in pairs))
    contexts = fastvec.train(path, pairs=True, vectors="context", checkpoint=tmp_path / "state", **options)
    assert all(word in fastvec.count_pairs(pairs).contexts for word in contexts)
    np.testing.assert_array_equal(fastvec.resume(tmp_path / "state").vectors, contexts.vectors)
    planned = fastvec.plan(path, pairs=True, **options)
    assert (planned.n_words, planned.fits) == (len(whole), True)


def test_the_svd_is_that_of_the_ppmi_and_finds_the_topics():
    counts = fastvec.count_pairs(topics(), min_count=1)
    found = fastvec.train(counts, "ppmi-svd", dim=6)
    left, values, _ = np.linalg.svd(fastvec.ppmi(counts).toarray())
    expected = left[:, :6] * np.sqrt(values[:6])
    np.testing.assert_allclose(found.vectors @ found.vectors.T, expected @ expected.T, atol=1e-4)
    for word in found:
        assert found.most_similar(word, topn=1)[0][0][:2] == word[:2]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["a b", "a b c d"], "pair 2 has 4 words; each must be a word, its context"),
        (["a b", "a b 2"], "pair 2 has 3 words"),
        (["a"], "pair 1 has 1 word;"),
        (["a b 1", "a b much"], "pair 2: the weight must be a number of at least 0, not 'much'"),
        (["a b -1"], "not '-1'"),
        (["a b 5e18", "a c 5e18"], "the weights of a word add up to more than counts can hold, 2.63"),
        (["a b", "a c"], "no pair has a word and a context of weight 2 or more; lower min_count"),
    ],
)
def test_what_is_no_pair_is_refused(pairs, message):
    with pytest.raises(DataError, match=message):
        fastvec.count_pairs(pairs, min_count=2)


def test_a_dict_is_refused_as_it_is_for_text():
    with pytest.raises(InputError, match="dict"):
        fastvec.count_pairs({"cat": "purrs"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 3}, "window does not apply to pairs; omit it"),
        ({"model": "cbow"}, "model cbow needs text; with pairs choose model"),
        ({"vectors": "sum"}, "the contexts of pairs are no words"),
        ({"save_context": True}, "the contexts of pairs are no words"),
        ({"dim": 30}, "dim must be at most 3, the number of words"),
    ],
)
def test_what_does_not_apply_to_pairs_is_refused(options, message):
    counts, options = fastvec.count_pairs(PAIRS, min_count=1), {"model": "ppmi-svd", "dim": 2} | options
    for source, more in ((counts, {}), (PAIRS, {"pairs": True, "min_count": 1})):
        with pytest.raises(InputError, match=message):
            fastvec.train(source, **options, **more)


def test_inputs_of_text_do_not_go_with_pairs():
    with pytest.raises(InputError, match="weights does not apply to pairs; omit it"):
        fastvec.train(PAIRS, pairs=True, weights=[1] * len(PAIRS))


def test_the_command_line_counts_pairs(tmp_path):
    (tmp_path / "p.txt").write_text("cat purrs 3\ndog barks 1\ncat barks 2\n")
    arguments = ["--pairs", str(tmp_path / "p.txt"), "-o", str(tmp_path / "c.npz"), "--min-count", "1"]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    counts = fastvec.Cooccurrence.load(tmp_path / "c.npz")
    np.testing.assert_array_equal(counts.matrix.toarray(), [[2, 3], [1, 0]])
    refused = CliRunner().invoke(command, [*arguments, "--window", "3"])
    assert refused.exit_code == 2
    assert "--window does not apply to --pairs" in refused.output
