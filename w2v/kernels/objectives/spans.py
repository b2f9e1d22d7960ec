"""What the objectives that look at windows share: the numbers of a run, what a thread writes to, one step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.kernels.compiler import inlined_kernel, kernel
from w2v.kernels.copies import COPIED_AHEAD, ask_for, finite, locate
from w2v.kernels.negatives import draw_negatives
from w2v.kernels.random import token_key
from w2v.kernels.rows import address, aligned_zeros
from w2v.kernels.tiles import SLOT, score_inputs, score_window, update_panel
from w2v.kernels.windows import BLOCK, gather, rate_at

CHUNK = 256  # centers whose outputs are looked up at once
FAR = 12  # centers or pairs ahead whose rows are asked for, at the most
LINES = 2  # of weights: pair by pair, two words with draws of their own are scored at once
CHECKED = 32  # of so many centers of a span the row of one is looked at
LOSS_MASK = np.uint64(31)  # the loss is summed for one center of 32, drawn at random


class Plan(NamedTuple):
    """The numbers of a run. Each objective has a class of its own below this one, by which its kernel is chosen;
    no two have the same name, for compiled code is kept under the names of types.

    window, fixed  see `gather`
    rate      at the start; falls linearly with the position, but not below last_rate
    outputs   of a center, at most: itself and its negatives, or the nodes of its path
    panel     tuple whose length is the width of a panel, see `panel_width`
    together  contexts that are scored before a row moves, an even number
    bag       tuple: of one number, how many input rows a word has at the most, see `w2v.kernels.objectives.subwords`;
              () where each has one
    """

    window: int
    fixed: bool
    outputs: int
    epochs: int
    rate: float
    last_rate: float
    seed: int
    panel: tuple[int, ...]
    together: int
    bag: tuple[int, ...] = ()


class Scratch(NamedTuple):
    """What a thread writes to while it trains a span. C positions and their neighbors, N negatives, P panels.

    ids, bits, left, right  see `gather`
    xs       int64 [C], the address of each word's input row
    ys       int64 [CHUNK + FAR or more, P * width], the addresses of each center's output rows; behind those of a chunk
             rows follow that are asked for and not used
    drawn    int32 [N, CHUNK or more], see `draw_negatives`
    clash    int32 [CHUNK or more], likewise
    labels   float32 [P * SLOT], 1 for what should score high: the first output
    weights  float32 [LINES * P * SLOT], rate times how often each was drawn
    steps    float32 [P * contexts * SLOT], see `w2v.kernels.tiles`
    spare    float32 [row], stands where an output is missing: its weight is 0, so it stays zeros
    means    float32 [2, slots, row], of bags of input rows, as they were and as they are moved
    room     int64 [n + 1], the addresses of the rows of a bag, and at the end that of their mean
    held     int64 [2], see `w2v.kernels.objectives.subwords`
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
    means: npt.NDArray[np.float32]
    room: npt.NDArray[np.int64]
    held: npt.NDArray[np.int64]


def new_scratch(plan: Plan, row: int) -> Scratch:
    """Return room for one thread; `row` numbers are in a row."""
    width = len(plan.panel)
    panels = -(-plan.outputs // width)
    contexts = contexts_of(plan.window)
    size, chunk = BLOCK + contexts, max(CHUNK, contexts)
    labels = np.zeros(panels * SLOT, np.float32)
    labels[0] = 1
    spare = aligned_zeros(row)
    return Scratch(
        ids=np.empty(size, np.int32),
        bits=np.empty(size, np.uint64),
        left=np.empty(size, np.int32),
        right=np.empty(size, np.int32),
        xs=np.zeros(size, np.int64),
        ys=np.full((chunk + FAR, panels * width), spare.ctypes.data, np.int64),
        drawn=np.empty((plan.outputs - 1, chunk), np.int32),
        clash=np.empty(chunk, np.int32),
        labels=labels,
        weights=np.zeros(LINES * panels * SLOT, np.float32),
        steps=aligned_zeros(panels * contexts * SLOT),
        spare=spare,
        means=aligned_zeros(2, contexts if plan.bag else 1, row),
        room=np.empty(sum(plan.bag) * contexts + 1, np.int64),
        held=np.zeros(2, np.int64),
    )


@kernel
def contexts_of(window):
    """Return how many slots of steps a window takes: even, for two are one store."""
    return 2 * window + 2


@kernel
def find_windows(first, last, work, plan, scratch):
    """Find the windows of the units first..last: returns begin, end, size and tokens as `gather` does, and the rate."""
    length = len(work.stream)
    epoch, start = first // length, first % length
    begin, end, size, tokens = gather(
        work.stream, start, start + last - first, work.keep, token_key(plan.seed, epoch), plan.window, plan.fixed,
        scratch.ids, scratch.bits, scratch.left, scratch.right,
    )  # fmt: skip
    rate = rate_at(epoch, start // BLOCK * BLOCK, length, plan.epochs, plan.rate, plan.last_rate)
    return begin, end, size, tokens, rate


@kernel
def draw_outputs(words, bits, noise, table, row_bytes, width, scratch):
    """Draw the negatives of some words, and write where the rows of each word and its negatives are to `scratch.ys`.

    words, bits  int32 [n] and uint64 [n], see `draw_negatives`; written besides: `drawn` and `clash` of `scratch`
    table        of the output rows
    """
    draw_negatives(words, bits, noise, scratch.drawn, scratch.clash)
    negatives, ys, drawn = len(scratch.drawn), scratch.ys, scratch.drawn
    room = np.empty(1, np.int64)
    for i in range(len(words)):
        ahead = min(i + COPIED_AHEAD, len(words) - 1)
        if ask_for(table, words[ahead], row_bytes, room):
            for k in range(negatives):
                ask_for(table, drawn[k, ahead], row_bytes, room)
        ys[i, 0] = locate(table, words[i], row_bytes)
        for k in range(negatives):
            ys[i, k + 1] = locate(table, drawn[k, i], row_bytes)
        for k in range(negatives + 1, ys.shape[1]):
            ys[i, k] = address(scratch.spare)


@inlined_kernel
def train_panels(xs, m, ys, labels, weights, steps, contexts, panels, row_bytes, panel, few, ahead):
    """Take one step: score m inputs against the outputs of all panels, then move both.

    xs, ys, labels, weights, steps  addresses, see `w2v.kernels.tiles`; those of the panels one behind the other
    contexts  slots of `steps` in a panel
    few       whether there are one or two inputs
    ahead     see `update_panel`
    """
    width = len(panel)
    for p in range(panels):
        own = ys + 8 * p * width
        label, weight, step = labels + 4 * SLOT * p, weights + 4 * SLOT * p, steps + 4 * SLOT * p * contexts
        if few:
            score_inputs(xs, m, own, label, weight, step, row_bytes, panel)
        else:
            score_window(xs, m, own, label, weight, step, row_bytes, panel)
    for p in range(panels):
        update_panel(xs, m, ys + 8 * p * width, steps + 4 * SLOT * p * contexts, row_bytes, panel, ahead)


@kernel
def last_finite(begin, end, rows, scratch):
    """Return whether the input rows of the last centers of a span are finite: of one in CHECKED, or none."""
    return finite(rows.input, scratch.ids[end - -(-(end - begin) // CHECKED) : end])


@kernel
def sum_loss(steps, weights, rate, m, panels, contexts):
    """Return the loss of the m inputs whose steps were just computed, the sum over outputs of -log P(label).

    A step is error * weight, and 1 - |error| is the probability that the model gave to the label.
    """
    loss, chances = 0.0, 1.0
    for p in range(panels):
        for k in range(SLOT):
            weight = weights[p * SLOT + k]
            if weight > 0:
                for j in range(m):
                    step = steps[(p * contexts + j) * SLOT + k]
                    if weight == rate:
                        loss, chances = add_loss(loss, chances, step, rate)
                    else:
                        alone, chance = add_loss(0.0, 1.0, step, weight)
                        loss += (alone - np.log(chance)) * np.float64(weight / rate)
    return loss - np.log(chances)


@kernel
def add_loss(loss, chances, step, rate):
    """Add the loss of a step to the sum `loss` - log(`chances`): a logarithm for each took 3 % of skip-gram's time."""
    chances *= max(1 - np.float64(abs(step)) / np.float64(rate), 1e-9)
    if chances < 1e-200:
        return loss - np.log(chances), 1.0
    return loss, chances


def panel_width(outputs: int) -> int:
    """Return the number of outputs in a panel for which so many outputs leave the fewest places empty.

    Each width is a compilation of its own, so there are three.
    """
    return min((8, 6, 4), key=lambda width: -(-outputs // width) * width)
