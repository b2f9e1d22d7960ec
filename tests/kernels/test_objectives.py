"""The training kernels against their twins. `test_lanes.py` runs this file for other widths of register."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.kernels import random, windows
from w2v.kernels.huffman import huffman_paths
from w2v.kernels.objectives import KERNELS, Bags, Paths, Rows, Work, spans
from w2v.objectives import OBJECTIVES

GUARD = 12345.678  # written around the rows; no kernel may touch it


def guarded_rows(words, dim):
    """Return all rows and the view of those that are a model's, with a guard row before and behind."""
    row = -(-dim // 16) * 16
    buffer = np.full((words + 2) * row + 16, GUARD, np.float32)
    skip = -(buffer.ctypes.data // 4) % 16
    rows = buffer[skip : skip + (words + 2) * row].reshape(words + 2, row)
    rows[1:-1] = 0
    return buffer, rows[1:-1]


def random_stream(rng, tokens, words, sentence):
    """Return ids of a Zipf-like distribution with sentence ends, one-word sentences among them."""
    ids = np.minimum(rng.geometric(0.15, tokens) - 1, words - 1).astype(np.int32)
    ids[rng.random(tokens) < 1 / sentence] = -1
    ids[-1] = -1
    return ids


KINDS = {name: row.kind for name, row in OBJECTIVES.items()}


def plan_of(window, outputs, epochs=1, rate=0.05, seed=1, kind="skipgram", bag=(), together=100):
    width = 1 if kind.endswith("-hs") else spans.panel_width(outputs)
    return KINDS[kind](window, False, outputs, epochs, rate, rate * 1e-4, seed, (0,) * width, together, bag)


def work_of(stream, counts, sample=0.05, rows=None):
    paths = Paths(*huffman_paths(np.sort(counts)[::-1].copy()))
    bags = Bags()
    if rows is not None:
        starts = np.cumsum([0, *map(len, rows)]).astype(np.int64)
        bags = Bags(starts, np.concatenate(rows).astype(np.int32))
    return Work(stream, random.keep_limits(counts, sample), random.noise_table(counts, 0.75), paths, bags)


def train(work, rows, plan, units):
    """Train spans of units; returns tokens, centers, pairs, loss, and whether all was finite."""
    scratch = spans.new_scratch(plan, rows.input.shape[1])
    tallies = [KERNELS[type(plan)](first, last, work, rows, plan, scratch) for first, last in units]
    return [*np.array([tally[:4] for tally in tallies]).sum(axis=0), all(tally.finite for tally in tallies)]


def blocks(stream, epochs=1):
    length = len(stream)
    return [
        (epoch * length + first, epoch * length + min(first + windows.BLOCK, length))
        for epoch in range(epochs)
        for first in range(0, length, windows.BLOCK)
    ]


def run(
    stream, center, context, counts, *, window, negatives, epochs=1, rate=0.05, sample=0.05, seed=1, kind="skipgram",
    rows=None, together=100,
):  # fmt: skip
    work = work_of(stream, counts, sample, rows)
    outputs = np.diff(work.paths.starts).max() if kind.endswith("-hs") else 1 + negatives
    plan = plan_of(window, outputs, epochs, rate, seed, kind, () if rows is None else (max(map(len, rows)),), together)
    return work, plan, train(work, Rows(center, context), plan, blocks(stream, epochs))


SHAPES = [
    *[(dim, 5, 3) for dim in (1, 7, 16, 17, 32, 48, 100, 300)],
    *[(20, negatives, 2) for negatives in range(1, 21)],
    *[(33, 5, window) for window in (1, 2, 8, 40)],
]


@pytest.mark.parametrize(
    ("kind", "dim", "negatives", "window", "ngrams", "together"),
    [
        *[("skipgram", *shape, 0, 100) for shape in SHAPES],
        *[("skipgram", dim, 5, 8, ngrams, together) for dim, ngrams, together in ((33, 0, 4), (7, 30, 2), (100, 0, 6))],
        # One width of panels for the others: each is a compilation of some seconds.
        *[(kind, *shape, 0, 100) for kind in KINDS if kind != "skipgram" for shape in SHAPES if shape[1] == 5],
        *[(kind, dim, 5, window, 30, 100) for kind in KINDS for dim, window in ((7, 3), (33, 1), (100, 8))],
    ],
)
def test_the_kernel_agrees_with_the_naive_twin(kind, dim, negatives, window, ngrams, together):
    rng = np.random.default_rng(dim * 1000 + negatives * 10 + window)
    words = 25
    stream = random_stream(rng, 400, words, 9)
    counts = np.maximum(np.bincount(stream[stream >= 0], minlength=words), 1).astype(np.int64)
    center_buffer, center = guarded_rows(words + ngrams, dim)
    context_buffer, context = guarded_rows(words, dim)
    before = center[:, :dim] = rng.normal(size=(words + ngrams, dim)) * 0.3
    context[:, :dim] = rng.normal(size=(words, dim)) * 0.3
    # Up to eight of the n-grams, some of them twice.
    rows = [[word, *rng.integers(words, words + ngrams, rng.integers(9))] for word in range(words)] if ngrams else None
    wanted_center, wanted_context = center[:, :dim].astype(float), context[:, :dim].astype(float)

    work, plan, account = run(
        stream, center, context, counts, window=window, negatives=negatives, epochs=2, kind=kind, rows=rows,
        together=together,
    )  # fmt: skip
    loss, pairs = naive.train(
        stream, wanted_center, wanted_context, work.keep, work.noise, window, negatives, 2, 0.05, 0.05e-4, 1,
        len(plan.panel), objective=kind, paths=naive.huffman(sorted(counts.tolist(), reverse=True)), rows=rows,
        together=together,
    )  # fmt: skip

    # float32 rounding over some hundred steps of up to 300 terms
    np.testing.assert_allclose(center[:, :dim], wanted_center, rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose(context[:, :dim], wanted_context, rtol=2e-4, atol=2e-5)
    assert np.abs(wanted_center - before).max() > 0.01, "nothing was trained: the comparison says nothing"
    assert not center[:, dim:].any(), "the padding of the rows was written"
    assert not context[:, dim:].any(), "the padding of the rows was written"
    for buffer, inside in ((center_buffer, center.size), (context_buffer, context.size)):
        outside = len(buffer) - inside
        assert np.count_nonzero(buffer == np.float32(GUARD)) == outside, "written outside the rows"
    assert account[2] == pairs
    assert account[3] == pytest.approx(loss, rel=1e-4)
    assert account[0] == 2 * np.count_nonzero(stream >= 0)


def test_blocks_leave_no_seams():
    """A sentence longer than a block gives the same pairs as if there were no blocks."""
    rng = np.random.default_rng(3)
    words, dim = 40, 8
    stream = random_stream(rng, 2 * windows.BLOCK + 777, words, 10**9)
    counts = np.maximum(np.bincount(stream[stream >= 0], minlength=words), 1).astype(np.int64)
    _, center = guarded_rows(words, dim)
    _, context = guarded_rows(words, dim)
    center[:, :dim] = rng.normal(size=(words, dim)) * 0.1
    wanted_center, wanted_context = center[:, :dim].astype(float), context[:, :dim].astype(float)
    work, _, account = run(stream, center, context, counts, window=4, negatives=3, rate=0.001, sample=0.01)
    _, pairs = naive.train(stream, wanted_center, wanted_context, work.keep, work.noise, 4, 3, 1, 0.001, 1e-7, 1, 4)
    assert account[2] == pairs
    np.testing.assert_allclose(center[:, :dim], wanted_center, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("fixed", [False, True])
def test_the_windows_of_gather_are_those_of_the_twin(fixed):
    rng = np.random.default_rng(4)
    words, window = 30, 6
    stream = np.concatenate([random_stream(rng, 3 * windows.BLOCK, words, 12), random_stream(rng, 30, words, 99)])
    keep = rng.integers(2**30, 2**32, words).astype(np.uint32)
    key = random.token_key(5, 2)
    found = []
    for start in range(0, len(stream), windows.BLOCK):
        stop = min(start + windows.BLOCK, len(stream))
        room = windows.BLOCK + 2 * window + 1
        ids, bits = np.empty(room, np.int32), np.empty(room, np.uint64)
        left, right = np.empty(room, np.int32), np.empty(room, np.int32)
        first, last, _, _ = windows.gather(stream, start, stop, keep, key, window, fixed, ids, bits, left, right)
        for c in range(first, last):
            context = [int(ids[right[c] - 1 if j == c else j]) for j in range(left[c], right[c] - 1)]
            found.append((int(bits[c]), int(ids[c]), context))
    assert found == [
        (bits, id, context) for _, bits, id, context, *_ in naive.windows(stream, keep, window, 5, 2, fixed)
    ]


def test_one_thread_and_one_seed_give_the_same_bits():
    rng = np.random.default_rng(5)
    words, dim = 50, 24
    stream = random_stream(rng, 30_000, words, 20)
    counts = np.maximum(np.bincount(stream[stream >= 0], minlength=words), 1).astype(np.int64)

    def result(seed):
        _, center = guarded_rows(words, dim)
        _, context = guarded_rows(words, dim)
        center[:, :dim] = 0.01
        run(stream, center, context, counts, window=5, negatives=5, seed=seed)
        return center.tobytes() + context.tobytes()

    assert result(1) == result(1)
    assert result(1) != result(2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lines", [3, 4000])
def test_a_stream_without_pairs_trains_nothing(kind, lines):
    """Of one-word lines there are more than a thread has room for at once: 4000 wrote behind it."""
    stream = np.tile(np.array([0, -1], np.int32), lines)
    _, center = guarded_rows(2, 4)
    _, context = guarded_rows(2, 4)
    center[:, :4] = 0.5
    _, _, account = run(stream, center, context, np.array([2, 1]), window=5, negatives=5, sample=0, kind=kind)
    assert account[0] == lines
    assert account[2] == 0
    assert (center[:, :4] == 0.5).all()
    assert not context.any()


def test_spans_of_any_length_are_the_epoch():
    """Down to a span of one position: this is how a trace looks at single steps."""
    rng = np.random.default_rng(6)
    words, dim = 50, 24
    stream = random_stream(rng, 3_000, words, 20)
    counts = np.maximum(np.bincount(stream[stream >= 0], minlength=words), 1).astype(np.int64)
    work, plan = work_of(stream, counts), plan_of(5, 6)

    def result(spans):
        rows = Rows(guarded_rows(words, dim)[1], guarded_rows(words, dim)[1])
        rows.input[:, :dim] = 0.01
        tally = train(work, rows, plan, spans)
        return rows.input.tobytes() + rows.output.tobytes(), tally[:3]

    whole = result([(0, 3_000)])
    assert whole == result([(n, n + 1) for n in range(3_000)]) == result([(0, 7), (7, 2_222), (2_222, 3_000)])
    assert whole[0] != result([(0, 2_999 - 50)])[0]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_is_seen_after_its_span(value):
    stream = np.tile(np.array([0, 1, 2, -1], np.int32), 500)
    counts = np.array([500] * 3)
    for at in range(7):
        rows = Rows(guarded_rows(3, 7)[1], guarded_rows(3, 7)[1])
        rows.input[:, :7] = 0.1
        assert train(work_of(stream, counts, 0), rows, plan_of(2, 6), [(0, 200)])[4]
        rows.input[1, at] = value
        assert not train(work_of(stream, counts, 0), rows, plan_of(2, 6), [(200, 400)])[4]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=80).map(lambda counts: sorted(counts, reverse=True)))
def test_paths_are_those_of_the_slow_huffman_tree(counts):
    starts, nodes, labels = huffman_paths(np.array(counts))
    wanted = naive.huffman(counts)
    for word, path in wanted.items():
        here = slice(starts[word], starts[word + 1])
        assert list(zip(nodes[here].tolist(), labels[here].tolist())) == path
    assert len(starts) == len(counts) + 1


@pytest.mark.parametrize(("negatives", "width"), [(1, 4), (3, 4), (5, 6), (7, 8), (10, 6), (15, 8), (20, 8)])
def test_panels_leave_few_places_empty(negatives, width):
    assert spans.panel_width(1 + negatives) == width
