"""Health: what harms the use of vectors, on vectors that were made to have it."""

import json
from io import BytesIO

import numpy as np
import pytest

from fastvec import InputError, KeyedVectors

RNG = np.random.default_rng(0)
ROUND = RNG.standard_normal((300, 8)).astype(np.float32)


def keyed(vectors, counts=None):
    return KeyedVectors([f"w{k}" for k in range(len(vectors))], vectors, counts=counts)


def test_directions_that_balance_are_isotropic():
    found = keyed(ROUND).health()
    assert found.mean_length < 0.15
    assert abs(found.mean_cosine) < 0.02
    assert found.effective_dim > 7
    assert found.partition_isotropy > 0.4
    shifted = keyed(ROUND + 10).health()
    assert shifted.mean_length > 0.9
    assert shifted.partition_isotropy < 1e-10
    assert keyed(ROUND * [9, 1, 1, 1, 1, 1, 1, 1]).health().effective_dim < 1.5


def test_measures_are_those_of_their_formulas():
    found = keyed(ROUND[:40]).health(neighbours=3)
    matrix = ROUND[:40].astype(np.float64)
    units = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -9)
    occurrences = np.bincount(np.argsort(-cosines, axis=1)[:, :3].ravel(), minlength=40)
    deviations = occurrences - occurrences.mean()
    assert found.hub_skewness == pytest.approx((deviations**3).mean() / (deviations**2).mean() ** 1.5)
    assert found.hubs[0][1] == occurrences.max()
    assert found.orphans == pytest.approx((occurrences == 0).mean())
    assert found.mean_cosine == pytest.approx(cosines[~np.eye(40, dtype=bool)].mean(), abs=1e-6)
    axes = np.linalg.eigh(matrix.T @ matrix)[1]
    sums = np.exp(np.hstack([matrix @ axes, -matrix @ axes])).sum(axis=0)
    assert found.partition_isotropy == pytest.approx(sums.min() / sums.max(), rel=1e-4)


def test_large_numbers_are_measured_as_others():
    small, large = keyed(ROUND).health(), keyed(ROUND * np.float32(1e37)).health()
    assert (large.mean_length, large.effective_dim) == pytest.approx((small.mean_length, small.effective_dim), rel=1e-5)


def test_a_word_that_is_near_to_all_is_a_hub():
    found = keyed(np.vstack([np.eye(60), np.ones((1, 60))])).health(neighbours=1)
    assert found.hubs[0] == ("w60", 60)
    assert found.hub_skewness > 1.4
    assert "hubs, are near many: w60 (60)" in dict(enumerate(found.to_dict()["findings"].values()))[4]


def test_large_counts_are_told_apart():
    lengths = np.arange(1, 6)[:, None]
    found = keyed(lengths * np.ones((5, 2)), 2**62 + np.array([1, 1, 1, 2, 3])).health()
    assert found.norm_frequency == pytest.approx(0.894, abs=0.001)


def test_frequency_is_found_in_lengths_and_in_the_main_direction():
    counts = np.arange(300, 0, -1)
    long = ROUND * np.linspace(9, 1, 300)[:, None]
    assert keyed(long, counts).health().norm_frequency > 0.8
    assert keyed(long).health().norm_frequency > 0.8  # words go by falling frequency
    assert keyed(long, counts[::-1]).health().norm_frequency < -0.8
    along = ROUND + np.outer(np.linspace(9, -9, 300), np.eye(8)[0])
    assert keyed(along, counts).health().component_frequency > 0.9
    assert keyed(ROUND, counts).health().component_frequency < 0.3


def test_rows_that_repeat_or_vanish_or_are_not_finite_are_counted_and_left_out():
    bad = np.vstack([ROUND[:50], ROUND[:2], np.zeros((3, 8)), np.full((1, 8), np.inf)])
    found = keyed(bad).health()
    assert (found.duplicates, found.zeros, found.not_finite) == (2, 3, 1)
    assert found.examples["duplicate rows"] == ("w50", "w51")
    assert found.mean_length == keyed(np.vstack([ROUND[:50], ROUND[:2]])).health().mean_length
    assert np.isfinite(found.hub_skewness)
    assert keyed(bad[:51]).quantize("int8").health().duplicates == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [({"neighbours": 0}, "neighbours must be at least 1"), ({"limit": 0}, "limit must be at least 1")],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        keyed(ROUND).health(**options)
    with pytest.raises(InputError, match="needs at least 3 words with vectors that are finite and not zero, not 2"):
        keyed(np.vstack([ROUND[:2], np.zeros((1, 8))])).health()


def test_the_command_prints_each_property_with_its_meaning(run, tmp_path):
    path = str(tmp_path / "x.safetensors")
    keyed(np.vstack([ROUND, np.zeros((1, 8))])).save(path)
    code, out, err = run("health", path)
    assert (code, err) == (0, "")
    assert "rows of zeros                1  Words with a vector of zeros, which is near to nothing: w300." in out
    found = json.loads(run("health", path, "--json", "--limit", "100", "--neighbours", "5")[1])
    assert (found["searched"], found["neighbours"], found["zeros"]) == (100, 5, 1)


def test_words_are_drawn_on_a_plane():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    wv = KeyedVectors(["$x$", "<b>", "c", "d"], ROUND[:4])
    assert wv.plot(["$x$", "<b>", "c"], ax=axes) is axes
    assert [text.get_text() for text in axes.texts] == ["$x$", "<b>", "c"]
    axes.figure.savefig(BytesIO())  # with words that are no formulas
    units = wv.normalize().center().vectors
    spread = np.asarray(wv.plot(ax=Figure().add_subplot()).collections[0].get_offsets())
    assert np.allclose(spread.T @ spread, np.diag(np.linalg.svd(units)[1][:2] ** 2), atol=1e-5)
    with pytest.raises(InputError, match="at least one word"):
        wv.plot([])
