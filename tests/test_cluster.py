import numpy as np
import pytest

from fastvec import InputError, KeyedVectors
from fastvec.vectors import kmeans


def bundles(sizes, dim=8, seed=1):
    """Give words in bundles around orthogonal directions, mixed, with the bundle of each."""
    rng = np.random.default_rng(seed)
    bundle = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    matrix = (np.eye(dim)[bundle] + 0.05 * rng.standard_normal((len(bundle), dim))) * rng.uniform(
        1, 9, (len(bundle), 1)
    )
    return KeyedVectors([f"w{row}" for row in range(len(bundle))], matrix), bundle


def test_words_of_one_direction_are_in_one_class(monkeypatch):
    monkeypatch.setattr(kmeans, "_BLOCK", 1)  # several blocks
    wv, bundle = bundles([200, 300, 400])
    classes = wv.cluster(3, seed=4)
    assert len({(a, b) for a, b in zip(classes, bundle, strict=True)}) == 3


def test_the_same_seed_gives_the_same_classes():
    wv, _ = bundles([40, 40, 40, 40])
    assert np.array_equal(wv.cluster(6, seed=2), wv.cluster(6, seed=2))


def test_classes_are_numbered_as_they_come():
    wv, _ = bundles([10, 10, 10])
    classes = wv.cluster(3).tolist()
    assert [number for place, number in enumerate(classes) if number not in classes[:place]] == [0, 1, 2][
        : max(classes) + 1
    ]


def test_there_can_be_as_many_classes_as_words():
    wv = KeyedVectors(["a", "b", "c"], [[1, 0], [0, 1], [-1, 0]])
    assert wv.cluster(3).tolist() == [0, 1, 2]
    assert wv.cluster(1).tolist() == [0, 0, 0]


def test_an_empty_class_starts_again_from_the_word_that_fits_worst():
    wv = KeyedVectors(["a", "b", "c", "d"], [[1, 0], [2, 0], [3, 0], [0, 1]])
    for seed in range(10):  # some begin with two centers in one place
        assert wv.cluster(2, seed=seed).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_clusters": 0}, "n_clusters must be at least 1, not 0"),
        ({"n_clusters": 3}, "n_clusters must be at most 2, the number of words, not 3"),
        ({"n_clusters": 1, "iterations": 0}, "iterations must be at least 1, not 0"),
        ({"n_clusters": 1, "seed": -1}, "seed must be at least 0, not -1"),
    ],
)
def test_numbers_without_sense_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        KeyedVectors(["a", "b"], [[1], [2]]).cluster(**arguments)
