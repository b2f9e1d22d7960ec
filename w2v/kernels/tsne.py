"""What a map of many words costs time in: the nearest rows, the attraction and both ends of the repulsion of t-SNE.

The method and its formulas are in `w2v.maps.layout`. Nothing is drawn by chance, and each row is summed by one
thread in one order: the bits do not depend on how the rows are shared out.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel

CHUNK = 64  # scores that are compared at once; of many rows few have one among their largest


@kernel
def _insert(score, id, ids, values):
    slot = len(ids) - 1
    while slot > 0 and score > values[slot - 1]:
        values[slot] = values[slot - 1]
        ids[slot] = ids[slot - 1]
        slot -= 1
    values[slot] = score
    ids[slot] = id


@kernel
def keep_largest(scores, first_column, own, ids, values):
    """Put the largest of some columns of scores among the largest that were kept of the columns before.

    scores        float32 [rows, columns]
    first_column  what the first of these columns is called
    own           for row r the column own + r is left out: the row itself
    ids           int32 [rows, k], kept columns, the largest first
    values        float32 [rows, k], their scores; -inf where there is none yet

    Of two equal scores the earlier column is kept.
    """
    k = ids.shape[1]
    for row in range(scores.shape[0]):
        for first in range(0, scores.shape[1], CHUNK):
            part = scores[row, first : first + CHUNK]
            least = values[row, k - 1]
            larger = False
            for at in range(len(part)):
                larger |= part[at] > least
            if not larger:
                continue
            for at in range(len(part)):
                column = first_column + first + at
                if part[at] > values[row, k - 1] and column != own + row:
                    _insert(part[at], column, ids[row], values[row])


@kernel
def nearest_places(places, sample, ids):
    """Write for some places the nearest others, the nearest first.

    places  float64 [n, 2]
    sample  int64 [m], rows
    ids     int32 [m, k], written
    """
    k = ids.shape[1]
    values = np.empty(k)
    for slot in range(len(sample)):
        own = sample[slot]
        values[:] = -np.inf
        for row in range(len(places)):
            dx = places[row, 0] - places[own, 0]
            dy = places[row, 1] - places[own, 1]
            nearness = -(dx * dx + dy * dy)
            if nearness > values[k - 1] and row != own:
                _insert(nearness, row, ids[slot], values)


@kernel
def attract(first, last, starts, tails, weights, places, gradient):
    """Write the attraction of rows first .. last: the sum of p_ij (y_i - y_j) / (1 + |y_i - y_j|^2) over its edges.

    starts    int64 [n + 1], where the edges of each row begin
    tails     int32 [edges], the other ends
    weights   float32 [edges], p_ij
    places    float64 [n, 2]
    gradient  float64 [n, 2], written
    """
    for row in range(first, last):
        x, y = places[row, 0], places[row, 1]
        sum_x = sum_y = 0.0
        for edge in range(starts[row], starts[row + 1]):
            tail = tails[edge]
            dx = x - places[tail, 0]
            dy = y - places[tail, 1]
            pull = weights[edge] / (1.0 + dx * dx + dy * dy)
            sum_x += pull * dx
            sum_y += pull * dy
        gradient[row, 0] = sum_x
        gradient[row, 1] = sum_y


@kernel
def repel(first, last, places, slopes):
    """Write the slope of the sum of w_ij at rows first .. last, all pairs one by one; return the sum of w_ij there."""
    total = 0.0
    for row in range(first, last):
        sum_x = sum_y = 0.0
        for other in range(places.shape[0]):
            dx = places[row, 0] - places[other, 0]
            dy = places[row, 1] - places[other, 1]
            w = 1.0 / (1.0 + dx * dx + dy * dy)
            total += w
            sum_x -= 2.0 * w * w * dx
            sum_y -= 2.0 * w * w * dy
        slopes[row, 0] = sum_x
        slopes[row, 1] = sum_y
    return total


@kernel
def _spline(t, values):
    """Write the four cubic B-splines that reach a point t of the way from one node of the grid to the next."""
    s = 1.0 - t
    values[0] = s * s * s / 6.0
    values[1] = (4.0 - 3.0 * t * t * (1.0 + s)) / 6.0
    values[2] = (4.0 - 3.0 * s * s * (1.0 + t)) / 6.0
    values[3] = t * t * t / 6.0


@kernel
def _slope(t, values):
    """Write the derivatives of the four cubic B-splines."""
    s = 1.0 - t
    values[0] = -s * s / 2.0
    values[1] = (3.0 * t * t - 4.0 * t) / 2.0
    values[2] = (4.0 * s - 3.0 * s * s) / 2.0
    values[3] = t * t / 2.0


@kernel
def scatter(places, low, spacing, grid):
    """Put a charge of one at each place on the nodes of a grid, by cubic B-splines.

    places   float64 [n, 2]
    low      float64 [2], where node (1, 1) is
    spacing  between nodes
    grid     float64 [M, M], added to
    """
    across = np.empty(4)
    along = np.empty(4)
    for row in range(places.shape[0]):
        x = (places[row, 0] - low[0]) / spacing
        y = (places[row, 1] - low[1]) / spacing
        i, j = int(x), int(y)
        _spline(x - i, across)
        _spline(y - j, along)
        for a in range(4):
            for b in range(4):
                grid[i + a, j + b] += across[a] * along[b]


@kernel
def gather(first, last, places, low, spacing, grid, slopes):
    """Write the slope of the potential at rows first .. last, and return the sum of the potential there.

    places, low, spacing  as in `scatter`
    grid                  float64 [M, M], coefficients of the splines that make the potential
    slopes                float64 [n, 2], written
    """
    across, along = np.empty(4), np.empty(4)
    across_slope, along_slope = np.empty(4), np.empty(4)
    total = 0.0
    for row in range(first, last):
        x = (places[row, 0] - low[0]) / spacing
        y = (places[row, 1] - low[1]) / spacing
        i, j = int(x), int(y)
        _spline(x - i, across)
        _spline(y - j, along)
        _slope(x - i, across_slope)
        _slope(y - j, along_slope)
        sum_x = sum_y = 0.0
        for a in range(4):
            for b in range(4):
                value = grid[i + a, j + b]
                total += value * across[a] * along[b]
                sum_x += value * across_slope[a] * along[b]
                sum_y += value * across[a] * along_slope[b]
        slopes[row, 0] = sum_x / spacing
        slopes[row, 1] = sum_y / spacing
    return total


@kernel
def move(places, gradient, velocity, gains, rate, momentum, longest):
    """Take one step of gradient descent with momentum, and a rate of its own for each number (Jacobs 1988).

    A gain grows by a fifth where the gradient points on, shrinks by a fifth where it turns; no step of a word is
    longer than `longest`.
    """
    for row in range(places.shape[0]):
        for side in range(2):
            onward = gradient[row, side] * velocity[row, side] < 0
            gains[row, side] = gains[row, side] + 0.2 if onward else max(0.01, gains[row, side] * 0.8)
            step = momentum * velocity[row, side] - rate * gains[row, side] * gradient[row, side]
            velocity[row, side] = step
        length = np.sqrt(velocity[row, 0] ** 2 + velocity[row, 1] ** 2)
        if length > longest:
            velocity[row, 0] *= longest / length
            velocity[row, 1] *= longest / length
        places[row, 0] += velocity[row, 0]
        places[row, 1] += velocity[row, 1]
