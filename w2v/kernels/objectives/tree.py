"""Hierarchical softmax: a word is predicted by the turns of its path in the Huffman tree of the counts.

Morin & Bengio 2005; Mikolov et al. 2013b, eq. 3; as in the C program (`-hs 1`), for skip-gram and for CBOW. The outputs
of a center are the inner nodes of its path, each with the turn that is taken there as its label; they are the
same for all words of its window. Two of these are scored at once; the next two meet the nodes as these left them. For
the nodes near the root are touched at every center, and a whole window's steps from the same rows overshoot: 20 MB of
English Wikipedia, 5 epochs, one thread, analogies / WordSim: .125 / .620 by windows (3 seeds), .129 / .630 by fours and
.131 / .633 by twos (2 seeds), .131 / .637 one by one (1 seed), as the C program does it. With negative samples windows
are the best: .108 / .551 (3 seeds) and, by twos, .106 / .517 (1 seed).
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.objectives import spans
from w2v.kernels.objectives.spans import (
    LINES,
    LOSS_MASK,
    contexts_of,
    find_windows,
    last_finite,
    sum_loss,
    train_panels,
)
from w2v.kernels.objectives.subwords import find_rows_around, hold_window, place_inputs, release
from w2v.kernels.objectives.types import Tally
from w2v.kernels.tiles import SLOT, mean_rows, move_rows, prefetch_rows

TOGETHER = 2  # inputs that are scored at once
AHEAD = 2  # centers whose rows are asked for before their turn
# Centers before their turn whose paths are asked for, and twice as many where their paths begin: 10 % less time for
# skip-gram, 15 to 25 % for CBOW (20 MB of English Wikipedia, a Zen 4).
FURTHER = 4
PATH_BYTES = 128  # of most paths


class SkipGramTree(spans.Plan):
    """The numbers of a run of skip-gram; `outputs` is the length of the longest path."""


class CbowTree(spans.Plan):
    """The numbers of a run of CBOW; `outputs` is the length of the longest path."""


@kernel
def _train_span(first, last, work, rows, plan, scratch, mean_first):
    """Train the units first..last; mean_first tells CBOW from skip-gram."""
    ids, bits, left, right, xs, ys, _, _, labels, weights, steps, spare, means, room, _ = scratch
    # A line for each center ahead: they are written as numbers and read as registers, and a register that is read right
    # after its numbers were written waits until all of them are in the cache (2 to 3 % of the time).
    labels, weights = labels.reshape((LINES, len(labels) // LINES)), weights.reshape((LINES, len(weights) // LINES))
    starts, nodes, turns = work.paths.starts, work.paths.nodes, work.paths.labels
    panel, contexts = plan.panel, 2 if mean_first else contexts_of(plan.window)
    width = len(panel)
    row_bytes = np.int64(rows.input.shape[1] * 4)
    # Addresses are int64: numba makes float64 of an unsigned and a signed number.
    was, now, bag = np.int64(means[0].ctypes.data), np.int64(means[1].ctypes.data), np.int64(room.ctypes.data)
    mean = bag + 8 * (len(room) - 1)  # where it stands that the mean is at `now`
    room[len(room) - 1] = now
    places = np.empty(3, np.int64)

    begin, end, size, tokens, rate = find_windows(first, last, work, plan, scratch)
    place_inputs(size, rows, plan, scratch)
    pairs, loss, asked = 0, 0.0, 0
    for following in range(begin, end + AHEAD):
        if following < end:
            # Where a path begins is asked for, then the path, then its rows, all before the center's turn comes.
            start = starts[ids[min(following + FURTHER, end - 1)]]
            places[0] = np.int64(starts.ctypes.data) + 8 * ids[min(following + 2 * FURTHER, end - 1)]
            places[1] = np.int64(nodes.ctypes.data) + 4 * start
            places[2] = np.int64(turns.ctypes.data) + 4 * start
            prefetch_rows(places.ctypes.data, PATH_BYTES, (0, 0, 0))
            start, stop, line = starts[ids[following]], starts[ids[following] + 1], following % LINES
            panels = asked = -(-(stop - start) // width)
            for k in range(panels * width):
                slot, inside = k // width * SLOT + k % width, k < stop - start
                ys[line, k] = rows.output.ctypes.data + nodes[start + k] * row_bytes if inside else spare.ctypes.data
                labels[line, slot] = turns[start + k] if inside else 0
                weights[line, slot] = rate if inside else 0
            prefetch_rows(xs.ctypes.data + 8 * min(following + plan.window, size - 1), row_bytes, (0,))
        c = following - AHEAD
        if c < begin:
            continue
        m = right[c] - left[c] - 1
        start, stop, line = starts[ids[c]], starts[ids[c] + 1], c % LINES
        if m == 0 or start == stop:
            continue
        panels = -(-(stop - start) // width)
        if plan.bag and not mean_first:
            hold_window(c, size, work, rows, plan, scratch)
        # The last of the contexts takes the place of the center.
        center, xs[c] = xs[c], xs[right[c] - 1]
        around = np.int64(xs.ctypes.data) + 8 * left[c]
        if plan.bag and mean_first:
            around, m = bag, find_rows_around(c, work, rows, scratch)
        of_bag = around
        if mean_first:
            mean_rows(of_bag, m, was, now, row_bytes)
            around = mean
        inputs = 1 if mean_first else m
        own, later = np.int64(ys[line].ctypes.data), np.int64(ys[following % LINES].ctypes.data)
        # While the nodes of this path move, those of a later one are asked for, and after it what that has more.
        train_panels(
            around, min(TOGETHER, inputs), own, labels[line].ctypes.data, weights[line].ctypes.data, steps.ctypes.data,
            contexts, panels, row_bytes, panel, True, (later - own,),
        )  # fmt: skip
        for p in range(panels, asked):
            prefetch_rows(later + 8 * p * width, row_bytes, panel)
        for j in range(TOGETHER, inputs, TOGETHER):
            train_panels(
                around + 8 * j, min(TOGETHER, inputs - j), own, labels[line].ctypes.data,
                weights[line].ctypes.data, steps.ctypes.data + 4 * SLOT * j, contexts, panels, row_bytes, panel, True,
                (),
            )  # fmt: skip
        if mean_first:
            move_rows(of_bag, m, was, now, row_bytes)
        xs[c] = center
        if bits[c] & LOSS_MASK == 0:
            loss += sum_loss(steps, weights[line], rate, inputs, panels, contexts)
            pairs += inputs
    release(size, work, rows, scratch)
    return Tally(tokens, end - begin, pairs, loss, last_finite(begin, end, rows, scratch))


@kernel
def train_skipgram(first, last, work, rows, plan, scratch):
    """Train the units first..last, see `w2v.kernels.objectives`."""
    return _train_span(first, last, work, rows, plan, scratch, False)


@kernel
def train_cbow(first, last, work, rows, plan, scratch):
    """Train the units first..last, see `w2v.kernels.objectives`."""
    return _train_span(first, last, work, rows, plan, scratch, True)
