"""The training kernel against its twin. `test_lanes.py` runs this file for other widths of register."""

from __future__ import annotations

import naive
import numpy as np
import pytest

from w2v.kernels import chance, skipgram

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


def run(
    stream, center, context, counts, *, window, negatives, epochs=1, rate=0.05, sample=0.05, seed=1, threads=1, hot=0
):
    keep, noise = chance.keep_limits(counts, sample), chance.noise_table(counts, 0.75)
    progress = np.zeros((threads, 8))
    shape = (0,) * skipgram.panel_width(negatives)
    control = skipgram.new_control()
    control[skipgram.HOT] = hot
    for account in progress:
        skipgram.train(
            stream, center, context, keep, noise, control, account, window, negatives, epochs, rate, rate * 1e-4, seed,
            shape,
        )  # fmt: skip
    return keep, noise, progress.sum(axis=0)


@pytest.mark.parametrize(
    ("dim", "negatives", "window"),
    [
        *[(dim, 5, 3) for dim in (1, 7, 16, 17, 32, 48, 100, 300)],
        *[(20, negatives, 2) for negatives in range(1, 21)],
        *[(33, 5, window) for window in (1, 2, 8, 40)],
    ],
)
def test_the_kernel_agrees_with_the_naive_twin(dim, negatives, window):
    rng = np.random.default_rng(dim * 1000 + negatives * 10 + window)
    words = 25
    stream = random_stream(rng, 400, words, 9)
    counts = np.maximum(np.bincount(stream[stream >= 0], minlength=words), 1).astype(np.int64)
    before = rng.normal(size=(2, words, dim)) * 0.3
    center_buffer, center = guarded_rows(words, dim)
    context_buffer, context = guarded_rows(words, dim)
    center[:, :dim], context[:, :dim] = before
    wanted_center, wanted_context = center[:, :dim].astype(float), context[:, :dim].astype(float)

    keep, noise, account = run(stream, center, context, counts, window=window, negatives=negatives, epochs=2)
    loss, pairs = naive.train(
        stream,
        wanted_center,
        wanted_context,
        keep,
        noise,
        window,
        negatives,
        2,
        0.05,
        0.05e-4,
        1,
        skipgram.panel_width(negatives),
    )

    # float32 rounding over some hundred steps of up to 300 terms
    np.testing.assert_allclose(center[:, :dim], wanted_center, rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose(context[:, :dim], wanted_context, rtol=2e-4, atol=2e-5)
    assert np.abs(wanted_center - before[0]).max() > 0.01, "nothing was trained: the comparison says nothing"
    assert not center[:, dim:].any(), "the padding of the rows was written"
    assert not context[:, dim:].any(), "the padding of the rows was written"
    for buffer in (center_buffer, context_buffer):
        outside = len(buffer) - words * center.shape[1]
        assert np.count_nonzero(buffer == np.float32(GUARD)) == outside, "written outside the rows"
    assert account[skipgram.PAIRS] == pairs
    assert account[skipgram.LOSS] == pytest.approx(loss, rel=1e-4)
    assert account[skipgram.TOKENS] == 2 * np.count_nonzero(stream >= 0)


@pytest.mark.parametrize("hot", [1, 7, 25, 64])
def test_a_thread_with_copies_of_the_hot_rows_trains_the_same(hot):
    """Alone, a thread merges just what it has moved: the copies change nothing but the last bits."""
    rng = np.random.default_rng(6)
    words, dim = 25, 20
    stream = random_stream(rng, 30_000, words, 9)
    counts = np.maximum(np.bincount(stream[stream >= 0], minlength=words), 1).astype(np.int64)
    start = rng.normal(size=(words, dim)) * 0.3
    results = []
    for copies in (0, hot):
        center_buffer, center = guarded_rows(words, dim)
        context_buffer, context = guarded_rows(words, dim)
        center[:, :dim] = start
        run(stream, center, context, counts, window=3, negatives=5, rate=0.01, hot=copies)
        for buffer in (center_buffer, context_buffer):
            assert np.count_nonzero(buffer == np.float32(GUARD)) == len(buffer) - center.size
        results.append((center[:, :dim].copy(), context[:, :dim].copy()))
    for with_copies, without in zip(results[1], results[0]):
        np.testing.assert_allclose(with_copies, without, rtol=1e-2, atol=1e-4)  # a million roundings apart
    assert np.abs(results[0][0] - start).max() > 0.1


def test_blocks_leave_no_seams():
    """A sentence longer than a block gives the same pairs as if there were no blocks."""
    rng = np.random.default_rng(3)
    words, dim = 40, 8
    stream = random_stream(rng, 2 * skipgram.BLOCK + 777, words, 10**9)
    counts = np.maximum(np.bincount(stream[stream >= 0], minlength=words), 1).astype(np.int64)
    _, center = guarded_rows(words, dim)
    _, context = guarded_rows(words, dim)
    center[:, :dim] = rng.normal(size=(words, dim)) * 0.1
    wanted_center, wanted_context = center[:, :dim].astype(float), context[:, :dim].astype(float)
    keep, noise, account = run(stream, center, context, counts, window=4, negatives=3, rate=0.001, sample=0.01)
    _, pairs = naive.train(stream, wanted_center, wanted_context, keep, noise, 4, 3, 1, 0.001, 1e-7, 1, 4)
    assert account[skipgram.PAIRS] == pairs
    np.testing.assert_allclose(center[:, :dim], wanted_center, rtol=1e-3, atol=1e-4)


def test_the_windows_of_gather_are_those_of_the_twin():
    rng = np.random.default_rng(4)
    words, window = 30, 6
    stream = np.concatenate([random_stream(rng, 3 * skipgram.BLOCK, words, 12), random_stream(rng, 30, words, 99)])
    keep = rng.integers(2**30, 2**32, words).astype(np.uint32)
    key = np.uint64(chance.epoch_key(5, 2))
    found = []
    for start in range(0, len(stream), skipgram.BLOCK):
        stop = min(start + skipgram.BLOCK, len(stream))
        room = skipgram.BLOCK + 2 * window + 1
        ids, bits = np.empty(room, np.int32), np.empty(room, np.uint64)
        left, right = np.empty(room, np.int32), np.empty(room, np.int32)
        first, last, _, _ = skipgram.gather(stream, start, stop, keep, key, window, ids, bits, left, right)
        for c in range(first, last):
            context = [int(ids[right[c] - 1 if j == c else j]) for j in range(left[c], right[c] - 1)]
            found.append((int(bits[c]), int(ids[c]), context))
    assert found == [(bits, id, context) for _, bits, id, context in naive.windows(stream, keep, window, 5, 2)]


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


def test_a_stream_without_pairs_trains_nothing():
    stream = np.array([0, -1, 1, -1, 0, -1], np.int32)
    _, center = guarded_rows(2, 4)
    _, context = guarded_rows(2, 4)
    center[:, :4] = 0.5
    _, _, account = run(stream, center, context, np.array([2, 1]), window=5, negatives=5, sample=0)
    assert account[skipgram.TOKENS] == 3
    assert account[skipgram.PAIRS] == 0
    assert (center[:, :4] == 0.5).all()
    assert not context.any()


def test_a_stop_is_heard_before_the_next_block():
    stream = np.zeros(5 * skipgram.BLOCK, np.int32)
    _, center = guarded_rows(1, 4)
    _, context = guarded_rows(1, 4)
    control, account = np.zeros(16, np.int64), np.zeros(8)
    control[[skipgram.STOP, skipgram.LIMIT]] = 1, 5
    counts = np.array([len(stream)])
    skipgram.train(
        stream, center, context, chance.keep_limits(counts, 0), chance.noise_table(counts, 1.0), control, account, 5, 5,
        1, 0.025, 1e-6, 1, (0,) * 6,
    )  # fmt: skip
    assert account[skipgram.TOKENS] == 0


def test_blocks_of_several_calls_are_the_blocks_of_one():
    rng = np.random.default_rng(6)
    words, dim = 50, 24
    stream = random_stream(rng, 5 * skipgram.BLOCK + 99, words, 20)
    counts = np.maximum(np.bincount(stream[stream >= 0], minlength=words), 1).astype(np.int64)
    keep, noise = chance.keep_limits(counts, 0.01), chance.noise_table(counts, 0.75)

    def result(limits):
        _, center = guarded_rows(words, dim)
        _, context = guarded_rows(words, dim)
        center[:, :dim] = 0.01
        control, account = np.zeros(16, np.int64), np.zeros(8)
        for limit in limits:
            control[skipgram.NEXT_BLOCK] = min(control[skipgram.NEXT_BLOCK], control[skipgram.LIMIT])
            control[skipgram.LIMIT] = limit
            skipgram.train(
                stream, center, context, keep, noise, control, account, 5, 5, 2, 0.025, 1e-6, 1, (0,) * 6
            )  # fmt: skip
        return center.tobytes() + context.tobytes() + account.tobytes()

    assert result([12]) == result([1, 4, 7, 8, 12]) == result([99])
    assert result([12]) != result([11])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_stops_all_threads_after_its_block(value):
    stream = np.tile(np.array([0, 1, 2, -1], np.int32), skipgram.BLOCK)
    counts = np.array([skipgram.BLOCK] * 3)
    for at in range(7):
        _, center = guarded_rows(3, 7)
        _, context = guarded_rows(3, 7)
        center[:, :7] = 0.1
        center[1, at] = value
        control, account = np.zeros(16, np.int64), np.zeros(8)
        control[skipgram.LIMIT] = 99
        skipgram.train(
            stream, center, context, chance.keep_limits(counts, 0), chance.noise_table(counts, 1.0), control, account,
            2, 5, 9, 0.025, 1e-6, 1, (0,) * 6,
        )  # fmt: skip
        assert (control[skipgram.DIVERGED], control[skipgram.STOP], control[skipgram.NEXT_BLOCK]) == (1, 1, 1)


@pytest.mark.parametrize(("negatives", "width"), [(1, 4), (3, 4), (5, 6), (7, 8), (10, 6), (15, 8), (20, 8)])
def test_panels_leave_few_places_empty(negatives, width):
    assert skipgram.panel_width(negatives) == width
