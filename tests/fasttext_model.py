"""Writes the .bin of a small fastText model, as fasttext.cc lays it out."""

from __future__ import annotations

import struct

DIM, BUCKETS = 3, 7


def model(words, matrix, version=12, kind=2, shortest=2, longest=3, quantised=False, labels=()):
    entries = [(word, 0) for word in words] + [(label, 1) for label in labels]
    out = struct.pack("<2i", 793712314, version)
    out += struct.pack("<12id", DIM, 5, 5, 1, 5, 1, 2, kind, BUCKETS, shortest, longest, 100, 1e-4)
    out += struct.pack("<3i2q", len(entries), len(words), len(labels), 99, -1)
    for i, (entry, label) in enumerate(entries):
        out += (entry if isinstance(entry, bytes) else entry.encode()) + b"\0" + struct.pack("<qb", 100 - i, label)
    out += struct.pack("<?2q", quantised, *matrix.shape) + matrix.astype("<f4").tobytes()
    return out + struct.pack("<?2q", False, 1, DIM) + bytes(4 * DIM)
