"""Tables of words: hashing, finding, growing, merging.

A table of words, one for each thread that reads, is six arrays:

    slots    uint64 [2^n, 2]  the word's first 8 bytes, zeros behind a shorter word; then in the
                              high half 32 bits of the hash, in the low half word number + 1; 0 is empty
    arena    uint8            the words' bytes, one after another
    offsets  int64            word w is arena[offsets[w]:offsets[w + 1]]
    counts   int64            how often each word was seen
    firsts   int64            where each word was seen first
    size     int64 [1]        how many words there are
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel

U64 = np.uint64
NOTHING = U64(0)
GOLDEN = U64(0x9E3779B97F4A7C15)
HALF = U64(32)
LOW = U64(0xFFFFFFFF)


@kernel
def absorb(byte, first, hash, chunk, shift):
    """Take one byte more of a word: into `chunk`, and with every eighth into the hash. Returns the other four.

    first  the first 8 bytes; 0 as long as there are less
    chunk  the bytes that are not in the hash yet, `shift` bits of them
    """
    chunk |= U64(byte) << shift
    shift += U64(8)
    if shift == U64(64):
        first = chunk if first == NOTHING else first
        return first, mix(hash, chunk), NOTHING, NOTHING
    return first, hash, chunk, shift


@kernel
def mix(hash, chunk):
    """Return the hash of a word with 8 bytes more of it. No byte is 0: a short word needs no length."""
    hash = (hash ^ chunk) * GOLDEN
    return hash ^ hash >> HALF


@kernel
def first_slot(tag, slots):
    """Return where the search for a word begins."""
    return np.int64((tag * GOLDEN) >> HALF) & (len(slots) - 1)


@kernel
def find(tag, first, text, begin, end, slots, arena, offsets):
    """Look the word text[begin:end] up. Returns its slot and number; number -1 and a free slot if it is new."""
    slot = first_slot(tag, slots)
    while True:
        entry = slots[slot, 1]
        if entry == 0:
            return slot, np.int64(-1)
        if entry >> HALF == tag and slots[slot, 0] == first:
            word = np.int64(entry & LOW) - 1
            if end - begin < 8:
                return slot, word
            at = offsets[word]
            if offsets[word + 1] - at == end - begin:
                same = True
                for i in range(8, end - begin):
                    same &= arena[at + i] == text[begin + i]
                if same:
                    return slot, word
        slot = (slot + 1) & (len(slots) - 1)


@kernel
def move_slots(old, new):
    """Copy the entries of `old` into the larger, empty table `new`; both uint64 [2^n, 2]."""
    for from_slot in range(len(old)):
        entry = old[from_slot, 1]
        if entry != 0:
            slot = first_slot(entry >> HALF, new)
            while new[slot, 1] != 0:
                slot = (slot + 1) & (len(new) - 1)
            new[slot, 0] = old[from_slot, 0]
            new[slot, 1] = entry


@kernel
def merge(
    from_slots,
    from_arena,
    from_offsets,
    from_counts,
    from_firsts,
    slots,
    arena,
    offsets,
    counts,
    firsts,
    size,
    moved,
):
    """Add the words of one table to another that has room for all of them.

    moved  int64 [words of the first table], written: the number of each in the second
    """
    for from_slot in range(len(from_slots)):
        first, entry = from_slots[from_slot]
        if entry == 0:
            continue
        source = np.int64(entry & LOW) - 1
        begin, end = from_offsets[source], from_offsets[source + 1]
        slot, word = find(entry >> HALF, first, from_arena, begin, end, slots, arena, offsets)
        if word < 0:
            word = size[0]
            slots[slot, 0] = first
            slots[slot, 1] = entry & (LOW << HALF) | U64(word + 1)
            at = offsets[word]
            for i in range(end - begin):
                arena[at + i] = from_arena[begin + i]
            offsets[word + 1] = at + end - begin
            counts[word] = 0
            firsts[word] = from_firsts[source]
            size[0] += 1
        counts[word] += from_counts[source]
        firsts[word] = min(firsts[word], from_firsts[source])
        moved[source] = word
