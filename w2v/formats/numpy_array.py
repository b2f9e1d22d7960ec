"""numpy's .npy: a matrix alone, float32 or float16; the words are in NAME.words.txt beside it, one a line.

Reading takes other lists of words too, see `w2v.formats.companions`. An uncompressed float32 matrix is mapped.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2v.files import replacing_together
from w2v.formats.companions import find_words
from w2v.formats.narrow import narrow
from w2v.formats.source import Note, Source, first_line, floats
from w2v.formats.tidying import vectors_of
from w2v.vectors import Vectors

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 1 << 16


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write the matrix, and the words beside it."""
    with replacing_together(path, path.with_name(path.stem + ".words.txt")) as (file, words):
        words.writelines(word.encode() + b"\n" for word in vectors.words)
        np.lib.format.write_array(file, narrow(vectors.matrix, dtype)[0], allow_pickle=False)


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Map the matrix, and find its words."""
    matrix = read_array(source)
    if matrix.ndim != 2 or matrix.dtype.kind not in "fiu":
        raise source.error(f"holds an array of {matrix.ndim} dimensions of {matrix.dtype}, not a matrix of numbers")
    words = find_words(source, len(matrix), note)
    return vectors_of(words, floats(matrix if limit is None else matrix[:limit]), note, None, limit)


def read_header(source: Source, file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether columns come first, and dtype of the array that `file` begins with. Raises FormatError."""
    try:
        version = np.lib.format.read_magic(file)
        of_version = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_columns, kind = of_version(file, LONGEST_HEADER)
    except Exception as error:  # numpy gives the header to Python's own parser, which raises all kinds of them
        raise source.error(f"has no header that numpy can read ({first_line(error)}): damaged?") from error
    return shape, by_columns, kind


def read_array(source: Source) -> npt.NDArray[Any]:
    """Read one array. Raises FormatError for what would need unpickling."""
    shape, by_columns, kind = read_header(source, source.file)
    if kind.hasobject:
        raise source.error("holds Python objects, which only unpickling could read; save a matrix of numbers")
    if by_columns:
        return source.array(kind.str, shape[::-1], "the array").T
    return source.array(kind.str, shape, "the array")
