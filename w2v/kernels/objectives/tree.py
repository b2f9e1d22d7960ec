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
from w2v.kernels.copies import bytes_of_row, locate_all, start_of
from w2v.kernels.objectives import spans
from w2v.kernels.objectives.spans import LOSS_MASK, add_loss, find_windows, last_finite
from w2v.kernels.objectives.subwords import hold_window, inputs_around, place_inputs, release
from w2v.kernels.objectives.types import Tally
from w2v.kernels.paths import move_mean, move_path, score_path
from w2v.kernels.rows import CACHE_LINE, address
from w2v.kernels.tiles import mean_rows, prefetch_rows

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
def _loss_of(steps, inputs, count, rate):
    """Return the loss of the inputs whose steps were just computed: the sum over nodes of -log P(turn)."""
    loss, chances = 0.0, 1.0
    for i in range(inputs):
        for k in range(count):
            loss, chances = add_loss(loss, chances, steps[i, k], rate)
    return loss - np.log(chances)


@kernel
def _train_span(first, last, work, rows, plan, scratch, mean_first):
    """Train the units first..last; mean_first tells CBOW from skip-gram."""
    ids, bits, left, right, xs = scratch.ids, scratch.bits, scratch.left, scratch.right, scratch.xs
    starts, nodes, turns = work.paths.starts, work.paths.nodes, work.paths.labels
    row_bytes, table, mean = bytes_of_row(rows.input), start_of(rows.output), address(scratch.means)
    longest = -(-plan.outputs // CACHE_LINE) * CACHE_LINE
    steps = scratch.steps[: 2 * longest].reshape((2, longest))  # there are 32 for each output at the least
    of_steps = address(steps), 4 * longest
    # Of each center up to that AHEAD: where the nodes of its path stand, and which rows of a replica's copies they are.
    paths, copied = np.empty(AHEAD + 1, np.int64), np.zeros((AHEAD + 1, plan.outputs + CACHE_LINE), np.int32)
    places, means = np.empty(3, np.int64), np.full(1, mean)

    begin, end, size, tokens, rate = find_windows(first, last, work, plan, scratch)
    place_inputs(plan, size, rows, scratch)
    pairs, loss = 0, 0.0
    for following in range(begin, end + AHEAD):
        later = min(following, end - 1)
        if following < end:
            # Where a path begins is asked for, then the path, then its rows, all before the center's turn comes.
            start = starts[ids[min(following + FURTHER, end - 1)]]
            places[0] = address(starts) + 8 * ids[min(following + 2 * FURTHER, end - 1)]
            places[1] = address(nodes) + 4 * start
            places[2] = address(turns) + 4 * start
            prefetch_rows(address(places), PATH_BYTES, (0, 0, 0))
            path, line = nodes[starts[ids[later]] : starts[ids[later] + 1]], later % (AHEAD + 1)
            paths[line] = locate_all(rows.output, path, copied[line])
            prefetch_rows(address(xs) + 8 * min(following + plan.window, size - 1), row_bytes, (0,))
        c = following - AHEAD
        if c < begin:
            continue
        m, start, count = right[c] - left[c] - 1, starts[ids[c]], starts[ids[c] + 1] - starts[ids[c]]
        if m == 0 or count == 0:
            continue
        own, labels = (paths[c % (AHEAD + 1)], count, table, row_bytes), address(turns) + 4 * start
        ahead = paths[later % (AHEAD + 1)], starts[ids[later] + 1] - starts[ids[later]]
        counted = bits[c] & LOSS_MASK == 0
        if not mean_first:
            hold_window(plan, c, size, work, rows, scratch)
        # The last of the contexts takes the place of the center.
        center, xs[c] = xs[c], xs[right[c] - 1]
        around = address(xs) + 8 * left[c]
        if mean_first:
            around, m = inputs_around(plan, c, m, work, rows, scratch)
            mean_rows(around, m, mean, mean, row_bytes)
            score_path(address(means), own, labels, rate, of_steps, (0,))
            if counted:
                loss += _loss_of(steps, 1, count, rate)
                pairs += 1
            move_mean(mean, around, m, own, of_steps, ahead)
        else:
            for j in range(0, m, 2):
                some, inputs = around + 8 * j, min(m - j, 2)
                if inputs == 2:
                    score_path(some, own, labels, rate, of_steps, (0, 0))
                else:
                    score_path(some, own, labels, rate, of_steps, (0,))
                if counted:
                    loss += _loss_of(steps, inputs, count, rate)
                    pairs += inputs
                if inputs == 2 and xs[left[c] + j] == xs[left[c] + j + 1]:  # a word that stands there twice
                    for k in range(count):
                        steps[0, k] += steps[1, k]
                    inputs = 1
                if inputs == 1:
                    move_path(some, own, of_steps, ahead, (0,))
                elif j == 0:
                    move_path(some, own, of_steps, ahead, (0, 0))
                else:
                    move_path(some, own, of_steps, (), (0, 0))
        xs[c] = center
    release(plan, size, work, rows, scratch)
    return Tally(tokens, end - begin, pairs, loss, last_finite(begin, end, rows, scratch))


@kernel
def train_skipgram(first, last, work, rows, plan, scratch):
    """Train the units first..last, see `w2v.kernels.objectives`."""
    return _train_span(first, last, work, rows, plan, scratch, False)


@kernel
def train_cbow(first, last, work, rows, plan, scratch):
    """Train the units first..last, see `w2v.kernels.objectives`."""
    return _train_span(first, last, work, rows, plan, scratch, True)
