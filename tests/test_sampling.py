import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.errors import InputError
from fastvec.kernels.alias import sample
from fastvec.kernels.jit import entry
from fastvec.sampling.alias import alias_table, noise_distribution
from fastvec.sampling.subsampling import keep_probability


def mass(table):
    """Give the probability with which each item is drawn, in units of 2**-32 slots."""
    threshold, alias = (table >> np.uint64(32)).astype(np.float64), (table & np.uint64(0xFFFFFFFF)).astype(np.int64)
    total = threshold.copy()
    np.add.at(total, alias, 2.0**32 - threshold)
    return total / 2.0**32 / len(table)


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=50))
def test_alias_table_has_exactly_the_mass_of_the_distribution(counts):
    probabilities = noise_distribution(np.array(counts))
    np.testing.assert_allclose(mass(alias_table(probabilities)), probabilities, atol=2e-9)


@entry
def draws(state, table, found):
    for _ in range(100_000):
        found[sample(state, table)] += 1


def test_draws_follow_the_distribution():
    probabilities = np.array([0.5, 0.3, 0.15, 0.05])
    found = np.zeros(4, np.int64)
    with np.errstate(over="ignore"):
        draws(np.array([7], np.uint64), alias_table(probabilities), found)
    np.testing.assert_allclose(found / 100_000, probabilities, atol=0.006)


def test_exponent_zero_is_uniform_and_one_is_unigram():
    counts = np.array([6, 3, 1])
    np.testing.assert_allclose(noise_distribution(counts, 0), [1 / 3] * 3)
    np.testing.assert_allclose(noise_distribution(counts, 1), [0.6, 0.3, 0.1])


def test_exponent_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="ns_exponent must be a finite number, not nan"):
        noise_distribution(np.array([1]), float("nan"))


@pytest.mark.parametrize("exponent", [100, -100])
def test_exponent_whose_powers_are_no_numbers_is_refused(exponent):
    with pytest.raises(InputError, match=f"ns_exponent {exponent} makes powers of the counts that are no numbers"):
        noise_distribution(np.array([10**6, 10**5]), exponent)


def test_keep_probability_is_the_formula_of_word2vec_c():
    counts = np.array([900_000, 90_000, 9_900, 100])
    threshold = 1e-3
    ran = (np.sqrt(counts / (threshold * counts.sum())) + 1) * (threshold * counts.sum()) / counts
    np.testing.assert_allclose(keep_probability(counts, threshold), np.minimum(ran, 1), rtol=1e-6)


def test_threshold_zero_keeps_every_word():
    np.testing.assert_array_equal(keep_probability(np.array([10**9, 1]), 0), [1, 1])


@pytest.mark.parametrize("threshold", [-0.1, float("nan")])
def test_threshold_below_zero_is_refused(threshold):
    with pytest.raises(InputError, match="sample must be at least 0"):
        keep_probability(np.array([1]), threshold)
