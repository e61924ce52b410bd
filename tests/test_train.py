"""What every trainer must do, from text to vectors."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import fastvec
from fastvec.errors import InputError, MachineError, TrainingError
from fastvec.models import word2vec
from fastvec.models.word2vec import learning_rate
from fastvec.pipeline import run
from fastvec.settings import MODELS, Word2Vec
from fastvec.training import matrix
from tests.models import OBJECTIVES, WINDOWED, WORD2VEC, Interrupt
from tests.texts import separation, two_topics


@pytest.mark.parametrize(("model", "loss"), WORD2VEC + OBJECTIVES)
def test_every_model_separates_two_topics(model, loss):
    wv = fastvec.train(two_topics(), model, loss=loss, dim=16, epochs=20, learning_rate=0.1, sample=0, threads=1)
    assert separation(wv) > 0.5


@pytest.mark.parametrize("options", [{"cbow_update": "corrected"}, {"init": "xavier"}, {"fixed_window": True}])
def test_every_variant_of_cbow_separates_two_topics(options):
    wv = fastvec.train(two_topics(), "cbow", dim=16, epochs=20, learning_rate=0.2, sample=0, threads=1, **options)
    assert separation(wv) > 0.5


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"model": "cbow"},
        {"model": "cbow", "deterministic": True, "threads": 2},
        {"model": "cbow", "threads": 2},
        {"model": "cbow", "subwords": "3-4", "buckets": 1000, "save_context": True},
    ],
    ids=str,
)
def test_half_precision_makes_almost_the_same_vectors(options):
    options = {"dim": 16, "epochs": 3, "threads": 1, "init": "word2vec"} | options
    whole, half = (fastvec.train(two_topics(), dtype=dtype, **options) for dtype in ("float32", "float16"))
    assert {matrix.dtype for matrix in (half.vectors, half.context_vectors) if matrix is not None} == {np.dtype("f2")}
    assert half.subwords is None or half.subwords.rows.dtype == np.float16
    if options["threads"] == 1 or "deterministic" in options:
        np.testing.assert_allclose(half.vectors, whole.vectors, rtol=0.05, atol=0.02)
    assert separation(half) > separation(whole) - 0.2  # two threads differ from run to run


def test_half_precision_goes_on_from_vectors_that_are_frozen():
    given = fastvec.train(two_topics(), dim=16, save_context=True, threads=1, seed=3)
    options = {"init_from": given, "freeze": "context", "epochs": 2, "threads": 1}
    whole, half = (fastvec.train(two_topics(), dtype=dtype, **options) for dtype in ("float32", "float16"))
    assert half.vectors.dtype == np.float16
    np.testing.assert_allclose(half.vectors, whole.vectors, rtol=0.05, atol=0.02)


def test_half_precision_of_a_processor_without_it_is_refused(monkeypatch):
    monkeypatch.setattr(matrix, "HAS_FLOAT16", False)
    with pytest.raises(MachineError, match="cannot convert float16"):
        fastvec.train(two_topics(), dtype="float16", dim=4)


@pytest.mark.parametrize(("model", "loss"), WORD2VEC)
def test_one_thread_gives_the_same_bytes_each_time(model, loss, tmp_path):
    for name in ("a", "b"):
        fastvec.train(two_topics(), model, loss=loss, dim=10, threads=1).save(tmp_path / f"{name}.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_another_seed_gives_other_vectors():
    a, b = (fastvec.train(two_topics(), dim=10, threads=1, seed=seed).vectors for seed in (1, 2))
    assert not np.array_equal(a, b)


def test_two_threads_train_as_well_as_one():
    assert separation(fastvec.train(two_topics(), dim=16, epochs=20, learning_rate=0.1, sample=0, threads=2)) > 0.5


def test_words_come_by_falling_count_and_rare_ones_are_dropped():
    wv = fastvec.train([["b"] * 9 + ["a"] * 9 + ["c"] * 12 + ["d"] * 2], dim=4, min_count=3)
    assert list(wv.words) == ["c", "a", "b"]
    assert wv.counts.tolist() == [12, 9, 9]


def test_the_sum_is_that_of_word_and_context_vectors():
    both = fastvec.train(two_topics(), dim=10, threads=1, save_context=True)
    total = fastvec.train(two_topics(), dim=10, threads=1, vectors="sum").vectors
    context = fastvec.train(two_topics(), dim=10, threads=1, vectors="context").vectors
    np.testing.assert_allclose(total, both.vectors + both.context_vectors, rtol=1e-6)
    np.testing.assert_array_equal(context, both.context_vectors)


def test_a_given_vocabulary_is_trained_exactly(tmp_path):
    with fastvec.read_corpus(two_topics()) as corpus:
        corpus.vocabulary(min_count=1, max_vocab=5).save(tmp_path / "vocab.tsv")
        wv = fastvec.train(corpus, vocabulary=tmp_path / "vocab.tsv", dim=4)
        assert set(wv.words) == set(fastvec.Vocabulary.load(tmp_path / "vocab.tsv").words)
        assert len(wv) == 5


def test_words_of_a_vocabulary_that_do_not_occur_get_no_vectors(caplog):
    given = fastvec.Vocabulary(["absent", "salt", "rain", "none"], np.array([9, 5, 4, 0]))
    wv = fastvec.train([["salt", "rain", "none"]] * 50, vocabulary=given, dim=4, sample=0, threads=1)
    assert (wv.words, wv.counts.tolist()) == (["salt", "rain"], [5, 4])
    assert "or have a count of 0, get no vectors: 2 of 4, such as 'absent'" in caplog.text


def test_metadata_tell_how_the_vectors_were_made():
    wv = fastvec.train(two_topics(), dim=10, seed=3, threads=1)
    assert wv.metadata["parameters"]["seed"] == 3
    assert wv.metadata["parameters"]["learning_rate"] > 0
    assert wv.metadata["versions"]["fastvec"] == fastvec.__version__
    assert len(wv.metadata["corpus"]["fingerprint"]) == 64
    json.dumps(wv.metadata)


def test_progress_passes_through_its_phases():
    found = []
    fastvec.train(two_topics(), dim=10, progress=found.append)
    phases = list(dict.fromkeys(progress.phase for progress in found))
    assert [phase for phase in phases if phase != "reading"] == ["planning", "compiling", "training"]
    last = found[-1]
    assert last.done == last.total == 5 * 600 * 8
    assert last.epoch == 5
    assert last.learning_rate < 1e-4
    assert 0 < last.loss < 6 * np.log(2)
    assert last.per_second > 0


def test_training_works_in_another_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(fastvec.train(two_topics(), dim=4)))
    thread.start()
    thread.join()
    assert len(found[0]) == 12


def test_an_interrupt_ends_training():
    with pytest.raises(KeyboardInterrupt):
        fastvec.train(two_topics(), dim=4, epochs=10**6, progress=Interrupt())


def test_a_learning_rate_that_is_far_too_high_stops_training_with_advice():
    with pytest.raises(TrainingError, match=r"no longer finite: lower the learning rate .*, which is 1e\+30"):
        fastvec.train(two_topics(), dim=4, learning_rate=1e30, epochs=3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"model": "cbwo"}, r"model must be one of skipgram, cbow, .*not 'cbwo'"),
        ({"loss": "hs"}, "loss must be one of negative, hierarchical, nce, sampled-softmax, .*, not 'hs'"),
        ({"dim": 0}, "dim must be at least 1, not 0"),
        ({"dim": 10.5}, "dim must be an integer, not 10.5"),
        ({"window": 0}, "window must be at least 1, not 0"),
        ({"negative": 0}, "negative must be at least 1, not 0"),
        (
            {"negative": 5, "loss": "hierarchical"},
            "negative applies to loss='negative' or loss='nce' or .* only, not to 'hier",
        ),
        ({"ns_exponent": 0.5, "loss": "softmax"}, "ns_exponent applies to loss='negative' or .* only, not to 'softm"),
        ({"subwords": "3-6", "freeze": "word"}, "freeze applies without subwords only; omit it"),
        (
            {"subwords": "3-6", "loss": "softmax"},
            "subwords applies to loss='hierarchical' or .* only, not to 'softmax'",
        ),
        ({"cbow_update": "corrected"}, "cbow_update applies to model='cbow' only, not to 'skipgram'"),
        ({"epochs": 0}, "epochs must be at least 1, not 0"),
        ({"sample": -1}, "sample must be at least 0, not -1"),
        ({"ns_exponent": float("inf")}, "ns_exponent must be a finite number, not inf"),
        ({"learning_rate": 0}, "learning_rate must be above 0, not 0"),
        ({"min_learning_rate": -1}, "min_learning_rate must be at least 0, not -1"),
        ({"learning_rate": 0.1, "min_learning_rate": 0.2}, r"min_learning_rate must be at most learning_rate \(0.1\)"),
        ({"model": "cbow", "cbow_update": "new"}, "cbow_update must be one of"),
        ({"init": "he"}, "init must be one of"),
        ({"seed": -1}, "seed must be at least 0, not -1"),
        ({"seed": 2**63}, r"seed must be below 2\*\*63, not 9223372036854775808"),
        ({"dim": 2**62}, r"training takes .* of memory, and .* leaves .*: lower dim \(--dim\)"),
        ({"negative": 2**60}, r"of memory, .*: lower .* negative \(--negative\)"),
        ({"vocabulary": "any.tsv", "min_count": 2}, "a vocabulary is trained as it is; omit min_count and max_vocab"),
        ({"threads": 0}, "threads must be at least 1, not 0"),
        ({"vectors": "both"}, "vectors must be one of"),
        ({"vectors": "sum", "loss": "hierarchical"}, "hierarchical softmax has no context vectors"),
        ({"hs": 1}, "there is no argument 'hs'; did you mean loss"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(parameters, message):
    with pytest.raises(InputError, match=message):
        fastvec.train(two_topics(2), **{"min_count": 1, "threads": 1} | parameters)


@pytest.mark.parametrize(
    "option", [{"lowercase": True}, {"tokenizer": "words"}, {"cache": False}, {"errors": "strict"}]
)
def test_how_to_read_is_not_asked_of_text_that_has_been_read(option):
    with fastvec.read_corpus(two_topics(2)) as corpus, pytest.raises(InputError, match="the text has been read"):
        fastvec.train(corpus, **option)


def test_the_largest_seed_serves_both_matrices():
    wv = fastvec.train(two_topics(9), dim=4, epochs=1, min_count=1, threads=1, seed=2**63 - 1, init="xavier")
    assert np.isfinite(wv.vectors).all()


def test_a_softmax_over_too_many_words_is_refused_with_the_cure(monkeypatch):
    monkeypatch.setattr(Word2Vec, "most_softmax_words", 11)
    message = (
        r"a softmax over all words is for at most 11 words, not 12: .* \(--max-vocab 11\), or choose .*sampled-soft"
    )
    with pytest.raises(InputError, match=message):
        fastvec.train(two_topics(), loss="softmax", dim=4)


def test_a_missing_file_is_named():
    with pytest.raises(fastvec.FileError, match=r"nowhere\.txt"):
        fastvec.train(Path("nowhere.txt"))


@pytest.mark.parametrize(("done", "rate"), [(0, 0.05), (0.5, 0.0250025), (1, 5e-6)])
def test_the_learning_rate_falls_linearly(done, rate):
    assert learning_rate(Word2Vec().for_words(9), done) == pytest.approx(rate)


@pytest.mark.parametrize("model", MODELS)
def test_a_text_of_a_few_words_is_not_subsampled_unless_asked_to(model):
    text = [["salt", "pepper", "rain", "snow", "wind"]]
    assert fastvec.train(text, model, dim=2, min_count=1).metadata["parameters"]["sample"] == 0
    with pytest.raises(InputError, match=r"nothing to train on: subsampling with sample=1e-09 drops"):
        fastvec.train(text, model, dim=2, min_count=1, sample=1e-9)
    long = fastvec.train(text * 2_000, model, dim=2).metadata["parameters"]
    assert long["sample"] == MODELS[model].usual_sample


def test_word2vec_trains_without_the_parts_of_scipy_that_it_does_not_need():
    script = """if True:
        import sys, fastvec
        fastvec.train([["salt", "pepper"]] * 9, dim=4, threads=1, sample=0)
        sys.exit(" ".join({"scipy.sparse", "scipy.stats"} & set(sys.modules)))
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr.strip() == ""


def test_memory_that_cannot_be_had_after_all_is_named(monkeypatch):
    monkeypatch.setattr(run, "check_needs", lambda *_, **__: SimpleNamespace(memory=0, disk=0))
    with pytest.raises(InputError, match=r"not enough memory for window \d+, negative \d+ and 1 threads: lower them"):
        fastvec.train(two_topics(2), min_count=1, threads=1, negative=2**60)


@pytest.mark.parametrize("model", WINDOWED)
def test_a_window_beyond_all_sentences_costs_nothing(model):
    options = {"dim": 8, "sample": 0, "threads": 1}
    if model in ("skipgram", "cbow"):
        options |= {"fixed_window": True, "epochs": 1}
    longest = max(20, *map(len, two_topics()))
    wide, enough = (fastvec.train(two_topics(), model, window=window, **options) for window in (2**62, longest))
    np.testing.assert_array_equal(wide.vectors, enough.vectors)


@pytest.mark.parametrize(
    ("model", "loss", "window", "negative"),
    [(*mode, *sizes) for mode in WORD2VEC for sizes in [(60, 5), (1000, 5), (5, 100), (60, 40)]]
    + [(*mode, 1000, 100) for mode in OBJECTIVES],
)
def test_wide_windows_and_many_noise_words_train_well(model, loss, window, negative):
    rng = np.random.default_rng(0)
    topics = [[f"{topic}{k}" for k in range(20)] for topic in "ab"]
    sentences = [rng.choice(topics[k % 2], 60).tolist() for k in range(100)]
    noise = {"negative": negative} if loss in Word2Vec.sampling else {}
    wv = fastvec.train(sentences, model, loss=loss, window=window, dim=16, sample=0, epochs=3, threads=1, **noise)
    assert wv.norms.max() < 10
    vectors = wv.normalize()[[word for topic in topics for word in topic]]
    cosines = vectors @ vectors.T
    assert cosines[:20, :20].mean() - cosines[:20, 20:].mean() > 0.5


@pytest.mark.parametrize("model", WINDOWED)
@pytest.mark.parametrize(
    ("sentences", "options", "message"),
    [
        ([["a"], ["b"]] * 9, {}, "each line is one word; put the words of a sentence, or of a document, on one line"),
        ([["a whole line"], ["one more"]] * 9, {}, "is one word with spaces in it; pass strings, or split them"),
        ([["a", "b"], ["c", "d"]] * 9, {"sample": 1e-300}, r"sample=1e-300 drops 100.0% of the words; raise sample"),
        (
            [["a", "x1"], ["b", "x2"], ["a"], ["b"]],
            {"min_count": 2, "sample": 0},
            r"stand within \d+ words .*; lower min_count",
        ),
    ],
)
def test_a_text_without_contexts_is_refused_with_the_reason(model, sentences, options, message):
    with pytest.raises(InputError, match=message):
        fastvec.train(sentences, model, dim=2, threads=1, **({"min_count": 1} | options))


def test_vectors_that_have_run_away_are_refused(monkeypatch):
    monkeypatch.setattr(word2vec, "_RUNAWAY", 0.05)
    with pytest.raises(
        TrainingError, match=r"the vectors have run away: the longest has length \d+: lower the learning"
    ):
        fastvec.train(two_topics(), dim=8, threads=1)


def test_a_file_depends_on_text_options_and_seed_only(tmp_path):
    lines = [" ".join(words) + "\n" for words in two_topics()]
    for name, some in {"whole/text.txt": lines, "parts/a": lines[:7], "parts/b": lines[7:]}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("".join(some))
    made = []
    for source in (tmp_path / "whole" / "text.txt", tmp_path / "parts", iter(lines)):
        fastvec.train(source, dim=4, threads=1, output=tmp_path / "v.safetensors", cache=False)
        made.append((tmp_path / "v.safetensors").read_bytes())
    assert made[0] == made[1] == made[2]
    other = fastvec.train(lines, dim=4, init_from=tmp_path / "v.safetensors")
    assert other.metadata["inputs"] == ["text", "init_from"]


def test_a_given_vocabulary_leaves_the_facts_of_the_text():
    words = fastvec.read_corpus(two_topics()).vocabulary(max_vocab=4)
    facts = [fastvec.train(two_topics(), vocabulary=each, dim=4).metadata["corpus"] for each in (None, words)]
    assert facts[0] == facts[1]
