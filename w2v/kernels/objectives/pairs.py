"""Skip-gram with negative sampling pair by pair, the classic form: every pair draws negatives of its own.

Mikolov et al. 2013b, eq. 4, as the C program and gensim train it: one word of the window after the other. For whoever
must reproduce it; `w2v.kernels.objectives.skipgram`, which shares the negatives within a window, is several times as
fast. With subwords it is fastText's: there the center's mean is the input, and a word of the window the output.

Two pairs of a center are scored before the rows of either move: 7 to 8 % less time than one after the other, and the
same scores (20 MB of English Wikipedia, 6 seeds: analogies / WordSim-353 .1039 / .509 and .1036 / .508).
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.copies import bytes_of_row
from w2v.kernels.negatives import merge_draws, set_weights
from w2v.kernels.objectives import spans
from w2v.kernels.objectives.spans import (
    FAR,
    LINES,
    LOSS_MASK,
    draw_outputs,
    find_windows,
    last_finite,
    sum_loss,
)
from w2v.kernels.objectives.subwords import ask_for_rows, place_inputs, read_mean, write_mean
from w2v.kernels.objectives.types import Tally
from w2v.kernels.rows import address
from w2v.kernels.tiles import SLOT, prefetch_rows_far, score_inputs, score_two, update_panel

TOGETHER = 2  # pairs of a center that are scored before rows move
AHEAD = 4  # centers ahead whose last word's row is asked for
SPREAD = np.uint64(0xD1342543DE82EF95)  # odd: the pairs of a center are as many different numbers


class Pairs(spans.Plan):
    """The numbers of a run; `outputs` is 1 + negatives."""


@kernel
def train_span(first, last, work, rows, plan, scratch):
    """Train the units first..last, see `w2v.kernels.objectives`."""
    ids, bits, left, right, xs, ys, _, clash, labels, weights, steps, spare, means, _, _ = scratch
    panel, negatives = plan.panel, plan.outputs - 1
    width = len(panel)
    panels = (negatives + width) // width
    ahead = (8 * panels * width * FAR,)  # into the L1 cache too: 4 % more time
    row_bytes = bytes_of_row(rows.input)
    weights = weights.reshape((LINES, len(weights) // LINES))
    apart = 8, 8 * panels * width, 0, weights.strides[0]
    room = len(clash)
    centers, seeds, inputs = np.empty(room, np.int32), np.empty(room, np.uint64), np.empty(room, np.int64)
    ends = np.empty(room, np.int64)

    begin, end, size, tokens, rate = find_windows(first, last, work, plan, scratch)
    place_inputs(plan, size, rows, scratch)
    for j in range(TOGETHER):
        set_weights(weights[j], negatives, width, rate)
    pairs, loss = 0, 0.0
    c = begin
    while c < end:
        # As many centers as have room for their pairs; of those without a pair, as many as have room for their ends.
        count, chunk = 0, c
        while c < end and c - chunk < room and count + right[c] - left[c] - 1 <= room:
            for place in range(right[c] - left[c] - 1):
                # The last of the contexts takes the place of the center.
                j = left[c] + place if left[c] + place != c else right[c] - 1
                centers[count], inputs[count] = (ids[j], address(means[1])) if plan.bag else (ids[c], xs[j])
                seeds[count] = bits[c] + np.uint64(place + 1) * SPREAD
                count += 1
            ends[c - chunk] = count
            c += 1
        draw_outputs(centers[:count], seeds[:count], work.noise, rows.output, row_bytes, width, scratch)
        of, held, i = chunk, -1, 0
        while i < count:
            while i >= ends[of - chunk]:
                of += 1
                prefetch_rows_far(address(xs) + 8 * min(of + AHEAD + plan.window, size - 1), row_bytes, (0,))
            stop = min(i + TOGETHER, ends[of - chunk])
            for j in range(i, stop):
                if clash[j]:
                    merge_draws(ys[j], weights[j - i], negatives, width, address(spare))
            if plan.bag and of != held:
                if held >= 0:
                    write_mean(ids[held], 0, work, rows, scratch)
                ask_for_rows(ids[min(of + 1, size - 1)], work, rows, scratch)
                read_mean(ids[of], 0, work, rows, scratch)
                held = of
            x = address(inputs) + 8 * i
            for p in range(panels):
                y, slot = address(ys) + 8 * (i * panels + p) * width, 4 * SLOT * p
                label, weight = address(labels) + slot, address(weights) + slot
                step = address(steps) + 2 * slot
                if stop - i == TOGETHER:
                    score_two(x, y, label, weight, step, row_bytes, apart, panel)
                else:
                    score_inputs(x, 1, y, label, weight, step, row_bytes, panel)
            for j in range(stop - i):
                for p in range(panels):
                    y, step = address(ys) + 8 * ((i + j) * panels + p) * width, 4 * SLOT * (2 * p + j)
                    update_panel(x + 8 * j, 1, y, address(steps) + step, row_bytes, panel, ahead)
                if bits[of] & LOSS_MASK == 0:
                    loss += sum_loss(steps[j * SLOT :], weights[j], rate, 1, panels, 2)
                    pairs += 1
                if clash[i + j]:
                    set_weights(weights[j], negatives, width, rate)
            i = stop
        if held >= 0:
            write_mean(ids[held], 0, work, rows, scratch)
    return Tally(tokens, end - begin, pairs, loss, last_finite(begin, end, rows, scratch))
