"""Phrases in a stream of ids: words and pairs of them are counted, and phrases that are known are joined.

    stream    int32 [L]    ids of words; SENTENCE_END behind each sentence, GAP for a word too rare for any phrase
    nodes                  what can be read from some word on: node w is the word w, larger ones are words joined
    edges     uint64 [2^n] `edge(node, word)` for each word that may follow a node; 0 is empty
    children  int32 [2^n]  the node that each leads to
    begins    bool [V]     whether any edge begins at the word
    ends      bool [nodes] whether a node is a phrase

A *unit* is a word or a phrase, and its number is its node. What is joined is always the longest phrase that begins at
a word, of a limited number of words: a rule that the vocabulary alone decides, so any text can be joined in the same
way later. The walk stops at a SENTENCE_END and at a GAP.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.hashing import HALF, LOW, NOTHING, U64, mix
from w2v.kernels.scanning import SENTENCE_END

FULL = 3  # of four places of a table: then it is full


@kernel
def edge(node, word):
    """Return two ids as one number that is not 0."""
    return U64(node) << HALF | U64(word + 1)


@kernel
def find_slot(key, hash, keys):
    """Return the place of `key` in a table, or the empty one where it belongs."""
    slot = np.int64(hash & U64(len(keys) - 1))
    while keys[slot] != NOTHING and keys[slot] != key:
        slot = (slot + 1) & (len(keys) - 1)
    return slot


@kernel
def enter(keys, values, edges, children):
    """Enter the edges keys, uint64 [N], to the nodes values, int32 [N], into an empty table with room for them."""
    for i in range(len(keys)):
        slot = find_slot(keys[i], mix(NOTHING, keys[i]), edges)
        edges[slot] = keys[i]
        children[slot] = values[i]


@kernel
def unit_at(stream, i, most, edges, children, begins, ends):
    """Return the unit that begins with the word at i, and the position behind it; it is of `most` words at most."""
    node = unit = stream[i]
    stop = i + 1
    if begins[node]:
        for j in range(i + 1, min(i + most, len(stream))):
            if stream[j] < 0:
                break
            key = edge(node, stream[j])
            slot = find_slot(key, mix(NOTHING, key), edges)
            if edges[slot] == NOTHING:
                break
            node = children[slot]
            if ends[node]:
                unit, stop = node, j + 1
    return unit, stop


@kernel
def count_units(stream, start, stop, most, edges, children, begins, ends, counts, firsts):
    """Count the units from `start` on; returns where the first one begins that is not before `stop`.

    counts  int64 [nodes], added to
    firsts  int64 [nodes], written: where a unit that was not seen before is; beforehand larger than any position
    """
    i = start
    while i < stop:
        if stream[i] < 0:
            i += 1
            continue
        unit, behind = unit_at(stream, i, most, edges, children, begins, ends)
        counts[unit] += 1
        firsts[unit] = min(firsts[unit], i)
        i = behind
    return i


@kernel
def count_pairs(stream, at, stop, most, edges, children, begins, ends, often, part, bits, keys, counts):
    """Count the pairs of neighbours of which one part of the hash values is that of this table.

    at      int64 [3]: position, the unit before it (-1 for none), pairs in the table; written: where the count goes on
    often   bool [nodes]: whether a unit occurs often enough for a pair
    part    the first `bits` bits of the hash values of the pairs that are counted here
    keys    uint64 [2^n], counts int64 [2^n]: the table

    Returns whether there was room: where there was none, what was counted is of no use.
    """
    i, before, size = at
    room = len(keys) * FULL // 4
    while i < stop:
        if stream[i] < 0:
            before = -1
            i += 1
            continue
        unit, i = unit_at(stream, i, most, edges, children, begins, ends)
        if before >= 0 and often[before] and often[unit]:
            key = edge(before, unit)
            hash = mix(NOTHING, key)
            if bits == 0 or hash >> U64(64 - bits) == part:
                slot = find_slot(key, hash, keys)
                if keys[slot] == NOTHING:
                    if size >= room:
                        return False
                    keys[slot] = key
                    size += 1
                counts[slot] += 1
        before = unit
    at[0], at[1], at[2] = i, before, size
    return True


@kernel
def join(stream, start, stop, most, edges, children, begins, ends, numbers, out, size):
    """Write the units of stream[start:stop] as other ids, drop what is dropped, and sentences that are empty then.

    numbers  int32 [nodes], the id of each unit; below 0 for one that is dropped
    out      int32, written from `size` on; may be `stream` itself, for it is never written ahead of what is read

    Returns the size now, how many ids were written, and how many words have gone into the phrase before them.
    """
    kept = joined = 0
    i = start
    while i < stop:
        if stream[i] < 0:
            if stream[i] == SENTENCE_END and size > 0 and out[size - 1] != SENTENCE_END:
                out[size] = SENTENCE_END
                size += 1
            i += 1
            continue
        unit, behind = unit_at(stream, i, most, edges, children, begins, ends)
        if numbers[unit] >= 0:
            out[size] = numbers[unit]
            size += 1
            kept += 1
            joined += behind - i - 1
        i = behind
    return size, kept, joined


@kernel
def halves(keys, first, second):
    """Write the two ids of each pair, int32 [N]."""
    for i in range(len(keys)):
        first[i] = keys[i] >> HALF
        second[i] = (keys[i] & LOW) - U64(1)
