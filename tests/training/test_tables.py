"""The tables as a run begins with them."""

import numpy as np
import pytest

from w2v.training.tables import PART, Tables


@pytest.mark.parametrize("initial", [0.5, 2.0])
def test_input_rows_begin_uniform_in_their_range_and_output_rows_at_zero(initial):
    tables = Tables.begin(PART + 100, 50, 3, initial=initial)
    numbers = tables.input[:, :50] * 50
    assert -initial <= numbers.min() < -0.99 * initial
    assert 0.99 * initial < numbers.max() < initial
    assert numbers.std() == pytest.approx(initial / np.sqrt(3), rel=0.01)
    assert not tables.input[:, 50:].any()
    assert not tables.output.any()
    before = tables.input.copy()
    tables.input[:] = tables.output[:] = 7
    tables.forget(3, initial)
    np.testing.assert_array_equal(tables.input[:, :50], before[:, :50])
    assert not tables.output.any()


def test_the_numbers_of_a_seed_are_scaled_and_not_others():
    small, large = (Tables.begin(20, 10, 1, initial=initial).input for initial in (0.5, 2.0))
    np.testing.assert_allclose(4 * small, large, rtol=1e-6)


def test_with_squares_both_tables_begin_uniform_in_the_range_and_squares_at_one():
    tables = Tables.begin(200, 10, 1, initial=3.0, squares=True)
    for table, one in ((tables.input, 11), (tables.output, 10)):
        half = table.shape[1] // 2
        assert (table[:, half:] == 1).all()
        assert (table[:, one] == 1).all()
        numbers = table[:, [*range(10), 21 - one]] * 10  # the vector and the bias
        assert -3 <= numbers.min() < -2.9
        assert 2.9 < numbers.max() <= 3
        assert not table[:, 12:half].any()
