import naive_scores as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.evaluation import statistics

# Few values, so that there are ties.
NUMBERS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30)


def columns(pairs):
    return (np.array(column, np.float64) for column in zip(*pairs, strict=True))


@given(NUMBERS)
def test_ranks_agree_with_counting_what_is_less(pairs):
    x, _ = columns(pairs)
    assert list(statistics.ranks(x)) == [naive.rank(list(x), i) for i in range(len(x))]


@given(NUMBERS)
def test_correlations_agree_with_their_definition_ties_and_all(pairs):
    x, y = columns(pairs)
    if np.ptp(x) and np.ptp(y):
        assert statistics.pearson(x, y) == pytest.approx(naive.pearson(x, y), abs=1e-12)
        assert statistics.spearman(x, y) == pytest.approx(naive.spearman(list(x), list(y)), abs=1e-12)
    else:
        assert np.isnan(statistics.pearson(x, y))
        assert np.isnan(statistics.spearman(x, y))


@given(NUMBERS, st.integers(0, 99))
def test_a_weight_means_so_many_copies(pairs, seed):
    x, _ = columns(pairs)
    weights = np.random.default_rng(seed).multinomial(len(x), np.full(len(x), 1 / len(x)), size=1)
    copies = np.repeat(x, weights[0])
    expected = [naive.rank(list(copies), i) for i in range(len(copies))]
    assert list(np.repeat(statistics._weighted_ranks(x, weights)[0], weights[0])) == expected


def slow_resamples(x, y, score, rng, times=400):
    draws = (rng.integers(len(x), size=len(x)) for _ in range(times))
    return np.array([score(list(x[draw]), list(y[draw])) for draw in draws])


@pytest.mark.parametrize("name", ["pearson", "spearman"])
def test_resampled_correlations_spread_as_if_each_resample_were_drawn_and_scored(name):
    rng = np.random.default_rng(0)
    x = rng.normal(size=40)
    y = np.round(x + rng.normal(size=40))
    fast = getattr(statistics, f"resampled_{name}")(x, y, rng)
    slow = slow_resamples(x, y, getattr(naive, name), rng)
    assert len(fast) == statistics.RESAMPLES
    # Standard errors of 400 draws: about 0.08 / 20 of a mean, four times that of a bound.
    assert fast.mean() == pytest.approx(slow.mean(), abs=0.02)
    assert statistics.interval(fast) == pytest.approx(statistics.interval(slow), abs=0.06)


def test_resampled_means_spread_as_a_binomial():
    values = np.repeat([1.0, 0.0], [300, 700])
    means = statistics.resampled_means(values, np.random.default_rng(0))
    assert means.mean() == pytest.approx(0.3, abs=0.002)
    assert means.std() == pytest.approx(np.sqrt(0.3 * 0.7 / 1000), rel=0.1)
    # The normal approximation of a proportion: 0.3 -+ 1.96 sqrt(0.3 0.7 / 1000).
    assert statistics.interval(means) == pytest.approx((0.2716, 0.3284), abs=0.003)


def test_the_same_seed_draws_the_same_resamples_of_any_two_models():
    x, y, z = np.random.default_rng(0).normal(size=(3, 50))
    one, two = (statistics.resampled_pearson(x, other, np.random.default_rng(7)) for other in (z, z + 1e-9 * y))
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_an_interval_of_nothing_is_nothing():
    assert statistics.interval(np.array([np.nan])) == (None, None)
