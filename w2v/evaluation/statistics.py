"""Measures, and how sure we are of them: means, correlations, and the bootstrap (Efron & Tibshirani 1993).

A resample of n questions is drawn from them with replacement; how often each was drawn are its
weights. A score is taken of 1,000 resamples, and the middle 95 % of the results are the interval
(the percentile method). The questions are taken as independent; those of an analogy section share
their words and are not quite, so that the true interval is somewhat wider.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Weights = npt.NDArray[np.int64]

RESAMPLES = 1000
_CELLS = 1 << 20  # weights drawn at a time: 8 MB


def ranks(values: Numbers) -> Numbers:
    """Return the rank of each value, 1 the least, float64 [n]; equal values share the mean of their ranks."""
    middle: Numbers = _weighted_ranks(values, np.ones((1, len(values)), np.int64))[0]
    return middle


def pearson(x: Numbers, y: Numbers) -> float:
    """Return the correlation of x and y, float64 [n]; nan if one of them is constant."""
    return float(_correlations(x[None], y[None], np.ones((1, len(x)), np.int64))[0])


def spearman(x: Numbers, y: Numbers) -> float:
    """Return the correlation of the ranks of x and y, float64 [n]; nan if one of them is constant."""
    return pearson(ranks(x), ranks(y))


def resampled_means(values: Numbers, rng: np.random.Generator) -> Numbers:
    """Return the means of resamples of `values`, float64 [RESAMPLES]."""
    # Values are mostly 0 and 1: how many of each a resample has is one draw, for any number of questions.
    distinct, counts = np.unique(values, return_counts=True)
    drawn = rng.multinomial(len(values), counts / len(values), size=RESAMPLES)
    means: Numbers = drawn @ distinct / len(values)
    return means


def resampled_pearson(x: Numbers, y: Numbers, rng: np.random.Generator) -> Numbers:
    """Return the Pearson correlations of resamples of the pairs (x, y), float64 [RESAMPLES]."""
    return _resampled(len(x), rng, lambda weights: _correlations(x[None], y[None], weights))


def resampled_spearman(x: Numbers, y: Numbers, rng: np.random.Generator) -> Numbers:
    """Return the Spearman correlations of resamples of the pairs (x, y), float64 [RESAMPLES]."""

    def correlations(weights: Weights) -> Numbers:
        return _correlations(_weighted_ranks(x, weights), _weighted_ranks(y, weights), weights)

    return _resampled(len(x), rng, correlations)


def interval(results: Numbers) -> tuple[float, float] | tuple[None, None]:
    """Return the bounds of the middle 95 % of `results`; NaN does not count."""
    numbers = results[np.isfinite(results)]
    if not len(numbers):
        return None, None
    low, high = np.percentile(numbers, [2.5, 97.5])
    return float(low), float(high)


def _resampled(n: int, rng: np.random.Generator, score: Callable[[Weights], Numbers]) -> Numbers:
    at_a_time = max(1, _CELLS // max(1, n))
    sizes = [min(at_a_time, RESAMPLES - start) for start in range(0, RESAMPLES, at_a_time)]
    return np.concatenate([score(rng.multinomial(n, np.full(n, 1 / n), size=size)) for size in sizes])


def _weighted_ranks(values: Numbers, weights: Weights) -> Numbers:
    """Return the ranks of `values`, [n], in samples that hold value i weights[b, i] times, float64 [B, n]."""
    distinct, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(distinct)))
    sizes = np.add.reduceat(weights[:, order], starts, axis=1)
    # A group of w equal values after u smaller ones has the ranks u + 1 ... u + w.
    middle: Numbers = np.cumsum(sizes, axis=1) - (sizes - 1) / 2
    return middle[:, group]


def _correlations(x: Numbers, y: Numbers, weights: Weights) -> Numbers:
    """Return the correlation of x and y, [1 or B, n], for each row of weights, [B, n]; of a constant, nan."""
    total = weights.sum(axis=1, keepdims=True)
    x = x - (weights * x).sum(axis=1, keepdims=True) / total
    y = y - (weights * y).sum(axis=1, keepdims=True) / total
    products = (weights * x * y).sum(axis=1)
    scale = np.sqrt((weights * x * x).sum(axis=1) * (weights * y * y).sum(axis=1))
    correlations: Numbers = np.divide(products, scale, out=np.full(len(products), np.nan), where=scale > 1e-12)
    return correlations


class Measure(NamedTuple):
    """A row of the table of measures; `answers` and `scores` are float64 [Q], `scores` what people said.

    value       (answers, scores) -> number, nan where it is not defined
    resamples   (answers, scores, seed) -> its values in resamples of the questions, float64 [B]
    difference  (first, second, scores, seed) -> second minus first in the same resamples, float64 [B]
    """

    value: Callable[[Numbers, Numbers], float]
    resamples: Callable[[Numbers, Numbers, int], Numbers]
    difference: Callable[[Numbers, Numbers, Numbers, int], Numbers]

    def of(self, answers: Numbers, scores: Numbers) -> float | None:
        """Return the value; None where it is not defined, or nothing was answered."""
        value = self.value(answers, scores) if len(answers) else np.nan
        return value if np.isfinite(value) else None


def _mean() -> Measure:
    def resamples(answers: Numbers, scores: Numbers, seed: int) -> Numbers:
        return resampled_means(answers, np.random.default_rng(seed))

    return Measure(
        lambda answers, scores: float(answers.mean()),
        resamples,
        lambda first, second, scores, seed: resamples(second - first, scores, seed),
    )


def _correlation(
    value: Callable[[Numbers, Numbers], float],
    resampled: Callable[[Numbers, Numbers, np.random.Generator], Numbers],
) -> Measure:
    def resamples(answers: Numbers, scores: Numbers, seed: int) -> Numbers:
        return resampled(answers, scores, np.random.default_rng(seed))

    return Measure(
        value,
        resamples,
        # The same seed and the same number of questions draw the same resamples.
        lambda first, second, scores, seed: resamples(second, scores, seed) - resamples(first, scores, seed),
    )


MEASURES = {
    "accuracy": _mean(),
    "purity": _mean(),
    "spearman": _correlation(spearman, resampled_spearman),
    "pearson": _correlation(pearson, resampled_pearson),
}
