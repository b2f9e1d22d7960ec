"""Writing decimals: the fewest digits that read back to the same float32."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v.kernels import decimals

BITS = st.integers(0, 2**32 - 1).map(lambda bits: np.uint32(bits).view(np.float32))


def written(number):
    out = np.zeros(40, np.uint8)
    end = decimals.write_float(np.float32(number), out, np.uint64(0))
    assert end <= decimals.LONGEST - 1
    return out[:end].tobytes().decode()


def digits(text):
    return text.lower().split("e")[0].replace("-", "").replace(".", "").strip("0")


@given(BITS)
@example(np.float32(1.17549435e-38))
@example(np.float32(3.4028235e38))
@example(np.float32(1e-45))
@example(np.float32(9.999999e9))
@example(np.float32(16777216))
@settings(max_examples=500)
def test_a_float32_reads_back_the_same_with_as_few_digits_as_numpy_needs(number):
    text = written(number)
    if np.isnan(number):
        assert text.strip("-") == "nan"
        return
    assert np.float32(text).tobytes() == number.tobytes()
    if np.isfinite(number):
        assert len(digits(text)) == len(digits(np.format_float_scientific(number, unique=True)))


def test_a_million_random_floats_read_back_the_same():
    numbers = np.random.default_rng(0).integers(0, 2**32, (10_000, 100), np.uint64).astype(np.uint32).view(np.float32)
    numbers = np.where(np.isfinite(numbers), numbers, np.float32(0))
    out = np.empty(numbers.size * decimals.LONGEST + len(numbers), np.uint8)
    end = decimals.write_rows(numbers, np.empty(0, np.uint8), np.zeros(len(numbers) + 1, np.int64), 32, False, out)
    read = np.array(out[:end].tobytes().split(), dtype="U").astype(np.float32).reshape(numbers.shape)
    assert read.tobytes() == numbers.tobytes()
