r"""finalfusion, .fifu, version 0: words and vectors in chunks, any word allowed.

    "FiFu", u32 0, u32 n, u32 ids[n]      the chunks that follow
    chunks, each u32 id, u64 length of what follows:
      5 metadata   TOML
      1 words      u64 n, then n x (u32 length, UTF-8)
      3, 7, 8      words and subwords: as 1, with sizes of n-grams behind n; the words' rows come first
      2 matrix     u64 rows, u32 cols, u32 10 (float32), padding, float32 [rows, cols]
      6 norms      u64 n, u32 10, padding, float32 [n]

All little-endian. The padding brings the file to a multiple of 4, and is 4 bytes where it is one already. The
rows have length 1 and the norms are apart: they are multiplied back. Old files do not list their norms at the
top, so chunks are read to the end of the file. We write 1, 2, 6; a row of length 0, or not finite, with norm 1.
The Python program forgets 8 bytes for each n-gram when it writes the length of 8: we count them. For quantised
matrices (4) see `w2v.formats.narrow`; floret's words (9) are not read.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO

import numpy as np

from w2v.files import replacing
from w2v.formats.narrow import read_quantised_chunk
from w2v.formats.source import Note, Source, decoded, floats, note_undecodable
from w2v.formats.tidying import vectors_of
from w2v.formats.wordlist import encoded
from w2v.vectors import Floats, Vectors, blocks_of

MAGIC = b"FiFu"
WORDS, MATRIX, BUCKETS, QUANTISED, METADATA, NORMS, FASTTEXT, EXPLICIT, FLORET = 1, 2, 3, 4, 5, 6, 7, 8, 9
FLOAT32 = 10
MORE = {WORDS: 0, BUCKETS: 12, FASTTEXT: 12, EXPLICIT: 16}  # bytes of sizes of n-grams between n and the words


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write words, unit vectors and norms."""
    words = [encoded(word) for word in vectors.words]
    norms = _norms(vectors)
    with replacing(path) as file:
        file.write(MAGIC + struct.pack("<5I", 0, 3, WORDS, MATRIX, NORMS))
        file.write(struct.pack("<IQQ", WORDS, 8 + sum(4 + len(word) for word in words), len(words)))
        file.writelines(struct.pack("<I", len(word)) + word for word in words)
        _start(file, MATRIX, struct.pack("<QII", *vectors.matrix.shape, FLOAT32), vectors.matrix.size)
        for rows in blocks_of(len(vectors)):
            with np.errstate(all="ignore"):
                file.write((vectors.matrix[rows] / norms[rows, None]).astype("<f4").tobytes())
        _start(file, NORMS, struct.pack("<QI", len(vectors), FLOAT32), len(vectors))
        file.write(norms.astype("<f4").tobytes())


def _norms(vectors: Vectors) -> Floats:
    norms = np.empty(len(vectors), np.float32)
    for block in blocks_of(len(vectors)):
        rows = vectors.matrix[block]
        with np.errstate(all="ignore"):
            norms[block] = np.sqrt(np.einsum("vd,vd->v", rows, rows, dtype=np.float64))
    norms[~np.isfinite(norms) | (norms < np.finfo(np.float32).tiny)] = 1
    return norms


def _start(file: IO[bytes], chunk: int, head: bytes, floats_behind: int) -> None:
    padding = 4 - (file.tell() + 12 + len(head)) % 4
    file.write(struct.pack("<IQ", chunk, len(head) + padding + 4 * floats_behind) + head + bytes(padding))


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read words, matrix and norms, and skip the rest of the file."""
    _, version, count = struct.unpack("<3I", source.take(12, "the header"))
    if version != 0 or count > 1 << 16:
        raise source.error(f"is of version {version} of finalfusion; only 0 is known")
    at = 12 + len(source.take(4 * count, "the header"))
    words: list[bytes] | None = None
    matrix: Floats | None = None
    norms: Floats | None = None
    while head := source.file.read(12):
        if len(head) < 12:
            raise source.error("the file ends within a chunk: cut short?")
        chunk, length = struct.unpack("<IQ", head)
        at += 12
        if chunk in (WORDS, BUCKETS, FASTTEXT, EXPLICIT):
            words, taken = _words(source, length, MORE[chunk])
        elif chunk == MATRIX:
            matrix, taken = _numbers(source, at, "<QII")
        elif chunk == NORMS:
            norms, taken = _numbers(source, at, "<QI")
        elif chunk == QUANTISED:
            matrix, taken = read_quantised_chunk(source, at)
            note("its matrix is quantised: the vectors are near to those that it was made of, not the same")
        elif chunk == FLORET:
            raise source.error(
                "holds floret's subwords, without rows for words, which cannot be read; convert it with finalfusion to"
                " .txt first"
            )
        else:
            taken = 0
        if taken > length and chunk != EXPLICIT:
            raise source.error(f"chunk {chunk} is longer than it says: damaged?")
        source.skip(max(length - taken, 0), f"chunk {chunk}")
        at += max(length, taken)
    if words is None or matrix is None or len(matrix) < len(words):
        raise source.error("holds no words or no matrix of them: cut short?")
    if norms is not None and len(norms) < len(words):
        raise source.error(f"holds {len(words):,} words and {len(norms):,} norms: damaged?")
    return _joined(words, matrix, norms, limit, note)


def _joined(words: list[bytes], matrix: Floats, norms: Floats | None, limit: int | None, note: Note) -> Vectors:
    count = len(words) if limit is None else min(limit, len(words))
    matrix = matrix[:count]
    if norms is not None:
        scaled = np.empty(matrix.shape, np.float32)
        for rows in blocks_of(count):
            with np.errstate(all="ignore"):
                scaled[rows] = matrix[rows] * norms[rows, None]
        matrix = scaled
    texts, bad = decoded(words[:count])
    note_undecodable(bad, note)
    return vectors_of(texts, floats(matrix), note)


def _words(source: Source, length: int, more: int) -> tuple[list[bytes], int]:
    data = source.take(length, "the words")
    if length < 8 + more:
        raise source.error("the chunk of words is too short: damaged?")
    (count,) = struct.unpack_from("<Q", data)
    begin = 8 + more
    words: list[bytes] = []
    for _ in range(count):
        if begin + 4 > len(data):
            raise source.error(f"promises {count:,} words and holds {len(words):,}: damaged?")
        (size,) = struct.unpack_from("<I", data, begin)
        words.append(data[begin + 4 : begin + 4 + size])
        begin += 4 + size
    if begin > len(data):
        raise source.error("a word goes beyond its chunk: damaged?")
    if more == MORE[EXPLICIT]:
        (ngrams,) = struct.unpack_from("<Q", data, 8)
        for _ in range(ngrams if ngrams * 12 <= length + 8 * ngrams else 0):
            data += source.take(max(begin + 4 - len(data), 0), "the n-grams")
            (size,) = struct.unpack_from("<I", data, begin)
            begin += 4 + size + 8
            data += source.take(max(begin - len(data), 0), "the n-grams")
    return words, max(begin, length) if more == MORE[EXPLICIT] else length


def _numbers(source: Source, at: int, head: str) -> tuple[Floats, int]:
    """Read a matrix or norms that begin at byte `at`; return them and how many bytes they took."""
    size = struct.calcsize(head)
    *shape, kind = struct.unpack(head, source.take(size, "a chunk"))
    if kind != FLOAT32:
        raise source.error(f"holds numbers of type {kind}, not float32 (10)")
    padding = 4 - (at + size) % 4
    source.take(padding, "the padding")
    numbers = source.array("<f4", tuple(shape), "the matrix")
    return numbers, size + padding + 4 * numbers.size
