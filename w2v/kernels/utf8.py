"""UTF-8: code points from bytes and back, what is valid, and what to do with the rest."""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel


@kernel
def decode(text, i):
    """Return the code point at text[i] and its length in bytes; the text is valid UTF-8."""
    lead = np.int64(text[i])
    if lead < 0x80:
        return lead, 1
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | (text[i + 1] & 0x3F), 2
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | (text[i + 1] & 0x3F) << 6 | (text[i + 2] & 0x3F), 3
    return (
        (lead & 0x07) << 18 | (text[i + 1] & 0x3F) << 12 | (text[i + 2] & 0x3F) << 6 | (text[i + 3] & 0x3F),
        4,
    )


@kernel
def encode(point, out, i):
    """Write a code point as UTF-8 at out[i] and return its length in bytes."""
    if point < 0x80:
        out[i] = point
        return 1
    if point < 0x800:
        out[i] = 0xC0 | point >> 6
        out[i + 1] = 0x80 | point & 0x3F
        return 2
    if point < 0x10000:
        out[i] = 0xE0 | point >> 12
        out[i + 1] = 0x80 | point >> 6 & 0x3F
        out[i + 2] = 0x80 | point & 0x3F
        return 3
    out[i] = 0xF0 | point >> 18
    out[i + 1] = 0x80 | point >> 12 & 0x3F
    out[i + 2] = 0x80 | point >> 6 & 0x3F
    out[i + 3] = 0x80 | point & 0x3F
    return 4


@kernel
def sequence(text, i):
    """Return the length of the UTF-8 sequence at text[i], or minus the length of what is no UTF-8 there.

    Table 3-7 of the Unicode standard; what is invalid is cut into maximal subparts, as Python's
    errors="replace" does, each of which becomes one U+FFFD.
    """
    lead, left = text[i], len(text) - i
    if lead < 0x80:
        return 1
    low, high, length = 0x80, 0xBF, 0
    if 0xC2 <= lead <= 0xDF:
        length = 2
    elif 0xE0 <= lead <= 0xEF:
        length = 3
        if lead == 0xE0:
            low = 0xA0
        elif lead == 0xED:
            high = 0x9F
    elif 0xF0 <= lead <= 0xF4:
        length = 4
        if lead == 0xF0:
            low = 0x90
        elif lead == 0xF4:
            high = 0x8F
    else:
        return -1
    if left < 2 or text[i + 1] < low or text[i + 1] > high:
        return -1
    for n in range(2, length):
        if left <= n or text[i + n] & 0xC0 != 0x80:
            return -n
    return length


@kernel
def is_utf8(text):
    """Say whether `text`, uint8 [n], is valid UTF-8."""
    i = 0
    while i < len(text):
        if text[i] < 0x80:  # here, for a call costs more than all else: 90 MB/s without this line
            i += 1
            continue
        length = sequence(text, i)
        if length < 0:
            return False
        i += length
    return True


@kernel
def repair(text, out):
    """Copy `text`, uint8 [n], to `out`, uint8 [3 n], with U+FFFD for what is no UTF-8.

    Returns how many bytes were written, and how many could not be decoded.
    """
    i = size = bad = 0
    while i < len(text):
        length = sequence(text, i)
        if length > 0:
            for n in range(length):
                out[size + n] = text[i + n]
            size += length
            i += length
        else:
            size += encode(0xFFFD, out, size)
            bad -= length
            i -= length
    return size, bad
