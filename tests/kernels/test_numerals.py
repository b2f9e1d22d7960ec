"""Reading decimals, against Python's exact integers and against numpy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v.formats.rows import to_float32
from w2v.kernels import numerals

BITS = st.integers(0, 2**32 - 1).map(lambda bits: np.uint32(bits).view(np.float32))
NUMERALS = st.from_regex(r"\A-?[0-9]{1,25}(\.[0-9]{0,30})?(e[-+]?[0-9]{1,3})?\Z")


def parse(text):
    number, end, sure = numerals.parse_float(np.frombuffer(text + b"\n    ", np.uint8), 0)
    return np.float32(number) if sure and end == len(text) else None


def nearest(text):
    """The float32 nearest to a numeral, found among its neighbours with whole fractions alone."""
    exact = Fraction(text)
    with np.errstate(over="ignore", under="ignore"):
        guess = np.float32(float(text))
        around = (np.nextafter(guess, np.float32(-np.inf)), guess, np.nextafter(guess, np.float32(np.inf)))
    best = []
    for candidate in around:
        value = Fraction(float(candidate)) if np.isfinite(candidate) else Fraction(2) ** 128 * int(np.sign(candidate))
        best.append((abs(value - exact), int(candidate.view(np.uint32)) & 1, candidate))
    return min(best, key=lambda item: item[:2])[2]


@given(BITS)
@example(np.float32(103114816))  # whose shortest numeral, 1.0311482e+08, is the middle between it and the next
def test_what_numpy_prints_of_a_float32_is_read_back_bit_for_bit(number):
    text = str(number).encode()
    read = parse(text)
    if read is None:  # what is in the middle between two is left to Python, and nothing else
        around = [np.nextafter(number, np.float32(side)) for side in (-np.inf, np.inf)]
        assert 2 * Fraction(str(number)) in [Fraction(float(number)) + Fraction(float(other)) for other in around]
        read = to_float32(text)
    assert np.isnan(read) if np.isnan(number) else read.tobytes() == number.tobytes()


@given(NUMERALS)
@example("16777217")  # the middle between 16777216 and 16777218
@example("16777217.0000000000000000000000000001")
@example("16777216.9999999999999999999999999999")
@example("7.006492321624085354618e-46")  # half of the least float32
@example("7.006492321624085354619e-46")
@example("340282356779733661637539395458142568447")  # just below what rounds to inf
@example("340282356779733661637539395458142568448")
@example("1e-400")
@example("0e999")
@settings(max_examples=500)
def test_a_numeral_is_the_nearest_float32_or_left_to_python_which_finds_it(text):
    expected = nearest(text)
    read = parse(text.encode())
    if read is not None and np.float32(read) != 0:
        assert read == expected
    assert to_float32(text.encode()) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_prints_of_a_double_is_the_nearest_float32(double):
    text = repr(double)
    read = parse(text.encode())
    assert (to_float32(text.encode()) if read is None else read) == nearest(text)


@pytest.mark.parametrize("text", ["nan", "-nan", "NaN", "inf", "-inf", "Inf", "+inf"])
def test_names_of_what_is_no_number_are_read(text):
    assert parse(text.encode()) == pytest.approx(float(text), nan_ok=True)


@pytest.mark.parametrize(
    "text", ["", "-", ".", "e5", "1e", "1e+", "0x10", "1_000", "1,5", "nano", "infi", "--1", "1.2.3"]
)
def test_what_is_no_numeral_is_refused(text):
    assert parse(text.encode()) is None


@pytest.mark.parametrize("text", ["1.", ".5", "+3", "1E5", "007", "1e-05", "-0.0", "-0"])
def test_unusual_numerals_are_read(text):
    assert parse(text.encode()).tobytes() == np.float32(text).tobytes()
