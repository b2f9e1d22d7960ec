"""Counts how often words occur near each other, in parts that threads count in parallel.

What GloVe is trained on (Pennington et al. 2014): X[i, j], the sum of 1 / distance over all places where j occurs at
most `window` words from i in a sentence. X is symmetric, so each pair of words is counted and kept once.

No table of pairs is searched, and nothing is sorted: with the positions of each word at hand, its windows are added up
in one row of numbers that fits the cache, and what was touched is written behind each other. So the sums do not depend
on who counts, and the memory is known exactly before it is taken, from a pass that counts different pairs alone.

The words are dealt to `parts`: word w is number w // parts of part w % parts. Pairs are kept in blocks, by their two
parts (see `w2v.kernels.strata`): block p * parts + q, with p <= q, holds pairs of a word of p with one of q.

    stream  int32 [L]      ids, SENTENCE_END behind each sentence
    starts  int64 [V + 1]  order[starts[w] : starts[w + 1]] is where word w occurs
    order   int64 [n]      positions

Whoever counts some of the parts needs the places of their words alone.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel

U32 = np.uint32


@kernel
def count_places(stream, first, last, parts, starts):
    """Write how many places the words of parts first..last have: `starts`, which is zeros before."""
    for id in stream:
        if id >= 0 and first <= id % parts < last:
            starts[id + 1] += 1
    for word in range(len(starts) - 1):
        starts[word + 1] += starts[word]


@kernel
def find_places(stream, first, last, parts, starts, order):
    """Write where each word of parts first..last occurs."""
    next = starts[:-1].copy()
    for position in range(len(stream)):
        id = stream[position]
        if id >= 0 and first <= id % parts < last:
            order[next[id]] = position
            next[id] += 1


@kernel
def window_at(stream, position, window):
    """Return from where to where the window of a position reaches."""
    first = last = position
    while first > 0 and position - first < window and stream[first - 1] >= 0:
        first -= 1
    while last + 1 < len(stream) and last - position < window and stream[last + 1] >= 0:
        last += 1
    return first, last + 1


@kernel
def count_pairs(stream, starts, order, window, part, parts, seen, sizes):
    """Count the different pairs of the words of a part with words of this part and later ones.

    seen   int32 [V], of one thread: the last word with which each was met; -1 before the first call
    sizes  int64 [parts], added to: pairs in each block of this part
    """
    for word in range(part, len(starts) - 1, parts):
        for place in range(starts[word], starts[word + 1]):
            position = order[place]
            first, last = window_at(stream, position, window)
            for i in range(first, last):
                other = stream[i]
                if i != position and seen[other] != word:
                    seen[other] = word
                    sizes[other % parts] += is_kept(word, other, parts)


@kernel
def is_kept(word, other, parts):
    """Return whether the pair is kept in the block of the first word's part: it is kept once."""
    return other % parts > word % parts or (other % parts == word % parts and other >= word)


@kernel
def sum_pairs(stream, starts, order, window, part, parts, sums, touched, cursors, ids, logs):
    """Add up the weights of the same pairs, and write them.

    sums     float64 [V], of one thread: zeros, before and after
    touched  int32 [V], of one thread
    cursors  int64 [parts], where the next pair of each block of this part goes; moved
    ids      uint32 [N, 2], column 0 written: the number of the word in its part << 16 | that of the other in its own
    logs     float32 [N, 2], column 1 written: log X
    """
    for word in range(part, len(starts) - 1, parts):
        count = 0
        for place in range(starts[word], starts[word + 1]):
            position = order[place]
            first, last = window_at(stream, position, window)
            for i in range(first, last):
                if i == position:
                    continue
                other = stream[i]
                if sums[other] == 0:
                    touched[count] = other
                    count += 1
                sums[other] += 1 / abs(i - position)
        for n in range(count):
            other = touched[n]
            if is_kept(word, other, parts):
                at = cursors[other % parts]
                cursors[other % parts] = at + 1
                ids[at, 0] = U32(word // parts) << U32(16) | U32(other // parts)
                logs[at, 1] = np.log(sums[other])
            sums[other] = 0
