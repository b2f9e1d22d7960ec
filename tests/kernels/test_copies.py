"""Copies of some rows: made at the first touch, merged to the bits of copies of all rows."""

from __future__ import annotations

import numpy as np
import pytest

from w2v.kernels import copies as kernels
from w2v.kernels.compiler import kernel
from w2v.kernels.merging import merge_rows
from w2v.kernels.rows import aligned_zeros

WORDS, ROW, FREQUENT, SLOTS = 100, 16, 10, 40


@kernel
def move(copies, replica, ids, change):
    """Find the rows of a replica as a training kernel does, and add to them."""
    copy, row_bytes = kernels.of_replica(copies, replica), kernels.bytes_of_row(kernels.of_replica(copies, replica))
    room, start = np.empty(1, np.int64), kernels.start_of(copy)
    for i in range(len(ids)):
        kernels.ask_for(copy, ids[i], row_bytes, room)
        place = (kernels.locate(copy, ids[i], row_bytes) - start) // row_bytes
        copy.rows[place] += change[i]


@kernel
def release(copies):
    for replica in range(len(copies.rows)):
        kernels.release(copies, replica)


@kernel
def merge(copies, base, ids, thread, threads, axes, damping, levels, total):
    return kernels.merge_all(copies, base, ids, thread, threads, 2.0, axes, damping, levels, total)


def begun(replicas, seed=1):
    """Return a base and copies of it; frequent are ten rows in no order."""
    rng = np.random.default_rng(seed)
    base = aligned_zeros(WORDS, ROW)
    base[:] = rng.normal(size=base.shape)
    frequent = rng.permutation(WORDS)[:FREQUENT].astype(np.int32)
    copies = kernels.new_copies(replicas, base, FREQUENT, SLOTS)
    for replica in range(replicas):
        kernels.fill(copies, replica, frequent)
    return rng, base, frequent, copies


@pytest.mark.parametrize(("replicas", "threads", "axes"), [(2, 1, 0), (2, 2, 3), (5, 3, 0), (8, 2, 4)])
def test_rows_in_slots_are_merged_to_the_bits_of_copies_of_all_rows(replicas, threads, axes):
    rng, base, frequent, copies = begun(replicas)
    whole, models = base.copy(), np.stack([base] * replicas)
    directions = np.linalg.qr(rng.normal(size=(ROW, ROW)))[0][:axes].astype(np.float32)
    damping = rng.random((1, axes)).astype(np.float32)
    levels, total, all_rows = np.zeros(WORDS, np.uint8), np.empty(ROW, np.float32), np.arange(WORDS, dtype=np.int32)
    for _ in range(3):  # slots are used again
        changed = 0
        for replica in range(replicas):
            ids = rng.integers(0, WORDS, SLOTS).astype(np.int32)  # some twice
            change = rng.normal(size=(SLOTS, ROW)).astype(np.float32)
            move(copies, replica, ids, change)
            for id, some in zip(ids, change):
                models[replica, id] += some
            rare = set(ids.tolist()) - set(frequent.tolist())
            assert set(copies.taken[replica, : copies.count[replica, 0]].tolist()) == rare
            changed += len(set(ids.tolist()))
        merge_rows(whole, models, all_rows[:0], all_rows, 0, 1, 2.0, directions, damping, levels, total)
        found = sum(
            merge(copies, base, frequent, thread, threads, directions, damping, levels, total)
            for thread in range(threads)
        )
        release(copies)
        assert found == changed
        assert base.tobytes() == whole.tobytes()
        assert (copies.rows[:, :FREQUENT] == base[frequent]).all()
        assert (copies.leads == -1).all()
        assert ((copies.places >= 0).sum(axis=1) == FREQUENT).all()


def test_more_rows_than_slots_are_an_error_and_not_a_write_behind_them():
    _, base, frequent, copies = begun(1)
    rare = np.setdiff1d(np.arange(WORDS), frequent)[: SLOTS + 1].astype(np.int32)
    before = base.copy()
    with pytest.raises(IndexError, match="more rows are touched than there are slots"):
        move(copies, 0, rare, np.ones((len(rare), ROW), np.float32))
    assert copies.count[0, 0] == SLOTS
    assert (base == before).all(), "a replica moves its copy alone"
