"""Text to floats: rows of decimals as float32, each rounded as if there were no limit to precision.

A numeral of up to 19 digits w and a power of ten q is w * 10^q in double precision with a relative error
below 3 * 2^-53. If all doubles within 2^-50 of it round to one float32, that is the answer (after Clinger
1990); if not, which only a decimal within 2^-25 of the middle between two floats can bring about,
the row is handed back, and Python's integers decide.
"""

from __future__ import annotations

import numpy as np

from w2v.kernels.compiler import kernel

# What became of a line.
ROW, BLANK, SHORT, ODD = 0, 1, 2, 3

LARGEST_POWER = 90  # a numeral of 19 digits times 10^-90 is far below the least float32, 1.4e-45
POWERS = np.array([float(10**k) for k in range(LARGEST_POWER + 1)])
MOST_DIGITS = 19  # that surely fit 64 bits
NEARLY = 2.0**-50

SPACE, TAB, NEWLINE, RETURN = 32, 9, 10, 13
PLUS, MINUS, POINT, ZERO = 43, 45, 46, 48
NOT_A_NUMBER = -1


@kernel
def _is_blank(byte):
    return byte in (SPACE, TAB, RETURN)


@kernel
def _ends(byte):
    return byte in (SPACE, NEWLINE, TAB, RETURN)


@kernel
def _name(text, at, a, b, c):
    """Say whether the three letters at text[at] are a, b, c, in either case."""
    return (
        text[at] | 32 == a
        and not _ends(text[at + 1])
        and text[at + 1] | 32 == b
        and not _ends(text[at + 2])
        and text[at + 2] | 32 == c
        and _ends(text[at + 3])
    )


@kernel
def parse_float(text, at):
    """Parse the numeral that begins at text[at], uint8, and ends before a blank or a newline.

    Returns the float32, where it ends (NOT_A_NUMBER if it is none), and whether it surely is
    rounded right. There must be a newline somewhere behind.
    """
    negative = text[at] == MINUS
    if negative or text[at] == PLUS:
        at += 1
    digits = np.uint64(0)
    count, power, seen = 0, 0, 0
    byte = text[at] - np.uint8(ZERO)
    while byte < 10:  # of unsigned bytes: all that is no digit is larger
        seen += 1
        if count < MOST_DIGITS:
            digits = digits * np.uint64(10) + np.uint64(byte)
            count += digits != 0
        else:
            power += 1
        at += 1
        byte = text[at] - np.uint8(ZERO)
    if text[at] == POINT:
        at += 1
        byte = text[at] - np.uint8(ZERO)
        while byte < 10:
            seen += 1
            if count < MOST_DIGITS:
                digits = digits * np.uint64(10) + np.uint64(byte)
                count += digits != 0
                power -= 1
            at += 1
            byte = text[at] - np.uint8(ZERO)
    if seen == 0:
        sign = np.float32(-1.0) if negative else np.float32(1.0)
        if _name(text, at, 110, 97, 110):
            return np.float32(np.nan), at + 3, True
        if _name(text, at, 105, 110, 102):
            return sign * np.float32(np.inf), at + 3, True
        return np.float32(0), NOT_A_NUMBER, False
    if text[at] | 32 == 101:  # e
        at += 1
        down = text[at] == MINUS
        if down or text[at] == PLUS:
            at += 1
        if text[at] - np.uint8(ZERO) > 9:
            return np.float32(0), NOT_A_NUMBER, False
        exponent = 0
        while text[at] - np.uint8(ZERO) < 10:
            if exponent < 100_000_000:  # with more digits it is no numeral
                exponent = exponent * 10 + (text[at] - np.uint8(ZERO))
            at += 1
        power += -exponent if down else exponent
    if not _ends(text[at]):
        return np.float32(0), NOT_A_NUMBER, False
    value = np.float64(digits)
    if digits == 0 or power < -LARGEST_POWER:
        value = 0.0
    elif power < 0:
        value /= POWERS[-power]
    elif power > 40:
        value = np.inf
    else:
        value *= POWERS[power]
    below, above = np.float32(value * (1 - NEARLY)), np.float32(value * (1 + NEARLY))
    return -above if negative else above, at, below == above


@kernel
def _word_end(text, begin, end, dim):
    """Return where the word ends and where its numbers begin if the last `dim` fields of a line are the numbers."""
    at = end
    for _ in range(dim):
        while at > begin and not _is_blank(text[at - 1]):
            at -= 1
        numbers = at
        while at > begin and _is_blank(text[at - 1]):
            at -= 1
        if numbers in (begin, at):
            return NOT_A_NUMBER, NOT_A_NUMBER
    if at == begin:
        at = numbers - 1  # nothing but blanks: one is the separator, the others are the word
    return at, numbers


@kernel
def parse_rows(text, has_words, matrix, arena, states, begins):
    r"""Parse lines of a word and numbers, or of numbers alone.

    text       uint8, whole lines; the last byte is \n
    has_words  whether a line begins with a word
    matrix     float32 [n, D], the rows of the lines that are ROW, without a gap
    arena      uint8, as long as the text; the words of these rows, each with \n behind it
    states     uint8 [lines], what became of each line; ODD is for Python to look at, its row is kept free
    begins     int64 [lines], where each line begins

    Returns the number of rows and of bytes in the arena.
    """
    dim = matrix.shape[1]
    at, row, line, used = 0, 0, 0, 0
    while at < len(text):
        begin = at
        begins[line] = begin
        at = begin
        word_end = begin
        if has_words:
            while not _ends(text[at]):
                at += 1
            word_end = at
        state = ROW
        for d in range(dim):
            while _is_blank(text[at]):
                at += 1
            number, after, sure = parse_float(text, at)
            if after == NOT_A_NUMBER:
                state = ODD
                break
            if not sure:
                state = ODD
            matrix[row, d] = number
            at = after
        while _is_blank(text[at]):
            at += 1
        if state == ODD or text[at] != NEWLINE or word_end == begin:
            # Not one word and D numbers: a word with blanks in it, too few numbers, a blank line ...
            while text[at] != NEWLINE:
                at += 1
            end = at
            while end > begin and _is_blank(text[end - 1]):
                end -= 1
            state = BLANK if end == begin else ODD
            if state == ODD and has_words:
                word_end, numbers = _word_end(text, begin, end, dim)
                if word_end == NOT_A_NUMBER:
                    state, word_end = SHORT, begin
                else:
                    state = ROW
                    for d in range(dim):
                        while _is_blank(text[numbers]):
                            numbers += 1
                        number, numbers, sure = parse_float(text, numbers)
                        if numbers == NOT_A_NUMBER or not sure:
                            state = ODD
                            break
                        matrix[row, d] = number
        states[line] = state
        line += 1
        at += 1
        if state in (ROW, ODD):
            for i in range(begin, word_end):
                arena[used] = text[i]
                used += 1
            arena[used] = NEWLINE
            used += 1
            row += 1
    return row, used


@kernel
def split_binary(data, size, dim, matrix, arena):
    r"""Take apart rows of word2vec binary: a word, a blank, D float32 numbers.

    data    uint8, of which `size` bytes are there
    matrix  float32 [n, D], room for the numbers
    arena   uint8, as long as the data; the words, each with \n behind it

    Returns the number of rows, of bytes in the arena, and of bytes taken. A \n before a word is what the
    C program writes behind the numbers; one inside a word it skips, and so do we.
    """
    at, row, used = 0, 0, 0
    width = 4 * dim
    numbers = matrix.view(np.uint8)
    while row < matrix.shape[0]:
        blank = at
        while blank < size and data[blank] != SPACE:
            blank += 1
        if blank + 1 + width > size:
            break
        for i in range(at, blank):
            if data[i] != NEWLINE:
                arena[used] = data[i]
                used += 1
        arena[used] = NEWLINE
        used += 1
        for i in range(width):
            numbers[row, i] = data[blank + 1 + i]
        at = blank + 1 + width
        row += 1
    return row, used, at
