"""Rows that processes send each other to be merged: packed into messages, and taken out of them.

Of the rows that are due, process `first` of `step` merges ids[first::step]; it is sent these rows by each process whose
replicas have changed some, adds their changes in the order of the replicas, as `merge_rows` does, and sends the merged
rows to all. Untouched rows do not travel: what they would add is zero. A message is int32 [n]; float32 numbers are in
it with their bits. Of a row, the first `width` numbers are sent: what follows are zeros that fill the cache line.

    changes  for each replica of the sender: how many rows, then for each its place i (the row ids[first + i * step])
             and its numbers
    merged   how many rows, then for each its place and its numbers
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.merging import settle
from w2v.kernels.rows import address
from w2v.kernels.tiles import SLOT


@kernel
def pack_changes(base, replicas, ids, first, step, width, message, at):
    """Put the rows of ids[first::step] that replicas have changed into `message` from `at` on; returns where they end.

    base      float32 [V, row]
    replicas  float32 [r, V, row]
    """
    for replica in replicas:
        bits = replica.view(np.int32)
        start = at
        at += 1
        for place, i in enumerate(range(first, len(ids), step)):
            id = ids[i]
            changed = np.int32(0)
            for d in range(width):
                changed |= np.int32(replica[id, d] != base[id, d])
            if changed:
                message[at] = place
                for d in range(width):
                    message[at + 1 + d] = bits[id, d]
                at += 1 + width
        message[start] = (at - start) // (1 + width)
    return at


@kernel
def add_changes(message, at, replicas, base, ids, first, step, width, totals, touched):
    """Add a process's changes of its `replicas` to `totals`, float32 [n, row]; returns where they end.

    touched  bool [n], set for each row that is there; a row that was not is zeros before
    """
    numbers = message.view(np.float32)
    for _ in range(replicas):
        count = message[at]
        at += 1
        for _ in range(count):
            place = message[at]
            total, origin = totals[place], base[ids[first + np.int64(place) * step]]
            if touched[place]:
                for d in range(width):
                    total[d] += numbers[at + 1 + d] - origin[d]
            else:
                touched[place] = True
                for d in range(width):
                    total[d] = numbers[at + 1 + d] - origin[d]
            at += 1 + width
    return at


@kernel
def pack_merged(base, ids, first, step, width, totals, touched, faster, axes, damping, levels, message, at):
    """Merge the touched rows of ids[first::step] and put them into `message` from `at` on; returns where they end.

    totals   float32 [n, row], the changes of all replicas; written over
    faster, axes, damping, levels  see `w2v.kernels.merging.merge_rows`, whose arithmetic this is

    `base` is left as it is: `unpack_merged` writes it, here as everywhere.
    """
    numbers = message.view(np.float32)
    share = np.float32(1 / faster)
    along, merged = np.empty(len(axes) + SLOT, np.float32), np.empty(base.shape[1], np.float32)
    row_bytes, start = np.int64(4 * base.shape[1]), at
    at += 1
    for place in range(len(touched)):
        if touched[place]:
            id, total = ids[first + place * step], totals[place]
            merged[:] = base[id]
            settle(address(merged), 0, 0, total, share, axes, damping[levels[id]], along, row_bytes)
            message[at] = place
            for d in range(width):
                numbers[at + 1 + d] = merged[d]
            at += 1 + width
    message[start] = (at - start) // (1 + width)
    return at


@kernel
def unpack_merged(message, at, ids, first, step, width, base, replicas):
    """Put merged rows into `base`, float32 [V, row], and `replicas`, float32 [r, V, row]; returns where they end."""
    bits = base.view(np.int32)
    count = message[at]
    at += 1
    for _ in range(count):
        id = ids[first + np.int64(message[at]) * step]
        for d in range(width):
            bits[id, d] = message[at + 1 + d]
        for replica in replicas:
            replica[id] = base[id]
        at += 1 + width
    return at
