"""Numbers in text: the nearest float32 when read, the shortest decimal when written."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastvec import KeyedVectors, load
from fastvec.kernels.format_numbers import NUMBER_BYTES, format_lines
from fastvec.vectors.decimals import nearest_float32


def written(values):
    values = np.asarray(values, np.float32).reshape(-1, 1)
    out = np.empty(len(values) * (NUMBER_BYTES + 1), np.uint8)
    size = format_lines(np.empty(0, np.uint8), np.zeros(len(values) + 1, np.int64), values, out)
    return [line[1:] for line in out[:size].tobytes().decode().split("\n")[:-1]]


def read(numbers, tmp_path):
    path = tmp_path / "numbers.txt"
    path.write_text("".join(f"w{row} {number}\n" for row, number in enumerate(numbers)))
    return load(path).vectors[:, 0]


def naive_nearest(text):
    """Of the float32 around the double, the nearest by exact arithmetic; of two as near the one with even bits."""
    exact = Decimal(text)
    with np.errstate(over="ignore"):
        guess = np.float32(float(text))
    down, up = np.nextafter(guess, np.float32(-np.inf)), np.nextafter(guess, np.float32(np.inf))
    return min(
        (down, guess, up), key=lambda value: (abs(Decimal(float(value)) - exact), int(value.view(np.uint32)) & 1)
    )


float32s = st.integers(0, 2**32 - 1).map(lambda bits: np.uint32(bits).view(np.float32)).filter(np.isfinite)


@settings(deadline=None, max_examples=300)
@given(st.lists(float32s, min_size=1, max_size=20))
def test_the_shortest_number_is_that_of_numpy(values):
    expected = [np.format_float_scientific(value, unique=True, trim="-") for value in values]
    assert [Decimal(text) for text in written(values)] == [Decimal(text) for text in expected]


def test_powers_of_two_and_their_neighbours_are_written_shortest():
    powers = np.ldexp(np.float32(1), np.arange(-149, 128)).astype(np.float32)
    values = np.concatenate([powers, np.nextafter(powers, np.float32(0)), np.nextafter(powers, np.float32(3e38))])
    expected = [np.format_float_scientific(value, unique=True, trim="-") for value in values]
    assert [Decimal(text) for text in written(values)] == [Decimal(text) for text in expected]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.25"), (3, "3.0"), (-0.0, "-0.0"), (1.5e-7, "1.5e-07"), (1e-4, "0.0001"), (1e15, "1000000000000000.0"),
     (1e16, "1e+16"), (123456.7, "123456.7")],
)  # fmt: skip
def test_numbers_look_as_in_python(value, text):
    assert written([value]) == [text]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.from_regex(r"-?[0-9]{1,25}(\.[0-9]{1,25})?", fullmatch=True),
            st.from_regex(r"[+-]?[0-9]{0,12}\.[0-9]{1,12}[eE][+-]?[0-4]?[0-9]", fullmatch=True),
            st.floats(-3e38, 3e38, allow_nan=False).map(repr),
        ).filter(lambda text: text.isascii() and abs(Decimal(text)) < Decimal("3.4e38")),
        min_size=1,
        max_size=20,
    )
)
def test_numbers_are_read_to_the_nearest_float32(tmp_path_factory, numbers):
    values = read(numbers, tmp_path_factory.mktemp("numbers"))
    assert values.tolist() == [float(naive_nearest(text)) for text in numbers]


def test_numbers_halfway_between_two_float32_round_to_even(tmp_path):
    rng = np.random.default_rng(1)
    values = rng.integers(1, 0x7F000000, 500, dtype=np.uint32).view(np.float32)
    above = np.nextafter(values, np.float32(np.inf))
    middles = [Decimal((float(low) + float(high)) / 2) for low, high in zip(values, above, strict=True)]
    even = np.where(values.view(np.uint32) & 1 == 0, values, above)
    assert np.array_equal(read([f"{middle:f}" for middle in middles], tmp_path), even)
    with localcontext(prec=500):
        slightly_more = [f"{middle + Decimal('1e-200'):f}" for middle in middles]
    assert np.array_equal(read(slightly_more, tmp_path), above)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-0.0", 0), ("1e-46", 0), ("7.1e-46", 1e-45), ("1e-45", 1e-45), ("3.40282356e38", 3.4028235e38),
     ("16777217", 16777216), ("1e-999999999999999999999", 0), (".5", 0.5), ("5.", 5), ("+1E2", 100),
     ("0." + "0" * 60 + "1e61", 1), ("1" + "0" * 100 + "e-100", 1)],
)  # fmt: skip
def test_numbers_at_the_edges(tmp_path, text, value):
    assert read([text], tmp_path)[0] == np.float32(value)


def test_the_exact_way_rounds_once():
    assert nearest_float32(b"1.00000017881393432617187499") == np.float32(1.0000001)
    assert np.isinf(nearest_float32(b"3.40282357e38"))
    assert nearest_float32(b"-3.40282356e38") == -np.finfo(np.float32).max


def test_long_texts_are_parsed_in_threads_and_keep_their_order(tmp_path):
    vectors = np.random.default_rng(1).standard_normal((30000, 12)).astype(np.float32)
    wv = KeyedVectors([f"w{row}" for row in range(30000)], vectors)
    wv.save(tmp_path / "many.txt")
    copy = load(tmp_path / "many.txt")
    assert copy.words == wv.words
    assert np.array_equal(copy.vectors, vectors)
