"""Merges models that were trained apart from the same start.

AdaSum (Maleki et al. 2020, "Scaling Distributed Training with Adaptive Summation"), row by row: two changes that have
nothing to do with each other are added, two that are the same are averaged, and all between:

    a + b  ->  (1 - a.b / 2|a|^2) a + (1 - a.b / 2|b|^2) b

A plain sum makes the rows of frequent words, which all replicas move to the same place, overshoot; a plain mean
learns rare words, which one replica has met, as many times too slowly as there are replicas.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel


@kernel
def merge_rows(base, first, second, start, stop):
    """Merge what two replicas changed, rows start..stop: base + (first - base) and (second - base) -> first.

    base    float32 [V, row], where both began
    first   float32 [V, row], moved
    second  float32 [V, row]
    """
    size = base.shape[1]
    for row in range(start, stop):
        origin, a, b = base[row], first[row], second[row]
        squares_a, squares_b, product = np.float32(0), np.float32(0), np.float32(0)
        for d in range(size):
            x, y = a[d] - origin[d], b[d] - origin[d]
            squares_a += x * x
            squares_b += y * y
            product += x * y
        if squares_b == 0:
            continue
        if squares_a == 0:
            a[:] = b
            continue
        weight_a = np.float32(1) - product / (np.float32(2) * squares_a)
        weight_b = np.float32(1) - product / (np.float32(2) * squares_b)
        for d in range(size):
            x, y = a[d] - origin[d], b[d] - origin[d]
            a[d] = origin[d] + (weight_a * x + weight_b * y)
