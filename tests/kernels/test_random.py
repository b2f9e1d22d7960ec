"""Chance: noise, subsampling and windows have the distributions that they should have."""

from __future__ import annotations

import itertools

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from w2v.kernels import negatives, random


def noise_probabilities(table):
    """Return the probability of each word, from the table alone."""
    low, high = (part.astype(int).reshape(-1, 2) for part in (table & np.uint64(0xFFFFFFFF), table >> np.uint64(32)))
    share, alias, first, words = low[:, 0] / 2**32, high[:, 0], low[:, 1], high[:, 1]
    runs = (share + np.bincount(alias, 1 - share, len(share))) / len(share)
    assert first.tolist() == [0, *np.cumsum(words)[:-1]]
    return np.repeat(runs / words, words)


@given(
    arrays(np.int64, st.integers(1, 300), elements=st.integers(1, 10) | st.integers(1, 10**7)),
    st.sampled_from([0.75, 1.0, 0.0, -0.5]),
)
def test_the_alias_table_holds_the_noise_distribution(counts, exponent):
    wanted = counts.astype(float) ** exponent
    found = noise_probabilities(random.noise_table(counts, exponent))
    # each slot is exact to 2^-32, and a run of words may be the alias of all others
    np.testing.assert_allclose(found, wanted / wanted.sum(), rtol=0, atol=1e-8)


def test_drawn_negatives_follow_the_noise_distribution():
    counts = np.array([1000, 300, 100, 30, 30, 30, 10, 10, 3, 1])
    table = random.noise_table(counts, 0.75)
    assert len(table) == 2 * 7
    draws, several = 40_000, 5
    drawn, clash = np.empty((several, draws), np.int32), np.empty(draws, np.int32)
    bits = np.array([random.bits_at(np.uint64(7), position) for position in range(draws)], np.uint64)
    negatives.draw_negatives(np.zeros(draws, np.int32), bits, table, drawn, clash)
    wanted = draws * counts**0.75 / (counts**0.75).sum()
    for row in drawn:
        # chi square with 9 degrees of freedom: 27.9 is passed by chance once in a thousand seeds
        assert ((np.bincount(row, minlength=len(counts)) - wanted) ** 2 / wanted).sum() < 27.9
    shares = wanted / draws
    for first, second in itertools.combinations(drawn, 2):
        # and two draws of a center know nothing of each other: of 100 cells, 81 degrees of freedom
        found = np.bincount(first * len(counts) + second, minlength=len(counts) ** 2)
        expected = draws * np.outer(shares, shares).ravel()
        likely = expected > 5
        assert ((found - expected)[likely] ** 2 / expected[likely]).sum() < 130


@pytest.mark.parametrize("sample", [1e-3, 1e-5, 0.0])
def test_words_are_kept_as_often_as_the_c_program_keeps_them(sample):
    counts = np.array([5_000_000, 40_000, 700, 5], np.int64)
    wanted = [naive.keep_probability(count, counts.sum(), sample) for count in counts]
    np.testing.assert_allclose(random.keep_shares(counts, sample), wanted, rtol=1e-6)
    limits = random.keep_limits(counts, sample)
    drawn = np.array([int(random.bits_at(np.uint64(9), position)) >> 32 for position in range(20_000)])
    for limit, share in zip(limits, wanted):
        error = 4 * np.sqrt(max(share * (1 - share), 1e-4) / len(drawn))
        assert abs(np.mean(drawn <= limit) - share) < error


def test_bits_are_those_of_the_twin_and_differ_between_epochs_and_seeds():
    for seed, epoch, position in [(1, 0, 0), (1, 1, 0), (2, 0, 0), (2**63 - 1, 9, 10**12)]:
        key = np.uint64(random.epoch_key(seed, epoch))  # a plain int would be taken for int64
        assert int(random.bits_at(key, position)) == naive.bits_at(seed, epoch, position)
        of_token = int(random.token_bits(random.token_key(seed, epoch), position))
        assert of_token == naive.token_bits(seed, epoch, position)


@pytest.mark.parametrize("epochs", [5, 8, 20])
def test_the_epochs_of_a_token_are_spread_evenly(epochs):
    keys = [random.token_key(3, epoch) for epoch in range(epochs)]
    bits = np.array([[int(random.token_bits(key, position)) for key in keys] for position in range(2000)], np.uint64)
    widths = 1 + ((bits & np.uint64(0xFFFFFFFF)) * np.uint64(5) >> np.uint64(32)).astype(int)
    assert widths.min() == 1
    assert widths.max() == 5
    for width in range(1, 6):
        found = (widths == width).sum(1)
        assert abs(found - epochs / 5).max() <= 2, "drawn apart it is up to 4 of 5, and 10 of 20"
    # The mean of its widths is 3 with a deviation of sqrt(2 / epochs) if they are drawn apart.
    assert widths.mean(1).std() < 0.6 * np.sqrt(2 / epochs)
    for share in (0.1, 0.5, 0.8):
        kept = ((bits >> np.uint64(32)) / 2**32 < share).sum(1)
        assert abs(kept - share * epochs).max() < 2
        assert kept.mean() == pytest.approx(share * epochs, abs=0.05 * epochs)
    # Neighbours know nothing of each other.
    assert abs(np.corrcoef(widths[:-1, 0], widths[1:, 0])[0, 1]) < 0.1


def test_windows_are_equally_often_of_each_width():
    window = 5
    low = [naive.token_bits(1, 0, position) & 0xFFFFFFFF for position in range(50_000)]
    found = np.bincount([1 + (bits * window >> 32) for bits in low], minlength=window + 1)[1:]
    # chi square with 4 degrees of freedom, once in a thousand
    assert ((found - 10_000) ** 2 / 10_000).sum() < 18.5
