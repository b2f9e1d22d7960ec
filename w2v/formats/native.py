r"""Our own format: opened by mapping it into memory, so that a query answers at once.

    w2v vectors 2\n
    {"words": V, "dim": D, "dtype": "float32", ...}\n      JSON, one line
    then the sections, each from a multiple of 64 bytes on, zero bytes before it:
        matrix   float32, float16 or int8 [V, D]
        scales   float32 [V], of int8: what a row is to be multiplied with; else nothing
        norms    float32 [V], the lengths of the rows
        counts   int64 [V], where "counts" is true
        offsets  int64 [V + 1], of the words' bytes
        hashes   uint32 [V], CRC-32 of the words, ascending
        rows     int32 [V], the row of the word of each hash
        blob     the words, UTF-8, one behind the other

All numbers are little-endian. Any word fits. The cache of another file (`w2v.formats.cache`) is a file like
this whose header also has "source".
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2v.files import replacing
from w2v.formats import tidying
from w2v.formats.narrow import narrowed, widened
from w2v.formats.source import Note, Source, floats
from w2v.formats.wordlist import Arrays, WordList, arrays_of
from w2v.vectors import Vectors

MAGIC = b"w2v vectors 2\n"
ROWS_AT_ONCE = 1 << 14
LONGEST_HEADER = 1 << 16
Header = dict[str, Any]


class MappedVectors(Vectors):
    """Vectors whose words stay in the file until they are asked for."""

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The row of each word."""
        assert isinstance(self.words, WordList)
        return self.words.index_of


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write vectors so that they can be mapped."""
    write_with(vectors, path, dtype, {})


def write_with(vectors: Vectors, path: Path, dtype: str, more: Header) -> None:
    """Write vectors, with more in the header."""
    words = arrays_of(vectors.words)
    header = {"words": len(vectors), "dim": vectors.dim, "dtype": dtype, "counts": vectors.counts is not None}
    header |= {"bytes": len(words.blob), **more}
    with replacing(path) as file:
        file.write(MAGIC + json.dumps(header).encode() + b"\n")
        _align(file)
        scales = []
        for first in range(0, len(vectors), ROWS_AT_ONCE):
            numbers, factors = narrowed(vectors.matrix[first : first + ROWS_AT_ONCE], dtype)
            file.write(numbers.tobytes())
            scales.append(factors)
        sections = [
            np.concatenate(scales) if scales else np.empty(0, "<f4"),
            vectors.norms.astype("<f4"),
            np.empty(0, "<i8") if vectors.counts is None else vectors.counts.astype("<i8"),
            words.offsets.astype("<i8"),
            words.hashes.astype("<u4"),
            words.rows.astype("<i4"),
            words.blob,
        ]
        for section in sections:
            _align(file)
            file.write(section.data)


def _align(file: IO[bytes]) -> None:
    file.write(bytes(-file.tell() % 64))


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Open vectors. Raises FormatError where the file is shorter than its header says."""
    if source.size is None:
        return _opened(source, source.file.read())
    with source.path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    vectors = _opened(source, data)
    return vectors if limit is None else tidying.first_of(vectors, limit)


def header_of(file: IO[bytes]) -> Header:
    """Read the header. Raises ValueError if there is none."""
    if file.readline(len(MAGIC)) != MAGIC:
        raise ValueError("not a file of w2v")
    return _parsed(file.readline(LONGEST_HEADER))


def _parsed(line: bytes) -> Header:
    try:
        header = json.loads(line)
    except RecursionError as error:
        raise ValueError("brackets within brackets") from error
    if not isinstance(header, dict):
        raise ValueError("not a header")
    return header


def _opened(source: Source, data: mmap.mmap | bytes) -> Vectors:
    try:
        start = len(MAGIC)
        end = data.find(b"\n", start, start + LONGEST_HEADER)
        header = _parsed(data[start:end])
        count, dim, dtype = int(header["words"]), int(header["dim"]), str(header["dtype"])
        with_counts, bytes_of_words = bool(header["counts"]), int(header["bytes"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise source.error(f"the header of this w2v file is damaged ({error}); make the file again") from error
    at = end + 1

    def section(kind: str, extent: int) -> npt.NDArray[Any]:
        nonlocal at
        at += -at % 64
        size = extent * np.dtype(kind).itemsize
        if extent < 0 or at + size > len(data):
            raise source.error("the file is shorter than its header says: cut short? Copy or make it again")
        numbers = np.frombuffer(data, kind, extent, at)
        at += size
        return numbers

    numbers = section({"float16": "<f2", "int8": "i1"}.get(dtype, "<f4"), count * dim).reshape(count, dim)
    scales = section("<f4", count if dtype == "int8" else 0)
    norms = section("<f4", count)
    counts = section("<i8", count if with_counts else 0)
    arrays = Arrays(
        offsets=section("<i8", count + 1),
        hashes=section("<u4", count),
        rows=section("<i4", count),
        blob=section("u1", bytes_of_words),
    )
    if arrays.offsets[0] != 0 or arrays.offsets[-1] != bytes_of_words:
        raise source.error("the words of this w2v file are damaged; make the file again")
    words = WordList(arrays, source.path)
    matrix = floats(numbers) if dtype == "float32" else widened(numbers, scales)
    return MappedVectors(words, matrix, counts if with_counts else None, floats(norms))
