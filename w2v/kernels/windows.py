"""Which tokens of a span are trained, the window of each, and the learning rate there."""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.random import HALF, LOW, token_bits, token_key

SENTENCE_END = -1  # follows the last token of each sentence in the stream of ids
BLOCK = 10_000  # positions for which the rate stays the same, as in the C program; also the longest span


@kernel
def rate_at(epoch, start, size, epochs, rate, last_rate):
    """Return the learning rate of the block that begins at `start` of a stream of `size` ids, float32."""
    done = (epoch * size + start) / (epochs * size)
    return np.float32(max(rate * (1 - done), last_rate))


@kernel
def gather(stream, start, stop, keep, key, window, fixed, words, bits, left, right):
    """Find the tokens of stream[start:stop] that are kept, and the window of each.

    window  the furthest word on either side
    fixed   whether all windows are so wide; else the width of each is drawn from 1 to `window`
    words   int32, written: the ids kept, with up to `window` neighbours before and after the block
    bits    uint64, written: the random bits of each; the low half decides the window, the high half the keeping
    left    int32, written: words[left[c]:right[c]] is the window of center c, c itself included
    right   int32, written

    Returns first, last, size, tokens: the block's own centers are words[first:last] of words[:size];
    tokens counts the ids in the block before subsampling.

    Subsampling comes before the windows, so that they reach further, as in the C program. Windows reach over the edges
    of the block, for a line may be longer than a block, but never over the end of a sentence.
    """
    # The neighbours before the block, found backwards.
    first, i = 0, start - 1
    while i >= 0 and first < window and stream[i] != SENTENCE_END:
        drawn = token_bits(key, i)
        if (drawn >> HALF) <= keep[stream[i]]:
            words[first] = stream[i]
            first += 1
        i -= 1
    for j in range(first // 2):
        words[j], words[first - 1 - j] = words[first - 1 - j], words[j]

    size, sentence, tokens = first, 0, 0
    for i in range(start, stop):
        id = stream[i]
        if id == SENTENCE_END:
            for c in range(max(sentence, first), size):
                right[c] = size
            sentence = size
            continue
        tokens += 1
        drawn = token_bits(key, i)
        words[size] = id
        bits[size] = drawn
        left[size] = sentence
        size += (drawn >> HALF) <= keep[id]
    last, i = size, stop
    if sentence < last:
        while i < len(stream) and size < last + window and stream[i] != SENTENCE_END:
            if (token_bits(key, i) >> HALF) <= keep[stream[i]]:
                words[size] = stream[i]
                size += 1
            i += 1
    for c in range(max(sentence, first), last):
        right[c] = size
    for c in range(first, last):
        # 32 bits apart from those that decided the keeping
        width = window if fixed else 1 + np.int64(((bits[c] & LOW) * np.uint64(window)) >> HALF)
        left[c] = max(left[c], c - width)
        right[c] = min(right[c], c + width + 1)
    return first, last, size, tokens


@kernel
def reach(stream, place, start, stop, keep, seed, epochs, window):
    """Return from where to where `gather` looks in any epoch when it finds the windows of stream[start:stop].

    place  where the stream begins in the corpus: its first id and its last are at the edges of sentences
    """
    first, last = start, stop
    for epoch in range(epochs):
        key = token_key(seed, epoch)
        i, kept = start - 1, 0
        while i >= 0 and kept < window and stream[i] != SENTENCE_END:
            kept += (token_bits(key, place + i) >> HALF) <= keep[stream[i]]
            i -= 1
        first = min(first, max(i, 0))  # the end of a sentence is looked at too
        i, kept = stop, 0
        while i < len(stream) and kept < window and stream[i] != SENTENCE_END:
            kept += (token_bits(key, place + i) >> HALF) <= keep[stream[i]]
            i += 1
        last = max(last, min(i + 1, len(stream)))
    return first, last


@kernel
def add_shares(ids, place, shares, step, sums):
    """Add up how likely ids are kept, by every `step` places of the corpus.

    place   where the ids begin
    shares  int64 [1 + V], of the end of a sentence and of each id
    sums    int64 [n], written; the first is that of the places around `place`
    """
    first = 0
    for part in range(len(sums)):
        last = min(first + step - (place + first) % step, len(ids))
        total = 0
        for i in range(first, last):
            total += shares[np.uint64(ids[i] + 1)]
        sums[part], first = total, last
