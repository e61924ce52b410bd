import numpy as np
import pytest

import fastvec
from fastvec.errors import InputError, TrainingError
from fastvec.models import tiles as tiles_module
from fastvec.settings import Glove
from tests.models import Interrupt
from tests.texts import FOOD, WEATHER, separation, two_topics


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    """Several tiles, even of a matrix of twelve words."""
    monkeypatch.setattr(tiles_module, "TILE", 8)


def mixed_topics(n_sentences=600, seed=0):
    """Two topics that meet now and then, since GloVe learns nothing from words that never do."""
    rng = np.random.default_rng(seed)
    topics = np.array([FOOD, WEATHER])
    return [list(topics[(k + (rng.random(8) < 0.1)) % 2, rng.integers(0, 6, 8)]) for k in range(n_sentences)]


def train(**parameters):
    return fastvec.train(two_topics(), "glove", **{"dim": 8, "epochs": 30, "threads": 1, "sample": 0} | parameters)


@pytest.mark.parametrize("vectors", ["word", "context", "sum"])
def test_it_separates_two_topics(vectors):
    assert separation(fastvec.train(mixed_topics(), "glove", dim=8, vectors=vectors)) > 0.5


@pytest.mark.parametrize("options", [{"weighting": "flat"}, {"side": "left"}, {"sample": 0.1}, {"alpha": 0}])
def test_every_variant_separates_two_topics(options):
    assert separation(fastvec.train(mixed_topics(), "glove", dim=8, epochs=40, **options)) > 0.5


def test_threads_and_memory_change_nothing(tmp_path):
    for name, options in {"1": {}, "2": {"threads": 2}, "3": {"threads": 3}, "m": {"memory": 300_000_000}}.items():
        wv = train(**options)
        np.save(tmp_path / f"{name}.npy", wv.vectors)
    files = [(tmp_path / f"{name}.npy").read_bytes() for name in "123m"]
    assert len(set(files)) == 1


def test_cells_on_the_disk_give_the_same_vectors():
    with fastvec.read_corpus(two_topics()) as corpus:
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(5), window=15)
    whole, streamed = (fastvec.train(counts, "glove", dim=8, memory=memory) for memory in (10**9, 100))
    np.testing.assert_array_equal(whole.vectors, streamed.vectors)


def test_another_seed_gives_other_vectors():
    assert not np.array_equal(train(seed=1).vectors, train(seed=2).vectors)


def test_counts_give_the_same_vectors_as_text():
    with fastvec.read_corpus(two_topics()) as corpus:
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(5), window=3)
        text = fastvec.train(corpus, "glove", dim=4, window=3, sample=0, cell_min_count=20)
    wv = fastvec.train(counts, "glove", dim=4, cell_min_count=20)
    np.testing.assert_array_equal(wv.vectors, text.vectors)
    assert wv.metadata["parameters"]["window"] == 3


def test_word_and_context_vectors_are_added_by_default():
    both = train(save_context=True)
    np.testing.assert_array_equal(train().vectors, both.vectors + both.context_vectors)


def test_progress_tells_of_cells_and_the_mean_cost():
    found = []
    train(progress=found.append, epochs=5)
    phases = list(dict.fromkeys(progress.phase for progress in found))
    assert phases == ["reading", "planning", "counting", "shuffling", "compiling", "training"]
    last = found[-1]
    assert last.done == last.total == 5 * 72  # all pairs of the words of a topic, of both topics, with themselves
    assert (last.epoch, last.learning_rate) == (5, 0.1)
    ends = [progress.loss for progress in found if progress.phase == "training" and progress.done % 72 == 0]
    assert ends[-1] < ends[0] / 2


def test_the_first_cost_is_that_of_small_weights():
    with fastvec.read_corpus(two_topics()) as corpus:
        counts = fastvec.count_cooccurrence(corpus, corpus.vocabulary(5))
    found = []
    fastvec.train(counts, "glove", epochs=1, learning_rate=1e-9, x_max=1, progress=found.append, threads=2)
    bias_free = 0.5 * np.log(counts.data) ** 2
    assert 0.1 * bias_free.mean() < found[-1].loss < bias_free.mean()


def test_training_ends_when_the_cost_hardly_falls():
    found = []
    train(epochs=500, tolerance=0.05, progress=found.append)
    assert 2 < found[-1].epoch < 100


def test_an_interrupt_ends_training():
    with pytest.raises(KeyboardInterrupt):
        train(epochs=10**6, threads=2, progress=Interrupt())


def test_a_learning_rate_that_is_far_too_high_stops_training_with_advice():
    with pytest.raises(TrainingError, match=r"no longer finite: lower learning_rate .* 1e\+30, or grad_clip"):
        train(learning_rate=1e30, grad_clip=1e8)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"dim": 0}, "dim must be at least 1, not 0"),
        ({"epochs": 0}, "epochs must be at least 1, not 0"),
        ({"learning_rate": 0}, "learning_rate must be above 0, not 0"),
        ({"x_max": 0}, "x_max must be above 0, not 0"),
        ({"alpha": -1}, "alpha must be at least 0, not -1"),
        ({"grad_clip": 0}, "grad_clip must be above 0, not 0"),
        ({"tolerance": -0.1}, "tolerance must be at least 0, not -0.1"),
        ({"memory": 0}, "memory must be at least 1, not 0"),
        ({"window": 0}, "window must be at least 1, not 0"),
        ({"negative": 5}, "negative is a parameter of model skipgram, cbow and pv-dbow, not of glove"),
        ({"cell_min_count": 1e9}, "cell_min_count"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(parameters, message):
    with pytest.raises(InputError, match=message):
        train(**parameters)


def test_the_model_has_one_name():
    with pytest.raises(InputError, match="model must be one of glove, not 'globe'"):
        Glove(model="globe")
