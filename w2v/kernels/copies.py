"""Copies of some rows of a table: what a replica has where copies of all rows would be too much memory.

Each replica has a copy of each frequent row, from the beginning. Of any other row it has none until it first touches
it; then the row is copied into the next free slot, and from there it is trained like any other. These copies are
merged together, all at the same time (`merge_taken`), after which the slots are free again: their number bounds the
rows that are touched in between, and not those of the table.

    base      V rows, merged; those that are not frequent change only when they are merged
    rows      frequent: F copies             slots: S copies, `count` of them taken
    places    2  0  1  -1  F  -1  F+1  -1    of each row of the table: where its copy is
    taken     4  6                           of each slot: whose copy is in it

Training kernels take the address of a row from `locate`, and need not know which kind of table it is in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import types
from numba.extending import overload

from w2v.kernels.compiler import kernel
from w2v.kernels.merging import damp, merge_rows
from w2v.kernels.rows import address, aligned_zeros, all_finite
from w2v.kernels.tiles import prefetch_rows

AHEAD = 2  # rows that `merge_taken` asks for ahead, of those that are its own
OWNED = 16  # rows that follow each other are merged by the same thread: their `leads` are in one cache line


class Copies(NamedTuple):
    """The copies of R replicas; of one, without the first axis, in `Copy`.

    rows    float32 [R, F + S, row]
    places  int32 [R, V], -1 where there is no copy
    taken   int32 [R, S]
    count   int64 [R, 8], the first of each line: slots taken
    base    float32 [V, row]
    leads   int32 [V], -1; in `merge_taken` the first of the copies of a row, r * S + its slot
    following  int32 [R, S], likewise the next copy of the same row
    """

    rows: npt.NDArray[np.float32]
    places: npt.NDArray[np.int32]
    taken: npt.NDArray[np.int32]
    count: npt.NDArray[np.int64]
    base: npt.NDArray[np.float32]
    leads: npt.NDArray[np.int32]
    following: npt.NDArray[np.int32]


class Copy(NamedTuple):
    """The copies of one replica, see `Copies`."""

    rows: npt.NDArray[np.float32]
    places: npt.NDArray[np.int32]
    taken: npt.NDArray[np.int32]
    count: npt.NDArray[np.int64]
    base: npt.NDArray[np.float32]


def new_copies(replicas: int, base: npt.NDArray[np.float32], frequent: int, slots: int) -> Copies:
    """Return room for the copies of `replicas`, each of `frequent` rows and `slots`; `fill` makes them ready."""
    words, row = base.shape
    return Copies(
        aligned_zeros(replicas, frequent + slots, row), np.empty((replicas, words), np.int32),
        np.zeros((replicas, slots), np.int32), np.zeros((replicas, 8), np.int64), base, np.full(words, -1, np.int32),
        np.empty((replicas, slots), np.int32),
    )  # fmt: skip


def fill(copies: Copies, replica: int, frequent: npt.NDArray[np.int32]) -> None:
    """Give a replica its copies of the frequent rows, int32 [F], as the base has them, and free its slots."""
    copies.places[replica] = -1
    copies.places[replica, frequent] = np.arange(len(frequent), dtype=np.int32)
    np.take(copies.base, frequent, axis=0, out=copies.rows[replica, : len(frequent)])
    copies.count[replica] = 0


def in_copies(of_array: Any) -> Any:
    """Say what a function for kernels does with a `Copy` or `Copies` where `of_array` has a table, float32 [V, row]."""

    def decorate(of_copy: Any) -> None:
        overload(of_array, strict=False)(lambda table, *_: of_array if isinstance(table, types.Array) else of_copy)

    return decorate


@kernel
def take(copy, id):
    """Copy a row into the next free slot, and return its place."""
    slot = copy.count[0]
    if slot == len(copy.taken):
        raise IndexError("more rows are touched than there are slots")
    place = len(copy.rows) - len(copy.taken) + slot
    copy.count[0] = slot + 1
    copy.taken[slot] = id
    copy.places[id] = place
    row, origin = copy.rows[place], copy.base[id]
    for d in range(len(row)):
        row[d] = origin[d]
    return place


@kernel
def _place(copy, id):
    place = np.int64(copy.places[id])
    return place if place >= 0 else take(copy, id)


def release(tables, replica):
    """Free the slots of a replica."""


@in_copies(release)
def _(copies, replica):
    for slot in range(copies.count[replica, 0]):
        copies.places[replica, copies.taken[replica, slot]] = -1
    copies.count[replica, 0] = 0


@kernel
def merge_taken(copies, thread, threads, faster, axes, damping, total):
    """Merge this thread's share of the rows in slots of all replicas; returns how many copies there were.

    The arithmetic is that of `w2v.kernels.merging.merge_rows`; replicas are added in their order, whatever the number
    of threads. The slots are `release`d afterwards, for all threads read them.

    faster, axes, damping, total  see `merge_rows`; damping float32 [A]
    """
    slots, changed = copies.taken.shape[1], 0
    first, share = copies.rows.shape[1] - slots, np.float32(1 / faster)
    size, along = copies.base.shape[1], np.empty(len(axes), np.float32)
    row_bytes, later = np.int64(4 * size), np.empty(2, np.int64)
    for r in range(len(copies.rows) - 1, -1, -1):
        taken = copies.taken[r]
        for slot in range(copies.count[r, 0]):
            id = taken[slot]
            if id // OWNED % threads == thread:
                copies.following[r, slot] = copies.leads[id]
                copies.leads[id] = r * slots + slot
                changed += 1
    for r in range(len(copies.rows)):
        taken, count = copies.taken[r], copies.count[r, 0]
        for slot in range(count):
            ahead = min(slot + AHEAD * threads, count - 1)
            if taken[ahead] // OWNED % threads == thread:
                later[0] = address(copies.rows[r]) + (first + ahead) * row_bytes
                later[1] = address(copies.base) + taken[ahead] * row_bytes
                prefetch_rows(address(later), row_bytes, (0, 0))
            id = taken[slot]
            if id // OWNED % threads != thread or copies.leads[id] < 0:
                continue
            origin, following = copies.base[id], copies.following[r, slot]
            row = copies.rows[r, first + slot]
            for d in range(size):
                total[d] = row[d] - origin[d]
            while following >= 0:
                row = copies.rows[following // slots, first + following % slots]
                for d in range(size):
                    total[d] += row[d] - origin[d]
                following = copies.following[following // slots, following % slots]
            copies.leads[id] = -1
            for d in range(size):
                total[d] *= share
            if len(axes):
                damp(total, axes, damping, along)
            for d in range(size):
                origin[d] += total[d]
    return changed


def locate(table, id, row_bytes):
    """Return the address of a row; where there is no copy of it yet, there is one then."""
    return address(table) + id * row_bytes


@in_copies(locate)
def _(copy, id, row_bytes):
    return address(copy.rows) + _place(copy, id) * row_bytes


def ask_for(table, i, words, drawn, row_bytes, room):
    """Prefetch those of the rows words[i] and drawn[:, i] that `locate` will copy; `room` int64 [1], written."""


@in_copies(ask_for)
def _(copy, i, words, drawn, row_bytes, room):
    for k in range(-1, len(drawn)):
        id = drawn[k, i] if k >= 0 else words[i]
        if copy.places[id] < 0:
            room[0] = address(copy.base) + id * row_bytes
            prefetch_rows(address(room), row_bytes, (0,))


def locate_all(table, ids, places):
    """Return the address of int32 [n]: which rows they are from `start_of` on; `places`, int32 [n], may be written."""
    return address(ids)


@in_copies(locate_all)
def _(copy, ids, places):
    for i in range(len(ids)):
        places[i] = _place(copy, ids[i])
    return address(places)


def start_of(table):
    """Return the address of the first row."""
    return address(table)


@in_copies(start_of)
def _(copy):
    return address(copy.rows)


def bytes_of_row(table):
    """Return the bytes of a row, an int64."""
    return np.int64(4 * table.shape[1])


@in_copies(bytes_of_row)
def _(copy):
    return np.int64(4 * copy.rows.shape[1])


def finite(table, ids):
    """Return whether rows, of which there are copies, are finite, see `w2v.kernels.rows.all_finite`."""
    return all_finite(table, ids)


@in_copies(finite)
def _(copy, ids):
    return all_finite(copy.rows, copy.places[ids])


def of_replica(tables, replica):
    """Return the table of one of several replicas, float32 [R, V, row]."""
    return tables[replica]


@in_copies(of_replica)
def _(copies, replica):
    rows, places, taken, count, base, _, _ = copies
    return Copy(rows[replica], places[replica], taken[replica], count[replica], base)


def merge_all(replicas, base, ids, first, step, faster, axes, damping, levels, total):
    """Merge the rows ids[first::step], see `merge_rows`, and this thread's share of the rows in slots."""
    return merge_rows(base, replicas, ids[:0], ids, first, step, faster, axes, damping, levels, total)


@in_copies(merge_all)
def _(replicas, base, ids, first, step, faster, axes, damping, levels, total):
    places = replicas.places[0]
    changed = merge_rows(base, replicas.rows, places, ids, first, step, faster, axes, damping, levels, total)
    return changed + merge_taken(replicas, first, step, faster, axes, damping[0], total)
