"""The twins themselves, against derivatives and published values."""

from __future__ import annotations

import naive
import numpy as np
import pytest


def test_splitmix_gives_the_published_sequence():
    # The first outputs of splitmix64 seeded with 1234567, as in the reference C program's tests.
    state, outputs = 1234567, []
    for _ in range(3):
        state = (state + naive.GOLDEN) & naive.MASK
        outputs.append(naive.splitmix(state))
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_steps_of_a_window_are_minus_the_numeric_gradient_of_its_loss():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 7)), rng.normal(size=(4, 7))
    labels, times = np.array([1.0, 0, 0, 0]), np.array([1.0, 1, 2, 1])
    to_x, to_y, _ = naive.window_steps(x, y, labels, times, rate=1.0)
    for array, step in ((x, to_x), (y, to_y)):
        numeric = np.empty_like(array)
        for at in np.ndindex(array.shape):
            kept, losses = array[at], []
            for h in (1e-6, -1e-6):
                array[at] = kept + h
                losses.append(naive.window_loss(x, y, labels, times))
            array[at] = kept
            numeric[at] = (losses[0] - losses[1]) / 2e-6
        np.testing.assert_allclose(step, -numeric, rtol=1e-6, atol=1e-8)


def test_the_huffman_tree_is_that_of_a_worked_example():
    # 5 and 4 meet 6 = 3 + (2 + 1): the two rarest words are four turns apart, the three frequent ones have two.
    paths = naive.huffman([5, 4, 3, 2, 1])
    assert [len(paths[word]) for word in range(5)] == [2, 2, 2, 3, 3]
    assert [len(path) for _, path in sorted(naive.huffman([8, 4, 2, 1, 1]).items())] == [1, 2, 3, 4, 4]
    assert len({tuple(path) for path in paths.values()}) == 5


def test_every_row_of_a_bag_is_moved_by_minus_the_numeric_gradient_of_the_mean():
    """word2vec.c, `cbow_mean`: the mean goes in, and each word gets the whole of what is owed to it."""
    rng = np.random.default_rng(1)
    center, context = rng.normal(size=(5, 7)), rng.normal(size=(4, 7))
    labels, times = np.array([1.0, 0, 0]), np.array([1.0, 1, 2])
    bag, outputs = [3, 0, 4], [1, 0, 2]
    x, y = center[bag].mean(axis=0), context[outputs]
    numeric = np.empty(7)
    for d in range(7):
        losses = [naive.window_loss((x + h * np.eye(7)[d])[None], y, labels, times) for h in (1e-6, -1e-6)]
        numeric[d] = (losses[0] - losses[1]) / 2e-6
    before = center.copy()
    naive.take_steps(center, context, [([bag], outputs, labels, times, np.arange(3), 1.0)], 8)
    np.testing.assert_allclose((center - before)[bag], np.tile(-numeric, (3, 1)), rtol=1e-6, atol=1e-8)
    assert (center == before)[[1, 2]].all()


@pytest.mark.parametrize(("count", "expected"), [(1_000_000, 0.0101), (10_000, 0.11), (1, 1.0)])
def test_keep_probability_is_that_of_the_c_program(count, expected):
    # ten million tokens, sample 1e-5: for a word at 10 % of them sqrt(1e-4) + 1e-4 = .0101
    assert naive.keep_probability(count, 10_000_000, 1e-5) == pytest.approx(expected)


def test_windows_stop_at_the_ends_of_sentences():
    stream = [0, 1, 2, -1, 3, -1, 4, 5, -1]
    keep = [2**32 - 1] * 6
    contexts = {id: set(context) for _, _, id, context, *_ in naive.windows(stream, keep, 5, 1, 0)}
    assert contexts[3] == set()
    assert contexts[4] == {5}
    assert all(context <= {0, 1, 2} for id, context in contexts.items() if id < 3)
