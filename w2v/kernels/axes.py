"""The main axes of many rows: the directions in which they lie most, out of which the curvature follows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from w2v.kernels.compiler import REGISTERS, kernel
from w2v.kernels.emit import BYTES, fma, load, load_splat, loop, number, store, whole
from w2v.kernels.rows import address
from w2v.kernels.tiles import dot_rows, emit_columns

ORTHOGONAL = 1e-10  # a product of two lines of length 1 whose square is below it
SWEEPS = 30  # over all pairs of lines at the most; some ten are needed
LINES = 4  # of a second moment that are summed at once; rows are whole cache lines, so lines are whole fours
NOISE = np.float32(1e-6)  # what is left of a direction, as a share of the largest eigenvalue: rounding alone


@kernel
def second_moment(rows, weights, result):
    """Write the sum of weight * outer(row, row) to `result`, float32 [row, row]; rows float32 [n, row], weights [n].

    Not numpy's product: its threads get in the way of those that train (30 ms instead of 3), and its bits depend on
    their number.
    """
    row_bytes = np.int64(4 * rows.shape[1])
    for line in range(0, len(result), LINES):
        add_products(address(rows), address(weights), len(weights), line, address(result) + line * row_bytes, row_bytes)


@intrinsic
def add_products(_: Any, rows: Any, weights: Any, count: Any, first: Any, lines: Any, row_bytes: Any) -> Any:
    """Write LINES lines of the sum of weight * outer(row, row), from line `first` on.

    rows, weights, lines  addresses of float32 [count, row], [count], [LINES, row]
    """

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        rows, weights, count, first, lines, row_bytes = args

        def add(offset: Any, deep: int) -> None:
            with loop(b, count, [number(0)] * (LINES * deep)) as each:
                row = b.add(rows, b.mul(each.index, row_bytes))
                weight = load_splat(b, b.add(weights, b.shl(each.index, whole(2))))
                parts = [b.fmul(weight, load(b, b.add(row, offset), BYTES * v, align=4)) for v in range(deep)]
                place = b.add(row, b.shl(first, whole(2)))
                factors = [load_splat(b, place, 4 * k) for k in range(LINES)]
                both = [(factor, part) for factor in factors for part in parts]
                each.following = [fma(b, *pair, summed) for pair, summed in zip(both, each.carried)]
            for k in range(LINES):
                line = b.add(b.add(lines, b.mul(row_bytes, whole(k))), offset)
                for v in range(deep):
                    store(b, each.result[k * deep + v], line, BYTES * v, align=4)

        emit_columns(b, row_bytes, add, 4 if REGISTERS >= 32 else 2)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 6), emit


@kernel
def span_largest(matrix, directions, turned):
    """Find directions whose span holds the eigenvectors of the largest eigenvalues, and the matrix as it is there.

    matrix      float32 [row, row], symmetric, without negative eigenvalues
    directions  float32 [m, row], zeros; written: orthonormal, fewer than m where the rank is lower
    turned      float32 [m, m or more], zeros; written: directions @ matrix @ directions.T

    Lanczos 1950, each direction made orthogonal to all before it, twice (Parlett 1998, The Symmetric Eigenvalue
    Problem, sec. 6.9). With all directions the time grows as the third power of their number: 20 ms for 300.
    """
    size, bytes = len(matrix), np.int64(4 * matrix.shape[1])
    start, found, next = address(matrix), address(directions), np.empty(matrix.shape[1], np.float32)
    longest = 0
    for d in range(size):
        if matrix[d, d] > matrix[longest, longest]:
            longest = d
    next[:] = matrix[longest]
    for j in range(len(directions)):
        left: float = np.sqrt(dot_rows(address(next), address(next), bytes))
        if not left > NOISE * turned[0, 0]:
            break
        if j:
            turned[j - 1, j] = turned[j, j - 1] = left
        own = found + j * bytes
        for d in range(size):
            directions[j, d] = next[d] / left
        for d in range(size):
            next[d] = dot_rows(start + d * bytes, own, bytes)
        turned[j, j] = dot_rows(address(next), own, bytes)
        for _ in range(2):
            for i in range(j + 1):
                along: float = dot_rows(address(next), found + i * bytes, bytes)
                for d in range(size):
                    next[d] -= along * directions[i, d]


@kernel
def find_axes(matrix, squares):
    """Turn the lines of a symmetric matrix without negative eigenvalues into eigenvalue * eigenvector.

    matrix   float32 [n, n or more], written; lines begin on cache lines, and are zeros behind the n
    squares  float32 [n], written: the squares of the eigenvalues

    One-sided Jacobi (Hestenes 1958): two lines at a time are rotated until they are orthogonal. Not numpy's `eigh`,
    whose threads spin for some 20 ms when it is done: training by 16 replicas on two cores took 20 % more time for it.
    """
    size = len(matrix)
    row_bytes, start = np.int64(4 * matrix.shape[1]), address(matrix)
    one, two = np.float32(1), np.float32(2)
    for _ in range(SWEEPS):
        for i in range(size):
            squares[i] = dot_rows(start + i * row_bytes, start + i * row_bytes, row_bytes)
        turned = False
        for p in range(size - 1):
            for q in range(p + 1, size):
                product: float = dot_rows(start + p * row_bytes, start + q * row_bytes, row_bytes)
                if not np.float64(product) ** 2 > ORTHOGONAL * squares[p] * squares[q]:
                    continue
                turned = True
                apart = (squares[q] - squares[p]) / (two * product)
                tangent = one / (abs(apart) + np.sqrt(one + apart * apart))
                tangent = tangent if apart > 0 else -tangent
                cosine = one / np.sqrt(one + tangent * tangent)
                sine = cosine * tangent
                longer = max(squares[p] - tangent * product, squares[q] + tangent * product)
                if squares[p] - tangent * product < longer:  # the longer one first: fewer sweeps
                    cosine, sine = -sine, cosine
                squares[p] = longer
                x, y = matrix[p], matrix[q]
                for d in range(size):
                    was, other = x[d], y[d]
                    x[d] = cosine * was - sine * other
                    y[d] = sine * was + cosine * other
                # Not by the formula: it would be lost in the rounding of the longer one's.
                squares[q] = dot_rows(start + q * row_bytes, start + q * row_bytes, row_bytes)
        if not turned:
            break
