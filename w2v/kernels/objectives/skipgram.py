"""Skip-gram with negative sampling: ids in, moved rows out.

Mikolov et al. 2013b ("Distributed Representations of Words and Phrases and their Compositionality"), eq. 4, with
the C program's subsampling and dynamic window, and one set of negatives for each center word, shared by
its contexts (Ji et al. 2016). A span is trained in three passes, each over arrays that fit the cache:

    gather   which tokens are kept, and the window of each
    draw     the negatives of every center. Apart from training, so that the look-ups in the noise
             table overlap and the next centers' rows are known and can be fetched
    train    score and update, center after center
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.kernels.compiler import kernel
from w2v.kernels.negatives import draw_negatives, merge_draws, set_weights
from w2v.kernels.objectives.types import Tally
from w2v.kernels.random import epoch_key
from w2v.kernels.rows import aligned_zeros, all_finite
from w2v.kernels.tiles import SLOT, prefetch_rows, score_panel, update_panel
from w2v.kernels.windows import BLOCK, gather, rate_at

CHUNK = 256  # centers whose negatives are drawn at once
LOSS_MASK = np.uint64(31)  # the loss is summed for one center of 32, drawn at random


class Plan(NamedTuple):
    """The numbers of a run.

    rate   at the start; falls linearly with the position, but not below last_rate
    panel  tuple whose length is the width of a panel, see `panel_width`
    """

    window: int
    negatives: int
    epochs: int
    rate: float
    last_rate: float
    seed: int
    panel: tuple[int, ...]


class Scratch(NamedTuple):
    """What a thread writes to while it trains a span. C positions and their neighbors, N negatives, P panels.

    ids, bits, left, right  see `gather`
    xs       int64 [C], the address of each word's input row
    ys       int64 [CHUNK, outputs], the addresses of each center's output rows
    drawn    int32 [N, CHUNK], see `draw_negatives`
    clash    int32 [CHUNK], likewise
    labels   float32 [P * SLOT], 1 for the center and 0 for its negatives
    weights  float32 [P * SLOT], rate times how often each was drawn
    steps    float32 [P * contexts * SLOT], see `w2v.kernels.tiles`
    spare    float32 [row], stands where an output is missing: its weight is 0, so it stays zeros
    """

    ids: npt.NDArray[np.int32]
    bits: npt.NDArray[np.uint64]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    xs: npt.NDArray[np.int64]
    ys: npt.NDArray[np.int64]
    drawn: npt.NDArray[np.int32]
    clash: npt.NDArray[np.int32]
    labels: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    steps: npt.NDArray[np.float32]
    spare: npt.NDArray[np.float32]


def new_scratch(plan: Plan, row: int) -> Scratch:
    """Return room for one thread; `row` numbers are in a row."""
    width = len(plan.panel)
    panels = (plan.negatives + width) // width
    contexts = 2 * plan.window + 2  # even: contexts are scored by twos, and two slots of steps are one aligned store
    size = BLOCK + contexts
    labels = np.zeros(panels * SLOT, np.float32)
    labels[0] = 1
    return Scratch(
        ids=np.empty(size, np.int32),
        bits=np.empty(size, np.uint64),
        left=np.empty(size, np.int32),
        right=np.empty(size, np.int32),
        xs=np.empty(size, np.int64),
        ys=np.empty((CHUNK, panels * width), np.int64),
        drawn=np.empty((plan.negatives, CHUNK), np.int32),
        clash=np.empty(CHUNK, np.int32),
        labels=labels,
        weights=np.empty(panels * SLOT, np.float32),
        steps=aligned_zeros(panels * contexts * SLOT),
        spare=aligned_zeros(row),
    )


@kernel
def train_span(first, last, work, rows, plan, scratch):
    """Train the units first..last, see `w2v.kernels.objectives`."""
    ids, bits, left, right, xs, ys, drawn, clash, labels, weights, steps, spare = scratch
    panel, negatives = plan.panel, plan.negatives
    width = len(panel)
    panels = (negatives + width) // width
    contexts = 2 * plan.window + 2
    row_bytes = np.int64(rows.input.shape[1] * 4)
    inputs, outputs = rows.input.ctypes.data, rows.output.ctypes.data

    length = len(work.stream)
    epoch, start = first // length, first % length
    now = rate_at(epoch, start // BLOCK * BLOCK, length, plan.epochs, plan.rate, plan.last_rate)
    begin, end, size, tokens = gather(
        work.stream, start, start + last - first, work.keep, epoch_key(plan.seed, epoch), plan.window,
        ids, bits, left, right,
    )  # fmt: skip
    for c in range(size):
        xs[c] = inputs + ids[c] * row_bytes
    set_weights(weights, negatives, width, now)
    pairs, loss = 0, 0.0
    for chunk in range(begin, end, CHUNK):
        stop = min(chunk + CHUNK, end)
        draw_negatives(ids[chunk:stop], bits[chunk:stop], work.noise, drawn, clash)
        for i in range(stop - chunk):
            ys[i, 0] = outputs + ids[chunk + i] * row_bytes
            for k in range(negatives):
                ys[i, k + 1] = outputs + drawn[k, i] * row_bytes
            for k in range(negatives + 1, panels * width):
                ys[i, k] = spare.ctypes.data
        for c in range(chunk, stop):
            i = c - chunk
            own = ys.ctypes.data + 8 * i * panels * width
            # Two centers ahead: one is 5 % slower, three no faster.
            if c + 2 < stop:
                for p in range(panels):
                    prefetch_rows(own + 8 * (2 * panels + p) * width, row_bytes, panel)
                prefetch_rows(xs.ctypes.data + 8 * min(c + 2 + plan.window, size - 1), row_bytes, (0,))
            m = right[c] - left[c] - 1
            if m == 0:
                continue
            if clash[i]:
                merge_draws(ys[i], weights, negatives, width, spare.ctypes.data)
            # The order of the contexts does not matter: the last of them takes the place of the center.
            center, xs[c] = xs[c], xs[right[c] - 1]
            around = xs.ctypes.data + 8 * left[c]
            for p in range(panels):
                score_panel(
                    around,
                    m,
                    own + 8 * p * width,
                    labels.ctypes.data + 4 * SLOT * p,
                    weights.ctypes.data + 4 * SLOT * p,
                    steps.ctypes.data + 4 * SLOT * p * contexts,
                    row_bytes,
                    panel,
                )
            for p in range(panels):
                update_panel(
                    around, m, own + 8 * p * width, steps.ctypes.data + 4 * SLOT * p * contexts, row_bytes, panel
                )
            xs[c] = center
            if bits[c] & LOSS_MASK == 0:
                loss += window_loss(steps, weights, now, m, panels, contexts)
                pairs += m
            if clash[i]:
                set_weights(weights, negatives, width, now)
    return Tally(tokens, end - begin, pairs, loss, all_finite(rows.input, ids[max(begin, end - CHUNK) : end]))


@kernel
def window_loss(steps, weights, rate, m, panels, contexts):
    """Return the loss of the m pairs whose steps were just computed, the sum over outputs of -log P(label).

    A step is error * weight, and 1 - |error| is the probability that the model gave to the label.
    """
    loss = 0.0
    for p in range(panels):
        for k in range(SLOT):
            weight = weights[p * SLOT + k]
            if weight > 0:
                for j in range(m):
                    error = abs(steps[(p * contexts + j) * SLOT + k]) / weight
                    loss -= np.log(max(1 - np.float64(error), 1e-9)) * np.float64(weight / rate)
    return loss


def panel_width(negatives: int) -> int:
    """Return the number of outputs in a panel for which 1 + negatives outputs leave the fewest places empty.

    Each width is a compilation of its own, so there are three.
    """
    outputs = 1 + negatives
    return min((8, 6, 4), key=lambda width: -(-outputs // width) * width)
