import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec.errors import InputError
from fastvec.kernels.alias import alias_table, noise_distribution, sample
from fastvec.kernels.jit import entry


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
