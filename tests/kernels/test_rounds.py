"""How the units of an epoch are dealt out."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import TrainSettings
from w2v.kernels.rounds import deal_out
from w2v.training.replicas import Replicas
from w2v.vocabulary import Vocabulary

KEEP = np.array([50_000_000, 2**31, 2**32 - 1], np.uint32)


def dealt(stream, spans, most):
    bounds = np.empty(spans + 1, np.int64)
    shares = np.array([0, *(KEEP // 256 + 1)], np.int32)
    deal_out(np.array(stream, np.int32), shares, most, bounds)
    return bounds.tolist()


@given(st.lists(st.integers(-1, 2), min_size=4, max_size=60), st.integers(2, 7), st.integers(0, 20))
def test_spans_are_those_of_the_slow_twin(stream, spans, room):
    stream, most = [0, *stream], -(-(len(stream) + 1) // spans) + room
    bounds = dealt(stream, spans, most)
    assert bounds == naive.deal_out(stream, KEEP.tolist(), spans, most)
    assert (bounds[0], bounds[-1]) == (0, len(stream))
    assert all(0 <= size <= most for size in np.diff(bounds))


def test_the_twin_is_right_where_words_are_thinned_out():
    # The word 0 is kept one time in 86, the word 2 always: three of it are a third.
    assert naive.deal_out([0, 0, 2, 0, 2, 2, -1, 2, 2, 2, 2, 2, 0, 2], KEEP.tolist(), 3, 14) == [0, 6, 10, 14]


@pytest.mark.parametrize("threads", [2, 6])
def test_spans_of_a_run_have_as_many_centers(threads):
    rng = np.random.default_rng(1)
    # First half of the text: nearly all of it words that are thinned out.
    stream = np.concatenate([rng.choice(2000, 400_000, p=[0.9, *[0.1 / 1999] * 1999]), rng.integers(1, 2000, 400_000)])
    counts = np.bincount(stream).astype(np.int64)
    settings = TrainSettings(threads=threads, sample=1e-4, dim=8, min_count=1, rate=0.01)
    run = Replicas(stream.astype(np.int32), Vocabulary(tuple(map(str, range(2000))), counts), settings)
    assert run.replicas == threads
    chances = (run.work.keep + 1.0) / 2**32
    centers = np.add.reduceat(chances[stream], run.rounds.bounds[:-1])
    units = np.diff(run.rounds.bounds)
    assert centers.max() < 1.02 * centers.mean()
    assert units.max() > 1.5 * units.mean()
