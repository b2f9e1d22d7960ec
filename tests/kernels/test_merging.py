"""Merging the rows of replicas, against its slow twin and examples worked by hand."""

from __future__ import annotations

import naive
import numpy as np
import pytest

from w2v.kernels import merging
from w2v.training import damping, schedule


def merged(base, models, faster, ids, axes=None, shares=None):
    """Merge with the kernel; returns base, replicas and how many rows had changed."""
    size = base.shape[1]
    axes = np.zeros((0, size), np.float32) if axes is None else axes.astype(np.float32)
    shares = np.zeros((1, len(axes)), np.float32) if shares is None else shares.astype(np.float32)
    base, models = base.astype(np.float32), models.astype(np.float32)
    changed = merging.merge_rows(
        base, models, np.zeros(0, np.int32), np.array(ids, np.int32), 0, 1, faster, axes, shares,
        np.zeros(len(base), np.uint8), np.empty(size, np.float32),
    )  # fmt: skip
    return base, models, changed


def test_a_merge_worked_by_hand():
    # Two replicas at twice the rate moved the row (1, 2) by (4, 0) and by (2, 6): half of the sum is (3, 3).
    base = np.zeros((2, 16))
    base[1, :2] = 1, 2
    models = np.stack([base, base])
    models[0, 1, :2] += 4, 0
    models[1, 1, :2] += 2, 6
    rows, copies, changed = merged(base, models, 2.0, [0, 1])
    assert rows[1, :3].tolist() == [4, 5, 0]
    assert (copies == rows).all()
    assert changed == 2
    # Damped by three quarters along the first number: (0.75, 3).
    rows, _, _ = merged(base, models, 2.0, [1], np.eye(1, 16), np.array([[0.75]]))
    assert rows[1, :3].tolist() == [1.75, 5, 0]


def test_rows_that_are_not_due_stay_apart():
    base = np.zeros((3, 16))
    models = np.ones((2, 3, 16))
    rows, copies, changed = merged(base, models, 1.0, [2])
    assert changed == 2
    assert not rows[:2].any()
    assert (copies[:, :2] == 1).all()
    assert (copies[:, 2] == 2).all()


@pytest.mark.parametrize(("count", "axes"), [(1, 0), (2, 0), (3, 2), (16, 16), (32, 5)])
def test_the_kernel_agrees_with_the_naive_merge(count, axes):
    rng = np.random.default_rng(count)
    base, models = rng.normal(size=(4, 48)), rng.normal(size=(count, 4, 48))
    directions = np.linalg.qr(rng.normal(size=(48, 48)))[0][:axes]
    curvature, rate, faster, level = np.geomspace(2, 0.01, axes), 0.03, schedule.speed_up(count), 17
    shares = damping.damping(curvature * rate, count, faster)[level : level + 1]
    found, copies, _ = merged(base, models, faster, range(4), directions, shares)
    for row in range(4):
        wanted = naive.merge(base[row], models[:, row], faster, directions, curvature, rate, 2 ** (level / 4))
        np.testing.assert_allclose(found[row], wanted, rtol=1e-4, atol=1e-5)  # float32
        assert (copies[:, row] == found[row]).all()


def test_damping_leads_replicas_to_where_one_thread_would_be():
    """On a bowl: replicas at `faster` times the rate, merged, are where one thread is after all of their touches."""
    rate, count, steep, start, touches = 0.025, 32, 2.5, 10.0, 16
    faster = schedule.speed_up(count)
    one = start * (1 - rate * steep) ** (count * touches)
    each = start * (1 - rate * faster * steep) ** touches
    axis = np.ones(1)
    assert naive.merge(np.array([start]), [np.array([each])] * count, faster, [axis], [steep], rate, touches) == (
        pytest.approx(one, abs=1e-9)
    )
    assert abs(naive.merge(np.array([start]), [np.array([each])] * count, faster)[0]) > start, "a sum overshoots"


def test_the_curvature_of_rows_that_lie_along_one_axis():
    rows = np.zeros((50, 16), np.float32)
    rows[:, 3] = 2.0
    axes, values = damping.curvature(rows, np.full(50, 0.2), 16)
    assert abs(axes[0, 3]) == pytest.approx(1)
    # The slope of the error times the touches of a center, 10, times the square of 2.
    assert values[0] == pytest.approx(damping.ERROR_SLOPE * 10 * 4)
    assert values[1] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("rows", "size"), [(200, 48), (20, 32), (3, 16)])
def test_axes_are_those_of_numpy(rows, size):
    rng = np.random.default_rng(size)
    spread = np.geomspace(1, 0.05, size)  # as in tables: a few directions have most of it
    them = (rng.normal(size=(rows, size)) * spread).astype(np.float32)
    touches = rng.random(rows)
    axes, values = damping.curvature(them, touches, 5)
    directions, wanted = naive.axes_of(them, touches)
    np.testing.assert_allclose(values, wanted[:5], rtol=1e-4, atol=1e-6 * wanted[0])
    for axis, direction in list(zip(axes, directions))[:rows]:
        assert abs(axis @ direction) == pytest.approx(1, abs=1e-4)
        assert axis @ axis == pytest.approx(1, abs=1e-4)
