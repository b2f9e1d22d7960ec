"""Floats to text: the shortest decimals that read back to the same float32.

Schubfach (Giulietti 2020, "The Schubfach way to render doubles"), its case of 32 bits: the
interval of decimals that round to the number is computed with one multiplication of 64 x 32 bits
for each of its ends and for the number itself, and holds exactly one shortest candidate.

What depends on the digits of a number cannot be predicted, so nothing branches there: candidates are chosen
by masks, eight digits are taken apart in one register and stored at once, and zeros at the end are
counted away. That took a number of 37 ns to one of 21 ns.
"""

from __future__ import annotations

import numpy as np
from numba.cpython.unsafe.numbers import leading_zeros

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
TENS = 10 ** np.arange(10, dtype=np.uint64)
EIGHT = 10**8


@kernel
def _round_to_odd(power, scaled):
    """Return the high 32 bits of power * scaled / 2^64, the last bit set if anything was cut off."""
    low = (power & np.uint64(0xFFFFFFFF)) * scaled
    high = (power >> np.uint64(32)) * scaled + (low >> np.uint64(32))
    return (high >> np.uint64(32)) | np.uint64((high & np.uint64(0xFFFFFFFF)) > np.uint64(1))


U64 = np.uint64  # which numba mixes with nothing: an int64 beside it would make a float64


@kernel
def shortest(bits):
    """Return digits, uint64, and power of ten of a finite positive float32, given as 32 bits; zeros may end them."""
    fraction = np.int64(bits & 0x7FFFFF)
    exponent = np.int64(bits >> MANTISSA_BITS)
    if exponent:
        c, q = fraction | (1 << MANTISSA_BITS), exponent - BIAS
        if -MANTISSA_BITS <= q <= 0 and c & ((1 << -q) - 1) == 0:
            return U64(c >> -q), 0  # a whole number
    else:
        c, q = fraction, 1 - BIAS
    closer = fraction == 0 and exponent > 1  # below a power of two the floats lie closer
    # floor(log10(2^q)), or floor(log10(3/4 * 2^q)) where the interval is narrower below
    k = (q * 1262611 - (524031 if closer else 0)) >> 22
    h = U64(q + ((-k * 1741647) >> 19) + 1)
    power = POWERS[-k - FIRST_POWER]
    below = _round_to_odd(power, U64(4 * c - 2 + closer) << h)
    here = _round_to_odd(power, U64(4 * c) << h)
    above = _round_to_odd(power, U64(4 * c + 2) << h)
    odd = U64(c & 1)
    low, high = below + odd, above - odd  # the ends of the interval belong to it if c is even
    s = here >> U64(2)
    # With a digit less: one of two neighbours, if one and only one of them is in the interval.
    tens = s // U64(10) * U64(10)
    down, up = low <= U64(4) * tens, U64(4) * tens + U64(40) <= high
    shorter = U64(0) - U64((down != up) & (s >= U64(10)))
    # Else the neighbour that is in it, or, of two, the nearer one.
    inside, beside = low <= U64(4) * s, U64(4) * s + U64(4) <= high
    middle = U64(4) * s + U64(2)
    nearer = U64(here > middle) | (U64(here == middle) & s & U64(1))
    alone = U64(0) - U64(inside != beside)
    step = (U64(beside) & alone) | (nearer & ~alone)
    return ((tens + U64(10) * U64(up)) & shorter) | ((s + step) & ~shorter), k


@kernel
def _eight_digits(number):
    """Return eight decimal digits as bytes, the first the lowest, of an uint64 below 10^8."""
    high = number // U64(10_000)
    fours = high | ((number - high * U64(10_000)) << U64(32))
    high = ((fours * U64(10_486)) >> U64(20)) & U64(0x0000007F_0000007F)  # / 100
    twos = high | ((fours - high * U64(100)) << U64(16))
    high = ((twos * U64(103)) >> U64(10)) & U64(0x000F_000F_000F_000F)  # / 10
    return high | ((twos - high * U64(10)) << U64(8))


@kernel
def _store(out, at, eight):
    """Write eight bytes, the lowest first; LLVM makes one store of it."""
    for i in range(8):
        out[at + U64(i)] = np.uint8((eight >> U64(8 * i)) & U64(0xFF))


@kernel
def write_float(number, out, at):
    """Write a float32 at out[at], uint8, and return where it ends; up to LONGEST bytes behind `at` are written over.

    Plain decimals from 1e-4 up to 1e16, else with an exponent, as Python's repr has it. `at` is uint64.
    """
    bits = np.float32(number).view(np.uint32)
    out[at] = 45  # -
    at += U64(bits >> np.uint32(31))
    bits &= np.uint32(0x7FFFFFFF)
    if bits == 0:
        out[at] = 48
        return at + U64(1)
    if bits >= 0x7F800000:
        name = (105, 110, 102) if bits == 0x7F800000 else (110, 97, 110)  # inf, nan
        for letter in name:
            out[at] = letter
            at += U64(1)
        return at
    digits, power = shortest(bits)
    count = 7 + (digits >= TENS[7]) + (digits >= TENS[8])
    if digits < TENS[6]:  # one number in a thousand
        count = 1
        while digits >= TENS[count]:
            count += 1
    point = count + power  # the value is 0.digits * 10^point
    digits *= TENS[9 - count]
    first = digits // U64(EIGHT)
    rest = _eight_digits(digits - first * U64(EIGHT))
    more = U64(8) - (U64(leading_zeros(rest)) >> U64(3))  # digits behind the first, without the zeros at the end
    first, rest = np.uint8(U64(48) + first), rest | U64(0x3030_3030_3030_3030)
    if -4 < point <= 1:
        # 0.000ddd or d.ddd: the zeros and the point first, the digits over them.
        behind = at + U64(3 - point)
        whole = U64(point == 1)
        _store(out, at, U64(0x3030_3030_3030_2E30))
        out[behind - U64(1) - whole] = first
        _store(out, behind, rest)
        return behind + more - (whole & U64(more == U64(0)))
    out[at] = first
    _store(out, at + U64(1), rest)
    if 1 < point <= 16:
        end = at + U64(point)
        for i in range(9, point):
            out[at + U64(i)] = 48
        if more < U64(point):
            return end
        for i in range(at + more, end - U64(1), -1):
            out[i + 1] = out[i]
        out[end] = 46
        return at + more + U64(2)
    if more:
        _store(out, at + U64(2), rest)
        out[at + U64(1)] = 46
        at += U64(1)
    at += more + U64(1)
    out[at], out[at + U64(1)] = 101, 45 if point < 1 else 43  # e-, e+
    exponent = abs(point - 1)
    out[at + U64(2)], out[at + U64(3)] = 48 + exponent // 10, 48 + exponent % 10
    return at + U64(4)


@kernel
def write_rows(matrix, arena, offsets, separator, has_words, out):
    """Write one line a row, "word number ... number", and return how many bytes.

    matrix     float32 [n, D]
    arena      uint8, the words' bytes
    offsets    int64 [n + 1], word i is arena[offsets[i]:offsets[i + 1]]
    separator  the byte between them
    has_words  whether a row begins with its word
    out        uint8, with room for the words and LONGEST * D + 1 bytes a row
    """
    at = U64(0)
    for row in range(matrix.shape[0]):
        for i in range(offsets[row], offsets[row + 1]):
            out[at] = arena[i]
            at += U64(1)
        for d in range(matrix.shape[1]):
            if d or has_words:
                out[at] = separator
                at += U64(1)
            at = write_float(matrix[row, d], out, at)
        out[at] = 10
        at += U64(1)
    return at
