"""Vectors from subwords: fastText's mean of a word's own row and the rows of its n-grams.

Bojanowski et al. 2017, "Enriching word vectors with subword information"; the hash and the n-grams are those of
fastText's dictionary.cc.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel

FNV_START, FNV_PRIME = np.uint32(2166136261), np.uint32(16777619)


@kernel
def ngram_rows(text, begin, end, shortest, longest, buckets, places, out):
    """Find the rows of the n-grams of one word, text[begin:end], uint8, "<" and ">" included.

    Writes at most len(out) of them to `out`, int64, and returns how many there are. n counts characters, not
    bytes; a single "<" or ">" is no n-gram. The bytes are hashed as signed ones, as the C++ compiler takes them.

    buckets  how many there are
    places   the row of each bucket, int32 [buckets], -1 where it was taken away; empty where all have theirs
    """
    found = 0
    for first in range(begin, end):
        if text[first] & 0xC0 == 0x80:
            continue
        at, length = first, 0
        hash = FNV_START
        while at < end and length < longest:
            while True:
                hash = np.uint32((hash ^ np.uint32(np.int32(np.int8(text[at])))) * FNV_PRIME)
                at += 1
                if at >= end or text[at] & 0xC0 != 0x80:
                    break
            length += 1
            if length >= shortest and not (length == 1 and (first == begin or at == end)):
                row = np.int64(hash % np.uint32(buckets))
                if len(places):
                    row = np.int64(places[row])
                if row >= 0:
                    if found < len(out):
                        out[found] = row
                    found += 1
    return found


@kernel
def mean_rows(text, offsets, own, matrix, buckets, places, shortest, longest, room, out):
    """Compute the vectors of words as fastText does.

    text     uint8, the words' bytes, each between "<" and ">"
    offsets  int64 [n + 1], word i is text[offsets[i]:offsets[i + 1]]
    own      bool [n], whether the word is made of its own row alone (</s>)
    matrix   float32 [V, D], the words' own rows
    buckets  float32 [B, D], the rows of n-grams
    places   int32, which of them belongs to which bucket, see ngram_rows
    room     int64, room for the n-grams of the longest word
    out      float32 [n, D]
    """
    for word in range(out.shape[0]):
        count = 0
        if not own[word] and longest > 0 and buckets.shape[0] > 0:
            hashed = len(places) if len(places) else buckets.shape[0]
            count = min(
                ngram_rows(text, offsets[word], offsets[word + 1], shortest, longest, hashed, places, room), len(room)
            )
        for d in range(out.shape[1]):
            out[word, d] = matrix[word, d]
        for i in range(count):
            for d in range(out.shape[1]):
                out[word, d] += buckets[room[i], d]
        share = np.float32(1.0) / np.float32(count + 1)
        for d in range(out.shape[1]):
            out[word, d] *= share
