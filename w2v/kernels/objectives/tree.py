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

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from w2v.kernels.compiler import inlined_kernel, kernel
from w2v.kernels.copies import bytes_of_row, locate_all, start_of
from w2v.kernels.emit import F32, I32, I64, whole
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
from w2v.kernels.rows import address
from w2v.kernels.tiles import SLOT, mean_rows, move_rows, prefetch_rows, score_inputs, score_two, update_panel

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


@intrinsic
def _place_panel(_: Any, nodes: Any, turns: Any, count: Any, rate: Any, table: Any, row_bytes: Any, spare: Any,
                 ys: Any, labels: Any, weights: Any, shape: Any) -> Any:  # fmt: skip
    """Write a panel of a path: the addresses of its rows, its labels and its weights.

    nodes, turns  addresses of int32 [8] and float32 [8], of which the first `count` belong to the path
    rate          the weight of each
    table, row_bytes, spare  addresses of the rows, and of the row that stands where the path has ended
    ys, labels, weights      addresses, written, see `w2v.kernels.tiles`
    shape         tuple whose length is the panel's width

    As a loop over the nodes this was a tenth of CBOW's time.
    """
    width = shape.count

    def emit(ctx: Any, b: Any, sig: Any, args: Any) -> Any:
        nodes, turns, count, rate, table, row_bytes, spare, ys, labels, weights, _ = args

        def vector(start: Any, kind: Any) -> Any:
            value = b.load(b.inttoptr(start, ir.VectorType(kind, SLOT).as_pointer()))
            value.align = 4
            return value

        def everywhere(value: Any) -> Any:
            one = ir.Constant(ir.VectorType(value.type, SLOT), ir.Undefined)
            one = b.insert_element(one, value, I32(0))
            return b.shuffle_vector(one, one, ir.Constant(ir.VectorType(I32, SLOT), [0] * SLOT))

        def write(value: Any, start: Any, length: int = SLOT) -> None:
            some = b.shuffle_vector(value, value, ir.Constant(ir.VectorType(I32, length), list(range(length))))
            b.store(some, b.inttoptr(start, some.type.as_pointer())).align = 4

        indices = ir.Constant(ir.VectorType(I64, SLOT), list(range(SLOT)))
        some = b.select(b.icmp_signed("<", count, whole(width)), count, whole(width))
        inside = b.icmp_signed("<", indices, everywhere(some))
        offsets = b.mul(b.sext(vector(nodes, I32), indices.type), everywhere(row_bytes))
        write(b.select(inside, b.add(offsets, everywhere(table)), everywhere(spare)), ys, width)
        write(vector(turns, F32), labels)
        write(b.select(inside, everywhere(rate), ir.Constant(ir.VectorType(F32, SLOT), [0.0] * SLOT)), weights)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 3, types.float32, *[types.int64] * 6, shape), emit


@inlined_kernel
def _train_path(x, ys, labels, weights, steps, panels, row_bytes, panel, ahead):
    """Take one step of one input, `x`, with all panels of a path: two of them are scored at once. See `train_panels`.

    steps  address of float32 [panels, 8]
    """
    width = len(panel)
    apart = 0, 8 * width, 4 * SLOT, 4 * SLOT
    for p in range(0, panels, 2):
        own, slot = ys + 8 * p * width, 4 * SLOT * p
        if p + 1 < panels:
            score_two(x, own, labels + slot, weights + slot, steps + slot, row_bytes, apart, panel)
        else:
            score_inputs(x, 1, own, labels + slot, weights + slot, steps + slot, row_bytes, panel)
    for p in range(panels):
        update_panel(x, 1, ys + 8 * p * width, steps + 4 * SLOT * p, row_bytes, panel, ahead)


@kernel
def _train_span(first, last, work, rows, plan, scratch, mean_first):
    """Train the units first..last; mean_first tells CBOW from skip-gram."""
    ids, bits, left, right, xs, ys, _, _, labels, weights, steps, spare, means, room, _ = scratch
    # A line for each center ahead: they are written as numbers and read as registers, and a register that is read right
    # after its numbers were written waits until all of them are in the cache (2 to 3 % of the time).
    labels, weights = labels.reshape((LINES, len(labels) // LINES)), weights.reshape((LINES, len(weights) // LINES))
    starts, nodes, turns = work.paths.starts, work.paths.nodes, work.paths.labels
    panel, contexts = plan.panel, 1 if mean_first else contexts_of(plan.window)
    width = len(panel)
    row_bytes, output = bytes_of_row(rows.input), start_of(rows.output)
    was, now, bag = address(means[0]), address(means[1]), address(room)
    mean = bag + 8 * (len(room) - 1)  # where it stands that the mean is at `now`
    room[len(room) - 1] = now
    places, copied = np.empty(3, np.int64), np.empty(plan.outputs + SLOT, np.int32)

    begin, end, size, tokens, rate = find_windows(first, last, work, plan, scratch)
    place_inputs(size, rows, plan, scratch)
    pairs, loss, asked = 0, 0.0, 0
    for following in range(begin, end + AHEAD):
        if following < end:
            # Where a path begins is asked for, then the path, then its rows, all before the center's turn comes.
            start = starts[ids[min(following + FURTHER, end - 1)]]
            places[0] = address(starts) + 8 * ids[min(following + 2 * FURTHER, end - 1)]
            places[1] = address(nodes) + 4 * start
            places[2] = address(turns) + 4 * start
            prefetch_rows(address(places), PATH_BYTES, (0, 0, 0))
            start, stop, line = starts[ids[following]], starts[ids[following] + 1], following % LINES
            panels = asked = -(-(stop - start) // width)
            path = locate_all(rows.output, nodes[start:stop], copied)
            for p in range(panels):
                place, slot = start + p * width, 4 * SLOT * p
                _place_panel(
                    path + 4 * p * width, address(turns) + 4 * place, stop - place, rate, output, row_bytes,
                    address(spare), address(ys[line]) + 8 * p * width, address(labels[line]) + slot,
                    address(weights[line]) + slot, panel,
                )  # fmt: skip
            prefetch_rows(address(xs) + 8 * min(following + plan.window, size - 1), row_bytes, (0,))
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
        around = address(xs) + 8 * left[c]
        if plan.bag and mean_first:
            around, m = bag, find_rows_around(c, work, rows, scratch)
        of_bag = around
        if mean_first:
            mean_rows(of_bag, m, was, now, row_bytes)
            around = mean
        inputs = 1 if mean_first else m
        own, later = address(ys[line]), address(ys[following % LINES])
        # While the nodes of this path move, those of a later one are asked for, and after it what that has more.
        if mean_first:
            _train_path(
                around, own, address(labels[line]), address(weights[line]), address(steps), panels, row_bytes, panel,
                (later - own,),
            )  # fmt: skip
        else:
            train_panels(
                around, min(TOGETHER, inputs), own, address(labels[line]), address(weights[line]), address(steps),
                contexts, panels, row_bytes, panel, True, (later - own,),
            )  # fmt: skip
        for p in range(panels, asked):
            prefetch_rows(later + 8 * p * width, row_bytes, panel)
        for j in range(TOGETHER, inputs, TOGETHER):
            train_panels(
                around + 8 * j, min(TOGETHER, inputs - j), own, address(labels[line]),
                address(weights[line]), address(steps) + 4 * SLOT * j, contexts, panels, row_bytes, panel, True,
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
