r"""word2vec text: what the C program writes with `-binary 0`, and fastText as `.vec`.

    V D\n
    word number ... number\n        D numbers, separated by single blanks

Only ' ' and '\n' separate; a word may hold any other white space (U+00A0, U+3000, U+2028 ...). The
C program and fastText end each line with a blank: we read that and do not write it. We write the
shortest decimals that read back to the same float32, and the rows by falling count.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from w2v.errors import FormatError
from w2v.vectors import Vectors

ROWS_AT_ONCE = 4096


def write(vectors: Vectors, file: IO[bytes]) -> None:
    """Write vectors as text."""
    from w2v.kernels.decimals import LONGEST, write_rows  # numba: for writing alone

    file.write(f"{len(vectors)} {vectors.dim}\n".encode())
    for first in range(0, len(vectors), ROWS_AT_ONCE):
        words = [word.encode() for word in vectors.words[first : first + ROWS_AT_ONCE]]
        offsets = np.zeros(len(words) + 1, np.int64)
        np.cumsum([len(word) for word in words], out=offsets[1:])
        matrix = np.ascontiguousarray(vectors.matrix[first : first + ROWS_AT_ONCE])
        out = np.empty(int(offsets[-1]) + len(words) * (LONGEST * vectors.dim + 1), np.uint8)
        arena = np.frombuffer(b"".join(words), np.uint8)
        file.write(out[: write_rows(matrix, arena, offsets, out)].data)


def read(path: Path, file: io.BufferedReader) -> Vectors:
    """Read vectors from text. Raises FormatError with the line where the text is not what it should be."""
    count, dim = read_header(path, file)
    # A header may promise anything: no more is taken than the bytes of the file can hold, two a number.
    size = os.fstat(file.fileno()).st_size
    if count * (2 * dim + 1) > size:
        raise FormatError(path, f"the header promises {count:,} words x {dim} numbers, the file has {size:,} bytes", 1)
    matrix = np.empty((count, dim), np.float32)
    words: list[str] = []
    for first_line, lines in _batches(file):
        if len(words) + len(lines) > count:
            raise FormatError(path, f"the header promises {count:,} words, and here is one more", count + 2)
        heads, numbers = _split(path, lines, first_line, dim)
        matrix[len(words) : len(words) + len(lines)] = numbers
        words += heads
    if len(words) < count:
        raise FormatError(path, f"the header promises {count:,} words, the file ends after {len(words):,}")
    return Vectors(tuple(words), matrix)


def read_header(path: Path, file: IO[bytes]) -> tuple[int, int]:
    """Read the first line, "V D"."""
    parts = file.readline(100).split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts) or int(parts[1]) < 1:
        raise FormatError(path, "expected a line with the number of words and the number of dimensions", 1)
    return int(parts[0]), int(parts[1])


def _batches(file: IO[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """Yield rows, some thousand at a time, each batch with the number of its first line."""
    line = 2
    while lines := file.readlines(1 << 22):
        yield line, lines
        line += len(lines)


def _split(path: Path, lines: list[bytes], first_line: int, dim: int) -> tuple[list[str], npt.NDArray[np.float32]]:
    heads, tails = [], []
    for number, line in enumerate(lines, first_line):
        row = line.rstrip(b" \r\n")
        if row.count(b" ") == dim:
            head, _, tail = row.partition(b" ")
        else:
            # A word with blanks in it, which is why the row is taken apart from its end.
            head, *rest = row.rsplit(b" ", dim)
            if len(rest) != dim:
                raise FormatError(path, f"expected {dim} numbers after {_shown(head)}, found {len(rest)}", number)
            tail = b" ".join(rest)
        heads.append(head)
        tails.append(tail)
    numbers = _parse(b" ".join(tails))
    if len(numbers) != len(lines) * dim:
        for number, (head, tail) in enumerate(zip(heads, tails), first_line):
            if len(_parse(tail)) != dim:
                raise FormatError(path, f"expected {dim} numbers after {_shown(head)}, found something else", number)
    return [head.decode("utf-8", "replace") for head in heads], _as_float32(numbers).reshape(-1, dim)


def _parse(text: bytes) -> npt.NDArray[np.float64]:
    """Parse numbers as far as they go."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of text that is no number: the count tells
        try:
            return np.fromstring(text.decode("latin-1"), np.float64, sep=" ")
        except ValueError:
            return np.empty(0)


def _as_float32(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Round doubles to floats.

    Where a double lies exactly between two floats it cannot tell how the decimals were meant; that
    is so rare (one in 2^29) that the even neighbour is taken.
    """
    with np.errstate(over="ignore"):
        return numbers.astype(np.float32)


def _shown(word: bytes) -> str:
    text = word.decode("utf-8", "replace")
    return repr(text if len(text) <= 40 else text[:40] + "...")


def unwritable(word: str) -> bool:
    """Say whether a word would break the lines or fields of a text file."""
    return not word or any(mark in word for mark in " \n\r\t")
