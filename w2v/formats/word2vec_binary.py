r"""word2vec binary: what the C program writes with `-binary 1`.

    V D\n
    word, one blank, D little-endian float32, \n

gensim and the GoogleNews file have no newline behind the numbers; a reader skips any it finds in a word. A word
cannot hold a blank.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from w2v.files import replacing
from w2v.formats.source import Note, Source, decoded, note_undecodable
from w2v.formats.tidying import vectors_of
from w2v.formats.word2vec_text import read_header
from w2v.vectors import Vectors, blocks_of

BLOCK_BYTES = 1 << 23
LONGEST_WORD = 1 << 16


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write vectors as the C program does, with a newline behind each row."""
    with replacing(path) as file:
        file.write(f"{len(vectors)} {vectors.dim}\n".encode())
        for block in blocks_of(len(vectors), 4096):
            rows = zip(vectors.words[block], vectors.matrix[block].astype("<f4"))
            file.write(b"".join([b"%b %b\n" % (word.encode(), row.tobytes()) for word, row in rows]))


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read vectors, with or without newlines. Raises FormatError when the file ends too early."""
    from w2v.kernels.numerals import split_binary  # numba: for the file itself, not for its cache

    promised, dim = read_header(source)
    count = promised if limit is None else min(promised, limit)
    if source.size is not None and count * (4 * dim + 1) > source.size:
        raise _cut(source, promised, (source.size - source.file.tell()) // (4 * dim + 2), about=True)
    words: list[bytes] = []
    # A packed file may promise anything: room is made as the rows come.
    matrix = np.empty((count if source.size is not None else 0, dim), np.float32)
    rest = b""
    while len(words) < count:
        piece = source.file.read(BLOCK_BYTES + 4 * dim)
        data = rest + piece
        room = min(len(data) // (4 * dim + 1), count - len(words))
        if len(words) + room > len(matrix):
            matrix.resize((min(count, max(len(matrix) * 3 // 2, len(words) + room)), dim), refcheck=False)
        arena = np.empty(len(data), np.uint8)
        rows, used, taken = split_binary(
            np.frombuffer(data, np.uint8), len(data), dim, matrix[len(words) : len(words) + room], arena
        )
        words += arena[: max(used - 1, 0)].tobytes().split(b"\n") if rows else []
        rest = data[taken:]
        if not piece and len(words) < count:
            raise _cut(source, promised, len(words))
        if not rows and len(rest) > 4 * dim + LONGEST_WORD:
            raise source.error(f"after {len(words):,} words, the next has no end: damaged, or another format?")
    texts, bad = decoded(words)
    note_undecodable(bad, note)
    return vectors_of(texts, matrix[: len(texts)].astype(np.float32, copy=False), note)


def _cut(source: Source, promised: int, rows: int, about: bool = False) -> Exception:
    have = f"at most {rows:,}" if about else f"{rows:,}"
    return source.error(
        f"the header promises {promised:,} words, the file has {have}: cut short? Fetch it again,"
        f" or keep those: w2v convert --limit {'N' if about else rows}"
    )
