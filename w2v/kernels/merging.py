"""Merges the rows of replicas that were trained apart from the same start.

Replicas train with `faster` times the learning rate, and the sum of their changes is divided by `faster` again. Along
the directions in which a row converges between two merges, each replica goes all the way, and this is nearer to their
mean; along all others, which they have hardly begun to follow, it is the sum of what they learnt. From some 16
replicas on, the sum still overshoots along the few directions of most curvature; there it is damped to what one thread
would have gone. A plain sum diverges there, a plain mean learns as many times too slowly as there are replicas, and
rules that treat all directions alike lost in simulation (AdaSum, Maleki et al. 2020: .286 analogies at 8 replicas,
this rule .368, one thread .368).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from w2v.kernels.compiler import LANES, kernel
from w2v.kernels.emit import (
    BYTES,
    I64,
    MASK,
    fma,
    load,
    load_address,
    load_splat,
    loop,
    number,
    splat,
    store,
    store_part,
    sums,
    whole,
)
from w2v.kernels.rows import address
from w2v.kernels.tiles import SLOT, emit_columns, prefetch_rows_owned

# Rows that are asked for ahead, from the caches of others: 7 % less time, 2 replicas. That these give them up saves
# another 10 % of merging on far cores; 2, 8 or 16 rows ahead make no difference there.
AHEAD = 4


@kernel
def merge_rows(base, replicas, places, ids, first, step, faster, axes, damping, levels, total):
    """Merge the rows ids[first::step] of all replicas. Returns how many rows of replicas had changed.

    base      float32 [V, row], where the replicas began; the merged rows, written
    replicas  float32 [R, n, row], trained apart; written: the merged rows
    places    int32 [V], where rows are among the n of a replica; empty: where they are in the base
    ids       int32 [n]
    faster    what the replicas' rate was multiplied with
    axes      float32 [A, row], orthonormal directions; none: nothing is damped
    damping   float32 [levels, A], the share of a change along each axis that is taken away
    levels    uint8 [V], which line of `damping` is a row's
    total     float32 [row], written
    """
    size = base.shape[1]
    share = np.float32(1 / faster)
    along = np.empty(len(axes) + SLOT, np.float32)
    changed = 0
    row_bytes, rows, later = np.int64(4 * size), np.empty(len(replicas), np.int64), np.empty(1, np.int64)
    for i in range(first, len(ids), step):
        id = place = ids[i]
        if len(places):
            place = places[id]
        origin = address(base) + id * row_bytes
        if i + AHEAD * step < len(ids):
            later_id = later_place = ids[i + AHEAD * step]
            if len(places):
                later_place = places[later_id]
            later[0] = address(base) + later_id * row_bytes
            prefetch_rows_owned(address(later), row_bytes, (0,))
            for r in range(len(replicas)):
                later[0] = address(replicas[r]) + later_place * row_bytes
                prefetch_rows_owned(address(later), row_bytes, (0,))
        for r in range(len(replicas)):
            rows[r] = address(replicas) + (r * replicas.shape[1] + place) * row_bytes
        touched: int = sum_changes(origin, address(rows), len(rows), address(total), row_bytes)
        if touched == 0:
            continue
        changed += touched
        settle(origin, address(rows), len(rows), total, share, axes, damping[levels[id]], along, row_bytes)
    return changed


@kernel
def settle(origin, rows, count, total, share, axes, damping, along, row_bytes):
    """Merge a row whose changes are summed: what is damped is taken away, and the row and others are moved.

    origin, rows, count, share  see `move_all`
    total, axes, damping, along  arrays, see `damp`
    """
    if len(axes):
        damp(address(total), address(axes), len(axes), address(damping), address(along), row_bytes)
    move_all(origin, rows, count, address(total), share, row_bytes)


@kernel
def spread_rows(base, replicas, ids, first, step):
    """Put the rows ids[first::step] of `base`, float32 [V, row], into all replicas, float32 [R, V, row]."""
    for i in range(first, len(ids), step):
        id = ids[i]
        for replica in replicas:
            for d in range(base.shape[1]):
                replica[id, d] = base[id, d]


@intrinsic
def sum_changes(_: Any, origin: Any, rows: Any, count: Any, total: Any, row_bytes: Any) -> Any:
    """Write the sum of what rows are more than another to `total`; return how many of them differ from it.

    origin  address of the row where they began
    rows    address of int64 [count], where they are
    total   address of float32 [row]

    With `move_all` it takes less than half of what loops over arrays took, 40 ns a row and not 95 for two replicas.
    """

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        origin, rows, count, total, row_bytes = args
        with loop(b, row_bytes, step=BYTES) as column:
            store(b, number(0), b.add(total, column.index), align=4)
        with loop(b, count, [whole(0)]) as each:
            start = load_address(b, b.add(rows, b.shl(each.index, whole(3))))
            same = ir.Constant(MASK, None)
            with loop(b, row_bytes, [same], step=BYTES) as column:
                row, began = (load(b, b.add(of, column.index), align=4) for of in (start, origin))
                summed = b.add(total, column.index)
                store(b, b.fadd(load(b, summed, align=4), b.fsub(row, began)), summed, align=4)
                column.following = [b.or_(column.carried[0], b.fcmp_unordered("!=", row, began))]
            bits = b.bitcast(column.result[0], ir.IntType(LANES))
            each.following = [b.add(each.carried[0], b.zext(b.icmp_unsigned("!=", bits, bits.type(0)), I64))]
        return each.result[0]

    return types.int64(*[types.int64] * 5), emit


@intrinsic
def move_all(_: Any, origin: Any, rows: Any, count: Any, total: Any, share: Any, row_bytes: Any) -> Any:
    """Move a row by a share, float32, of `total`, and put it into other rows; the rest as in `sum_changes`."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        origin, rows, count, total, share, row_bytes = args
        part = splat(b, share)

        def move(offset: Any, deep: int) -> None:
            row, change = b.add(origin, offset), b.add(total, offset)
            moved = [
                fma(b, load(b, change, BYTES * v, align=4), part, load(b, row, BYTES * v, align=4)) for v in range(deep)
            ]
            for v in range(deep):
                store(b, moved[v], row, BYTES * v, align=4)
            with loop(b, count) as each:
                copy = b.add(load_address(b, b.add(rows, b.shl(each.index, whole(3)))), offset)
                for v in range(deep):
                    store(b, moved[v], copy, BYTES * v, align=4)

        emit_columns(b, row_bytes, move)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 4, types.float32, types.int64), emit


@intrinsic
def damp(_: Any, total: Any, axes: Any, count: Any, damping: Any, along: Any, row_bytes: Any) -> Any:
    """Take a share of a change away along each of some directions.

    total    address of float32 [row]
    axes     address of float32 [count, row], orthonormal
    damping  address of float32 [count], the shares
    along    address of float32 [count + SLOT], written: how far it goes along each axis

    The products of several axes at once, as in `w2v.kernels.tiles`: one after the other, damping along 24 axes took a
    tenth of CBOW's time with a tree.
    """
    together = min(SLOT, LANES)

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        total, axes, count, damping, along, row_bytes = args
        last = b.sub(count, whole(1))
        with loop(b, count, step=together) as some:
            places = [b.add(some.index, whole(k)) for k in range(together)]
            places = [b.select(b.icmp_signed("<", last, place), last, place) for place in places]
            lines = [b.add(axes, b.mul(place, row_bytes)) for place in places]
            with loop(b, row_bytes, [number(0)] * together, step=BYTES) as column:
                part = load(b, b.add(total, column.index), align=4)
                column.following = [
                    fma(b, part, load(b, b.add(line, column.index), align=4), product)
                    for line, product in zip(lines, column.carried)
                ]
            store_part(b, sums(b, column.result), 0, together, b.add(along, b.shl(some.index, whole(2))))

        def move(offset: Any, deep: int) -> None:
            row = b.add(total, offset)
            with loop(b, count, [load(b, row, BYTES * v, align=4) for v in range(deep)]) as axis:
                place = b.shl(axis.index, whole(2))
                less = b.fmul(load_splat(b, b.add(along, place)), load_splat(b, b.add(damping, place)))
                line = b.add(b.add(axes, b.mul(axis.index, row_bytes)), offset)
                axis.following = [
                    fma(b, b.fneg(less), load(b, line, BYTES * v, align=4), kept) for v, kept in enumerate(axis.carried)
                ]
            for v, kept in enumerate(axis.result):
                store(b, kept, row, BYTES * v, align=4)

        emit_columns(b, row_bytes, move, 8)  # chains of FMA side by side, which takes four cycles
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 6), emit
