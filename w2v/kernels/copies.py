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
from numba.extending import intrinsic, overload

from w2v.kernels.compiler import inlined_kernel, kernel
from w2v.kernels.emit import BYTES, I32, I64, load, loop, store
from w2v.kernels.merging import merge_rows, settle, sum_changes
from w2v.kernels.rows import CACHE_LINE, address, aligned_zeros, all_finite
from w2v.kernels.tiles import SLOT, prefetch_rows

AHEAD = 8  # rows that `merge_taken` asks for ahead, of those that are its own
COPIED_AHEAD = 4  # words whose rows are asked for before copies of them are made; with 2 it takes as long
OWNED = 16  # rows that follow each other are merged by the same thread: their `leads` are in one cache line


class Copies(NamedTuple):
    """The copies of R replicas; of one, without the first axis, in `Copy`.

    rows    float32 [R, F + S, row]
    places  int32 [R, V], -1 where there is no copy
    taken   int32 [R, S]
    count   int32 [R, 16], the first of each line: slots taken
    base    float32 [V, row]
    leads   int32 [V], -1; in `merge_taken` the first of the copies of a row, r * S + its slot
    following  int32 [R, S], likewise the next copy of the same row
    """

    rows: npt.NDArray[np.float32]
    places: npt.NDArray[np.int32]
    taken: npt.NDArray[np.int32]
    count: npt.NDArray[np.int32]
    base: npt.NDArray[np.float32]
    leads: npt.NDArray[np.int32]
    following: npt.NDArray[np.int32]


class Copy(NamedTuple):
    """The copies of one replica by their addresses: how often an array is in use is counted, by all threads.

    That took twice the time of training. The addresses are of this replica's part of `Copies`.

    rows          float32 [F + S, row]; begins at `start`
    first, slots  F and S
    row_bytes     from one row to the next
    """

    rows: npt.NDArray[np.float32]
    start: int
    places: int
    taken: int
    count: int
    base: int
    first: int
    slots: int
    row_bytes: int


def new_copies(replicas: int, base: npt.NDArray[np.float32], frequent: int, slots: int) -> Copies:
    """Return room for the copies of `replicas`, each of `frequent` rows and `slots`; `fill` makes them ready."""
    words, row = base.shape
    return Copies(
        aligned_zeros(replicas, frequent + slots, row), np.empty((replicas, words), np.int32),
        np.zeros((replicas, slots), np.int32), np.zeros((replicas, CACHE_LINE), np.int32), base,
        np.full(words, -1, np.int32), np.empty((replicas, slots), np.int32),
    )  # fmt: skip


def fill(copies: Copies, replica: int, frequent: npt.NDArray[np.int32]) -> None:
    """Give a replica its copies of the frequent rows, int32 [F], as the base has them, and free its slots."""
    copies.places[replica] = -1
    copies.places[replica, frequent] = np.arange(len(frequent), dtype=np.int32)
    np.take(copies.base, frequent, axis=0, out=copies.rows[replica, : len(frequent)])
    copies.count[replica] = 0


@intrinsic
def load_int(_: Any, place: Any) -> Any:
    """Return the int32 at an address, as an int64."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        return b.sext(b.load(b.inttoptr(args[0], I32.as_pointer())), I64)

    return types.int64(types.int64), emit


@intrinsic
def store_int(_: Any, place: Any, number: Any) -> Any:
    """Write a number, an int64, to an address as an int32."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        b.store(b.trunc(args[1], I32), b.inttoptr(args[0], I32.as_pointer()))
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), emit


@intrinsic
def copy_row(_: Any, origin: Any, row: Any, row_bytes: Any) -> Any:
    """Copy a row from one address to another."""

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        origin, row, row_bytes = args
        with loop(b, row_bytes, step=BYTES) as part:
            store(b, load(b, b.add(origin, part.index)), b.add(row, part.index))
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), emit


@kernel
def take(copy, id):
    """Copy a row into the next free slot, and return its place."""
    slot: int = load_int(copy.count)
    if slot == copy.slots:
        raise IndexError("more rows are touched than there are slots")
    place = copy.first + slot
    store_int(copy.count, slot + 1)
    store_int(copy.taken + 4 * slot, id)
    store_int(copy.places + 4 * id, place)
    copy_row(copy.base + id * copy.row_bytes, copy.start + place * copy.row_bytes, copy.row_bytes)
    return place


@inlined_kernel
def _place(copy, id):
    place: int = load_int(copy.places + 4 * np.int64(id))
    return place if place >= 0 else take(copy, np.int64(id))


def in_copies(of_array: Any) -> Any:
    """Say what a function for kernels does with a `Copy` or `Copies` where `of_array` has a table, float32 [V, row]."""

    def decorate(of_copy: Any) -> None:
        # Inlined by LLVM: what numba inlines itself may lose writes into the arrays of a named tuple (0.68).
        overload(of_array, strict=False, jit_options={"forceinline": True})(
            lambda table, *_: of_array if isinstance(table, types.Array) else of_copy
        )

    return decorate


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
    rows, _, all_taken, counts, base, leads, followers = copies  # outside of the loops: see `Copy`
    slots, changed = all_taken.shape[1], 0
    first, share = rows.shape[1] - slots, np.float32(1 / faster)
    size, along = base.shape[1], np.empty(len(axes) + SLOT, np.float32)
    row_bytes, places, later = np.int64(4 * size), np.empty(len(rows), np.int64), np.empty(2, np.int64)
    for r in range(len(rows) - 1, -1, -1):
        taken = all_taken[r]
        for slot in range(counts[r, 0]):
            id = taken[slot]
            if id // OWNED % threads == thread:
                followers[r, slot] = leads[id]
                leads[id] = r * slots + slot
                changed += 1
    for r in range(len(rows)):
        taken, count = all_taken[r], counts[r, 0]
        for slot in range(count):
            ahead = min(slot + AHEAD * threads, count - 1)
            if taken[ahead] // OWNED % threads == thread:
                later[0] = address(rows[r]) + (first + ahead) * row_bytes
                later[1] = address(base) + taken[ahead] * row_bytes
                prefetch_rows(address(later), row_bytes, (0, 0))
            id = taken[slot]
            if id // OWNED % threads != thread or leads[id] < 0:
                continue
            origin, following, copied = address(base) + id * row_bytes, r * slots + slot, 0
            while following >= 0:
                of, its_slot = following // slots, following % slots
                places[copied] = address(rows) + (of * rows.shape[1] + first + its_slot) * row_bytes
                following, copied = followers[of, its_slot], copied + 1
            leads[id] = -1
            sum_changes(origin, address(places), copied, address(total), row_bytes)
            settle(origin, address(places), 0, total, share, axes, damping, along, row_bytes)
    return changed


def locate(table, id, row_bytes):
    """Return the address of a row; where there is no copy of it yet, there is one then."""
    return address(table) + id * row_bytes


@in_copies(locate)
def _(copy, id, row_bytes):
    return copy.start + _place(copy, id) * copy.row_bytes


def ask_for(table, id, row_bytes, room):
    """Prefetch a row that `locate` will have to copy; returns whether any are copied. `room` int64 [1], written."""
    return False


@in_copies(ask_for)
def _(copy, id, row_bytes, room):
    if load_int(copy.places + 4 * np.int64(id)) < 0:
        room[0] = copy.base + id * copy.row_bytes
        prefetch_rows(address(room), copy.row_bytes, (0,))
    return True


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
    return copy.start


def bytes_of_row(table):
    """Return the bytes of a row, an int64."""
    return np.int64(4 * table.shape[1])


@in_copies(bytes_of_row)
def _(copy):
    return copy.row_bytes


def finite(table, ids):
    """Return whether rows, of which there are copies, are finite, see `w2v.kernels.rows.all_finite`."""
    return all_finite(table, ids)


@in_copies(finite)
def _(copy, ids):
    places = np.empty(len(ids), np.int32)
    for i in range(len(ids)):
        places[i] = _place(copy, ids[i])
    return all_finite(copy.rows, places)


def of_replica(tables, replica):
    """Return the table of one of several replicas, float32 [R, V, row]."""
    return tables[replica]


@in_copies(of_replica)
def _(copies, replica):
    rows, slots = copies.rows[replica], copies.taken.shape[1]
    return Copy(
        rows, address(rows), address(copies.places[replica]), address(copies.taken[replica]),
        address(copies.count[replica]), address(copies.base), len(rows) - slots, slots, 4 * rows.shape[1],
    )  # fmt: skip


def merge_all(replicas, base, ids, first, step, faster, axes, damping, levels, total):
    """Merge the rows ids[first::step], see `merge_rows`, and this thread's share of the rows in slots."""
    return merge_rows(base, replicas, ids[:0], ids, first, step, faster, axes, damping, levels, total)


@in_copies(merge_all)
def _(replicas, base, ids, first, step, faster, axes, damping, levels, total):
    places = replicas.places[0]
    changed = merge_rows(base, replicas.rows, places, ids, first, step, faster, axes, damping, levels, total)
    return changed + merge_taken(replicas, first, step, faster, axes, damping[0], total)
