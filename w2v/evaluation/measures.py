"""Measures: what the vectors answered -> one number, its bootstrap, and that of two models' difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from w2v.evaluation import statistics
from w2v.evaluation.statistics import Numbers


class Measure(NamedTuple):
    """A row of the table of measures; `answers` and `scores` are float64 [Q], `scores` what people said.

    value       (answers, scores) -> number, nan where it is not defined
    resamples   (answers, scores, seed) -> its values in resamples of the questions, float64 [B]
    difference  (first, second, scores, seed) -> second minus first in the same resamples, float64 [B]
    """

    value: Callable[[Numbers, Numbers], float]
    resamples: Callable[[Numbers, Numbers, int], Numbers]
    difference: Callable[[Numbers, Numbers, Numbers, int], Numbers]


def _mean() -> Measure:
    def resamples(answers: Numbers, scores: Numbers, seed: int) -> Numbers:
        return statistics.resampled_means(answers, np.random.default_rng(seed))

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
    "spearman": _correlation(statistics.spearman, statistics.resampled_spearman),
    "pearson": _correlation(statistics.pearson, statistics.resampled_pearson),
}
