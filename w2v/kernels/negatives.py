"""The negatives of center words: drawn many at a time, each center's own dropped, those drawn twice merged."""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.random import NEXT, draw, mix
from w2v.kernels.tiles import SLOT


@kernel
def draw_negatives(words, bits, noise, drawn, clash):
    """Draw the negatives of some centers.

    words  int32 [n], the centers
    bits   uint64 [n], their random bits
    drawn  int32 [negatives, at least n], written: ids
    clash  int32 [at least n], written: not 0 where a negative is the center, or was drawn twice

    Centers in the inner loops, for these become vector code.
    """
    states = np.empty(len(words), np.uint64)
    for c in range(len(words)):
        states[c] = mix(bits[c])
        clash[c] = 0
    for n in range(drawn.shape[0]):
        row = drawn[n]
        for c in range(len(words)):
            states[c] *= NEXT
            row[c] = draw(states[c], noise)
        for c in range(len(words)):
            clash[c] |= np.int32(row[c] == words[c])
        for earlier in range(n):
            other = drawn[earlier]
            for c in range(len(words)):
                clash[c] |= np.int32(row[c] == other[c])


@kernel
def merge_draws(outputs, weights, negatives, width, spare):
    """Drop the negatives of a center that are the center itself, as in the C program, and merge those drawn twice.

    outputs  int64 [panels * width], addresses: the center's, its negatives'; moved to `spare` where dropped
    weights  float32 [panels * SLOT], written: rate times how often each was drawn
    """
    for k in range(1, negatives + 1):
        slot = k // width * SLOT + k % width
        if outputs[k] == outputs[0]:
            outputs[k] = spare
            weights[slot] = 0
        for earlier in range(1, k):
            if outputs[k] == outputs[earlier] and outputs[k] != spare:
                weights[earlier // width * SLOT + earlier % width] += weights[slot]
                outputs[k] = spare
                weights[slot] = 0


@kernel
def set_weights(weights, negatives, width, rate):
    """Give every output the weight of one draw, and places without an output none."""
    weights[:] = 0
    for k in range(negatives + 1):
        weights[k // width * SLOT + k % width] = rate
