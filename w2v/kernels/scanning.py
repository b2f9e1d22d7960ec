"""Bytes in, word numbers out: UTF-8 scanning, lower-casing, splitting, hashing and counting in one pass.

The text is UTF-8 and the words are looked up as bytes; no Python object is made for a token. What a
table of characters cannot do alone (NFC, a Greek sigma at a word's end) Python does for the few lines
that need it, before the block comes here: see `next_special` and `w2v.corpus.tokenizers`.

What `scan` gained, in MB/s on one thread of an AMD EPYC, `words` on enwiki-raw and `whitespace` on
enwiki-clean (the machine was shared; best of rounds in turn):

    180-200  190-200   FNV-1a byte by byte; words compared in the arena
    215-230  195-220   8 bytes at a time into the hash; the first 8 bytes in the slot, so that a short word
                       is known without a look at offsets and arena
    240-255  240-250   ... and words of less than 8 bytes sought first in 64 KiB that stay in the cache. More
                       seats (2^13, 2^14) gave nothing; without them, other programs on the machine cost more
    275-300  315-340   ... and unsigned indices: numba tests signed ones for being negative, in every access

With no look-up at all it was 370 before the last step: the bytes, not the table, are the next thing to do.
A larger table from the start (half as many probes) gave nothing that was above the noise.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel
from w2v.kernels.hashing import HALF, NOTHING, U64, absorb, find, mix
from w2v.kernels.utf8 import decode, encode

# What a character is to the tokenizers, two bits; the third says that Python must look at the block.
# INSIDE belongs to a word only between two characters that do: don't, l'été, and the joiners of Persian.
OTHER, LETTER, MARK, INSIDE = 0, 1, 2, 3
KIND = 3
SPECIAL = 4

# What a scan stops for.
DONE, TABLE_FULL = 0, 1
SENTENCE_END = np.int32(-1)
DROPPED, GAP = -1, -2  # in a table of new numbers
NEWLINE, APOSTROPHE = 0x0A, 0x27
RECENT = 1 << 12  # seats for short words


@kernel
def next_special(text, start, kinds):
    """Return begin and end of the next lines that hold a SPECIAL character, from the line at `start` on.

    text   uint8 [n], valid UTF-8
    kinds  uint8 [0x110000]

    Lines in a row that all hold one come together; begin == end == n when there are no more.
    """
    line = i = start
    begin = -1
    special = False
    while i < len(text):
        byte = text[i]
        if byte == NEWLINE:
            if special:
                begin = line if begin < 0 else begin
            elif begin >= 0:
                return begin, line
            line, special = i + 1, False
        if byte < 0x80:
            i += 1
        else:
            point, length = decode(text, i)
            special |= kinds[point] & SPECIAL != 0
            i += length
    if special:
        begin = line if begin < 0 else begin
        line = len(text)
    return (begin, line) if begin >= 0 else (len(text), len(text))


@kernel
def begins_word(kind):
    """Say whether a character of this kind is a part of a word wherever it occurs in the word."""
    return kind & KIND == LETTER or kind & KIND == MARK


@kernel
def scan(text, start, bytewise, kinds, lower, single, place, ids, slots, arena, offsets, counts, firsts, size):
    """Split `text` into words and lines, count the words, and write their numbers.

    text      uint8 [n], valid UTF-8
    start     int64 [2]: where to begin in `text` and in `ids`; written: where the scan ended
    bytewise  uint8 [256]: for a byte that alone belongs to a word, the byte to store; 0 for the others
    kinds     uint8 [0x110000]: OTHER, LETTER, MARK or INSIDE for each code point; no size: bytes alone decide
    lower     int32 [0x110000]: the code point to store for each
    single    whether each letter, with the marks on it, is a word of its own
    place     the number of this block, shifted left by 32: it decides which word came first
    ids       int32 [n + 1], written: word numbers, SENTENCE_END behind each line
    slots, arena, offsets, counts, firsts, size: the table of words, see `w2v.kernels.hashing`.
        `arena` must have room for 2 n bytes more.

    Returns DONE, or TABLE_FULL when the table must be enlarged and the scan called again.
    """
    i, n = start[0], start[1]
    words, end = size[0], len(text)
    room = min(len(slots), len(counts) * 2) // 2 - 1
    # Words of less than 8 bytes are sought here first, in 64 KiB that stay in the cache.
    recent = np.zeros((RECENT, 2), np.uint64)
    reason = DONE
    while i < end:
        byte = text[U64(i)]
        if bytewise[byte] == 0:
            # Between words.
            if byte == NEWLINE:
                ids[U64(n)] = SENTENCE_END
                n += 1
                i += 1
                continue
            if byte < 0x80:
                i += 1
                continue
            point, length = decode(text, i)
            if not begins_word(kinds[point]):
                i += length
                continue
        if words >= room:
            reason = TABLE_FULL
            break
        # A word: copied to the end of the arena, where it stays if it is new.
        begin = at = offsets[U64(words)]
        first = hash = chunk = shift = NOTHING
        while i < end:
            byte = text[U64(i)]
            stored = bytewise[byte]
            if stored:
                if single and at > begin:
                    break
                arena[U64(at)] = stored
                first, hash, chunk, shift = absorb(stored, first, hash, chunk, shift)
                at += 1
                i += 1
                continue
            if byte < 0x80 and byte != APOSTROPHE:
                break
            if len(kinds) == 0:
                break
            point, length = decode(text, i)
            kind = kinds[point] & KIND
            if kind == INSIDE:
                if single or i + length >= end:
                    break
                following, _ = decode(text, i + length)
                if not begins_word(kinds[following]):
                    break
            elif kind == OTHER or (single and at > begin and kind != MARK):
                break
            for _ in range(encode(lower[point], arena, at)):
                first, hash, chunk, shift = absorb(arena[U64(at)], first, hash, chunk, shift)
                at += 1
            i += length
        short = first == NOTHING
        first = chunk if short else first
        tag = mix(hash, chunk) >> HALF
        seat = tag & U64(RECENT - 1)
        if short and recent[seat, 0] == first:
            word = np.int64(recent[seat, 1])
        else:
            slot, word = find(tag, first, arena, begin, at, slots, arena, offsets)
            if word < 0:
                word = words
                slots[slot, 0] = first
                slots[slot, 1] = tag << HALF | U64(word + 1)
                offsets[word + 1] = at
                counts[word] = 0
                firsts[word] = place + n
                words += 1
            if short:
                recent[seat, 0] = first
                recent[seat, 1] = U64(word)
        counts[U64(word)] += 1
        ids[U64(n)] = word
        n += 1
    start[0], start[1] = i, n
    size[0] = words
    return reason


@kernel
def renumber(ids, numbers, out, ended):
    """Translate a block of word numbers, drop what was dropped, and drop sentences that are empty then.

    ids      int32 [n], word numbers and SENTENCE_END
    numbers  int32, the final id of each word number; -1 for words that were dropped, GAP for those that leave one
    out      int32 [at least n], written
    ended    whether the block before ended with its sentence

    Returns how many ids were written, how many sentences ended, and whether the last is at its end.
    """
    size = sentences = 0
    for id in ids:
        if id == SENTENCE_END:
            if not ended:
                out[size] = SENTENCE_END
                size += 1
                sentences += 1
                ended = True
        else:
            number = numbers[id]
            if number != DROPPED:
                out[size] = number
                size += 1
                ended = False
    return size, sentences, ended


@kernel
def number_lines(ids, numbers, line, ended, lines):
    """Write the numbers of the lines whose sentences `renumber` keeps.

    ids, numbers, ended  see `renumber`
    line                 lines that ended in the blocks before
    lines                int32 [at least n], written: counted from 1

    Returns how many were written, and how many lines have ended now.
    """
    size = 0
    for id in ids:
        if id == SENTENCE_END:
            line += 1
            if not ended:
                lines[size] = line
                size += 1
                ended = True
        elif numbers[id] != DROPPED:
            ended = False
    return size, line


@kernel
def count_wide(arena, offsets, counts, words):
    """Count letters, CJK letters, kana and tokens over all words, each as often as it occurred.

    The ranges are those of `w2v.languages`; an unsegmented text is one where such letters are most and the words
    are long.
    """
    letters = wide = kana = tokens = 0
    for word in range(words):
        i, n_letters, n_wide, n_kana = offsets[word], 0, 0, 0
        while i < offsets[word + 1]:
            point, length = decode(arena, i)
            n_letters += 1
            n_kana += 0x3040 <= point <= 0x30FF
            n_wide += (
                0x3040 <= point <= 0x30FF
                or 0x3400 <= point <= 0x9FFF
                or 0xF900 <= point <= 0xFAFF
                or 0x20000 <= point <= 0x3FFFF
            )
            i += length
        letters += n_letters * counts[word]
        wide += n_wide * counts[word]
        kana += n_kana * counts[word]
        tokens += counts[word]
    return letters, wide, kana, tokens
