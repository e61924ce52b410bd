"""Plans: formulas beside real allocations, samples beside the whole, and what is refused."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fastvec
from fastvec import FileError, InputError, plan
from fastvec.cooccurrence import Cooccurrence, count_cooccurrence, survey
from fastvec.cooccurrence.needs import needs_with
from fastvec.cooccurrence.survey import Survey
from fastvec.corpus import Vocabulary, read_corpus, spread
from fastvec.corpus.needs import reading_bytes
from fastvec.corpus.sources import open_source
from fastvec.corpus.spread import Spread
from fastvec.corpus.text import Text
from fastvec.disk.scratch import system_folder
from fastvec.kernels.huffman import huffman_paths
from fastvec.kernels.word2vec import new_work
from fastvec.models import glove, model_of, word2vec
from fastvec.models.ppmi_svd import n_positive
from fastvec.pipeline import needs, sample
from fastvec.pipeline import planning as plan_module
from fastvec.pipeline.needs import Needs, check_needs, output_size
from fastvec.pipeline.request import MODELS, Request
from fastvec.settings import Glove, PpmiSvd, Reading, Word2Vec
from fastvec.subwords import Ngrams, Subwords
from fastvec.training.estimate import Estimate, File, Phase
from fastvec.training.job import Job
from fastvec.training.matrix import matrix_bytes, zeros
from fastvec.training.replicas import WORDS, intervals
from fastvec.training.resources import Room
from fastvec.vectors.formats import find_format
from tests.models import COUNTING


def zipf(n_words, n_tokens, seed=0):
    """Return sentences of ten words drawn by Zipf's law."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, n_words + 1)
    words = rng.choice(n_words, n_tokens, p=shares / shares.sum())
    return [" ".join(map(str, words[k : k + 10])) for k in range(0, n_tokens, 10)]


@pytest.fixture(scope="module")
def corpus():
    with read_corpus(zipf(3000, 60_000)) as corpus:
        yield corpus


def text_of(corpus, min_count=1):
    return Text.of(corpus, corpus.vocabulary(min_count))


def phases(settings, source, text, threads):
    """Return the memory of each phase."""
    estimate = model_of(settings, source).needs(settings, source, text, threads)
    return {phase.name: phase.memory for phase in estimate.phases}


@pytest.mark.parametrize(("rows", "dim"), [(10, 8), (1000, 100), (7, 300)])
def test_the_bytes_of_a_matrix_are_those_allocated(rows, dim):
    assert matrix_bytes(rows, dim) == zeros(rows, dim).nbytes


def test_a_large_matrix_takes_whole_huge_pages():
    assert matrix_bytes(100_000, 100) % (2 << 20) == 0
    assert 0 <= matrix_bytes(100_000, 100) - 100_000 * 112 * 4 < 2 << 20


def test_the_arrays_of_word2vec_are_those_allocated(corpus):
    text = text_of(corpus)
    memory = phases(Word2Vec(dim=50, window=50, negative=40), corpus, text, 2)["training"]
    block = 1024
    work = sum(array.nbytes for array in new_work(block, 50, 41, 40)) + 4 * block
    n_copies = len(intervals(5.0 * text.counts, 2, WORDS))
    assert 0 < n_copies < text.n_words
    replicas = 2 * zeros(n_copies, 50).nbytes
    tables = 12 * text.n_words
    matrices = 2 * matrix_bytes(text.n_words + 2 * n_copies, 50)
    assert memory == pytest.approx(matrices + 2 * (work + replicas) + tables, rel=1e-3)


@pytest.mark.parametrize("parameters", [{}, {"loss": "hierarchical"}, {"subwords": "3-6", "buckets": 5000}])
def test_at_least_as_many_rows_are_planned_as_threads_copy(corpus, parameters):
    settings, vocabulary = Word2Vec(dim=4, epochs=50, **parameters), corpus.vocabulary()
    inputs = word2vec.input_rows(settings, vocabulary)
    n_inputs, n_words = len(inputs) if inputs else len(vocabulary), len(vocabulary)
    W, C = zeros(3 * n_inputs, 4), zeros(3 * n_words, 4)
    run = word2vec.Training(settings, corpus, vocabulary.counts, W, C, inputs, Job(2))
    copied = tuple(2 * replicas.copies.n for replicas in run.replicas[:2])
    planned = word2vec._n_copies(settings, Text.of(corpus, vocabulary), n_inputs, 2)
    assert all(0 < few <= most for few, most in zip(copied, planned, strict=True))
    if not parameters:
        assert copied == planned


def test_the_huffman_paths_are_about_as_long_as_estimated(corpus):
    text = text_of(corpus)
    paths = huffman_paths(text.counts)
    hierarchical, negative = (
        phases(Word2Vec(loss=loss), corpus, text, 1)["training"] for loss in ("hierarchical", "negative")
    )
    assert hierarchical - negative == pytest.approx(paths.nodes.nbytes + paths.labels.nbytes, rel=0.1)


def test_a_survey_of_all_rows_counts_what_counting_counts(corpus):
    vocabulary = corpus.vocabulary(5)
    settings = Glove(window=5, sample=1e-2, cell_min_count=0.4)
    found = survey.survey(corpus, Text.of(corpus, vocabulary), settings, 2)
    counted = count_cooccurrence(corpus, vocabulary, window=5, sample=1e-2, cell_min_count=0.4)
    assert len(vocabulary) < survey._ROWS
    assert found.n_cells == counted.data.size
    for name in ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(found, name), getattr(counted, name))


@pytest.mark.parametrize("context", ["window", "directional"])
def test_a_survey_of_some_rows_stands_for_all(corpus, monkeypatch, context):
    vocabulary = corpus.vocabulary(1)
    monkeypatch.setattr(survey, "_ROWS", 150)
    found = survey.survey(corpus, Text.of(corpus, vocabulary), Glove(window=5, context=context), 2)
    counted = count_cooccurrence(corpus, vocabulary, window=5, sample=1e-3, context=context)
    assert np.count_nonzero(np.diff(found.indptr)) <= 150
    assert found.n_cells == pytest.approx(counted.data.size, rel=0.1)
    sample = found.sample(vocabulary.counts)
    assert sample.data.size == pytest.approx(counted.data.size, rel=0.1)
    assert found.scale == found.n_cells / sample.data.size
    rows = np.flatnonzero(np.diff(found.indptr))
    cells = found.indptr, found.indices, found.data
    same = Cooccurrence(vocabulary, *cells, {}, contexts=sample.contexts)
    assert (sample.matrix[rows] != same.matrix[rows]).nnz == 0


def test_a_sample_of_many_cells_is_smaller(corpus, monkeypatch):
    vocabulary = corpus.vocabulary(1)
    found = survey.survey(corpus, Text.of(corpus, vocabulary), Glove(window=5), 2)
    monkeypatch.setattr(survey, "_SAMPLE_CELLS", found.n_cells // 4)
    assert found.scale == pytest.approx(4, rel=0.3)
    assert found.sample(vocabulary.counts).data.size == pytest.approx(found.n_cells / found.scale)


def test_a_survey_of_a_part_of_the_text_is_rather_too_high(corpus, monkeypatch):
    vocabulary = corpus.vocabulary(1)
    monkeypatch.setattr(survey, "_STRETCHES", 8)
    for module in (survey, spread):
        monkeypatch.setattr(module, "STRETCH", 2048)
    found = survey.survey(corpus, Text.of(corpus, vocabulary), Glove(window=5), 2)
    counted = count_cooccurrence(corpus, vocabulary, window=5, sample=1e-3)
    assert 0.9 < found.n_cells / counted.data.size < 1.6


def test_a_survey_of_counts_takes_some_of_their_rows(corpus, monkeypatch):
    counted = count_cooccurrence(corpus, corpus.vocabulary(1), window=5)
    monkeypatch.setattr(survey, "_ROWS", 150)
    found = Survey.of(counted)
    rows = np.flatnonzero(np.diff(found.indptr))
    assert 100 < len(rows) <= 150
    sampled = Cooccurrence(counted.vocabulary, found.indptr, found.indices, found.data, {}).matrix
    assert (sampled[rows] != counted.matrix[rows]).nnz == 0


def test_the_positive_cells_are_about_as_many_as_estimated(corpus):
    text, settings = text_of(corpus), PpmiSvd(dim=10, sample=0.01)
    found = survey.survey(corpus, text, settings, 1)
    counted = count_cooccurrence(corpus, corpus.vocabulary(1), window=10, sample=0.01)
    assert n_positive(settings, found, text.counts) == pytest.approx(fastvec.ppmi(counted).nnz, rel=0.05)


def test_a_spread_corpus_has_the_same_stretches_in_another_order(corpus, monkeypatch):
    monkeypatch.setattr(spread, "STRETCH", 1000)
    other = Spread(corpus)
    ids, spread_ids = np.empty(corpus.n_ids, np.int32), np.empty(corpus.n_ids + 5, np.int32)
    corpus.read(0, ids)
    assert other.read(0, spread_ids) == corpus.n_ids
    n = corpus.n_ids // 1000
    stretches = [ids[k * 1000 : (k + 1) * 1000].tobytes() for k in range(n)]
    found = [spread_ids[k * 1000 : (k + 1) * 1000].tobytes() for k in range(n)]
    assert sorted(found) == sorted(stretches)
    places = [stretches.index(stretch) for stretch in found]
    assert min(abs(np.diff(places))) > n // 4
    assert other.read(n * 1000, spread_ids) == corpus.n_ids - n * 1000


@pytest.mark.parametrize("model", MODELS)
def test_more_of_anything_takes_more_memory(corpus, model):
    def memory(dim, max_vocab=None):
        text = Text.of(corpus, corpus.vocabulary(1, max_vocab))
        return text.bytes + max(phases(MODELS[model](model=model, dim=dim), corpus, text, 1).values())

    assert memory(20, 1200) < memory(20) < memory(200)


@pytest.mark.parametrize("model", MODELS)
def test_a_plan_says_how_long_each_phase_takes(corpus, model, tmp_path):
    found = plan(corpus, model, dim=10, threads=1, output=tmp_path / "v.safetensors")
    assert {"start-up", "reading", "saving"} < set(found.seconds)
    assert all(seconds >= 0 for seconds in found.seconds.values())
    assert found.total_seconds == sum(found.seconds.values())
    assert (found.n_words, found.n_tokens, found.n_types) == (len(corpus.vocabulary()), 60_000, corpus.n_types)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("model", COUNTING)
def test_counts_can_be_planned_with(corpus, model):
    counts = count_cooccurrence(corpus, corpus.vocabulary(1), window=5)
    found = plan(counts, model, dim=10, threads=1)
    assert "counting" not in found.seconds
    assert found.n_words == len(counts.vocabulary)


def test_a_small_matrix_is_decomposed_densely(corpus):
    assert plan(corpus, "ppmi-svd", dim=10, max_vocab=100, threads=1).seconds["factorising"] > 0


@pytest.mark.parametrize("options", [{}, {"deterministic": True}, {"subwords": "3-6"}], ids=str)
def test_half_precision_takes_half_the_memory(corpus, options):
    text = text_of(corpus)
    whole, half = (
        phases(Word2Vec(dim=2000, dtype=dtype, **options), corpus, text, 1) for dtype in ("float32", "float16")
    )
    assert half["training"] < 0.55 * whole["training"]
    assert half["vectors"] < 0.55 * whole["vectors"]


def test_counting_in_little_memory_needs_disk(corpus, monkeypatch):
    text, settings = text_of(corpus), Glove()
    found = replace(survey.survey(corpus, text, settings, 1), n_cells=10**9, n_kept=10**9)
    text = replace(text, n_ids=10**9)
    little = needs_with(found, replace(settings, memory=10**9), corpus, text, 1)
    assert (little.held, little.mapped) == (0, 8 * 10**9)
    assert [file.size > 12 * 10**9 for file in little.files] == [True]
    assert little.phases[0].memory < 10**9
    much = needs_with(found, replace(settings, memory=10**11), corpus, text, 1)
    assert (much.held, much.mapped, much.files) == (8 * 10**9, 0, [])
    monkeypatch.setattr(glove, "counting_needs", lambda *arguments: little)
    estimate = glove.needs(replace(settings, memory=10**9), corpus, text, 1)
    assert [file.size for file in estimate.files] == [little.files[0].size, 8 * 10**9]
    assert {file.folder for file in estimate.files} == {corpus.folder}
    assert max(phase.memory for phase in estimate.phases) < 10**9


@pytest.mark.parametrize("suffix", ["safetensors", "bin", "txt", "npy"])
@pytest.mark.parametrize("dim", [3, 100])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_the_size_of_the_file_is_known_before(tmp_path, suffix, dim, dtype):
    words = [f"wörd{k}" for k in range(2000)]
    counts = np.ones(2000, np.int64)
    path, request = tmp_path / f"v.{suffix}", Request.of(None, "skipgram", {"dim": dim, "dtype": dtype})
    vectors = np.random.default_rng(0).standard_normal((2000, dim)).astype(dtype)
    fastvec.KeyedVectors(words, vectors, counts=counts).save(path)
    size = sum(file.stat().st_size for file in tmp_path.iterdir())
    text = Text.of(None, Vocabulary(words, counts))
    assert output_size(path, None, text, request) == pytest.approx(size, rel=0.15)


@pytest.mark.parametrize(
    ("hashes", "name"),
    [(0, "v.bin"), (0, "v.safetensors"), (0, "v.npy"), (2, "v.bin"), (2, "v.safetensors"), (2, "v.floret")],
)
def test_the_size_of_a_file_with_ngrams_is_known_before(tmp_path, hashes, name):
    words, draw = [f"wörd{k}" for k in range(2000)], np.random.default_rng(0).standard_normal
    ngrams = Ngrams(3, 6, 5000, hashes)
    subwords = Subwords(ngrams, draw((1500, 50)).astype(np.float32), np.arange(0, 4500, 3))
    wv = fastvec.KeyedVectors(words, draw((2000, 50)), counts=np.ones(2000, np.int64), subwords=subwords)
    wv.save(tmp_path / name)
    expected = find_format(name, None, ngrams).size(2000, wv.packed_words.data.size, 50, False, ngrams, 1500)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize(("subwords", "name"), [("3-6", "v.bin"), ("3-6", "v.vec"), ("floret", "v.floret")])
def test_files_with_ngrams_are_planned(corpus, tmp_path, subwords, name):
    found = plan(corpus, dim=10, subwords=subwords, buckets=5000, threads=1, output=tmp_path / name)
    assert found.seconds["saving"] > 0


def test_checkpoints_take_three_copies_of_the_weights(corpus, tmp_path):
    found = plan(corpus, dim=10, threads=1, checkpoint=tmp_path / "c", output=tmp_path / "v.bin")
    sizes = {file.what: file.size for file in found.files}
    assert sizes["the checkpoints"] == 3 * 2 * 4 * 16 * found.n_words
    assert found.disk == sizes["the checkpoints"] + sizes["the vectors"]


@pytest.mark.parametrize("source", ["-", [Path("-")], iter(["a b"])])
def test_what_can_be_read_once_is_not_planned_with(source):
    with pytest.raises(InputError, match="can be read only once: save it in a file, and plan with that"):
        plan(source)


def test_a_source_that_is_none_is_refused_before_anything_is_loaded(monkeypatch):
    monkeypatch.setattr(plan_module, "_load_kernels", None)
    with pytest.raises(InputError, match=r"the source must be a path, several paths, .* not float"):
        plan(1.5)
    with pytest.raises(FileError, match=r"nowhere\.txt: no such file"):
        plan("nowhere.txt")


def test_the_arguments_are_checked_as_for_training(corpus):
    with pytest.raises(InputError, match="dim must be at least 1, not 0"):
        plan(corpus, dim=0)
    with pytest.raises(InputError, match="model must be one of"):
        plan(corpus, "bert")


def test_too_little_memory_is_refused_with_a_cure():
    short = Needs(250_000_000, (), 249_000_000, "ulimit -v", "dim (--dim)")
    with pytest.raises(
        InputError,
        match=r"takes 250 MB of memory, and ulimit -v leaves 249 MB: lower dim \(--dim\), or raise min_count",
    ):
        short.check()
    replace(short, available=250_000_000).check()


def test_pages_of_files_count_as_far_as_there_is_room(monkeypatch):
    memory = [Phase("counting", 10**9, 5 * 10**9), Phase("training", 2 * 10**9), Phase("vectors", 0)]
    estimate = Estimate("dim", memory, sample=lambda: None, work={})

    def memory_with(total):
        monkeypatch.setattr(needs, "memory_room", lambda: Room(10**12, total, "the control group"))
        text = Text.of(None, Vocabulary(["a"], np.ones(1, np.int64)))
        request = Request.of(None, "skipgram", {"dim": 1})
        found = needs.needs_of(request, estimate, text, 10**8, 10**8, output=None)
        return found.memory, found.fits

    assert memory_with(10**11) == (6_100_000_000, True)
    assert memory_with(3 * 10**9) == (3_000_000_000, True)
    assert memory_with(2 * 10**9) == (2_100_000_000, False)


def test_files_on_one_disk_are_added_up(tmp_path, monkeypatch):
    monkeypatch.setattr(needs, "disk_room", lambda folder: 100)
    files = File("the vectors", tmp_path, 60), File("the checkpoints", tmp_path / "c", 60)
    with pytest.raises(
        InputError, match=r"the vectors and the checkpoints take 0.0 MB, and 0.0 MB are free: free some"
    ):
        Needs(1, files, 2, "the machine", "").check()
    Needs(1, (files[0], files[1]._replace(is_there=True)), 2, "the machine", "").check()


@pytest.mark.parametrize("model", MODELS)
def test_training_that_does_not_fit_is_refused_before_it_begins(corpus, model, monkeypatch):
    phases = []
    monkeypatch.setattr(needs, "memory_room", lambda: Room(1000, 10**9, "the control group"))
    with pytest.raises(InputError, match=r"the control group leaves [\d,]+ MB"):
        fastvec.train(corpus, model, dim=10, progress=lambda now: phases.append(now.phase))
    assert set(phases) == {"planning"}


def test_vectors_that_do_not_fit_the_disk_are_refused_before_training_begins(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(needs, "disk_room", lambda folder: 1000)
    with pytest.raises(InputError, match=r"the vectors take \d\.\d MB, and 0\.0 MB are free"):
        fastvec.train(corpus, dim=100, output=tmp_path / "v.bin")
    fastvec.train(corpus, dim=2, max_vocab=10, epochs=1, output=tmp_path / "v.bin")


def test_a_plan_that_does_not_fit_times_nothing(corpus, monkeypatch):
    monkeypatch.setattr(needs, "memory_room", lambda: Room(1000, 10**9, "the control group"))
    found = plan(corpus, dim=1000)
    assert (found.seconds, found.total_seconds) == ({}, None)
    with pytest.raises(InputError, match=r"takes .* of memory"):
        found.check()


def test_the_listener_is_told_what_is_needed(corpus):
    told = []
    fastvec.train(corpus, dim=8, epochs=1, threads=1, progress=told.append)
    (found,) = [now for now in told if now.memory is not None]
    vocabulary = corpus.vocabulary()
    request = Request.of(corpus, "skipgram", {"dim": 8}).for_words(len(vocabulary), vocabulary.n_tokens)
    expected = check_needs(request, corpus, vocabulary, 1, output=None, checkpoint=None)
    assert found.memory == pytest.approx(expected.memory, rel=0.2)
    assert (found.phase, found.disk) == ("planning", 0)


def test_the_words_of_a_part_of_a_text_are_at_most_those_expected():
    counts = np.array([6, 4, 2, 1, 1], np.int64)
    text = Text.of(None, Vocabulary(list("abcde"), counts))
    expected = (1 - 0.5**counts).sum()
    assert text.types_of(0.5) == round(expected)
    assert text.types_of(1.0) == 5
    known = replace(text, counts=counts[:2])
    assert expected <= known.types_of(0.5) <= expected + 1


@pytest.mark.parametrize("reading", [{}, {"lowercase": True}, {"tokenizer": "words"}, {"tokenizer": "textwrap:wrap"}])
def test_more_distinct_words_take_more_memory_to_read(reading):
    text = Text.of(None, Vocabulary(["a"], np.array([4])))
    sizes = [reading_bytes(replace(text, n_types=n), 8.0, Reading(**reading), 2) for n in (10**5, 10**6, 10**7)]
    assert 1.5 * sizes[0] < sizes[1] < sizes[2] / 5


@pytest.fixture
def large(tmp_path, monkeypatch):
    """Write a text of 3 MB that is large where 1 MB is, and of which a third is the sample."""
    monkeypatch.setattr(plan_module, "LARGE", 1 << 20)
    monkeypatch.setattr(sample, "_PIECE", 1 << 16)
    monkeypatch.setattr(sample, "_SAMPLE", 1 << 20)
    path = tmp_path / "large.txt"
    path.write_text("\n".join(zipf(20_000, 700_000)) + "\n")
    return path


def test_pieces_of_a_large_text_are_taken_from_all_over_it(large):
    pieces = sample.SampledSource(open_source(large))
    found = list(pieces)
    text = large.read_bytes()
    places = [text.index(piece) / len(text) for piece in found]
    assert len(found) == 16
    assert np.allclose(places, np.linspace(0, 1, 16), atol=0.05)
    assert pieces.n_read == 16 << 16


def test_a_compressed_text_is_sampled_at_its_beginning(large, tmp_path):
    path = tmp_path / "large.gz"
    path.write_bytes(gzip.compress(large.read_bytes()))
    pieces = sample.SampledSource(open_source(path))
    found = b"".join(pieces)
    assert large.read_bytes().startswith(found)
    assert pieces.n_read < path.stat().st_size


def test_a_sample_gives_about_the_numbers_of_the_whole(large):
    with read_corpus(large, cache=False) as whole:
        exact = text_of(whole, 5)
    pieces = sample.SampledSource(open_source(large))
    with read_corpus(pieces) as part:
        found = sample.extrapolate(part, large.stat().st_size / pieces.n_read, 5, None)
        assert sample.extrapolate(part, 3.0, 5, 100).n_words == 100
    assert found.is_sampled
    for name in ("n_ids", "n_tokens"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), rel=0.02)
    for name in ("n_types", "n_words", "word_bytes", "bytes"):
        assert 0.9 < getattr(found, name) / getattr(exact, name) < 1.25
    assert np.all(np.diff(found.counts) <= 0)


def rare_words(n_tokens):
    """Return sentences in which every other word occurs only here, and the others go by Zipf's law."""
    return [f"{line} " + " ".join(f"new{9 * k + i}" for i in range(9)) for k, line in enumerate(zipf(5000, n_tokens))]


@pytest.mark.parametrize("write", [lambda n: zipf(20_000, n), rare_words])
def test_words_of_the_whole_are_told_from_those_of_a_twentieth(write):
    lines = write(400_000)
    with read_corpus(lines) as whole, read_corpus(lines[::20]) as part:
        growth, counts = sample.Growth.of(part, 20), whole.vocabulary(1).counts
    for least, most in ((1, 2), (5, 1.5), (20, 1.5), (300, 1.5)):
        assert 1 / most < growth.n_words(least) / np.count_nonzero(counts >= least) < most


def test_a_sample_of_one_word_stands_for_two():
    with read_corpus(["a"]) as part:
        assert sample.Growth.of(part, 1.0).n_words(5) == 2


def test_a_large_source_is_not_read_whole(large, tmp_path, monkeypatch):
    monkeypatch.setattr(plan_module, "reading_bytes", lambda *_: 10**10)
    found = plan(large, "glove", dim=10, threads=1, cache_dir=tmp_path / "cache")
    assert found.is_sampled
    assert found.n_tokens == pytest.approx(700_000, rel=0.02)
    assert "the word ids" in {file.what for file in found.files}
    assert not (tmp_path / "cache").exists()
    with read_corpus(large, cache_dir=tmp_path / "cache") as whole:
        again = plan(large, "glove", dim=10, threads=1, cache_dir=tmp_path / "cache")
        assert (again.is_sampled, again.n_types) == (False, whole.n_types)
    assert again.disk == 0
    assert again.memory < 10**10 < found.memory


def test_the_words_of_a_large_source_can_be_given(large):
    given = Vocabulary(["0", "1", "2", "3"], np.array([60_000, 30_000, 20_000, 15_000]))
    found = plan(large, dim=4, threads=1, vocabulary=given)
    assert (found.is_sampled, found.n_words) == (True, 4)
    with read_corpus(large, cache=False) as whole, whole.with_vocabulary(given) as exact:
        assert found.n_tokens == pytest.approx(exact.n_tokens, rel=0.05)


def test_more_dimensions_than_words_are_refused(corpus):
    with pytest.raises(InputError, match="dim must be at most 20, the number of words, not 21"):
        plan(corpus, "ppmi-svd", dim=21, max_vocab=20)


@pytest.mark.parametrize("model", COUNTING)
def test_text_without_pairs_has_a_plan(model):
    assert plan([["a"], ["b"]] * 5, model, dim=2, threads=1).total_seconds > 0


def test_a_text_that_was_read_is_kept_for_the_training(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(zipf(50, 2000)))
    plan(path, dim=4, threads=1, cache_dir=tmp_path / "cache")
    with read_corpus(path, cache_dir=tmp_path / "cache") as corpus:
        assert corpus.is_reused


def test_a_plan_without_a_cache_writes_the_word_ids_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text("\n".join(zipf(50, 2000)))
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("text.txt").absolute()))
    (stream,) = plan("text.txt", dim=4, epochs=1, threads=1).files
    assert (stream.what, stream.folder, stream.is_there) == ("the word ids", system_folder(), False)
