"""What is damped when replicas merge: the few directions of most curvature, along which a sum of changes overshoots.

`w2v.kernels.merging` has the rule.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.kernels import axes as kernels
from w2v.kernels.objectives import Rows, Work
from w2v.kernels.rounds import Due
from w2v.kernels.rows import aligned_zeros, row_length
from w2v.settings import TrainSettings
from w2v.training.run import together
from w2v.training.schedule import LEVELS, Level, Schedule
from w2v.training.tables import Floats

CURVED_ROWS = 2048  # rows of the other table that the curvature is computed from: more than half of the touches
# Directions for each axis: with two, curvature along the last axes was up to a fifth too small (CBOW with a tree), with
# three it is that of the whole after some rounds, and 1 to 4 % too small for tables of random numbers.
SPANNED = 3
ERROR_SLOPE = 0.15  # mean of p (1 - p), the slope of the error


def curvature(other: Floats, touches: npt.NDArray[np.float64], axes: int) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return the main axes of the curvature that rows meet, float32 [axes, row], and the curvature along each.

    other    float32 [V, row], the table that they are scored against
    touches  float64 [V], of its rows

    A touch of a row x moves it by about rate * ERROR_SLOPE * sum(y y^T) x, over the rows y that it meets.
    """
    part = touches[:CURVED_ROWS].astype(np.float32)
    spanned = min(row := other.shape[1], SPANNED * axes)
    moment, directions, turned = (
        aligned_zeros(n, row_length(m)) for n, m in ((row, row), (spanned, row), (spanned,) * 2)
    )
    squares = np.empty(spanned, np.float32)
    kernels.second_moment(other, part, moment)
    kernels.span_largest(moment, directions, turned)
    kernels.find_axes(turned, squares)
    main = np.argsort(-squares, kind="stable")[:axes]
    values = np.sqrt(np.maximum(squares[main], 1e-30))
    curved = values.astype(np.float64) * (ERROR_SLOPE * touches.sum() / part.sum())
    found = aligned_zeros(len(main), row)  # at cache lines, for each row that is merged is multiplied with them
    np.einsum("im,mr->ir", turned[main, :spanned] / values[:, None], directions, out=found)
    return found, np.maximum(curved, 1e-12)


def damping(steps: npt.NDArray[np.float64], replicas: int, faster: float) -> Floats:
    """Return the share of the summed change that is taken away along each axis, float32 [LEVELS, axes].

    steps  how far one touch goes along each axis at the rate of one thread, as a share of the way

    One thread would go 1 - (1 - a)^(R k) of the way in R k touches; R replicas that each take k steps of faster * a
    go (R / faster) (1 - (1 - faster * a)^k), summed and divided by `faster`.
    """
    k = 2.0 ** (np.arange(LEVELS) / 4)[:, None]
    one, each = np.minimum(steps, 0.999), np.minimum(steps * faster, 0.999)
    wanted = -np.expm1(replicas * k * np.log1p(-one))
    gone = -np.expm1(k * np.log1p(-each)) * replicas / faster
    shares: Floats = np.maximum(0, 1 - wanted / gone).astype(np.float32)
    return shares


class Damped(NamedTuple):
    """What is damped when rows of a table are merged, see `w2v.kernels.merging.merge_rows`."""

    axes: Floats
    damping: Floats


def vectors_met(tables: Rows, table: int, schedule: Schedule, work: Work) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return what the rows of the other table are scored against, and how often: rows of this one, or means of them."""
    touches, (starts, rows) = schedule.touches[table], work.bags
    if table == 1 or not len(rows):
        return tables[table], touches
    sizes = np.diff(starts)
    some = starts[: CURVED_ROWS + 1]
    sums = np.add.reduceat(tables.input[rows[: some[-1]]], some[:-1])
    return np.divide(sums, sizes[: len(sums), None], dtype=np.float32), touches[: len(sizes)] * sizes


# Of both tables, within groups and across; () where nothing is damped.
Damping = tuple[tuple[Damped, ...], tuple[Damped, ...]]


def damped(
    tables: Rows, work: Work, schedule: Schedule, settings: TrainSettings, round: int, rate_share: float
) -> Damping:
    """Return what is damped in each table from a round on; nothing where replicas are few."""
    levels = schedule.within, schedule.across
    found: tuple[list[Damped], list[Damped]] = [], []
    if not (most := max(level.axes for level in levels)):
        return (), ()
    share = settings.rate_left(round / schedule.rounds.all)
    looked: dict[int, tuple[Floats, npt.NDArray[np.float64]]] = {}

    def look(table: int) -> None:
        looked[table] = curvature(*vectors_met(tables, 1 - table, schedule, work), min(most, settings.dim))

    together(look, 2)
    for table in range(2):
        axes, curved = looked[table]
        steps = curved * settings.rate * rate_share * share
        # Within a group all go as fast as one thread does for the other groups.
        for level, pace, into in zip(levels, (schedule.across.rounds.faster, 1.0), found):
            if level.axes:
                main = np.ascontiguousarray(axes[: level.axes])
                shares = damping(pace * steps[: level.axes], level.copies, level.rounds.faster)
                into.append(Damped(main, shares))
    return tuple(found[0]), tuple(found[1])


def due_damped(level: Level, tables: tuple[Damped, ...]) -> tuple[Due, Due]:
    """Return which rows are due when, with what is damped in both tables, or in none."""
    if not tables:
        return level.due
    first, second = (due._replace(**of_table._asdict()) for due, of_table in zip(level.due, tables))
    return first, second
