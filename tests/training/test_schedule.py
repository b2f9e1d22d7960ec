"""How the units of an epoch are dealt out to replicas."""

from __future__ import annotations

from itertools import pairwise

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v import TrainSettings
from w2v.corpus.shares import STEP, expected_centers
from w2v.training.replicas import Replicas
from w2v.training.schedule import deal_out
from w2v.vocabulary import Vocabulary

KEEP = np.array([50_000_000, 2**31, 2**32 - 1], np.uint32)


TEXT = st.lists(st.integers(-1, 2), min_size=4, max_size=60).map(lambda ids: [0, *ids * 9])


@given(TEXT, st.integers(2, 7), st.integers(0, 200))
def test_spans_are_those_of_the_slow_twin(stream, spans, room):
    most = -(-len(stream) // spans) + room
    bounds = deal_out(expected_centers(np.array(stream, np.int32), 0, KEEP), len(stream), spans, most).tolist()
    assert bounds == naive.deal_out(stream, KEEP.tolist(), spans, most)
    assert (bounds[0], bounds[-1]) == (0, len(stream))
    assert all(0 <= size <= most for size in np.diff(bounds))


def test_the_twin_is_right_where_words_are_thinned_out():
    # The word 0 is kept one time in 86, the word 2 always: of 128 of each, a third are 85 of the word 2.
    stream = [0] * 128 + [2] * 128
    assert naive.deal_out(stream, KEEP.tolist(), 3, 256) == pytest.approx([0, 128 + 42, 128 + 85, 256], abs=1)


@given(TEXT, st.lists(st.integers(0, 540), max_size=3))
def test_parts_of_a_text_add_up_to_the_whole(stream, cuts):
    ids = np.array(stream, np.int32)
    cuts = sorted({0, len(ids), *(cut for cut in cuts if cut < len(ids))})
    sums = np.zeros(-(-len(ids) // STEP), np.int64)
    for start, stop in pairwise(cuts):
        part = expected_centers(ids[start:stop], start, KEEP)
        sums[start // STEP :][: len(part)] += part
    assert sums.tolist() == expected_centers(ids, 0, KEEP).tolist()


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
