"""Rows that processes send each other to be merged: packed into messages, and taken out of them.

Of the rows that are due, process `first` of `step` merges ids[first::step]; it is sent these rows by each process whose
replicas have changed some, merges them with `merge_rows`, and sends the merged rows to all. Untouched rows do not
travel. A message is int32 [n]; float32 numbers are in it with their bits. Of a row, the first `width` numbers are sent:
what follows are zeros that fill the cache line.

    changes  for each replica of the sender: how many rows, then for each its place i (the row ids[first + i * step])
             and its numbers
    merged   how many rows, then for each its place and its numbers
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel


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
def copy_rows(base, ids, first, step, own, copies):
    """Copy the rows ids[first::step] to `own`, float32 [n, row], and to each of `copies`, float32 [R, n, row]."""
    for place, i in enumerate(range(first, len(ids), step)):
        own[place] = base[ids[i]]
        for copy in copies:
            copy[place] = own[place]


@kernel
def unpack_changes(message, at, width, copies, touched):
    """Put a process's changes into the copies of its replicas, float32 [r, n, row]; returns where they end.

    touched  bool [n], set for each row that is there
    """
    for copy in copies:
        bits = copy.view(np.int32)
        count = message[at]
        at += 1
        for _ in range(count):
            place = message[at]
            touched[place] = True
            for d in range(width):
                bits[place, d] = message[at + 1 + d]
            at += 1 + width
    return at


@kernel
def pack_merged(own, touched, width, message, at):
    """Put the touched rows of `own`, float32 [n, row], into `message` from `at` on; returns where they end."""
    bits = own.view(np.int32)
    start = at
    at += 1
    for place in range(len(touched)):
        if touched[place]:
            message[at] = place
            for d in range(width):
                message[at + 1 + d] = bits[place, d]
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
