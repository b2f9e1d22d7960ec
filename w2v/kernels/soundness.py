"""Tells vectors that learn from vectors that grow out of all bounds."""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel

# Rows that learn hold numbers below a hundred. Beyond this one they are lost, long before the first infinity.
LARGEST = 2.0**20
LARGEST_BITS = np.int32(np.float32(LARGEST).view(np.int32))


@kernel
def all_sound(rows, ids):
    """Return whether all numbers in the rows of these ids are within +-LARGEST: neither NaN nor infinity, nor near it.

    rows  float32 [V, row]
    ids   int32 [n]

    By their bits, as whole numbers: the largest of whole numbers is vector code, a sum of floats is not.
    25 ns a row: for the last 256 centers of a block that is 0.2 % of its time, for all of them it would be 2 %. What
    is not sound spreads to every row that meets it, so a few blocks later at the most it is found; and the
    whole model is looked at before anything is written.
    """
    bits = rows.view(np.int32)
    largest = np.int32(0)
    for c in range(len(ids)):
        row = bits[ids[c]]
        for d in range(len(row)):
            largest = max(largest, row[d] & np.int32(0x7FFFFFFF))
    return largest < LARGEST_BITS
