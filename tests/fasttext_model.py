"""Writes the .bin of a small fastText model, as fasttext.cc lays it out."""

from __future__ import annotations

import struct

DIM, BUCKETS = 3, 7


def model(words, matrix, version=12, kind=2, shortest=2, longest=3, quantised=False, labels=(), oldest=False):
    entries = [(word, 0) for word in words] + [(label, 1) for label in labels]
    out = b"" if oldest else struct.pack("<2i", 793712314, version)
    out += struct.pack("<12id", DIM, 5, 5, 1, 5, 1, 2, kind, BUCKETS, shortest, longest, 100, 1e-4)
    out += struct.pack("<3iq", len(entries), len(words), len(labels), 99) + (b"" if oldest else b"\xff" * 8)
    for i, (entry, label) in enumerate(entries):
        out += (entry if isinstance(entry, bytes) else entry.encode()) + b"\0" + struct.pack("<qb", 100 - i, label)
    for numbers, is_quantised in ((matrix, quantised), (matrix[:1] * 0, False)):  # input and output
        out += b"" if oldest else struct.pack("<?", is_quantised)
        out += struct.pack("<2q", *numbers.shape) + numbers.astype("<f4").tobytes()
    return out
