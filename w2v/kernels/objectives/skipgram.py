"""Skip-gram with negative sampling: ids in, moved rows out.

Mikolov et al. 2013b ("Distributed Representations of Words and Phrases and their Compositionality"), eq. 4, with
the C program's subsampling and dynamic window, and one set of negatives for each center word, shared by
its contexts (Ji et al. 2016). A span is trained in three passes, each over arrays that fit the cache:

    gather   which tokens are kept, and the window of each
    draw     the negatives of every center. Apart from training, so that the look-ups in the noise
             table overlap and the next centers' rows are known and can be fetched
    train    score and update, center after center: as many contexts at once as the rate allows
"""

from __future__ import annotations

from w2v.kernels.compiler import kernel
from w2v.kernels.copies import bytes_of_row
from w2v.kernels.negatives import merge_draws, set_weights
from w2v.kernels.objectives import spans
from w2v.kernels.objectives.spans import (
    CHUNK,
    LOSS_MASK,
    contexts_of,
    draw_outputs,
    find_windows,
    last_finite,
    sum_loss,
    train_panels,
)
from w2v.kernels.objectives.subwords import hold_window, inputs_around, place_inputs, release
from w2v.kernels.objectives.types import Tally
from w2v.kernels.rows import address
from w2v.kernels.tiles import SLOT, mean_rows, move_rows, prefetch_rows, prefetch_rows_far

FAR, NEAR = 6, 2  # centers ahead whose rows are asked for into the L2 cache, and into the L1, see `w2v.kernels.tiles`


class SkipGram(spans.Plan):
    """The numbers of a run of skip-gram; `outputs` is 1 + negatives."""


@kernel
def train_windows(first, last, work, rows, plan, scratch, mean_first):
    """Train the units first..last; with `mean_first` the mean of a window's rows is the one input, else each is one."""
    ids, bits, left, right, xs, ys, _, clash, labels, weights, steps, spare, means, room, _ = scratch
    panel, negatives, contexts = plan.panel, plan.outputs - 1, 2 if mean_first else contexts_of(plan.window)
    width = len(panel)
    panels = (negatives + width) // width
    ahead = 8 * panels * width * FAR, 8 * panels * width * NEAR
    row_bytes = bytes_of_row(rows.input)
    was, now = address(means[0]), address(means[1])
    mean = address(room) + 8 * (len(room) - 1)  # where it stands that the mean is at `now`
    room[len(room) - 1] = now

    begin, end, size, tokens, rate = find_windows(first, last, work, plan, scratch)
    place_inputs(plan, size, rows, scratch)
    set_weights(weights, negatives, width, rate)
    pairs, loss = 0, 0.0
    for chunk in range(begin, end, CHUNK):
        stop = min(chunk + CHUNK, end)
        draw_outputs(ids[chunk:stop], bits[chunk:stop], work.noise, rows.output, row_bytes, width, scratch)
        for c in range(chunk, stop):
            i = c - chunk
            own = address(ys) + 8 * i * panels * width
            prefetch_rows_far(address(xs) + 8 * min(c + 2 * FAR + plan.window, size - 1), row_bytes, (0,))
            prefetch_rows(address(xs) + 8 * min(c + NEAR + plan.window, size - 1), row_bytes, (0,))
            m = right[c] - left[c] - 1
            if m == 0:
                continue
            if clash[i]:
                merge_draws(ys[i], weights, negatives, width, address(spare))
            if not mean_first:
                hold_window(plan, c, size, work, rows, scratch)
            # The order of the contexts does not matter: the last of them takes the place of the center.
            center, xs[c] = xs[c], xs[right[c] - 1]
            around = address(xs) + 8 * left[c]
            if mean_first:
                around, m = inputs_around(plan, c, m, work, rows, scratch)
                mean_rows(around, m, was, now, row_bytes)
            inputs = 1 if mean_first else m
            for some in range(0, inputs, plan.together):
                train_panels(
                    mean if mean_first else around + 8 * some, min(inputs - some, plan.together), own,
                    address(labels), address(weights), address(steps) + 4 * SLOT * some, contexts, panels,
                    row_bytes, panel, mean_first, ahead,
                )  # fmt: skip
            if mean_first:
                move_rows(around, m, was, now, row_bytes)
            xs[c] = center
            if bits[c] & LOSS_MASK == 0:
                loss += sum_loss(steps, weights, rate, inputs, panels, contexts)
                pairs += inputs
            if clash[i]:
                set_weights(weights, negatives, width, rate)
    release(plan, size, work, rows, scratch)
    return Tally(tokens, end - begin, pairs, loss, last_finite(begin, end, rows, scratch))


@kernel
def train_span(first, last, work, rows, plan, scratch):
    """Train the units first..last, see `w2v.kernels.objectives`."""
    return train_windows(first, last, work, rows, plan, scratch, False)
