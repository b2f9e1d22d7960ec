r"""word2vec binary: what the C program writes with `-binary 1`.

    V D\n
    word, one blank, D little-endian float32, \n

gensim writes no newline behind the numbers; a reader skips what it finds before a word.
"""

from __future__ import annotations

import io
import mmap
import os
from pathlib import Path
from typing import IO

import numpy as np

from w2v.errors import FormatError
from w2v.formats.word2vec_text import read_header
from w2v.vectors import Vectors


def write(vectors: Vectors, file: IO[bytes]) -> None:
    """Write vectors as the C program does, with a newline behind each row."""
    file.write(f"{len(vectors)} {vectors.dim}\n".encode())
    for word, row in zip(vectors.words, vectors.matrix):
        file.write(word.encode() + b" " + row.astype("<f4").tobytes() + b"\n")


def read(path: Path, file: io.BufferedReader) -> Vectors:
    """Read vectors, with or without newlines. Raises FormatError when the file ends too early."""
    count, dim = read_header(path, file)
    size = os.fstat(file.fileno()).st_size
    if count * (4 * dim + 1) > size:
        raise FormatError(
            path,
            f"the header promises {count:,} words x {dim} numbers, the file has {size:,} bytes: cut short?",
        )
    matrix = np.empty((count, dim), np.float32)
    words = []
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = file.tell()
        for row in range(count):
            blank = data.find(b" ", at)
            end = blank + 1 + 4 * dim
            if blank < 0 or end > size:
                raise FormatError(path, f"the header promises {count:,} words, the file ends after {row:,}: cut short?")
            words.append(data[at:blank].lstrip(b"\n").decode("utf-8", "replace"))
            matrix[row] = np.frombuffer(data[blank + 1 : end], "<f4")
            at = end
    return Vectors(tuple(words), matrix)
