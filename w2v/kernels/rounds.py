"""What one thread does in a run: it trains spans, and with several replicas it merges rows.

The units of an epoch (`w2v.kernels.objectives`) are dealt out in rounds. In a round each replica trains one span;
then the rows that are due are merged (`w2v.kernels.merging`), and the next round begins.

    round      0         1
    replica 0  span 0    span 2
    replica 1  span 1    span 3

All wait for the last one, so each span has as many centers as the others, as far as can be expected.

A row is due after about the same number of its own touches, so frequent rows are due every round and others every 2nd,
4th, 8th. Threads take replicas and due rows in a fixed pattern, but which thread takes which changes nothing in the
result: the same number of replicas gives the same bits for any number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.kernels.barrier import fetch, wait_for_all
from w2v.kernels.compiler import kernel
from w2v.kernels.copies import merge_all, of_replica, release
from w2v.kernels.objectives import Rows, train_span
from w2v.kernels.rows import address

# What the threads of a run share, int64 [32]: cache lines of their own.
STOP, DIVERGED, ARRIVED, ENDED = 0, 8, 16, 24
# What became of a replica's spans, float64 [8], a cache line.
TOKENS, CENTERS, PAIRS, LOSS, MERGED = range(5)


class Due(NamedTuple):
    """Which rows of a table are merged when, and how much of a change is damped.

    order   int32 [V], the rows, those that are due most often first
    stops   int64 [n], order[: stops[z]] is due in round t if z = the number of zero bits at the end of t + 1
    levels  uint8 [V], which line of `damping` is a row's: its touches between two merges, as a step of a scale
    axes, damping  see `merge_rows`
    """

    order: npt.NDArray[np.int32]
    stops: npt.NDArray[np.int64]
    levels: npt.NDArray[np.uint8]
    axes: npt.NDArray[np.float32]
    damping: npt.NDArray[np.float32]


class Rounds(NamedTuple):
    """How units are dealt out.

    each    rounds of an epoch
    all     rounds of the run
    cycle   after this many rounds all rows are merged, a power of two; after the last round they are anyway
    faster  what the replicas' rate is multiplied with
    bounds  int64 [each * replicas + 1], units bounds[k] : bounds[k + 1] of an epoch are span k
    """

    each: int
    all: int
    cycle: int
    faster: float
    bounds: npt.NDArray[np.int64] = np.zeros(0, np.int64)


@kernel
def train_rounds(thread, threads, first, last, offset, count, work, base, replicas, plan, scratch, rounds, inputs,
                 outputs, shared, accounts):  # fmt: skip
    """Train the rounds first..last as one of several threads; returns the round before which it stopped.

    offset    the number of the first of these replicas among the `count` replicas of the run: they are all, or a group
    base      Rows, merged; where these replicas are one not looked at
    replicas  Rows of [r, V, row], or of `Copies`
    inputs, outputs  Due
    shared    int64 [32]; with one replica in all, STOP ends the work after a span. ENDED ends it at once, and leaves
              replicas that are not merged: set where a thread has failed, for those that wait for it
    accounts  float64 [r, 8], added to
    """
    total = np.empty(base.input.shape[1], np.float32)
    flags = address(shared)
    for round in range(first, last):
        if count == 1 and fetch(flags + 8 * STOP) != 0:
            return round
        if not train_share(round, thread, threads, offset, count, work, replicas, plan, scratch, rounds, accounts):
            shared[DIVERGED] = 1
        diverged = shared[DIVERGED] != 0
        if len(accounts) > 1:
            if not wait_for_all(shared[ARRIVED:], threads, shared[ENDED:]):
                return round
            # Between two waits nobody trains, so all threads see the same.
            diverged = fetch(flags + 8 * DIVERGED) != 0
            accounts[thread, MERGED] += merge_due(base.input, replicas.input, inputs, round, thread, threads, rounds,
                                                  total)  # fmt: skip
            accounts[thread, MERGED] += merge_due(base.output, replicas.output, outputs, round, thread, threads, rounds,
                                                  total)  # fmt: skip
            if not wait_for_all(shared[ARRIVED:], threads, shared[ENDED:]):
                return round
            for replica in range(thread, len(accounts), threads):
                release(replicas.input, replica)
                release(replicas.output, replica)
        if diverged:
            return round + 1
    return last


@kernel
def train_share(round, thread, threads, offset, count, work, replicas, plan, scratch, rounds, accounts):
    """Train this thread's share of the replicas for a round; returns whether the rows last moved are finite.

    offset    the number of the first of these replicas among the `count` replicas of the run
    replicas  Rows of [r, V, row], or of `Copies`
    accounts  float64 [r, 8], added to
    """
    finite = True
    epoch, first = round // rounds.each * len(work.stream), round % rounds.each * count + offset
    for replica in range(thread, len(accounts), threads):
        begin, end = rounds.bounds[first + replica], rounds.bounds[first + replica + 1]
        if begin == end:
            continue
        rows = Rows(of_replica(replicas.input, replica), of_replica(replicas.output, replica))
        tally = train_span(epoch + begin, epoch + end, work, rows, plan, scratch)
        account = accounts[replica]
        account[TOKENS] += tally.tokens
        account[CENTERS] += tally.centers
        account[PAIRS] += tally.pairs
        account[LOSS] += tally.loss
        finite = finite and tally.finite
    return finite


@kernel
def merge_due(base, replicas, due, round, thread, threads, rounds, total):
    """Merge this thread's share of the rows that are due after a round; returns how many rows had changed."""
    return merge_all(
        replicas, base, due.order[: due_stop(due, round, rounds)], thread, threads, rounds.faster, due.axes,
        due.damping, due.levels, total,
    )  # fmt: skip


@kernel
def due_stop(due, round, rounds):
    """Return how many rows of due.order are due after a round."""
    after = round + 1
    if after % rounds.cycle == 0 or after == rounds.all:
        return len(due.order)
    zeros = 0
    while after >> zeros & 1 == 0:
        zeros += 1
    return due.stops[zeros]
