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
        output   as the matrix, with scales of its own, where "output" is true: the output rows of the training
        titles   offsets, hashes, rows and blob of V names, where "titles" says how many bytes they are
        ngrams   as the matrix [B, D], with scales of its own, then the bucket of each row, int32 [B], ascending, where
                 not all buckets have one: if "ngrams" is [shortest, longest, buckets, B]

All numbers are little-endian. Any word fits. The cache of another file (`w2v.formats.cache`) is a file like
this whose header also has "source".
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2v.files import replacing
from w2v.formats import tidying
from w2v.formats.narrow import narrowed, widened
from w2v.formats.source import Note, Source, floats
from w2v.formats.wordlist import Arrays, WordList, arrays_of
from w2v.settings import LONGEST_NGRAM, MOST_BUCKETS
from w2v.subwords import Subwords
from w2v.vectors import Floats, Vectors, blocks_of

MAGIC = b"w2v vectors 2\n"
LONGEST_HEADER = 1 << 16
Header = dict[str, Any]


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write vectors so that they can be mapped."""
    write_with(vectors, path, dtype, {})


def write_with(vectors: Vectors, path: Path, dtype: str, more: Header) -> None:
    """Write vectors, with more in the header."""
    words = arrays_of(vectors.words)
    header = {"words": len(vectors), "dim": vectors.dim, "dtype": dtype, "counts": vectors.counts is not None}
    header |= {"bytes": len(words.blob), **more}
    if vectors.output is not None:
        header["output"] = True
    titles = None if vectors.titles is None else arrays_of(vectors.titles)
    if titles is not None:
        header["titles"] = len(titles.blob)
    ngrams = vectors.subwords if isinstance(vectors.subwords, Subwords) else None
    if ngrams is not None:
        used = ngrams.used if len(ngrams.rows) < ngrams.buckets else ngrams.used[:0]
        header["ngrams"] = [*ngrams.lengths, ngrams.buckets, len(ngrams.rows)]
    with replacing(path) as file:
        file.write(MAGIC + json.dumps(header).encode() + b"\n")
        scales = _write_rows(file, vectors.matrix, dtype)
        counts = np.empty(0, "<i8") if vectors.counts is None else vectors.counts.astype("<i8")
        _write_sections(file, scales, vectors.norms.astype("<f4"), counts, *_sections_of(words))
        if vectors.output is not None:
            _write_sections(file, _write_rows(file, vectors.output, dtype))
        if titles is not None:
            _write_sections(file, *_sections_of(titles))
        if ngrams is not None:
            _write_sections(file, _write_rows(file, ngrams.rows, dtype), used.astype("<i4"))


def _write_rows(file: IO[bytes], matrix: Floats, dtype: str) -> Floats:
    """Write rows as one section; returns their scales."""
    _align(file)
    scales = [np.empty(0, np.float32)]
    for block in blocks_of(len(matrix)):
        numbers, factors = narrowed(matrix[block], dtype)
        file.write(numbers.tobytes())
        scales.append(factors)
    return np.concatenate(scales).astype("<f4")


def _sections_of(words: Arrays) -> tuple[npt.NDArray[Any], ...]:
    return words.offsets.astype("<i8"), words.hashes.astype("<u4"), words.rows.astype("<i4"), words.blob


def _write_sections(file: IO[bytes], *sections: npt.NDArray[Any]) -> None:
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
        with_output, bytes_of_titles = bool(header.get("output")), header.get("titles")
        bytes_of_titles = None if bytes_of_titles is None else int(bytes_of_titles)
        shortest, longest, buckets, held = map(int, header.get("ngrams", (0, 0, 0, 0)))
        if not 0 <= shortest <= longest <= LONGEST_NGRAM or not 0 <= held <= buckets <= MOST_BUCKETS:
            raise ValueError("sizes of n-grams")
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

    def rows(count: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        numbers = section({"float16": "<f2", "int8": "i1"}.get(dtype, "<f4"), count * dim).reshape(count, dim)
        return numbers, section("<f4", count if dtype == "int8" else 0)

    def matrix(numbers: npt.NDArray[Any], scales: npt.NDArray[Any]) -> Floats:
        return floats(numbers) if dtype == "float32" else widened(numbers, scales)

    def wordlist(size: int) -> WordList:
        kinds = (("offsets", "<i8", count + 1), ("hashes", "<u4", count), ("rows", "<i4", count), ("blob", "u1", size))
        arrays = Arrays(**{name: section(kind, extent) for name, kind, extent in kinds})
        if arrays.offsets[0] != 0 or arrays.offsets[-1] != size:
            raise source.error("the words of this w2v file are damaged; make the file again")
        return WordList(arrays, source.path)

    input = rows(count)
    norms = section("<f4", count)
    counts = section("<i8", count if with_counts else 0)
    words = wordlist(bytes_of_words)
    output = rows(count) if with_output else None
    titles = None if bytes_of_titles is None else wordlist(bytes_of_titles)
    subwords = None
    if buckets:
        of_ngrams = matrix(*rows(held))
        used = section("<i4", held if held < buckets else 0)
        if len(used) and (used[0] < 0 or used[-1] >= buckets or (np.diff(used) <= 0).any()):
            raise source.error("the n-grams of this w2v file are damaged; make the file again")
        subwords = Subwords((shortest, longest), buckets, of_ngrams, used)
    return Vectors(
        words, matrix(*input), counts if with_counts else None, floats(norms),
        subwords=subwords, output=None if output is None else matrix(*output), titles=titles,
    )  # fmt: skip
