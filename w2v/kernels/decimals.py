"""Floats to text: the shortest decimals that read back to the same float32.

Schubfach (Giulietti 2020, "The Schubfach way to render doubles"), its case of 32 bits: the
interval of decimals that round to the number is computed with one multiplication of 64 x 32 bits
for each of its ends and for the number itself, and holds exactly one shortest candidate.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel

FIRST_POWER, LAST_POWER = -31, 45
MANTISSA_BITS, BIAS = 23, 150  # the value is significand * 2^(exponent - 150)
LONGEST = 18  # bytes: "-1000000000000000" and a blank


def _powers() -> np.ndarray:
    """Return 10^k * 2^(63 - floor(log2 10^k)), rounded up, for k from FIRST_POWER to LAST_POWER, uint64."""
    powers: list[int] = []
    for k in range(FIRST_POWER, LAST_POWER + 1):
        if k >= 0:
            shift = (10**k).bit_length() - 64
            power = -(-(10**k) >> shift) if shift > 0 else 10**k << -shift
        else:
            shift = (10**-k).bit_length() + 63
            power = (1 << shift) // 10**-k
            if power >> 64:
                power >>= 1
            power += 1
        powers.append(power)
    return np.array(powers, np.uint64)


POWERS = _powers()
TENS = 10 ** np.arange(10, dtype=np.uint32)
PAIRS = np.frombuffer("".join(f"{pair:02}" for pair in range(100)).encode(), np.uint8)


@kernel
def _round_to_odd(power, scaled):
    """Return the high 32 bits of power * scaled / 2^64, the last bit set if anything was cut off."""
    low = (power & np.uint64(0xFFFFFFFF)) * scaled
    high = (power >> np.uint64(32)) * scaled + (low >> np.uint64(32))
    return (high >> np.uint64(32)) | np.uint64((high & np.uint64(0xFFFFFFFF)) > np.uint64(1))


@kernel
def shortest(bits):
    """Return digits and power of ten of a finite positive float32, given as its 32 bits."""
    fraction = np.int64(bits & 0x7FFFFF)
    exponent = np.int64(bits >> MANTISSA_BITS)
    if exponent:
        c, q = fraction | (1 << MANTISSA_BITS), exponent - BIAS
        if -MANTISSA_BITS <= q <= 0 and c & ((1 << -q) - 1) == 0:
            return c >> -q, 0  # a whole number
    else:
        c, q = fraction, 1 - BIAS
    closer = fraction == 0 and exponent > 1  # below a power of two the floats lie closer
    # floor(log10(2^q)), or floor(log10(3/4 * 2^q)) where the interval is narrower below
    k = (q * 1262611 - (524031 if closer else 0)) >> 22
    h = np.uint64(q + ((-k * 1741647) >> 19) + 1)
    power = POWERS[-k - FIRST_POWER]
    below = _round_to_odd(power, np.uint64(4 * c - 2 + closer) << h)
    here = _round_to_odd(power, np.uint64(4 * c) << h)
    above = _round_to_odd(power, np.uint64(4 * c + 2) << h)
    odd = np.uint64(c & 1)
    low, high = below + odd, above - odd  # the ends of the interval belong to it if c is even
    s = here >> np.uint64(2)
    if s >= 10:
        tens = s // np.uint64(10)
        down, up = low <= 40 * tens, 40 * tens + 40 <= high
        if down != up:
            return np.int64(tens) + np.int64(up), k + 1
    down, up = low <= 4 * s, 4 * s + 4 <= high
    if down != up:
        return np.int64(s) + np.int64(up), k
    middle = 4 * s + 2
    return np.int64(s) + np.int64(here > middle or (here == middle and s & np.uint64(1) == 1)), k


@kernel
def write_float(number, out, at):
    """Write a float32 at out[at], uint8, and return where it ends.

    Plain decimals from 1e-4 up to 1e16, else with an exponent, as Python's repr has it.
    """
    bits = np.float32(number).view(np.uint32)
    if bits >> 31:
        out[at] = 45  # -
        at += 1
        bits &= np.uint32(0x7FFFFFFF)
    if bits >= 0x7F800000:
        name = (105, 110, 102) if bits == 0x7F800000 else (110, 97, 110)  # inf, nan
        for letter in name:
            out[at] = letter
            at += 1
        return at
    if bits == 0:
        out[at] = 48
        return at + 1
    whole, power = shortest(bits)
    digits = np.uint32(whole)
    while digits % np.uint32(10) == 0:
        digits //= np.uint32(10)
        power += 1
    count = 1
    while count < 9 and digits >= TENS[count]:
        count += 1
    point = count + power  # the value is 0.digits * 10^point
    if -4 < point <= 0:
        out[at], out[at + 1] = 48, 46
        for i in range(-point):
            out[at + 2 + i] = 48
        at += 2 - point
        return _write_digits(digits, count, out, at)
    if 0 < point <= 16:
        if power >= 0:
            at = _write_digits(digits, count, out, at)
            for _ in range(power):
                out[at] = 48
                at += 1
            return at
        _write_digits(digits, count, out, at + 1)
        for i in range(point):
            out[at + i] = out[at + i + 1]
        out[at + point] = 46
        return at + count + 1
    end = _write_digits(digits, count, out, at + 1)
    out[at] = out[at + 1]
    out[at + 1] = 46
    at = end if count > 1 else at + 1
    out[at], out[at + 1] = 101, 45 if point < 1 else 43  # e-, e+
    exponent = abs(point - 1)
    out[at + 2], out[at + 3] = 48 + exponent // 10, 48 + exponent % 10
    return at + 4


@kernel
def _write_digits(digits, count, out, at):
    """Write digits, uint32, from their end, two at a time: half the divisions."""
    i = at + count
    while digits >= np.uint32(100):
        pair = (digits % np.uint32(100)) * np.uint32(2)
        digits //= np.uint32(100)
        i -= 2
        out[i], out[i + 1] = PAIRS[pair], PAIRS[pair + np.uint32(1)]
    if digits >= np.uint32(10):
        out[i - 2], out[i - 1] = PAIRS[digits * np.uint32(2)], PAIRS[digits * np.uint32(2) + np.uint32(1)]
    else:
        out[i - 1] = np.uint8(48) + np.uint8(digits)
    return at + count


@kernel
def write_rows(matrix, arena, offsets, separator, has_words, out):
    """Write one line a row, "word number ... number", and return how many bytes.

    matrix     float32 [n, D]
    arena      uint8, the words' bytes
    offsets    int64 [n + 1], word i is arena[offsets[i]:offsets[i + 1]]
    separator  the byte that stands between
    has_words  whether a row begins with its word
    out        uint8, with room for the words and LONGEST * D + 1 bytes a row
    """
    at = 0
    for row in range(matrix.shape[0]):
        for i in range(offsets[row], offsets[row + 1]):
            out[at] = arena[i]
            at += 1
        for d in range(matrix.shape[1]):
            if d or has_words:
                out[at] = separator
                at += 1
            at = write_float(matrix[row, d], out, at)
        out[at] = 10
        at += 1
    return at
