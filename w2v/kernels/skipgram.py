"""Skip-gram with negative sampling: ids in, moved rows out.

Mikolov et al. 2013b ("Distributed Representations of Words and Phrases and their Compositionality"), eq. 4, with
the C program's subsampling and dynamic window, and one set of negatives for each center word, shared by
its contexts (Ji et al. 2016). A block is trained in three passes, each over arrays that fit the cache:

    gather   which tokens are kept, and the window of each
    draw     the negatives of every center. Apart from training, so that the look-ups in the noise
             table overlap and the next centers' rows are known and can be fetched
    train    score and update, center after center
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.chance import HALF, LOW, bits_at, epoch_key
from w2v.kernels.compiler import kernel
from w2v.kernels.hotrows import merge_hot, take_hot
from w2v.kernels.negatives import draw_negatives, merge_draws, set_weights
from w2v.kernels.soundness import all_sound
from w2v.kernels.tiles import SLOT, prefetch_rows, read_flag, score_panel, take_next, update_panel

SENTENCE_END = -1  # stands in the stream of ids behind the last token of each sentence
BLOCK = 10_000  # positions a block; the rate is set for each, as in the C program
CHUNK = 256  # centers whose negatives are drawn at once
LOSS_MASK = np.uint64(31)  # the loss is summed for one center of 32, drawn by chance
# What a thread reports, float64 [8], a cache line of its own.
TOKENS, CENTERS, PAIRS, LOSS = range(4)
# What all threads look at, int64 [16]: two cache lines, the second seldom written. A thread that finds STOP set takes
# no other block, so after all have ended every block before NEXT_BLOCK (and LIMIT) is done, and none behind it.
NEXT_BLOCK, STOP, LIMIT, DIVERGED, HOT, SKIP, ONLY = 0, 8, 9, 10, 11, 12, 13
HOT_ROWS = 64  # most frequent words of which each of several threads has copies, see `w2v.kernels.hotrows`
MERGE_EVERY = 4  # chunks


def new_control() -> np.ndarray:
    """Return what all threads look at: all blocks to be done, nothing to stop for."""
    control = np.zeros(16, np.int64)
    control[LIMIT] = np.iinfo(np.int64).max
    return control


@kernel
def train(
    stream,
    center,
    context,
    keep,
    noise,
    control,
    progress,
    window,
    negatives,
    epochs,
    rate,
    last_rate,
    seed,
    shape,
):
    """Take blocks until `control[LIMIT]` or until `control[STOP]` is set. Any number of threads may run this at once.

    A block after which a row is not sound sets both `control[DIVERGED]` and `control[STOP]`.

    stream    int32 [L], ids with SENTENCE_END behind each sentence
    center    float32 [V, row], rows of whole cache lines, aligned; moved in place (`syn0` in the C program)
    context   float32 [V, row], likewise (`syn1neg`)
    keep      uint32 [V], see `keep_limits`
    noise     uint64 [V], see `noise_table`
    control   int64 [16], shared by all threads; if `control[ONLY]` is not 0, so many centers of each block are trained,
              those behind the first `control[SKIP]`
    progress  float64 [8], this thread's account
    rate      learning rate at the start; falls linearly with the position, but not below `last_rate`
    shape     tuple whose length is the width of a panel, see `panel_width`
    """
    width = len(shape)
    panels = (negatives + width) // width
    contexts = 2 * window + 2  # even: contexts are scored by twos, and two slots of steps are one aligned store
    row_bytes = np.int64(center.shape[1] * 4)

    words = np.empty(BLOCK + contexts, np.int32)
    bits = np.empty(BLOCK + contexts, np.uint64)
    left = np.empty(BLOCK + contexts, np.int32)
    right = np.empty(BLOCK + contexts, np.int32)
    xs = np.empty(BLOCK + contexts, np.int64)  # the address of each word's row, as a context
    ys = np.empty((CHUNK, panels * width), np.int64)  # the addresses of each center's outputs
    drawn = np.empty((negatives, CHUNK), np.int32)
    clash = np.empty(CHUNK, np.int32)

    labels = np.zeros(panels * SLOT, np.float32)
    labels[0] = 1
    weights = np.empty(panels * SLOT, np.float32)
    steps = aligned_zeros(panels * contexts * SLOT)
    hot = min(control[HOT], len(center))
    own_center, before_center = aligned_rows(hot, center.shape[1]), aligned_rows(hot, center.shape[1])
    own_context, before_context = aligned_rows(hot, center.shape[1]), aligned_rows(hot, center.shape[1])
    take_hot(center, own_center, before_center)
    take_hot(context, own_context, before_context)
    spare = aligned_zeros(center.shape[1])  # where an output is missing: its weight is 0, so it stays zeros

    blocks = (len(stream) + BLOCK - 1) // BLOCK
    while read_flag(control.ctypes.data + 8 * STOP) == 0:
        block = take_next(control.ctypes.data + 8 * NEXT_BLOCK)
        if block >= min(control[LIMIT], blocks * epochs):
            break
        epoch, start = block // blocks, block % blocks * BLOCK
        stop = min(start + BLOCK, len(stream))
        now = rate_at(epoch, start, len(stream), epochs, rate, last_rate)
        key = epoch_key(seed, epoch)
        first, last, size, tokens = gather(stream, start, stop, keep, key, window, words, bits, left, right)
        if control[ONLY] > 0:  # some centers of the block, for those who look at single steps
            first += control[SKIP]
            last = min(last, first + control[ONLY])
        for c in range(size):
            rows = own_center.ctypes.data if words[c] < hot else center.ctypes.data
            xs[c] = rows + words[c] * row_bytes
        set_weights(weights, negatives, width, now)
        pairs, loss = 0, 0.0
        for begin in range(first, last, CHUNK):
            end = min(begin + CHUNK, last)
            draw_negatives(words[begin:end], bits[begin:end], noise, drawn, clash)
            for i in range(end - begin):
                for k in range(panels * width):
                    if k <= negatives:
                        id = drawn[k - 1, i] if k else words[begin + i]
                        rows = own_context.ctypes.data if id < hot else context.ctypes.data
                        ys[i, k] = rows + id * row_bytes
                    else:
                        ys[i, k] = spare.ctypes.data
            for c in range(begin, end):
                i = c - begin
                outputs = ys.ctypes.data + 8 * i * panels * width
                # Two centers ahead: one is 5 % slower, three no faster.
                if c + 2 < end:
                    for p in range(panels):
                        prefetch_rows(outputs + 8 * (2 * panels + p) * width, row_bytes, shape)
                    prefetch_rows(xs.ctypes.data + 8 * min(c + 2 + window, size - 1), row_bytes, (0,))
                m = right[c] - left[c] - 1
                if m == 0:
                    continue
                if clash[i]:
                    merge_draws(ys[i], weights, negatives, width, spare.ctypes.data)
                # The order of the contexts does not matter: the last of them takes the place of the center.
                own, xs[c] = xs[c], xs[right[c] - 1]
                around = xs.ctypes.data + 8 * left[c]
                for p in range(panels):
                    score_panel(
                        around,
                        m,
                        outputs + 8 * p * width,
                        labels.ctypes.data + 4 * SLOT * p,
                        weights.ctypes.data + 4 * SLOT * p,
                        steps.ctypes.data + 4 * SLOT * p * contexts,
                        row_bytes,
                        shape,
                    )
                for p in range(panels):
                    update_panel(
                        around,
                        m,
                        outputs + 8 * p * width,
                        steps.ctypes.data + 4 * SLOT * p * contexts,
                        row_bytes,
                        shape,
                    )
                xs[c] = own
                if bits[c] & LOSS_MASK == 0:
                    loss += window_loss(steps, weights, now, m, panels, contexts)
                    pairs += m
                if clash[i]:
                    set_weights(weights, negatives, width, now)
            if hot and (begin - first) // CHUNK % MERGE_EVERY == MERGE_EVERY - 1:
                merge_hot(center, own_center, before_center)
                merge_hot(context, own_context, before_context)
        if hot:
            merge_hot(center, own_center, before_center)
            merge_hot(context, own_context, before_context)
        if not all_sound(center, words[max(first, last - CHUNK) : last]):
            control[DIVERGED] = 1
            control[STOP] = 1
        progress[TOKENS] += tokens
        progress[CENTERS] += last - first
        progress[PAIRS] += pairs
        progress[LOSS] += loss


@kernel
def rate_at(epoch, start, size, epochs, rate, last_rate):
    """Return the learning rate of the block that begins at `start` of a stream of `size` ids, float32."""
    done = (epoch * size + start) / (epochs * size)
    return np.float32(max(rate * (1 - done), last_rate))


@kernel
def gather(stream, start, stop, keep, key, window, words, bits, left, right):
    """Find the tokens of stream[start:stop] that are kept, and the window of each.

    words   int32, written: the ids kept, with up to `window` neighbours before and after the block
    bits    uint64, written: the random bits of each; the low half decides the window, the high half the keeping
    left    int32, written: words[left[c]:right[c]] is the window of center c, c itself included
    right   int32, written

    Returns first, last, size, tokens: the block's own centers are words[first:last] of words[:size];
    tokens counts the ids in the block before subsampling.

    Subsampling comes before the windows, so that they reach further; the width of each is drawn from 1 to
    `window`: both as in the C program. Windows reach over the edges of the block, for a line
    may be longer than a block, but never over the end of a sentence.
    """
    # The neighbours before the block, found backwards.
    first, i = 0, start - 1
    while i >= 0 and first < window and stream[i] != SENTENCE_END:
        chance = bits_at(key, i)
        if (chance >> HALF) <= keep[stream[i]]:
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
        chance = bits_at(key, i)
        words[size] = id
        bits[size] = chance
        left[size] = sentence
        size += (chance >> HALF) <= keep[id]
    last, i = size, stop
    if sentence < last:
        while i < len(stream) and size < last + window and stream[i] != SENTENCE_END:
            if (bits_at(key, i) >> HALF) <= keep[stream[i]]:
                words[size] = stream[i]
                size += 1
            i += 1
    for c in range(max(sentence, first), last):
        right[c] = size
    for c in range(first, last):
        # 32 bits apart from those that decided the keeping
        width = 1 + np.int64(((bits[c] & LOW) * np.uint64(window)) >> HALF)
        left[c] = max(left[c], c - width)
        right[c] = min(right[c], c + width + 1)
    return first, last, size, tokens


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


@kernel
def aligned_rows(count, row):
    """Return float32 zeros [count, row] that begin on a cache line."""
    return aligned_zeros(count * row).reshape((count, row))


@kernel
def aligned_zeros(size):
    """Return float32 zeros [size] that begin on a cache line."""
    buffer = np.zeros(size + 16, np.float32)
    skip = (-(buffer.ctypes.data // 4)) % 16
    return buffer[skip : skip + size]


def panel_width(negatives: int) -> int:
    """Return the number of outputs in a panel for which 1 + negatives outputs leave the fewest places empty.

    Each width is a compilation of its own, so there are three.
    """
    outputs = 1 + negatives
    return min((8, 6, 4), key=lambda width: -(-outputs // width) * width)
